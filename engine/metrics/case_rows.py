"""The cases behind a number: what every figure of the pages leads to. Nobody sees a case here that they may not see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session, aliased

from engine.metrics.days import instant, midnight
from engine.metrics.numbers import measured_cases
from engine.metrics.quality import SOON
from engine.metrics.question import Question
from engine.metrics.sql import epoch_of
from engine.models import Activity, Case, MeasuredCase, WorkItem
from engine.visibility import visible_cases

MOST = 200
STILL_OPEN = frozenset({"late", "soon", "open", "task_late"})


@dataclass(frozen=True, slots=True)
class Which:
    """Which of the question's cases; what is None does not matter. `state`: late, soon, open, task_late (the term of an
    open task has passed), started, ended, completed, met (their term, by the answer), met_late, wrong (not
    right at first)."""

    state: str = "completed"
    task: str | None = None  # element id: done in these days; with `open`, standing there now
    variant: int | None = None
    at_least: int | None = None  # seconds from start to end
    below: int | None = None
    person: int | None = None  # did a task; with `task`, that one
    giver: int | None = None  # … that this person had before
    holder: int | None = None  # has an open task
    office: int | None = None  # that has an open task; 0: a task of no office is open
    is_unclaimed: bool = False  # of the open task: nobody has it
    after: str | None = None  # element id done directly after …
    before: str | None = None  # … this one; empty: the case began with it, or ended
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
    answered_at: datetime | None  # None: not before the end
    seconds: float  # from start to end, or until now
    is_imported: bool


def matching_cases(
    session: Session, question: Question, which: Which, *, at: datetime, most: int = MOST
) -> tuple[int, list[CaseLine]]:
    """How many they are, and those that took or have been taking longest; at most `most`."""
    now = int(at.timestamp())
    took = MeasuredCase.ended_at - MeasuredCase.started_at
    terms = [
        *measured_cases(session, question),
        or_(MeasuredCase.is_imported, visible_cases(question.person)),
        *_of_state(question, which, now),
        *_of_way(question, which, now),
    ]
    is_open = which.state in STILL_OPEN
    rows = session.execute(
        select(MeasuredCase, Case.applicant_name, Case.due_at)
        .outerjoin(Case, Case.id == MeasuredCase.case_id)
        .where(*terms)
        .order_by(MeasuredCase.started_at if is_open else took.desc(), MeasuredCase.case_id)
        .limit(most)
    )
    lines = [
        CaseLine(
            number=case.number,
            applicant=applicant or "",
            status=case.status,
            outcome=case.outcome,
            started_at=instant(case.started_at),
            ended_at=_instant(case.ended_at),
            due_at=due_at if _stands(case) else _instant(case.due_at),
            answered_at=_instant(case.answered_at),
            seconds=float((case.ended_at or now) - case.started_at),
            is_imported=case.is_imported,
        )
        for case, applicant, due_at in rows
    ]
    if len(lines) < most:
        return len(lines), lines
    every = (
        select(func.count())
        .select_from(MeasuredCase)
        .outerjoin(Case, Case.id == MeasuredCase.case_id)
    )
    return session.scalar(every.where(*terms)) or 0, lines


def _stands(case: MeasuredCase) -> bool:
    """Whether the case's own row says when it is due: while it is open, and not at all once it is answered."""
    return case.ended_at is None and not case.is_imported


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else instant(seconds)


def _of_state(question: Question, which: Which, now: int) -> list[ColumnElement[bool]]:
    case = MeasuredCase
    if which.state in STILL_OPEN:
        terms: list[ColumnElement[bool]] = [case.ended_at.is_(None)]
        soon = now + int(SOON.total_seconds())
        # A term may change before the next fact is measured; who is answered, or whose clock stands still, has none.
        due_at = sql_case((case.is_imported, case.due_at), else_=epoch_of(Case.due_at))
        if which.state == "late":
            terms += [due_at < now, case.status == "open"]
        elif which.state == "soon":
            terms += [due_at >= now, due_at < soon, case.status == "open"]
        return terms
    if which.state == "started":
        return _within(question, case.started_at)
    if which.state == "ended":
        return _within(question, case.ended_at)
    terms = [case.status == "completed", *_within(question, case.ended_at)]
    answered = sql_case((case.answered_at < case.ended_at, case.answered_at), else_=case.ended_at)
    if which.state == "met":
        terms.append(answered <= case.due_at)
    if which.state == "met_late":
        terms.append(answered > case.due_at)
    if which.state == "wrong":
        terms.append(or_(case.rework > 0, case.applicant > 0))
    return terms


def _of_way(question: Question, which: Which, now: int) -> list[ColumnElement[bool]]:
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
        ids = _activities(question, which.task)
        here = [item.case_id == case.case_id, item.activity_id.in_(ids)]
        stands = item.ended_at.is_(None) if which.state in STILL_OPEN else item.is_completed
        terms.append(exists().where(*here, stands))
    if which.person is not None:
        did = [item.case_id == case.case_id, item.person_id == which.person, item.is_completed]
        if which.task is not None and which.state not in STILL_OPEN:
            did.append(item.activity_id.in_(_activities(question, which.task)))
        if which.giver is not None:
            earlier = aliased(WorkItem)
            did.append(
                exists().where(
                    earlier.case_id == case.case_id,
                    earlier.person_id == which.giver,
                    earlier.is_completed,
                    earlier.activity_id == item.previous_id,
                )
            )
        terms.append(exists().where(*did))
    if which.holder is not None or which.office is not None:
        has = [item.case_id == case.case_id, item.ended_at.is_(None)]
        if which.holder is not None:
            has.append(item.person_id == which.holder)
        if which.office is not None:
            has.append(item.office_id == which.office)
        if which.state == "task_late":
            has.append(item.due_at < now)
        if which.is_unclaimed:
            has.append(item.person_id == 0)
        terms.append(exists().where(*has))
    if which.after or which.before:
        terms.append(_followed(question, which))
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


def _followed(question: Question, which: Which) -> ColumnElement[bool]:
    """The way from `before` to `after`; an empty one is the start or the end of the case."""
    case, item = MeasuredCase, WorkItem

    here = [item.case_id == case.case_id, item.is_completed]
    if which.after:
        previous = (
            item.previous_id.in_(_activities(question, which.before))
            if which.before
            else item.previous_id == 0
        )
        return exists().where(
            *here, item.activity_id.in_(_activities(question, which.after)), previous
        )
    later = aliased(WorkItem)
    is_last = ~exists().where(
        later.case_id == item.case_id,
        later.is_completed,
        or_(
            later.ended_at > item.ended_at,
            and_(later.ended_at == item.ended_at, later.seq > item.seq),
        ),
    )
    ends = item.activity_id.in_(_activities(question, which.before or ""))
    return exists().where(*here, ends, is_last)


def _activities(question: Question, element_id: str) -> Any:
    return select(Activity.id).where(
        Activity.procedure_id == question.procedure_id, Activity.element_id == element_id
    )


def _within(question: Question, column: object) -> list[ColumnElement[bool]]:
    instant_of: ColumnElement[int] = column  # type: ignore[assignment]  # a mapped column is one
    terms: list[ColumnElement[bool]] = []
    if question.since is not None:
        terms.append(instant_of >= midnight(question.since, question.zone))
    if question.until is not None:
        terms.append(instant_of < midnight(question.until, question.zone) + 86_400)
    return terms
