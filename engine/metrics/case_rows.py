"""The cases behind a number: what every figure of the pages leads to. Nobody sees a case here that they may not see."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from engine.metrics.days import instant, midnight
from engine.metrics.numbers import measured_cases
from engine.metrics.quality import SOON
from engine.metrics.question import Question
from engine.metrics.sql import epoch_of
from engine.models import Activity, Case, MeasuredCase, WorkItem
from engine.visibility import visible_cases

MOST = 200


@dataclass(frozen=True, slots=True)
class Which:
    """Which of the question's cases; what is None does not matter. `state`: late, soon, open, started, completed,
    met_late (completed after their term), wrong (not right the first time)."""

    state: str = "completed"
    task: str | None = None  # element id: done in these days; with `open`, standing there now
    variant: int | None = None
    at_least: int | None = None  # seconds from start to end
    below: int | None = None
    person: int | None = None  # did a task
    source: int | None = None  # office that handed over …
    target: int | None = None  # … to this one


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case; `is_imported`: it has no page of its own."""

    number: str
    applicant: str
    status: str
    outcome: str
    started_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    seconds: float  # from start to end, or until now
    is_imported: bool


def matching_cases(
    session: Session, question: Question, which: Which, *, at: datetime, most: int = MOST
) -> list[CaseLine]:
    """The cases, those that took or have been taking longest first; at most `most`."""
    now = int(at.timestamp())
    took = MeasuredCase.ended_at - MeasuredCase.started_at
    terms = [
        *measured_cases(session, question),
        or_(MeasuredCase.is_imported, visible_cases(question.person)),
        *_of_state(question, which, now),
        *_of_way(question, which),
    ]
    is_open = which.state in ("late", "soon", "open")
    rows = session.execute(
        select(MeasuredCase, Case.applicant_name)
        .outerjoin(Case, Case.id == MeasuredCase.case_id)
        .where(*terms)
        .order_by(MeasuredCase.started_at if is_open else took.desc(), MeasuredCase.case_id)
        .limit(most)
    )
    return [
        CaseLine(
            number=case.number,
            applicant=applicant or "",
            status=case.status,
            outcome=case.outcome,
            started_at=instant(case.started_at),
            ended_at=None if case.ended_at is None else instant(case.ended_at),
            due_at=None if case.due_at is None else instant(case.due_at),
            seconds=float((case.ended_at or now) - case.started_at),
            is_imported=case.is_imported,
        )
        for case, applicant in rows
    ]


def _of_state(question: Question, which: Which, now: int) -> list[ColumnElement[bool]]:
    case = MeasuredCase
    if which.state in ("late", "soon", "open"):
        terms: list[ColumnElement[bool]] = [case.ended_at.is_(None)]
        soon = now + int(SOON.total_seconds())
        # A term may change before the next fact is measured.
        due_at = func.coalesce(epoch_of(Case.due_at), case.due_at)
        if which.state == "late":
            terms += [due_at < now, case.status == "open"]
        elif which.state == "soon":
            terms += [due_at >= now, due_at < soon, case.status == "open"]
        return terms
    if which.state == "started":
        return _within(question, case.started_at)
    terms = [case.status == "completed", *_within(question, case.ended_at)]
    if which.state == "met_late":
        terms.append(case.ended_at > case.due_at)
    if which.state == "wrong":
        terms.append(or_(case.rework > 0, case.applicant > 0))
    return terms


def _of_way(question: Question, which: Which) -> list[ColumnElement[bool]]:
    case, item = MeasuredCase, WorkItem
    took = case.ended_at - case.started_at
    terms: list[ColumnElement[bool]] = []
    if which.variant is not None:
        terms.append(case.variant_id == which.variant)
    if which.at_least is not None:
        terms.append(took >= which.at_least)
    if which.below is not None:
        terms.append(took < which.below)
    if which.task is not None:
        ids = select(Activity.id).where(
            Activity.procedure_id == question.procedure_id, Activity.element_id == which.task
        )
        here = [item.case_id == case.case_id, item.activity_id.in_(ids)]
        stands = item.ended_at.is_(None) if which.state == "open" else item.is_completed
        terms.append(exists().where(*here, stands))
    if which.person is not None:
        terms.append(
            exists().where(
                item.case_id == case.case_id, item.person_id == which.person, item.is_completed
            )
        )
    if which.source is not None and which.target is not None:
        before = select(Activity.id).where(Activity.office_id == which.source)
        terms.append(
            exists().where(
                item.case_id == case.case_id,
                item.office_id == which.target,
                item.previous_id.in_(before),
            )
        )
    return terms


def _within(question: Question, column: object) -> list[ColumnElement[bool]]:
    instant_of: ColumnElement[int] = column  # type: ignore[assignment]  # a mapped column is one
    terms: list[ColumnElement[bool]] = []
    if question.since is not None:
        terms.append(instant_of >= midnight(question.since, question.zone))
    if question.until is not None:
        terms.append(instant_of < midnight(question.until, question.zone) + 86_400)
    return terms
