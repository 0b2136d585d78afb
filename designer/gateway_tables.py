"""A decision table before a gateway: made from the answers there are by then, its results name the ways on."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy.orm import Session

from designer.column_editing import MOST_COLUMNS, column_for
from designer.draft_questions import questions_of
from designer.drafts import changeable_draft, examined_draft
from designer.models import Draft
from designer.questions import Question
from engine import dmn
from engine.dmn import HitPolicy
from engine.dmn.column_writer import Column, new_table, with_columns
from engine.dmn.table_writer import Row, with_rules
from engine.errors import NotFound, Refusal
from engine.feel import FeelSyntaxError, compile_expression
from engine.feel.syntax import Name

MOST_FIRST_RULES = 50

Json = Mapping[str, Any]


class NothingAsked(Refusal):
    """A table that would look at nothing."""

    sentence = "Choose at least one field that the table looks at."


class AnotherName(Refusal):
    """Two decisions by one name."""

    sentence = "The draft has a decision called “{name}” already. Choose another name."


@dataclass(frozen=True, slots=True)
class OwnTable:
    """Where the table of a gateway is kept, and which variable holds what it decided."""

    file: str
    decision: str
    result: str


def gateway_of(draft: Draft, gateway_id: str) -> Json:
    """What the report says of a gateway; NotFound."""
    for gateway in draft.report["gateways"]:
        if gateway["id"] == gateway_id:
            found: Json = gateway
            return found
    raise NotFound(what="gateway", name=gateway_id[:80])


def gateway_of_table(draft: Draft, decision: str) -> Json | None:
    """The gateway before which a decision is asked; None where none is."""
    for gateway in draft.report["gateways"]:
        if gateway.get("decision") == decision:
            found: Json = gateway
            return found
    return None


def way_names(gateway: Json) -> dict[str, str]:
    """Flow id → what a table calls it: its name or where it leads, each once."""
    names: dict[str, str] = {}
    for flow in gateway["flows"]:
        said = " ".join((flow["name"] or flow["target"]).split())
        said = said.replace('"', "’").replace("\\", "/")[:200] or flow["id"]
        name, number = said, 2
        while name in names.values():
            name, number = f"{said} ({number})", number + 1
        names[flow["id"]] = name
    return names


def table_of_gateway(draft: Draft, gateway_id: str) -> OwnTable | None:
    """The table that a draft has for a gateway; None where there is none, or its file is gone."""
    gateway = gateway_of(draft, gateway_id)
    decision, result = gateway.get("decision"), gateway.get("result")
    for file, model in dmn.load_all(draft.decisions).items():
        if decision and model.table(decision) is not None:
            return OwnTable(file, decision, result or decision)
    return None


def put_table(
    session: Session,
    draft_id: int,
    gateway_id: str,
    name: str,
    fields: Sequence[str],
    *,
    at: datetime,
) -> OwnTable:
    """Make a table that looks at these fields and let it decide the gateway: each way gets the condition that the
    table named it. The rules wait to be filled in: one for each combination of options where these are few.

    Raises NothingAsked, AnotherName, NotFound.
    """
    draft = changeable_draft(session, draft_id)
    gateway = gateway_of(draft, gateway_id)
    asked = questions_of(draft, gateway_id)
    looked_at = [asked[key] for key in fields if key in asked][:MOST_COLUMNS]
    if not looked_at:
        raise NothingAsked()
    name = " ".join(name.split())[:200] or gateway["name"] or gateway_id
    models = dmn.load_all(draft.decisions)
    if any(name in (each.variable.name, each.id) for each in _decisions(models)):
        raise AnotherName(name=name)
    ways = way_names(gateway)
    is_many = gateway["kind"] == "inclusiveGateway"
    text = _made(name, looked_at, ways, is_many)
    dmn.load(text)
    result = _variable(name, [*asked, *(each.get("result") for each in draft.report["gateways"])])
    file = _file(name, draft.decisions)
    draft.decisions = {**draft.decisions, file: text}
    draft.gateway_tables = {
        **draft.gateway_tables,
        gateway_id: {"decision": name, "result": result},
    }
    draft.rules = {**draft.rules, **_conditions(gateway, ways, result, is_many)}
    examined_draft(session, draft, at)
    return OwnTable(file, name, result)


def take_table_away(session: Session, draft_id: int, gateway_id: str, *, at: datetime) -> Draft:
    """Let the gateway's ways do without its table: the conditions that read it go, and so does the file made for it."""
    draft = changeable_draft(session, draft_id)
    gateway = gateway_of(draft, gateway_id)
    kept = table_of_gateway(draft, gateway_id)
    if gateway_id not in draft.gateway_tables:
        raise NotFound(what="decision table", name=gateway_id[:80])
    result = draft.gateway_tables[gateway_id]["result"]
    tables = dict(draft.gateway_tables)
    del tables[gateway_id]
    draft.gateway_tables = tables
    flows = {flow["id"] for flow in gateway["flows"]}
    draft.rules = {
        flow: said
        for flow, said in draft.rules.items()
        if flow not in flows or not _reads(said, result)
    }
    if kept is not None and _is_own(draft.decisions[kept.file]):
        draft.decisions = {
            file: text for file, text in draft.decisions.items() if file != kept.file
        }
    return examined_draft(session, draft, at)


