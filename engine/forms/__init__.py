"""Forms: a form-js schema, or the fields that a diagram carries, becomes fields that clean what people answer."""

from engine.forms.embedded import from_embedded
from engine.forms.field import Field, Option, Shown
from engine.forms.form import FieldState, Form
from engine.forms.json_value import Answers, Json
from engine.forms.made import made_form
from engine.forms.refusals import (
    FieldError,
    FormTooCostly,
    FormTooLarge,
    Note,
    Unfit,
    UnreadableForm,
)
from engine.forms.schema import read_form

__all__ = [
    "Answers",
    "Field",
    "FieldError",
    "FieldState",
    "Form",
    "FormTooCostly",
    "FormTooLarge",
    "Json",
    "Note",
    "Option",
    "Shown",
    "Unfit",
    "UnreadableForm",
    "from_embedded",
    "made_form",
    "read_form",
]
