"""The two sides of a study: the diagram, sheet and forms of each, its table, cost, burden and findings."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from designer.asme import ActivityType, Table, Totals, derive, overridden, totals
from designer.asme.derivation import Measured
from designer.asme.table import WAIT
from designer.beside import read_services, read_tables, with_rules, with_services
from designer.burden import TotalBurden, Visit, burden, once_only_ratio
from designer.changes import Parts
from designer.cost import (
    CostedActivity,
    CostTable,
    Dedication,
    Ledger,
    UnitCost,
    cost_a_minute,
    dedications,
    exact,
    unit_costs,
)
from designer.drafts import draft_by_id
from designer.findings import Finding, Log, Subject, TaskLog, look
from designer.findings.subject import AskedField
from designer.ledger import ledger
from designer.models import Draft, Study
from designer.picture import picture
from designer.studies.entity import ALONE, Entity, entity
from designer.studies.measuring import evidence_of
from designer.studies.said import Said, Which, read_said
from engine.bpmn import read
from engine.bpmn.model import Kind
from engine.deployments import version_with_everything
from engine.machines import service_keys
from engine.metrics.evidence import LogEvidence
from engine.models import Person, Version
from engine.sheet import Sheet, read_sheet

_NAME = re.compile(r"[^\W\d]\w*")
_LAID_TEXT = re.compile(r"<(?:\w+:)?text>([^<]*)</", re.DOTALL)
_MINUTE = Decimal(60)


@dataclass(frozen=True)
class Side:
    """One side as the method sees it."""

    which: Which
    parts: Parts
    sheet: Sheet
    table: Table
    totals: Totals
    cost: UnitCost
    unpriced: tuple[str, ...]  # activities whose work has no price yet: the cost is too low
    burden: TotalBurden
    once_only: Decimal | None
    findings: tuple[Finding, ...]
    log: LogEvidence | None
    exact_cost: Decimal = Decimal(0)  # the same, nothing cut off
    dedications: tuple[Dedication, ...] = ()  # of offices to all that uses each shared resource


@dataclass(frozen=True)
class Sides:
    """As it is, and, once there is a draft of it, as it is to be."""

    said: Said
    as_is: Side
    to_be: Side | None
    others: Entity = ALONE  # with which it shares costs


def sides(session: Session, study: Study, *, by: Person) -> Sides:
    """Both sides of a study, worked out anew from its diagrams, the log and what was said. Raises NotFound."""
    said = read_said(study.data)
    book = ledger(session)
    others = entity(session, study)
    parts = as_is_parts(session, study)
    log = evidence_of(session, study, parts.model.process(parts.process_id), by=by)
    as_is = side(parts, "as_is", said, book, log, others.tables)
    to_be = None
    if has_to_be(session, study) and study.to_be_draft_id is not None:
        was, parts = parts, draft_parts(session, study.to_be_draft_id)
        to_be = side(parts, "to_be", said, book, _of_people(log, was, parts), others.tables)
    return Sides(said, as_is, to_be, others)


def _of_people(log: LogEvidence | None, was: Parts, will_be: Parts) -> LogEvidence | None:
    """What the log tells of how it is to be: nothing of what a table decides that a person decided."""
    if log is None:
        return None
    before, after = (
        {node.id: node.kind for _, node in one.model.process(one.process_id).scope.everything()}
        for one in (was, will_be)
    )
    decided = {
        name
        for name, kind in after.items()
        if kind == Kind.BUSINESS_RULE_TASK and before.get(name) not in (None, kind)
    }
    tasks = {name: one for name, one in log.tasks.items() if name not in decided}
    return replace(log, tasks=tasks)


def has_to_be(session: Session, study: Study) -> bool:
    """Whether there is a draft of how it is to be; one that was thrown away is none."""
    draft_id = study.to_be_draft_id
    return draft_id is not None and session.get(Draft, draft_id) is not None


def as_is_parts(session: Session, study: Study) -> Parts:
    """The parts of the procedure as it is."""
    if study.as_is_version_id is not None:
        return version_parts(session, study.as_is_version_id)
    return draft_parts(session, study.as_is_draft_id or 0)


def version_parts(session: Session, version_id: int) -> Parts:
    """The parts of a published version."""
    version = version_with_everything(session, version_id)
    model = read(version.model)
    return Parts(model, version.process_id, version.sheet, version.forms, version.decisions)


def live_side(
    session: Session,
    version: Version,
    said: Said,
    book: Ledger,
    log: LogEvidence | None,
    others: tuple[CostTable, ...] = (),
) -> Side:
    """A version as it turned out: minutes as measured, whatever was said of them before it went live."""
    measured = set() if log is None else log.tasks.keys()
    known = measured | {f"{WAIT}{name}" for name in measured}
    overrides = {
        row: replace(one, minutes=None, share=None) if row in known else one
        for row, one in said.overrides.get("to_be", {}).items()
    }
    told = replace(said, overrides={**said.overrides, "to_be": overrides})
    return side(version_parts(session, version.id), "to_be", told, book, log, others)


def drawings_of(session: Session, study: Study) -> tuple[bytes, bytes]:
    """The files that show both sides."""
    if study.as_is_version_id is not None:
        before = picture(version_with_everything(session, study.as_is_version_id))
    else:
        before = draft_by_id(session, study.as_is_draft_id or 0).drawing
    return before, draft_by_id(session, study.to_be_draft_id or 0).drawing


def draft_parts(session: Session, draft_id: int) -> Parts:
    """The parts of a draft, the analyst's rules and services said into its diagram."""
    draft = draft_by_id(session, draft_id)
    drawn = with_services(read(draft.drawing), read_services(draft.services), service_keys(session))
    model = with_rules(drawn, draft.rules, read_tables(draft.gateway_tables))
    process = draft.report.get("process") or draft.process_id or model.processes[0].id
    known = {each.id for each in model.processes}
    chosen = process if process in known else model.processes[0].id
    return Parts(model, chosen, draft.sheet, draft.forms, draft.decisions)


