"""After a day was declared, the terms of open cases are counted again, some at a time, and each change is a fact."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session

from engine.calendars.offices import KEPT_SECONDS
from engine.events import Happened
from engine.jobs import NewJob, enqueue_all
from engine.models import Case, CaseStatus, CaseTerm, FiledAppeal, JobKind
from engine.progress import lock
from engine.record.facts import Fact, record
from engine.terms.appeal_clock import count_appeal
from engine.terms.appeal_clock import set_alarm as set_alarm_of_appeal
from engine.terms.clock import RUNS, count, days_said, set_alarm
from engine.terms.offered import time_to_decide

_BATCH: Final = 50  # cases held in one transaction
_OPEN = (CaseStatus.OPEN, CaseStatus.SUSPENDED)


def recount_terms(session: Session, *, at: datetime) -> None:
    """Leave it to the worker to count open terms again; twice, for another process may not know the day yet."""
    known_everywhere = at + timedelta(seconds=2 * KEPT_SECONDS)
    jobs = [_job(0, at), _job(0, known_everywhere)]
    jobs += [_appeals_job((0, 0), at), _appeals_job((0, 0), known_everywhere)]
    enqueue_all(session, jobs, at=at)


def carry_on(session: Session, payload: dict[str, Any], *, at: datetime) -> None:
    """One batch of cases, and a job for the next."""
    if "after_appeal" in payload:
        _carry_on_appeals(session, payload["after_appeal"], at)
        return
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


def _carry_on_appeals(session: Session, after: Sequence[int], at: datetime) -> None:
    rows = session.execute(
        select(FiledAppeal.case_id, FiledAppeal.number)
        .where(
            tuple_(FiledAppeal.case_id, FiledAppeal.number) > tuple_(*map(literal, after)),
            FiledAppeal.decided_on.is_(None),
            FiledAppeal.silent_on.is_(None),
        )
        .order_by(FiledAppeal.case_id, FiledAppeal.number)
        .limit(_BATCH)
    ).all()
    for case_id, number in rows:
        case, term = lock(session, case_id), session.get(CaseTerm, case_id)
        appeal = session.get(FiledAppeal, (case_id, number), populate_existing=True)
        if term is None or appeal is None or appeal.decided_on is not None:
            continue
        before = appeal.decide_by
        count_appeal(session, term, appeal, time_to_decide(session, case, term, appeal.kind))
        if appeal.decide_by != before:
            set_alarm_of_appeal(session, case, term, appeal, at=at)
            data = {"is_recount": True, "appeal": number, "decide_by": appeal.decide_by.isoformat()}
            record(session, case, [Fact(Happened.CLOCK_WENT_ON, data=data)], by=None, at=at)
    if len(rows) == _BATCH:
        enqueue_all(session, [_appeals_job((rows[-1].case_id, rows[-1].number), at)], at=at)


def _appeals_job(after: tuple[int, int], run_at: datetime) -> NewJob:
    key = f"clock:recount-appeals:{after[0]}:{secrets.token_hex(8)}"
    return NewJob(JobKind.CLOCK, key, run_at, {"after_appeal": list(after)})


def _job(after: int, run_at: datetime) -> NewJob:
    # Counting twice changes nothing, so no two need to be one.
    key = f"clock:recount:{after}:{secrets.token_hex(8)}"
    return NewJob(JobKind.CLOCK, key, run_at, {"after": after})
