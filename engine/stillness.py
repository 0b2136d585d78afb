"""Cases that stand still: by themselves, with their procedure or until something is corrected; and who said why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.events import Happened
from engine.models import Case, CaseStatus, ClockState, Event, Halt, Person


class Stillness(StrEnum):
    """What a case that stands still waits for."""

    CASE = "case"  # somebody suspended it
    PROCEDURE = "procedure"  # it stands still with its whole procedure
    CORRECTION = "correction"  # the applicant is to correct what was observed (LPAG 125)


@dataclass(frozen=True, slots=True)
class Stop:
    """Who stopped a case, when, and the reason they gave; `by_name` is None when nobody is known."""

    reason: str
    by_name: str | None
    at: datetime


def stillness(status: str, clock: str | None, halt_id: int | None) -> Stillness | None:
    """Why a case of this status, clock and halt stands still; None where it moves or has ended."""
    if status != CaseStatus.SUSPENDED:
        return None
    if clock == ClockState.NOTICE:
        return Stillness.CORRECTION
    return Stillness.CASE if halt_id is None else Stillness.PROCEDURE


def stop_of(session: Session, case: Case) -> Stop | None:
    """Who made a case stand still and why; None where it moves, or the applicant is waited for."""
    why = stillness(case.status, case.clock, case.halt_id)
    if why == Stillness.PROCEDURE:
        found = (
            select(Halt.reason, Person.full_name, Halt.begun_at.label("at"))
            .outerjoin(Person, Person.id == Halt.begun_by_id)
            .where(Halt.id == case.halt_id)
        )
        row = session.execute(found).first()
        return None if row is None else Stop(row.reason, row.full_name, row.at)
    if why != Stillness.CASE:
        return None
    last = (
        select(Event.data, Event.at, Person.full_name)
        .outerjoin(Person, Person.id == Event.by_id)
        .where(Event.case_id == case.id, Event.type == Happened.CASE_SUSPENDED.value)
        .order_by(Event.seq.desc())
        .limit(1)
    )
    row = session.execute(last).first()
    return None if row is None else Stop((row.data or {}).get("reason", ""), row.full_name, row.at)
