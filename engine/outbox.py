"""What leaves the house: mails, and calls to webhooks, written in the transaction of what they tell.

The worker sends them (`engine/senders/`) at least once. Sent again after a crash, a mail has the same Message-ID and a
call the same `webhook-id`, so that a receiver can tell. Two of the same `key` that still wait are one.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from engine import jobs
from engine.database import own_sql
from engine.errors import Conflict, NotFound
from engine.ids import new_id
from engine.models import Job, JobKind, Procedure, Version
from engine.sound_text import sound

LONGEST_SUBJECT = 200
_KINDS = (JobKind.MAIL.value, JobKind.WEBHOOK.value)
# Each such job stands for itself, or the next day brings another. With any other something would end for good: the
# rounds of a timer, the batches to come, what a page waits for.
_ALONE = (
    *_KINDS,
    JobKind.MESSAGE.value,
    JobKind.SIGHT.value,
    JobKind.FILES.value,
)
_SHEET = (
    "sheet:"  # begins the keys of jobs that print a procedure sheet: whoever wants it asks again
)
# What the pages of migrations and halts tell of; what is given up in a case is an incident of it.
_TOLD_ELSEWHERE = (JobKind.MIGRATION.value, JobKind.HALT.value)
_OURS = or_(
    Job.kind.in_(_KINDS),
    and_(Job.is_dead, Job.case_id.is_(None), Job.kind.not_in(_TOLD_ELSEWHERE)),
)
_JOBS: Table = Job.__table__  # type: ignore[assignment]  # the stubs say FromClause; it is a Table
# Stricter than the standard, as mail servers are: no quotes, no comments, nothing beyond ASCII.
_ADDRESS = re.compile(
    r"[A-Za-z0-9._%+'/=?^{}|~!#$&*-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*"
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail or call that waits or was given up, as an operator reads it; or work of no case that was given up."""

    id: int
    kind: str
    key: str
    to: str  # the address or the URL; empty: nobody's, it is work inside
    about: str  # the subject, the type of the fact; empty for work inside
    procedure: str  # whose cases the job begins, by its name; else empty
    payload: Mapping[str, Any]
    attempts: int
    run_at: datetime
    error: str
    said: Mapping[str, Any] | None  # the error, where it is in words of ours (engine.errors.Said)
    is_discardable: bool


class NotDiscarded(Conflict):
    """More than this one job would come to an end with it."""

    sentence = (
        "What comes after this work would end with it, so it cannot be left out. "
        "Mend what keeps it from being done, then try again."
    )


