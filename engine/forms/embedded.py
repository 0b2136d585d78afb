"""Form fields that other tools put into the diagram (camunda:formData, flowable:formProperty) as a Form."""

from collections.abc import Sequence

from engine.bpmn.model import FormField
from engine.forms.form import Form
from engine.forms.schema import read_form

_TYPES = {
    "string": "textfield",
    "long": "number",
    "int": "number",
    "integer": "number",
    "short": "number",
    "double": "number",
    "float": "number",
    "decimal": "number",
    "number": "number",
    "boolean": "checkbox",
    "date": "datetime",
    "datetime": "datetime",
    "time": "datetime",
    "enum": "select",
    "dropdown": "select",
    "radio": "radio",
    "text": "textarea",
    "multi-line-text": "textarea",
    "textarea": "textarea",
    "file": "filepicker",
    "upload": "filepicker",
}
_WHOLE = {"long", "int", "integer", "short"}
FEW = 5  # options that are shown all at once


def from_embedded(fields: Sequence[FormField]) -> Form:
    """The form of embedded fields, in their order.

    Defaults that are expressions of the other tool (`${…}`) are left out: the importer translates what it can.
    """
    return read_form({"id": "embedded", "components": [_component(field) for field in fields]})


def _component(field: FormField) -> dict[str, object]:
    named = field.type.lower()
    kind = _TYPES.get(named, "textfield")
    if field.options:
        kind = "radio" if len(field.options) <= FEW else "select"
    component: dict[str, object] = {
        "type": kind,
        "key": field.key,
        "label": field.label or field.key.replace("_", " "),
        "readonly": field.is_readonly,
        "validate": _validation(field),
    }
    if field.options:
        component["values"] = [
            {"value": value, "label": label or value} for value, label in field.options
        ]
    if kind == "number" and named in _WHOLE:
        component["decimalDigits"] = 0
    if kind == "datetime":
        component["subtype"] = named if named in ("time", "datetime") else "date"
    if field.default and "${" not in field.default and "#{" not in field.default:
        component["defaultValue"] = _default(field.default, kind)
    return component


def _default(text: str, kind: str) -> object:
    return text.strip().lower() == "true" if kind == "checkbox" else text.removeprefix("=")


def _validation(field: FormField) -> dict[str, object]:
    validate: dict[str, object] = {}
    if field.is_required and field.type.lower() != "boolean":
        # over there a required yes/no wants an answer, and “no” is one
        validate["required"] = True
    for name, value in field.constraints:
        match name.lower():
            case "required":
                if field.type.lower() != "boolean":
                    validate["required"] = value.lower() != "false"
            case "min":
                validate["min"] = value.removeprefix("=")
            case "max":
                validate["max"] = value.removeprefix("=")
            case "minlength":
                validate["minLength"] = value
            case "maxlength":
                validate["maxLength"] = value
            case "pattern" | "regex":
                validate["pattern"] = value.removeprefix("=")
    return validate
