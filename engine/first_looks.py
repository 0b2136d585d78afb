"""Cases that an earlier release left without a time to look at conditions that read the clock: given one, once.

Since this release a case says itself when such a condition is looked at; one that nobody moves would first say so when
somebody does. The upgrade leaves one job, which goes through the open and suspended cases of the versions concerned.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine.database_away import database_trouble
from engine.deployments import blueprint
from engine.jobs import NewJob, enqueue_all
from engine.models import Case, CaseStatus, Job, JobKind
from engine.one_by_one import one_by_one
from engine.progress import hold
from engine.spiff import WaitKind
from engine.waiting import by_clock, job_key, new_job

BATCH = 100  # cases loaded in one transaction: people who work on them wait so long


def carry_on(session: Session, payload: Mapping[str, Any], *, at: datetime) -> None:
    """Plan looks at the next batch of cases, and leave the one after it; what a case breaks on stands in the way of
    that one alone, in a job that fails and is told as any other.
    """
    if "only" in payload:
        plan_looks(session, payload["only"], at=at)
        return
    after: int = payload["after"]
    versions = payload.get("versions")
    if versions is None:
        versions = _versions(session, after)
    cases = session.scalars(
        select(Case.id)
        .where(_is_left(after), Case.version_id.in_(versions))
        .order_by(Case.id)
        .limit(BATCH)
    ).all()
    broken = one_by_one(session, cases, lambda case_id: plan_looks(session, case_id, at=at))
    left = [_job(f"only:{case_id}", {"only": case_id}, at) for case_id in broken]
    if len(cases) == BATCH:
        left.append(_job(str(cases[-1]), {"after": cases[-1], "versions": versions}, at))
    enqueue_all(session, left, at=at)


def _job(name: str, payload: dict[str, Any], at: datetime) -> NewJob:
    return NewJob(JobKind.LOOKS, f"{JobKind.LOOKS.value}:{name}", at, payload)


def _is_left(after: int) -> ColumnElement[bool]:
    going = (CaseStatus.OPEN.value, CaseStatus.SUSPENDED.value)
    return (Case.id > after) & Case.status.in_(going)


def _versions(session: Session, after: int) -> list[int]:
    """Those of the cases left whose conditions, or those of what they call, may read the clock."""
    found = session.scalars(select(Case.version_id).where(_is_left(after)).distinct())
    return [one for one in found if _may_watch_clock(session, one)]


def _may_watch_clock(session: Session, version_id: int) -> bool:
    try:
        with session.begin_nested():
            return blueprint(session, version_id).compiled.may_watch_clock
    except Exception as error:
        if database_trouble(error) is not None:
            raise
        return True  # nor can its cases be loaded, and each says so


def plan_looks(session: Session, case_id: int, *, at: datetime) -> None:
    """Leave to the worker a look at each condition of the case that reads the clock and has none planned."""
    held = hold(session, case_id, at=at)
    looks = {
        job_key(case_id, wait): wait
        for wait in held.before.values()
        if wait.kind == WaitKind.CONDITION and by_clock(wait)
    }
    if not looks:
        return
    planned = set(session.scalars(select(Job.key).where(Job.key.in_(looks))))
    missing = [new_job(held.case, wait, at) for key, wait in looks.items() if key not in planned]
    enqueue_all(session, missing, at=at)
