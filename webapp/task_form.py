"""The form of a task: its schema's fields, the buttons that gateways need, and answers read back from a request.
from webapp.i18n import _


Only keys that the schema names are read from a request; everything else that is sent is ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from engine.bpmn.model import Kind
from engine.deployments import blueprint
from engine.errors import Refusal
from engine.models import Task, Version
from webapp.i18n import _

Answers = dict[str, Any]
CHOICE = "choice."  # field names of gateways begin so


class Unanswered(Refusal):
    """Some answers are missing or unfit; `errors` says which: field → sentence."""

    sentence = "Some answers need mending. They are marked below; what you typed is kept."

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = errors
        super().__init__()


@dataclass(frozen=True, slots=True)
class Field:
    """One question; `kind` is form-js's component type, narrowed to what is drawn here."""

    key: str
    kind: str
    label: str
    hint: str = ""
    is_required: bool = False
    options: tuple[tuple[str, str], ...] = ()  # value, label


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form as it stands: fields, gateways to decide, what was typed and what is wrong with it."""

    fields: tuple[Field, ...]
    gateways: tuple[Mapping[str, Any], ...] = ()  # engine.spiff.Choice as JSON
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def buttons(self) -> Mapping[str, Any] | None:
        """The gateway whose options are the buttons that complete the task: the only one, with one way on."""
        if len(self.gateways) == 1 and not self.gateways[0].get("is_multiple"):
            return self.gateways[0]
        return None

    def typed(self, sent: MultiDict[str, str]) -> Answers:
        """What was typed, fit or not."""
        return {one.key: _typed(one, sent) for one in self.fields if _is_sent(one, sent)}

    def clean(self, sent: MultiDict[str, str]) -> Answers:
        """The answers in their types; raises Unanswered."""
        answers: Answers = {}
        errors: dict[str, str] = {}
        for one in self.fields:
            try:
                answers[one.key] = _clean(one, sent)
            except ValueError as error:
                errors[one.key] = str(error)
        if errors:
            raise Unanswered(errors)
        return answers

    def with_errors(self, sent: MultiDict[str, str], errors: Mapping[str, str]) -> "Sheet":
        """The same form with what was typed and what is wrong with it."""
        return replace(self, values=self.typed(sent), errors=errors)


def chosen(sent: MultiDict[str, str]) -> dict[str, list[str]] | None:
    """Gateway → flows chosen; None when the task asks for no choice."""
    found = {
        name.removeprefix(CHOICE): sent.getlist(name) for name in sent if name.startswith(CHOICE)
    }
    return found or None


def sheet_of(session: Session, task: Task, values: Mapping[str, Any]) -> Sheet:
    """The form of a task, filled with `values`."""
    fields = _task_fields(session, task.version_id, task.element_id)
    return Sheet(fields, gateways=tuple(task.wait.get("choices") or ()), values=values)


def start_sheet(session: Session, version_id: int, values: Mapping[str, Any]) -> Sheet:
    """The form that opens a case of a version."""
    plan = blueprint(session, version_id)
    schema = _schemas(session, version_id).get("start")
    if schema is None:
        starts = [node for node in plan.nodes.values() if node.extension.form_key]
        keys = [node.extension.form_key for node in starts if node.kind == Kind.START_EVENT]
        schema = _schemas(session, version_id).get(keys[0] or "") if keys else None
    return Sheet(_fields(schema), values=values)


def _task_fields(session: Session, version_id: int, element_id: str) -> tuple[Field, ...]:
    node = blueprint(session, version_id).nodes.get(element_id)
    if node is None:
        return ()
    told = node.extension
    if told.form_schema:
        return _fields(orjson.loads(told.form_schema))
    if told.form_key:
        return _fields(_schemas(session, version_id).get(told.form_key))
    return tuple(
        Field(
            one.key,
            {"boolean": "checkbox", "long": "number", "date": "date", "enum": "select"}.get(
                one.type, "textfield"
            ),
            one.label or one.key,
            is_required=one.is_required,
            options=one.options,
        )
        for one in told.form_fields
    )


_KNOWN: dict[int, dict[str, Any]] = {}


def _schemas(session: Session, version_id: int) -> dict[str, Any]:
    """Form schemas by key; versions never change, so they are read once per process."""
    if version_id not in _KNOWN:
        if len(_KNOWN) > 500:
            _KNOWN.clear()
        forms = session.scalar(select(Version.forms).where(Version.id == version_id))
        _KNOWN[version_id] = forms or {}
    return _KNOWN[version_id]


_DRAWN = {"textfield", "textarea", "number", "checkbox", "select", "radio", "date"}


def _fields(schema: Any) -> tuple[Field, ...]:
    components = schema.get("components", ()) if isinstance(schema, dict) else ()
    found = []
    for one in components:
        if not isinstance(one, dict) or not isinstance(one.get("key"), str):
            continue
        kind = "date" if one.get("type") == "datetime" else str(one.get("type"))
        options = tuple(
            (str(option.get("value")), str(option.get("label")))
            for option in one.get("values") or ()
            if isinstance(option, dict)
        )
        validate = one.get("validate")
        found.append(
            Field(
                one["key"],
                kind if kind in _DRAWN else "textfield",
                str(one.get("label") or one["key"]),
                str(one.get("description") or ""),
                isinstance(validate, dict) and validate.get("required") is True,
                options,
            )
        )
    return tuple(found)


def _is_sent(one: Field, sent: MultiDict[str, str]) -> bool:
    return one.kind == "checkbox" or one.key in sent


def _typed(one: Field, sent: MultiDict[str, str]) -> Any:
    return one.key in sent if one.kind == "checkbox" else sent.get(one.key, "")


def _clean(one: Field, sent: MultiDict[str, str]) -> Any:
    if one.kind == "checkbox":
        return one.key in sent
    text = sent.get(one.key, "").strip()
    if not text:
        if one.is_required:
            raise ValueError(_("Answer this question."))
        return None
    if one.options and text not in dict(one.options):
        raise ValueError(_("Choose one of the options."))
    if one.kind == "number":
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            raise ValueError(_("Write a number.")) from None
        return int(number) if number.is_integer() else number
    if one.kind == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise ValueError(_("Write a date.")) from None
    return text


def labels(session: Session, version_id: int) -> dict[str, tuple[str, dict[str, str]]]:
    """Key → label and words of its options, for every field of the version's forms, in their order."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for schema in _schemas(session, version_id).values():
        for one in _fields(schema):
            found.setdefault(one.key, (one.label, dict(one.options)))
    return found
