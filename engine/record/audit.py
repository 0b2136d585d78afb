"""The audit: the chain of every case's facts read again, from the first fact to the last."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from engine.models import Case, Event
from engine.record.facts import ChainBroken, verify_chain

_AT_ONCE = 500  # case ids read together


@dataclass(frozen=True, slots=True)
class Audited:
    """A case and what its record says: how many facts it has, or where it is broken."""

    case_id: int
    facts: int
    broken: ChainBroken | None


def audit(session: Session) -> Iterator[Audited]:
    """Every case in turn, broken ones too; last those of which only facts are left."""
    last = -1
    while case_ids := session.scalars(
        select(Case.id).where(Case.id > last).order_by(Case.id).limit(_AT_ONCE)
    ).all():
        for case_id in case_ids:
            try:
                yield Audited(case_id, verify_chain(session, case_id), None)
            except ChainBroken as broken:
                facts = session.scalar(select(func.count()).where(Event.case_id == case_id))
                yield Audited(case_id, facts or 0, broken)
        last = case_ids[-1]
    yield from _without_case(session)


def _without_case(session: Session) -> Iterator[Audited]:
    left = (
        select(Event.case_id, func.count().label("facts"))
        .where(~exists().where(Case.id == Event.case_id))
        .group_by(Event.case_id)
        .order_by(Event.case_id)
    )
    for row in session.execute(left).all():
        yield Audited(row.case_id, row.facts, ChainBroken(number=row.case_id, seq=row.facts + 1))
