"""What a case knows by the time a rule asks: the answers of its forms and the results of its decision tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.bpmn.model import FormField
from engine.dmn import HitPolicy
from engine.dmn import Model as DecisionModel
from engine.dmn.cell_shapes import texts_of
from engine.errors import Refusal
from engine.forms import Field, Form, from_embedded, read_form
from engine.forms.choosing import Choosing
from engine.forms.fields.datetime import DateTimeField

Kind = Literal["text", "number", "yes_no", "date", "choice", "list", "any"]
Json = Mapping[str, Any]

_KINDS: dict[str, Kind] = {
    "number": "number",
    "checkbox": "yes_no",
    "datetime": "date",
    "textfield": "text",
    "textarea": "text",
}


_MANY = (HitPolicy.COLLECT, HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER)


@dataclass(frozen=True, slots=True)
class Question:
    """A variable that a rule may read: its name in FEEL, what people call it, and what it may be."""

    key: str
    label: str
    kind: Kind = "any"
    options: tuple[tuple[str, str], ...] = ()  # value, label; of a choice


def questions(
    report: Json,
    forms: Json,
    decisions: Iterable[DecisionModel] = (),
    gateway_id: str | None = None,
) -> dict[str, Question]:
    """Key → question, of every form and table that the process uses, in the order of its tasks.

    With a gateway only of those that a case may have passed by then. `report` is an examination's; forms that cannot
    be read ask nothing.
    """
    found: dict[str, Question] = {}
    passed = _passed(report, gateway_id)
    tables = tuple(decisions)
    start = _form(forms.get("start"))
    for asked in [start] if start is not None else []:
        _add(found, asked.fields)
    for task in report["tasks"]:
        if passed is not None and task["id"] not in passed:
            continue
        form = _form_of(task, forms)
        if form is not None:
            _add(found, form.fields)
        if task["result"]:
            found.setdefault(task["result"], _result(task, tables))
    for gateway in report["gateways"]:
        is_asked = passed is None or gateway["id"] in passed or gateway["id"] == gateway_id
        if is_asked and gateway.get("result"):
            found.setdefault(gateway["result"], _result(gateway, tables))
    return found


def _passed(report: Json, gateway_id: str | None) -> set[str] | None:
    """Ids of the nodes before a gateway; None for all, also of drafts kept before this was found out."""
    for gateway in report["gateways"] if gateway_id else ():
        if gateway["id"] == gateway_id and "before" in gateway:
            return set(gateway["before"])
    return None


def _form_of(task: Json, forms: Json) -> Form | None:
    if task["form"] and task["form"] in forms:
        return _form(forms[task["form"]])
    if task["schema"]:
        return _form(task["schema"])
    if task["fields"]:
        return from_embedded([_embedded(each) for each in task["fields"]])
    return None


def _form(schema: Any) -> Form | None:
    if schema is None:
        return None
    try:
        return read_form(schema)
    except Refusal:
        return None


def _embedded(said: Json) -> FormField:
    options = tuple((value, label) for value, label in said["options"])
    return FormField(said["key"], said["label"], said["type"], options=options)


def _add(found: dict[str, Question], fields: Iterable[Field]) -> None:
    for field in fields:
        # What a dynamic list asks is a list of answers, which words alone cannot compare.
        if field.type == "dynamiclist":
            continue
        _add(found, field.fields)
        if not field.has_value:
            continue
        options: tuple[tuple[str, str], ...] = ()
        is_list = field.type in ("checklist", "taglist")
        if isinstance(field, Choosing):
            options = tuple(
                (value, label.literal or value)
                for value, label in field.static
                if isinstance(value, str)
            )
        kind: Kind = "choice" if options else _KINDS.get(field.type, "any")
        if is_list:
            kind = "list"
        if isinstance(field, DateTimeField) and field.subtype != "date":
            kind = "any"
        label = field.label.literal or field.key
        found.setdefault(field.key, Question(field.key, label, kind, options))


def _result(task: Json, tables: Iterable[DecisionModel]) -> Question:
    label = task["name"] or task["result"]
    for model in tables:
        table = model.table(task["decision"] or "")
        if table is None or len(table.outputs) != 1:
            continue
        output = table.outputs[0]
        said = [rule.outputs[0].text or "" for rule in table.rules]
        if output.allowed is not None:
            said = [output.allowed.text or ""]
        texts = dict.fromkeys(text for each in said for text in texts_of(each))
        if texts and all(map(texts_of, said)):
            kind: Kind = "list" if table.hit_policy in _MANY else "choice"
            return Question(task["result"], label, kind, tuple((text, text) for text in texts))
        kinds: dict[str, Kind] = {"number": "number", "boolean": "yes_no", "date": "date"}
        return Question(task["result"], label, kinds.get(output.type_ref or "", "any"))
    return Question(task["result"], label)
