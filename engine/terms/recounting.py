"""After a day was declared, the terms of open cases are counted again, some at a time, and each change is a fact."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendars.offices import KEPT_SECONDS
from engine.events import Happened
from engine.facts import Fact, record
from engine.jobs import NewJob, enqueue_all
from engine.models import Case, CaseStatus, CaseTerm, JobKind
from engine.progress import lock
from engine.terms.clock import RUNS, count, days_said, set_alarm

_BATCH: Final = 50  # cases held in one transaction
_OPEN = (CaseStatus.OPEN, CaseStatus.SUSPENDED)


def recount_terms(session: Session, *, at: datetime) -> None:
    """Leave it to the worker to count open terms again; twice, for another process may not know the day yet."""
    known_everywhere = at + timedelta(seconds=2 * KEPT_SECONDS)
    enqueue_all(session, [_job(0, at), _job(0, known_everywhere)], at=at)


def carry_on(session: Session, payload: dict[str, Any], *, at: datetime) -> None:
    """One batch of cases, and a job for the next."""
    after = int(payload["after"])
    ids = session.scalars(
        select(Case.id)
        .where(
            Case.id > after,
            Case.status.in_([one.value for one in _OPEN]),
            Case.clock.in_([one.value for one in RUNS]),
        )
        .order_by(Case.id)
        .limit(_BATCH)
    ).all()
    for case_id in ids:
        _recount(session, case_id, at)
    if len(ids) == _BATCH:
        enqueue_all(session, [_job(ids[-1], at)], at=at)


def _recount(session: Session, case_id: int, at: datetime) -> None:
    case = lock(session, case_id)
    term = session.get(CaseTerm, case_id)
    if term is None or case.clock not in RUNS:
        return
    before = days_said(term)
    count(session, case, term)
    if days_said(term) == before:
        return
    set_alarm(session, case, term, at=at)
    fact = Fact(Happened.CLOCK_WENT_ON, data={"is_recount": True, **days_said(term)})
    record(session, case, [fact], by=None, at=at)


def _job(after: int, run_at: datetime) -> NewJob:
    # Counting twice changes nothing, so no two need to be one.
    key = f"clock:recount:{after}:{secrets.token_hex(8)}"
    return NewJob(JobKind.CLOCK, key, run_at, {"after": after})
