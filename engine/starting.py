"""Cases that begin by themselves: what a new version waits for, and the timers that start cases."""

from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from engine import buffer
from engine.bpmn.model import EventKind, TimerKind
from engine.calendars.jurisdiction import jurisdiction_of
from engine.jobs import NewJob, enqueue_all
from engine.models import Job, JobKind, StartTrigger, Version
from engine.spiff import Compiled
from engine.spiff.timers import schedule

_KINDS = {EventKind.MESSAGE: "message", EventKind.SIGNAL: "signal", EventKind.TIMER: "timer"}


def listen(session: Session, version: Version, compiled: Compiled, *, at: datetime) -> None:
    """From now on what the version waits for begins cases of it, and of no earlier version of the procedure.

    Messages that were kept because nothing began by them begin cases now.
    """
    procedure_id = version.procedure_id
    earlier = delete(StartTrigger).where(StartTrigger.procedure_id == procedure_id)
    timers = delete(Job).where(Job.key.like(f"start:{procedure_id}:%"))
    if version.number > 1:
        session.execute(earlier.execution_options(synchronize_session=False))
        session.execute(timers.execution_options(synchronize_session=False))
    rows = []
    jobs = []
    for start in compiled.starts:
        kind = None if start.kind is None else _KINDS.get(start.kind)
        if kind is None:
            continue
        name = start.event or start.timer or start.element_id
        rows.append(
            {
                "procedure_id": procedure_id,
                "element_id": start.element_id,
                "version_id": version.id,
                "kind": kind,
                "name": name[:200],
            }
        )
        if kind == "timer" and start.timer:
            job = _timer(version, start.element_id, start.timer, start.timer_kind, 0, at)
            if job is not None:
                jobs.append(job)
    if rows:
        session.execute(insert(StartTrigger), rows)
    enqueue_all(session, jobs, at=at)
    if any(row["kind"] == "message" for row in rows):
        buffer.hand_to_new_starts(session, procedure_id, at=at)


def following(job: Job, version: Version, *, at: datetime) -> NewJob | None:
    """The next round of a timer that starts cases of this version; None when there is none."""
    payload = job.payload
    first = datetime.fromisoformat(payload["set_at"])
    stem = f"{job.key.rsplit(':', 1)[0]}"
    return _round(version, stem, payload, payload["round"] + 1, first, not_before=at)


def _timer(
    version: Version, element_id: str, text: str, kind: str | None, number: int, at: datetime
) -> NewJob | None:
    payload = {
        "version_id": version.id,
        "element_id": element_id,
        "text": text,
        "kind": kind or TimerKind.DURATION.value,
        "set_at": at.isoformat(),
    }
    stem = f"start:{version.procedure_id}:{element_id[:60]}"
    return _round(version, stem, payload, number, at, None)


def _round(
    version: Version,
    stem: str,
    payload: dict[str, object],
    number: int,
    first: datetime,
    not_before: datetime | None,
) -> NewJob | None:
    zone = jurisdiction_of(version.sheet).zone
    found = schedule(TimerKind(str(payload["kind"])), str(payload["text"]), first.astimezone(zone))
    for _ in range(number):
        found = None if found is None else found.following(zone)
    # What was missed while nobody was at work is not made up for case by case.
    while found is not None and not_before is not None and found.due_at <= not_before:
        found, number = found.following(zone), number + 1
    if found is None:
        return None
    return NewJob(
        JobKind.TIMER, f"{stem}:{number}", found.due_at, {**payload, "round": number}, None, None
    )
