"""Cases that stand still and nobody is told: found once a day, each becomes an incident.

A case tells what holds it up when that happens; what an earlier release passed over, or what somebody settled without
mending it, is found here. Looked at are open cases on which something broke before, whose work was given up, or that
wait for nothing that is written down; a batch of cases is one transaction.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from engine.errors import Said
from engine.events import Happened
from engine.incidents import JOB_FAILED
from engine.jobs import NewJob, enqueue_all, why_failed
from engine.models import (
    Case,
    CaseStatus,
    Incident,
    Job,
    JobKind,
    Subscription,
    Task,
    TaskStatus,
)
from engine.one_by_one import one_by_one
from engine.progress import Held, hold
from engine.record.facts import Fact, record
from engine.spiff import Wait, WaitKind
from engine.waiting import NOTHING_MOVES, by_job, job_key, new_job, raise_incident, reason_of

LOG = logging.getLogger(__name__)
BATCH = 2000  # open cases gone through in one transaction, most of them only by their rows
SUSPECTS = 100  # of them whose state is looked at: people who work on these cases wait so long

_BROKE = exists().where(Incident.case_id == Case.id)
_GIVEN_UP = exists().where(Job.case_id == Case.id, Job.is_dead)
_WAITS = or_(
    exists().where(Task.case_id == Case.id, Task.status == TaskStatus.OPEN.value),
    exists().where(Job.case_id == Case.id, ~Job.is_dead),
    exists().where(Subscription.case_id == Case.id),
)


def plan_look(session: Session, *, at: datetime) -> None:
    """Leave a look at all open cases to the worker."""
    # A key of its own for every day: a look that was given up must not stand in the way of the next.
    _leave(session, at.isoformat(timespec="seconds"), -1, at)


def carry_on(session: Session, payload: Mapping[str, Any], *, at: datetime) -> None:
    """Look at the next batch of open cases, and leave the one after it."""
    begun, after = (
        payload.get("begun", ""),
        payload["after"],
    )  # an earlier release's says no more than where
    ids = session.scalars(
        select(Case.id)
        .where(Case.id > after, Case.status == CaseStatus.OPEN.value)
        .order_by(Case.id)
        .limit(BATCH)
    ).all()
    if not ids:
        return
    suspects = session.scalars(
        select(Case.id)
        .where(
            Case.id > after,
            Case.id <= ids[-1],
            Case.status == CaseStatus.OPEN.value,
            or_(_BROKE, _GIVEN_UP, ~_WAITS),
        )
        .order_by(Case.id)
        .limit(SUSPECTS)
    ).all()
    one_by_one(session, suspects, lambda case_id: bring_to_sight(session, case_id, at=at))
    if len(suspects) == SUSPECTS:
        _leave(session, begun, suspects[-1], at)
    elif len(ids) == BATCH:
        _leave(session, begun, ids[-1], at)


def bring_to_sight(session: Session, case_id: int, *, at: datetime) -> list[Incident]:
    """The incidents that were missing of a case that stands still; none of one that can move, or says why it cannot.

    Work that has no job any more is left to the worker again.
    """
    held = hold(session, case_id, at=at)
    if held.case.status != CaseStatus.OPEN:
        return []
    told = _told(session, case_id)
    raised = [
        raise_incident(session, held.case, kind, reason, element_id, token, at=at)
        for kind, reason, element_id, token in _untold(session, held, told, at)
    ]
    facts = [
        Fact(
            Happened.INCIDENT_RAISED, one.element_id, one.token, data={"reason": one.message[:500]}
        )
        for one in raised
    ]
    if facts:
        record(session, held.case, facts, by=None, at=at)
        LOG.warning(
            "Case %s stood still and nobody was told.",
            held.case.number,
            extra={"action": "case_brought_to_sight", "case": held.case.number},
        )
    return raised


def _told(session: Session, case_id: int) -> set[int | str]:
    """Tokens, and kinds without a token, of what is open already."""
    rows = session.execute(
        select(Incident.token, Incident.kind).where(
            Incident.case_id == case_id, Incident.resolved_at.is_(None)
        )
    )
    return {kind if token is None else token for token, kind in rows}


def _untold(
    session: Session, held: Held, told: set[int | str], at: datetime
) -> Iterator[tuple[str, Said | str, str | None, int | None]]:
    waits = list(held.before.values())
    jobs = _jobs(session, held, waits)
    for wait in waits:
        if wait.token in told:
            continue
        if wait.kind == WaitKind.INCIDENT:
            kind, reason = reason_of(wait)
            yield kind, reason, wait.element_id, wait.token
        elif by_job(wait):
            job = jobs.get(job_key(held.case.id, wait))
            if job is None:
                enqueue_all(session, [new_job(held.case, wait, at)], at=at)
            elif job.is_dead and wait.host is None:
                yield JOB_FAILED, why_failed(job), wait.element_id, wait.token
    if (held.execution.status == "stuck" or not waits) and "stuck" not in told:
        joins = held.execution.stuck_joins()
        yield "stuck", NOTHING_MOVES, joins[0] if joins else None, None


def _jobs(session: Session, held: Held, waits: Iterable[Wait]) -> dict[str, Job]:
    keys = [job_key(held.case.id, wait) for wait in waits if by_job(wait)]
    if not keys:
        return {}
    return {job.key: job for job in session.scalars(select(Job).where(Job.key.in_(keys)))}


def _leave(session: Session, begun: str, after: int, at: datetime) -> None:
    key = f"{JobKind.SIGHT.value}:{begun}:{after}"
    enqueue_all(session, [NewJob(JobKind.SIGHT, key, at, {"begun": begun, "after": after})], at=at)
