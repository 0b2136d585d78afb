"""Suspending a procedure, and its open cases with it if so wished; resuming it; how it stands.

The worker lays cases still and sets them going, in batches (engine/halts/batches.py). None of it stops the law's clock.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from engine import jobs
from engine.cases import ReasonMissing, lay_still
from engine.directory import people_names
from engine.errors import Refusal, Said
from engine.events import Happened
from engine.ids import new_id
from engine.models import (
    Case,
    CaseStatus,
    CaseTerm,
    Halt,
    HaltStep,
    Job,
    JobKind,
    Person,
    Procedure,
    Role,
)
from engine.record.facts import Fact, record
from engine.terms.clock import RUNS

# a case that was being opened at the moment of the halt is there by then
LAST_LOOK = timedelta(minutes=1)
LONGEST_REASON = 2000
MOST_HALTS = 20  # that a page shows


class OperatorNeeded(Refusal):
    """Open cases are touched: that is for whoever is in charge of them all."""

    sentence = (
        "Letting the open cases of a procedure stand still, or go on again, is for an operator. "
        "Ask one, or only stop new cases."
    )
    status = 403


@dataclass(frozen=True, slots=True)
class Outlook:
    """What suspending the procedure with its cases would mean now. Numbers only: they tell nothing about anyone."""

    moving: int  # open cases that would stand still
    lying: int  # suspended one by one, or waiting for a correction: they are not touched
    clocks: int  # of those that would stand still, how many have a term of the law that runs on
    first_silence_on: date | None  # the first day on which silence has its effect in one of them


@dataclass(frozen=True, slots=True)
class Standing:
    """A halt as people read it."""

    halt: Halt
    begun_by: str | None  # full names
    ended_by: str | None
    done: int  # cases laid still so far, or set going so far
    all: int
    failure: str | None  # of the last batch that was given up
    kept: tuple[tuple[str, Said], ...]  # numbers of cases that could not be set going, and why

    @property
    def is_working(self) -> bool:
        """Whether the worker is at it."""
        return self.halt.step in (HaltStep.STOPPING, HaltStep.RESUMING)


def suspend_procedure(
    session: Session,
    procedure: Procedure,
    reason: str,
    *,
    is_with_cases: bool = False,
    by: Person | None,
    at: datetime,
) -> Halt:
    """Take no new cases until it is resumed; `is_with_cases` lets the worker lay the open ones still, too.

    One that stands as wished stays so under its first reason. Raises ReasonMissing, OperatorNeeded.
    """
    _check(reason, is_with_cases, by)
    _lock(session, procedure)
    before = present_halt(session, procedure)
    if before is not None:
        is_ending = before.step == HaltStep.RESUMING
        if not is_ending and (before.is_with_cases or not is_with_cases):
            return before
        # what it stopped, or has not set going yet, is the new one's
        _end(before, HaltStep.OVER, reason, by, at)
    halt = Halt(
        id=new_id(at),
        procedure_id=procedure.id,
        is_with_cases=is_with_cases,
        step=(HaltStep.STOPPING if is_with_cases else HaltStep.STANDING).value,
        reason=reason.strip()[:LONGEST_REASON],
        begun_by_id=None if by is None else by.id,
        begun_at=at,
        stood=0,
        kept=[],
    )
    procedure.is_suspended = True
    session.add(halt)
    session.flush()
    if is_with_cases:
        enqueue_batch(session, halt, 1, run_at=at, at=at)
    return halt


def resume_procedure(
    session: Session, procedure: Procedure, reason: str, *, by: Person | None, at: datetime
) -> Halt | None:
    """Take new cases again, and let the worker set those going that were laid still with the procedure.

    A case that somebody suspended by itself stays so. The halt that ends; None when there is none to end.
    Raises ReasonMissing, OperatorNeeded.
    """
    _check(reason, False, by)
    _lock(session, procedure)
    halt = present_halt(session, procedure)
    if halt is not None and halt.step != HaltStep.RESUMING:
        _check(reason, halt.is_with_cases, by)
        _end(halt, HaltStep.RESUMING, reason, by, at)
        halt.stood = _count(session, _stands(halt))
        session.flush()
        enqueue_batch(session, halt, 1, run_at=at, at=at)
    procedure.is_suspended = False
    session.flush()
    return halt


def stand_with_procedure(session: Session, case: Case, *, at: datetime) -> None:
    """A held case that comes back to life lies still at once where its procedure does."""
    if case.status != CaseStatus.OPEN:
        return
    halt = session.scalar(
        select(Halt).where(
            Halt.procedure_id == case.procedure_id,
            Halt.is_with_cases,
            Halt.step.in_((HaltStep.STOPPING, HaltStep.STANDING)),
        )
    )
    if halt is not None:
        lay_still(session, case)
        case.halt_id = halt.id
        record(session, case, [suspended(halt)], by=person_of(session, halt.begun_by_id), at=at)


def present_halt(session: Session, procedure: Procedure) -> Halt | None:
    """The halt of the procedure that is not over, be it about to end; None when it goes on as ever."""
    return session.scalar(
        select(Halt)
        .where(Halt.procedure_id == procedure.id, Halt.step != HaltStep.OVER)
        .order_by(Halt.id.desc())
        .limit(1)
    )


def outlook(session: Session, procedure: Procedure) -> Outlook:
    """What suspending it with its cases would mean now."""
    here = Case.procedure_id == procedure.id
    is_open = Case.status == CaseStatus.OPEN
    runs = Case.clock.in_(RUNS)
    silence = (
        select(func.min(CaseTerm.silence_from))
        .join(Case, Case.id == CaseTerm.case_id)
        .where(here, is_open, runs, CaseTerm.silent_on.is_(None))
    )
    return Outlook(
        moving=_count(session, here, is_open),
        lying=_count(session, here, Case.status == CaseStatus.SUSPENDED, Case.halt_id.is_(None)),
        clocks=_count(session, here, is_open, runs),
        first_silence_on=session.scalar(silence),
    )


def standing(session: Session, halt: Halt) -> Standing:
    """The halt, how far the worker is with it and what went wrong."""
    names = people_names(session, [halt.begun_by_id, halt.ended_by_id])
    done = everything = 0
    if halt.is_with_cases and halt.step != HaltStep.OVER:
        stands = _count(session, _stands(halt))
        done, everything = stands, stands
        if halt.step == HaltStep.STOPPING:
            open_cases = Case.procedure_id == halt.procedure_id, Case.status == CaseStatus.OPEN
            everything = stands + _count(session, *open_cases)
        elif halt.step == HaltStep.RESUMING:
            done, everything = max(halt.stood - stands, 0), max(halt.stood, stands)
    failure = session.scalar(select(Job.last_error).where(*_batches(halt.id), Job.is_dead).limit(1))
    return Standing(
        halt,
        names.get(halt.begun_by_id or 0),
        names.get(halt.ended_by_id or 0),
        done,
        everything,
        failure,
        tuple((one["number"], Said(one["sentence"], one["values"])) for one in halt.kept),
    )


def past_halts(session: Session, procedure: Procedure) -> list[Standing]:
    """The latest halts of a procedure that are over, the newest first."""
    found = session.scalars(
        select(Halt)
        .where(Halt.procedure_id == procedure.id, Halt.step == HaltStep.OVER)
        .order_by(Halt.id.desc())
        .limit(MOST_HALTS)
    )
    return [standing(session, halt) for halt in found]


def try_halt_again(session: Session, halt: Halt, *, at: datetime) -> int:
    """Try again the batches that were given up; how many there were."""
    dead = list(session.scalars(select(Job.id).where(*_batches(halt.id), Job.is_dead)))
    for job_id in dead:
        jobs.revive(session, job_id, at=at)
    return len(dead)


def enqueue_batch(
    session: Session, halt: Halt, batch: int, *, run_at: datetime, at: datetime
) -> None:
    """Leave the next batch of the halt for the worker."""
    payload = {"halt_id": halt.id, "is_resuming": halt.step == HaltStep.RESUMING, "batch": batch}
    key = f"halt:{halt.id}:{int(payload['is_resuming'])}:{batch}"
    jobs.enqueue(session, JobKind.HALT, key, payload, run_at=run_at, at=at)


def suspended(halt: Halt) -> Fact:
    """The fact of a case that is laid still with its procedure."""
    return Fact(Happened.CASE_SUSPENDED, data={"reason": halt.reason, "halt": str(halt.id)})


def resumed(halt: Halt) -> Fact:
    """The fact of a case that is set going with its procedure."""
    return Fact(Happened.CASE_RESUMED, data={"reason": halt.end_reason, "halt": str(halt.id)})


def person_of(session: Session, person_id: int | None) -> Person | None:
    """Whoever said so."""
    return None if person_id is None else session.get(Person, person_id)


def _check(reason: str, is_with_cases: bool, by: Person | None) -> None:
    if not reason.strip():
        raise ReasonMissing
    if is_with_cases and by is not None and not by.has_role(Role.OPERATOR):
        raise OperatorNeeded


def _lock(session: Session, procedure: Procedure) -> None:
    # Of two who suspend and resume at once one comes second. Cases may be opened meanwhile: they only refer to it.
    session.refresh(procedure, with_for_update={"key_share": True})


def _end(halt: Halt, step: HaltStep, reason: str, by: Person | None, at: datetime) -> None:
    halt.step, halt.end_reason = step.value, reason.strip()[:LONGEST_REASON]
    halt.ended_by_id, halt.ended_at = None if by is None else by.id, at


def _stands(halt: Halt) -> ColumnElement[bool]:
    return (Case.halt_id == halt.id) & (Case.status == CaseStatus.SUSPENDED)


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Case).where(*conditions)) or 0


def _batches(halt_id: int) -> tuple[ColumnElement[bool], ...]:
    key = f"halt:{halt_id}:"
    return Job.kind == JobKind.HALT.value, Job.key.startswith(key, autoescape=True)