def is_address(text: str) -> bool:
    """Whether a mail can be sent to `text`: one plain address, without a name."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


def send_mail(
    session: Session,
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    leads_to: str = "",
    case_id: int | None = None,
    key: str,
    at: datetime,
) -> str:
    """Leave a mail for the worker; answers the id that its Message-ID begins with.

    `leads_to` is what it tells of: “notices”, “request” or “case ‹number›”; who sends it knows the address, if any.

    `key` says which mail this is, e.g. ``notice:<case>:<task>``. One receiver, so that none reads of another. With
    `case_id`, a mail that cannot be delivered becomes an incident of the case, else it stands in the operator's outbox.
    An address nobody can write to refuses nothing here: what happened to the case stays true.
    """
    payload = {
        "to": sound(to).strip(),
        "subject": _one_line(subject)[:LONGEST_SUBJECT],
        "text": sound(text),
        "html": sound(html),
        "leads_to": leads_to,
        "written_at": at.isoformat(),
    }
    stable = f"mail:{key}"
    _leave(session, JobKind.MAIL, stable, payload, case_id, at)
    return stable_id(_short(stable))


def send_webhook(
    session: Session, url: str, event: str, payload: dict[str, Any], *, key: str, at: datetime
) -> str:
    """Leave a call for the worker; answers its `webhook-id`.

    Only addresses an operator has entered are called (`engine/webhooks.py` knows the secret that signs the call); for
    any other nothing is sent. The body is ``{"type": event, "timestamp": …, "data": payload}``.
    """
    body = {"type": event, "timestamp": at.isoformat(), "data": payload}
    stable = f"webhook:{key}"
    _leave(session, JobKind.WEBHOOK, stable, {"url": url, "body": body}, None, at)
    return stable_id(_short(stable))


def stable_id(job_key: str) -> str:
    """The id a receiver sees: the same for every delivery of one job, and it tells nothing about the case."""
    return hashlib.sha256(job_key.encode()).hexdigest()[:32]


def waiting(session: Session) -> int:
    """How many mails and calls wait to be sent."""
    asked = select(func.count()).where(Job.kind.in_(_KINDS), ~Job.is_dead)
    return session.scalar(asked) or 0


def troubled(session: Session, *, limit: int = 100) -> list[Outgoing]:
    """What failed: first what was given up, then what is tried again, the longest due first.

    Mails and calls, and work of no case that was given up, such as beginning cases by a timer: nobody else would
    tell of it.
    """
    rows = session.scalars(
        select(Job)
        .where(_OURS, Job.last_error.is_not(None))
        .order_by(Job.is_dead.desc(), Job.run_at, Job.id)
        .limit(limit)
    )
    return [_outgoing(session, job) for job in rows]


def given_up(session: Session) -> int:
    """How much waits for an operator."""
    return session.scalar(select(func.count()).where(_OURS, Job.is_dead)) or 0


def send_again(session: Session, job_id: int, *, at: datetime) -> Outgoing:
    """Try once more, now, what failed; NotFound when it is not there any more."""
    _held(session, job_id)
    return _outgoing(session, jobs.revive(session, job_id, at=at))


def discard(session: Session, job_id: int) -> Outgoing:
    """Never send this, or never do it. NotFound when it is not there any more; NotDiscarded."""
    told = _outgoing(session, job := _held(session, job_id))
    if not told.is_discardable:
        raise NotDiscarded
    session.delete(job)
    session.flush()
    return told


def forget_unsent(session: Session, *, before: datetime) -> int:
    """Drop what was written before and not sent, as after living through a made-up past; how many."""
    gone = session.execute(delete(Job).where(Job.kind.in_(_KINDS), Job.run_at < before))
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE gives a CursorResult


def _leave(
    session: Session,
    kind: JobKind,
    key: str,
    payload: dict[str, Any],
    case_id: int | None,
    at: datetime,
) -> None:
    row = {
        "id": new_id(at),
        "kind": kind.value,
        "key": _short(key),
        "case_id": case_id,
        "payload": payload,
        "run_at": at,
        "attempts": 0,
        "is_dead": False,
    }
    session.execute(
        own_sql(session).insert(_JOBS).values(row).on_conflict_do_nothing(index_elements=["key"])
    )


def _held(session: Session, job_id: int) -> Job:
    job = session.scalar(select(Job).where(Job.id == job_id, _OURS).with_for_update())
    if job is None:
        raise NotFound(what="job", name=job_id)
    return job


def _outgoing(session: Session, job: Job) -> Outgoing:
    said = job.payload
    to = about = procedure = ""
    if job.kind == JobKind.MAIL:
        to, about = said["to"], said["subject"]
    elif job.kind == JobKind.WEBHOOK:
        to, about = said["url"], said["body"]["type"]
    elif job.kind == JobKind.TIMER:
        named = select(Procedure.name).join(Version, Version.procedure_id == Procedure.id)
        procedure = session.scalar(named.where(Version.id == said.get("version_id"))) or ""
    return Outgoing(
        id=job.id,
        kind=job.kind,
        key=job.key,
        to=to,
        about=about,
        procedure=procedure,
        payload=said,
        attempts=job.attempts,
        run_at=job.run_at,
        error=job.last_error or "–",
        said=job.last_said,
        is_discardable=job.kind in _ALONE or job.key.startswith(_SHEET),
    )


def _short(key: str) -> str:
    # as long as the column is
    if len(key) <= 120:
        return key
    kind = key.partition(":")[0]
    return f"{kind}:{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()}"


def _one_line(text: str) -> str:
    # A line break in a header would begin another header.
    return " ".join(sound(text).split())
