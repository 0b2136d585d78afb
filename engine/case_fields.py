"""Case fields: the few answers that cases are found, shown in columns and grouped by, beside the state of each case.

A procedure names them in its sheet, `[case] fields = ["area_m2", "owner.district"]`; else they are the choices,
numbers, checkboxes and days its forms ask for. Only short values are kept. Any query of cases or tasks may filter by
`has_field`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, Table, exists, select
from sqlalchemy.orm import QueryableAttribute, Session

from engine.bpmn.model import Kind
from engine.database import own_sql
from engine.deployments import Blueprint, blueprint
from engine.forms import Field, Form
from engine.forms.choosing import ChoosingOne
from engine.forms.fields.checkbox import Checkbox
from engine.forms.fields.datetime import DateTimeField
from engine.forms.fields.number import Number
from engine.models import Case, CaseField, Procedure
from engine.task_forms import forms_of_version

MOST_FIELDS = 12  # of one version
LONGEST = 60  # characters of a name and of a value; what is longer is no case field
Compare = Literal["is", "is_not", "at_least", "at_most", "has"]
COMPARISONS: tuple[Compare, ...] = ("is", "is_not", "at_least", "at_most", "has")


class FieldKind(StrEnum):
    """How a field's values are written and asked for."""

    CHOICE = "choice"
    NUMBER = "number"
    FLAG = "flag"  # “true” or “false”
    DAY = "day"  # ISO 8601, perhaps with a time
    TEXT = "text"  # of a variable or question that the sheet names


@dataclass(frozen=True, slots=True)
class FieldOfCases:
    """A case field of one version; `options` are a choice's values and their words."""

    name: str
    label: str
    kind: FieldKind
    options: Mapping[str, str]


def fields_of_version(session: Session, version_id: int) -> tuple[FieldOfCases, ...]:
    """The case fields of a version, in the order of its sheet or of its forms; NotFound."""
    return _fields(session, blueprint(session, version_id))


def fields_of_procedure(session: Session, key: str) -> tuple[FieldOfCases, ...]:
    """The case fields of the version that new cases of a procedure take; none where there is none."""
    version_id = session.scalar(select(Procedure.current_version_id).where(Procedure.key == key))
    return () if version_id is None else fields_of_version(session, version_id)


def kinds_of_tasks(session: Session, key: str) -> dict[str, str]:
    """Element id → name of what people do in a procedure, by its present version, by name."""
    version_id = session.scalar(select(Procedure.current_version_id).where(Procedure.key == key))
    if version_id is None:
        return {}
    nodes = blueprint(session, version_id).nodes.values()
    found = {node.id: node.name or node.id for node in nodes if node.kind in _BY_PEOPLE}
    return dict(sorted(found.items(), key=lambda one: one[1]))


def field_values(session: Session, plan: Blueprint, variables: Mapping[str, Any]) -> dict[str, str]:
    """The values that a case with these variables has, by name of the field."""
    found = {}
    for one in _fields(session, plan):
        value = as_value(_at(variables, one.name))
        if value:
            found[one.name] = value
    return found


def write_fields(
    session: Session,
    case: Case,
    plan: Blueprint,
    before: Mapping[str, str],
    variables: Mapping[str, Any],
) -> dict[str, str]:
    """Write what differs from `before`, in one statement; no statement when nothing does. The values as they are now.

    The case's row must be there and held by this transaction.
    """
    after = field_values(session, plan, variables)
    rows = [
        {"case_id": case.id, "name": name, "value": value, "number": _number(_at(variables, name))}
        for name, value in after.items()
        if before.get(name) != value
    ]
    rows += [
        {"case_id": case.id, "name": name, "value": "", "number": None}
        for name in before
        if name not in after
    ]
    if rows:
        session.flush()  # a new case before its fields
        session.execute(_upsert(own_sql(session)), rows)
    return after


def has_field(
    case_id: QueryableAttribute[int] | ColumnElement[int], name: str, compare: Compare, value: str
) -> ColumnElement[bool]:
    """Condition for any query with a case in it, such as `has_field(Task.case_id, "area_m2", "at_least", "100")`.

    `value` is written as in `as_value`. `at_least` and `at_most` compare numbers where `value` is one, else texts, as
    is right for days; `has` finds a part of a text; a case without the field meets only `is_not`.
    """
    row = [CaseField.case_id == case_id, CaseField.name == name]
    if compare == "is":
        return exists().where(*row, CaseField.value == value)
    if compare == "is_not":
        return ~exists().where(*row, CaseField.value == value)
    if compare == "has":
        return exists().where(*row, CaseField.value.icontains(value, autoescape=True))
    bound = _as_number(value)
    column: ColumnElement[Any] = CaseField.value if bound is None else CaseField.number  # type: ignore[assignment]
    limit: Any = value if bound is None else bound
    beyond = column >= limit if compare == "at_least" else column <= limit
    return exists().where(*row, CaseField.value != "", beyond)


