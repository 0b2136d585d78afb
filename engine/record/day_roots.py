"""Each day closes with a root over the chains of all cases, so that a record rewritten from its beginning shows too.

The root of a day is sha256 over the root before it, the day, and the newest hash of every case whose chain went on
since then, by id of the case. A chain that stood still is in a root before. So a million cases cost what those of
the day cost, and who keeps one published root can check everything recorded until then.

A root covers what was in the record when its day was closed, shortly after midnight. A fact that comes later, whatever
instant it carries, is covered by the next root; so is a day on which no worker ran.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from engine.database import own_sql
from engine.ids import new_id
from engine.metrics.days import ZONE
from engine.models import Case, DayHead, DayRoot, Event, Job, JobKind

BATCH = 1000  # cases whose newest fact is noted, or taken back, in one transaction
_FIRST = bytes(32)  # what stands where the first root has none before it
_UNSEALED = (
    select(Case.id, Case.last_seq)
    .where(Case.sealed_seq < Case.last_seq, Case.id > bindparam("after"))
    .order_by(Case.id)
    .limit(bindparam("most"))
)
# not through the mapper: the case itself is not changed
_CASES: Table = Case.__table__  # type: ignore[assignment]  # the stubs say FromClause; it is a Table
_SEAL = update(_CASES).where(_CASES.c.id == bindparam("case")).values(sealed_seq=bindparam("seq"))
_UNSEAL = (
    update(_CASES)
    .where(_CASES.c.id == bindparam("case"), _CASES.c.sealed_seq == bindparam("seq"))
    .values(sealed_seq=0)
)


@dataclass(frozen=True, slots=True)
class RootAudited:
    """A root read again; `broken` says what is not as it was, None: nothing."""

    root: DayRoot
    broken: str | None


def close_yesterday(session: Session, *, zone: ZoneInfo = ZONE, at: datetime) -> bool:
    """Leave a job that closes the day before, unless it is closed or about to be; whether there was one to leave.

    Days are those of the installation's `zone`. Where the zone was changed, or a clock runs behind, no day is closed
    before one that is closed already: roots follow each other by day.
    """
    day = at.astimezone(zone).date() - timedelta(days=1)
    if session.scalar(select(DayRoot.day).where(DayRoot.day >= day).limit(1)) is not None:
        return False
    if session.scalar(select(DayHead.day).where(DayHead.day == day).limit(1)) is not None:
        return False  # begun; its job may have an earlier release's key
    return _leave_job(session, day, after=-1, at=at)


def carry_on(session: Session, payload: Mapping[str, Any], *, at: datetime) -> None:
    """Note the newest facts of the next thousand cases; after the last of them, close the day with its root."""
    day = date.fromisoformat(payload["day"])
    if session.scalar(select(DayRoot.day).where(DayRoot.day >= day).limit(1)) is not None:
        _leave_to_next(session, day, at=at)
        return
    rows = session.execute(_UNSEALED, {"after": payload["after"], "most": BATCH}).all()
    if rows:
        session.execute(
            insert(DayHead), [{"day": day, "case_id": row.id, "seq": row.last_seq} for row in rows]
        )
        session.connection().execute(_SEAL, [{"case": row.id, "seq": row.last_seq} for row in rows])
    if len(rows) == BATCH:
        _leave_job(session, day, after=rows[-1].id, at=at)
        return
    root, cases, _missing = _computed(session, day, _before(session, day))
    session.add(DayRoot(day=day, closed_at=at, cases=cases, root=root))
    session.flush()


def day_roots(session: Session, *, limit: int | None = None) -> list[DayRoot]:
    """The roots, the newest first."""
    return list(session.scalars(select(DayRoot).order_by(DayRoot.day.desc()).limit(limit)))


def unsealed_cases(session: Session) -> int:
    """How many cases have facts that no root covers yet."""
    return session.scalar(select(func.count()).where(Case.sealed_seq < Case.last_seq)) or 0


def audit_roots(
    session: Session, published: Mapping[date, str] | None = None
) -> Iterator[RootAudited]:
    """Every root computed again from the record, the oldest first, and compared with what was `published`.

    `published` is root in hexadecimal by day. Reads one hash per case and day on which it went on.
    """
    before, kept = _FIRST, dict(published or {})
    for found in session.scalars(select(DayRoot).order_by(DayRoot.day)).all():
        said = kept.pop(found.day, None)
        computed, cases, missing = _computed(session, found.day, before)
        broken = None
        if missing is not None:
            broken = f"fact {missing[1]} of case {missing[0]} is missing"
        elif computed != found.root or cases != found.cases:
            broken = "it does not follow from the record"
        elif said is not None and said.lower() != found.root.hex():
            broken = f"another one was published: {said}"
        yield RootAudited(found, broken)
        before = found.root
    for day, is_given_up in _rootless(session).items():
        said = kept.pop(day, None)
        broken = "it is gone; the cases that it covered are noted still"
        if said is not None:
            broken = f"it is gone; published was {said}"
        elif is_given_up:
            broken = "it was never closed; its job waits in the outbox to be tried again"
        yield RootAudited(DayRoot(day=day, cases=0, root=b""), broken)
    for day, said in sorted(kept.items()):
        yield RootAudited(DayRoot(day=day, cases=0, root=b""), f"it is gone; published was {said}")


def _leave_job(session: Session, day: date, *, after: int, at: datetime) -> bool:
    """Leave the job that goes on with a day; whether there was none. A day has one key from its first batch to its
    last, which is in the table all the time: so nobody begins a day a second time while it is being closed.
    """
    row = {
        "id": new_id(at),
        "kind": JobKind.ROOT.value,
        "key": f"root:{day}",
        "payload": {"day": day.isoformat(), "after": after},
        "run_at": at,
        "attempts": 0,
        "is_dead": False,
    }
    left = own_sql(session).insert(Job).values(row).on_conflict_do_nothing(index_elements=["key"])
    return bool(session.execute(left.returning(Job.id)).all())


def _leave_to_next(session: Session, day: date, *, at: datetime) -> None:
    """Take back what was noted for a day that a later one overtook while its job was dead: the next root covers it.
    A thousand cases at a time, as they were noted.
    """
    if session.get(DayRoot, day) is not None:
        return
    rows = session.execute(
        select(DayHead.case_id, DayHead.seq)
        .where(DayHead.day == day)
        .order_by(DayHead.case_id)
        .limit(BATCH)
    ).all()
    if not rows:
        return
    noted = [{"case": row.case_id, "seq": row.seq} for row in rows]
    session.connection().execute(_UNSEAL, noted)
    session.execute(delete(DayHead).where(DayHead.day == day, DayHead.case_id <= rows[-1].case_id))
    if len(rows) == BATCH:
        _leave_job(session, day, after=-1, at=at)


def _rootless(session: Session) -> dict[date, bool]:
    """Days whose cases were noted and that have no root, though nobody is at work on one; whether that was given up."""
    noted = (
        select(DayHead.day)
        .where(~exists().where(DayRoot.day == DayHead.day))
        .distinct()
        .order_by(DayHead.day)
    )
    jobs = session.execute(select(Job.payload, Job.is_dead).where(Job.kind == JobKind.ROOT.value))
    given_up: dict[str, bool] = {}
    for job in jobs:
        told = job.payload["day"]
        given_up[told] = given_up.get(told, True) and job.is_dead
    return {
        day: day.isoformat() in given_up
        for day in session.scalars(noted)
        if given_up.get(day.isoformat(), True)
    }


def _before(session: Session, day: date) -> bytes:
    asked = select(DayRoot.root).where(DayRoot.day < day).order_by(DayRoot.day.desc()).limit(1)
    return session.scalar(asked) or _FIRST


def _computed(
    session: Session, day: date, before: bytes
) -> tuple[bytes, int, tuple[int, int] | None]:
    """Root, number of cases, and the first fact (case, seq) that should be there and is not."""
    digest = hashlib.sha256(before + day.isoformat().encode())
    cases, missing = 0, None
    heads = (
        select(DayHead.case_id, DayHead.seq, Event.hash)
        .outerjoin(Event, (Event.case_id == DayHead.case_id) & (Event.seq == DayHead.seq))
        .where(DayHead.day == day)
        .order_by(DayHead.case_id)
        .execution_options(yield_per=5000)
    )
    for row in session.execute(heads):
        cases += 1
        if row.hash is None:
            missing = missing or (row.case_id, row.seq)
            continue
        digest.update(b"%d:%d:" % (row.case_id, row.seq) + row.hash)
    return digest.digest(), cases, missing
