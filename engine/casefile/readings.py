"""Who of the office read a case, when, and what of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.ids import new_id
from engine.models import CaseReading, Person

SHOWN = 500  # the newest


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody looked."""

    at: datetime
    by_name: str
    what: str  # case, task, document, file, copy


def note_reading(
    session: Session, case_id: int, person_id: int, what: str, *, at: datetime
) -> None:
    """Keep that a person read a case. No fact: reading changes nothing, and the chain is the record of changes."""
    session.add(
        CaseReading(id=new_id(at), case_id=case_id, person_id=person_id, what=what[:40], at=at)
    )
    session.flush()


def readings_of(session: Session, case_id: int) -> list[Reading]:
    """Who read the case, the newest first."""
    rows = session.execute(
        select(CaseReading.at, Person.full_name, CaseReading.what)
        .outerjoin(Person, Person.id == CaseReading.person_id)
        .where(CaseReading.case_id == case_id)
        .order_by(CaseReading.at.desc(), CaseReading.id.desc())
        .limit(SHOWN)
    )
    return [Reading(at, name or "–", what) for at, name, what in rows]