def field_value(
    case_id: QueryableAttribute[int] | ColumnElement[int], name: str
) -> ColumnElement[str | None]:
    """The value of a case's field, to group by or to show; null without one."""
    return (
        select(CaseField.value)
        .where(CaseField.case_id == case_id, CaseField.name == name, CaseField.value != "")
        .correlate_except(CaseField)
        .scalar_subquery()
    )


def values_of(
    session: Session, case_ids: Iterable[int], names: Iterable[str]
) -> dict[int, dict[str, str]]:
    """Case → name → value, of some fields of some cases; one query."""
    ids, wanted = set(case_ids), set(names)
    found: dict[int, dict[str, str]] = {one: {} for one in ids}
    if ids and wanted:
        rows = session.execute(
            select(CaseField.case_id, CaseField.name, CaseField.value).where(
                CaseField.case_id.in_(ids), CaseField.name.in_(wanted), CaseField.value != ""
            )
        )
        for row in rows:
            found[row.case_id][row.name] = row.value
    return found


def as_value(answer: Any) -> str:
    """An answer as it is kept; empty for none, and for what is no short value."""
    if isinstance(answer, bool):
        return "true" if answer else "false"
    if isinstance(answer, int | float):
        text = repr(int(answer)) if answer == int(answer) else repr(answer)
        return text if len(text) <= LONGEST else ""
    text = answer.strip() if isinstance(answer, str) else ""
    return text if len(text) <= LONGEST else ""


_BY_PEOPLE = (Kind.TASK, Kind.USER_TASK, Kind.MANUAL_TASK)
_KINDS: dict[type[Field], FieldKind] = {
    Number: FieldKind.NUMBER,
    Checkbox: FieldKind.FLAG,
    DateTimeField: FieldKind.DAY,
}
_KEPT: dict[int, tuple[FieldOfCases, ...]] = {}
_MOST = 512


@cache
def _upsert(own: Any) -> Any:
    table: Table = CaseField.__table__  # type: ignore[assignment]  # the stubs say FromClause; it is a Table
    new = own.insert(table)
    return new.on_conflict_do_update(
        index_elements=[table.c.case_id, table.c.name],
        set_={"value": new.excluded.value, "number": new.excluded.number},
    )


def _fields(session: Session, plan: Blueprint) -> tuple[FieldOfCases, ...]:
    """Versions never change, so their fields are read once."""
    kept = _KEPT.get(plan.version_id)
    if kept is None:
        if len(_KEPT) >= _MOST:
            _KEPT.clear()
        asked = _asked(forms_of_version(session, plan.version_id))
        kept = _KEPT[plan.version_id] = _chosen(plan.sheet.case_fields, asked)
    return kept


def _asked(forms: Iterable[Form]) -> dict[str, FieldOfCases]:
    found: dict[str, FieldOfCases] = {}
    for form in forms:
        for key, field in form.questions().items():
            label = field.label.literal or key
            found.setdefault(key, FieldOfCases(key, label, _kind(field), _options(field)))
    return found


def _chosen(
    said: tuple[str, ...] | None, asked: Mapping[str, FieldOfCases]
) -> tuple[FieldOfCases, ...]:
    if said is None:
        names = [name for name, field in asked.items() if field.kind != FieldKind.TEXT]
    else:
        names = list(dict.fromkeys(said))
    fit = [name for name in names if 0 < len(name) <= LONGEST][:MOST_FIELDS]
    return tuple(
        asked.get(name) or FieldOfCases(name, name.replace("_", " "), FieldKind.TEXT, {})
        for name in fit
    )


def _kind(field: Field) -> FieldKind:
    if isinstance(field, ChoosingOne):
        return FieldKind.CHOICE
    return _KINDS.get(type(field), FieldKind.TEXT)


def _options(field: Field) -> dict[str, str]:
    if not isinstance(field, ChoosingOne):
        return {}
    return {as_value(value): label.literal or str(value) for value, label in field.static}


def _at(variables: Mapping[str, Any], name: str) -> Any:
    found: Any = variables
    for part in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part)
    return found


def _number(answer: Any) -> float | None:
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return None
    return float(answer)


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