def side(
    parts: Parts,
    which: Which,
    said: Said,
    book: Ledger,
    log: LogEvidence | None = None,
    others: tuple[CostTable, ...] = (),
) -> Side:
    """One side out of its parts. What the log measured of a task that stayed counts on both sides, until overridden.

    `others`: the cost tables of the entity's other procedures, with which it shares costs.
    """
    sheet = read_sheet(parts.sheet)
    overrides = said.overrides.get(which, {})
    table = derive(parts.model, parts.process_id, sheet, _measured(log))
    table = overridden(table, overrides)
    cost, exact_cost, unpriced, used = _cost(table, sheet.name, which, said, book, others)
    visit = said.visits.get(which, Visit())
    borne = burden(sheet.requirements, said.assumptions, said.applicants, visit)
    process = parts.model.process(parts.process_id)
    subject = Subject(
        model=parts.model,
        process=process,
        sheet=sheet,
        table=table,
        fields=tuple(asked_fields(parts.forms)),
        read_names=frozenset(_read_names(parts)),
        unit_cost=None if unpriced else cost.total,
        cost_a_minute=_by_office(book),
        services=said.services,
        burden={part.key: part.yearly for part in borne.parts},
        log=_log(log),
    )
    ratio = once_only_ratio(sheet.requirements)
    found = tuple(look(subject))
    return Side(
        which,
        parts,
        sheet,
        table,
        totals(table),
        cost,
        unpriced,
        borne,
        ratio,
        found,
        log,
        exact_cost,
        used,
    )


def asked_fields(forms: Mapping[str, Any]) -> Iterator[AskedField]:
    """Every field of the forms, with what its properties say of personal data."""
    for form, schema in forms.items():
        pending = list(schema.get("components", [])) if isinstance(schema, Mapping) else []
        while pending:
            one = pending.pop(0)
            if not isinstance(one, Mapping):
                continue
            pending[:0] = one.get("components", [])
            if isinstance(one.get("key"), str) and one.get("type") not in ("button", "group"):
                properties = one.get("properties") or {}
                yield AskedField(
                    form=form,
                    key=one["key"],
                    label=str(one.get("label") or one["key"]),
                    is_required=bool((one.get("validate") or {}).get("required")),
                    purpose=str(properties.get("purpose", "")),
                    retention=str(properties.get("retention", "")),
                )