def unnamed_ways(grid_rows: Sequence[Row], gateway: Json) -> list[int]:
    """Rules (from 1) whose result names no way on, so that a person has to choose."""
    known = {f'"{name}"' for name in way_names(gateway).values()}
    return [
        place
        for place, row in enumerate(grid_rows, start=1)
        if row.outputs and row.outputs[0].strip() not in known
    ]


def _made(name: str, looked_at: Sequence[Question], ways: Mapping[str, str], is_many: bool) -> str:
    id = _slug(name, "decision")
    text = new_table(name, f"urn:expedito:{id}", id)
    allowed = ", ".join(f'"{way}"' for way in ways.values())
    policy = HitPolicy.COLLECT if is_many else HitPolicy.FIRST
    text = with_columns(
        text,
        name,
        policy,
        None,
        [column_for(question) for question in looked_at],
        [Column(name, "result", "string", allowed, 1)],
    )
    return with_rules(text, name, _first_rules(looked_at))


def _first_rules(looked_at: Sequence[Question]) -> list[Row]:
    columns = [
        [f'"{value}"' for value, _ in question.options]
        if question.kind == "choice"
        else ["true", "false"]
        if question.kind == "yes_no"
        else ["-"]
        for question in looked_at
    ]
    number = 1
    for cells in columns:
        number *= len(cells)
    if number > MOST_FIRST_RULES:
        columns = [["-"] for _ in columns]
    return [Row(cells, ("",)) for cells in product(*columns)]


def _conditions(
    gateway: Json, ways: Mapping[str, str], result: str, is_many: bool
) -> dict[str, str]:
    return {
        flow["id"]: f'list contains({result}, "{ways[flow["id"]]}")'
        if is_many
        else f'{result} = "{ways[flow["id"]]}"'
        for flow in gateway["flows"]
        if not flow["is_default"]
    }


def _reads(condition: str, name: str) -> bool:
    try:
        return name in compile_expression(condition).names
    except FeelSyntaxError:
        return False


def _is_own(text: str) -> bool:
    return 'namespace="urn:expedito:' in text[:2_000]


def _decisions(models: Mapping[str, dmn.Model]) -> list[Any]:
    return [each for model in models.values() for each in model.definitions.with_logic()]


def _variable(name: str, taken: Sequence[str | None]) -> str:
    """A FEEL name for the result that nothing else has."""
    stem = _slug(name, "way")
    variable, number = stem, 2
    while variable in taken:
        variable, number = f"{stem}_{number}", number + 1
    return variable


def _slug(name: str, otherwise: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = "_".join(re.findall(r"[a-z0-9]+", plain))[:60].strip("_")
    try:
        is_name = isinstance(compile_expression(slug).node, Name) if slug else False
    except FeelSyntaxError:
        is_name = False
    return slug if is_name else f"{otherwise}_{slug}".rstrip("_")


def _file(name: str, taken: Mapping[str, str]) -> str:
    stem = _slug(name, "table").replace("_", "-")
    file, number = f"{stem}.dmn", 2
    while file in taken:
        file, number = f"{stem}-{number}.dmn", number + 1
    return file