def _read_names(parts: Parts) -> Iterator[str]:
    """Names that a condition, a decision or a letter mentions: enough to say that an answer is used."""
    texts: list[str] = []
    for process in parts.model.processes:
        for scope, node in process.scope.everything():
            flows = [scope.flows[flow] for flow in node.outgoing]
            texts += [flow.condition.text for flow in flows if flow.condition is not None]
            texts += [mapping.source.text for mapping in node.extension.inputs]
    for text in parts.decisions.values():
        texts += _LAID_TEXT.findall(text)
    letters = parts.sheet.get("letters")
    for letter in letters.values() if isinstance(letters, Mapping) else ():
        if isinstance(letter, Mapping):
            texts.append(str(letter.get("template", "")))
    for text in texts:
        yield from _NAME.findall(text)


def _measured(log: LogEvidence | None) -> dict[str, Measured]:
    if log is None:
        return {}
    return {
        name: Measured(
            touch=_minutes(seen.touch),
            wait=_minutes(seen.wait),
            share=Decimal(str(round(log.shares[name], 4))),
            count=seen.count,
        )
        for name, seen in log.tasks.items()
    }


def _log(log: LogEvidence | None) -> Log | None:
    if log is None:
        return None
    tasks = {
        name: TaskLog(seen.count, _minutes(seen.touch), _minutes(seen.wait), seen.quick)
        for name, seen in log.tasks.items()
    }
    return Log(log.cases, tasks, log.flows, log.missing, log.ended)


def _minutes(seconds: float) -> Decimal:
    return (Decimal(str(seconds)) / _MINUTE).quantize(Decimal("0.1"))


def costed(table: Table, book: Ledger) -> tuple[CostedActivity, ...]:
    """The activities of a table as far as they cost."""
    return tuple(
        CostedActivity(
            name=row.activity.value,
            office=row.office.value,
            minutes=row.minutes.value,
            staff=row.staff or usual_staff(row.office.value, book),
            resources=row.resources,
            is_wait=row.type.value == ActivityType.WAIT,
            share=row.share.value,
        )
        for row in table.rows
        if row.is_counted and row.minutes.value
    )


def _cost(
    table: Table,
    name: str,
    which: Which,
    said: Said,
    book: Ledger,
    others: tuple[CostTable, ...],
) -> tuple[UnitCost, Decimal, tuple[str, ...], tuple[Dedication, ...]]:
    """What one service costs by the decree and exactly, whose work has no price, and how much of each office shared
    costs are divided by.
    """
    activities = costed(table, book)
    consumables = said.consumables.get(which, ())
    tables = [CostTable(name, said.services, activities, consumables), *others]
    cost, *_ = unit_costs(tables, book)
    uncut, *_ = unit_costs(tables, book, rounding=exact)
    priced = {one.activity for one in cost.activities}
    work = [one for one in activities if not one.is_wait]
    unpriced = tuple(one.name for one in work if one.name not in priced)
    # Without any minutes the cost is not known either.
    return cost, uncut.total, unpriced if work else (name,), tuple(dedications(tables, book))


def usual_staff(office: str, book: Ledger) -> Mapping[str, Decimal]:
    """Where an office has one kind of post, that is who does it; where it has several, the analyst says who."""
    posts = [post.name for post in book.posts if post.office == office]
    return {posts[0]: Decimal(1)} if len(posts) == 1 else {}


def _by_office(book: Ledger) -> dict[str, Decimal]:
    """What a minute of an office's work costs: the mean of its posts."""
    prices: dict[str, list[Decimal]] = {}
    for post in book.posts:
        prices.setdefault(post.office, []).append(cost_a_minute(post))
    return {office: sum(found, Decimal(0)) / len(found) for office, found in prices.items()}
