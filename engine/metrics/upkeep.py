"""Keeps the measures true, behind the backs of those who work: cases with facts not yet measured, a batch at a time.

The watermark is per case: `case_file.measured_seq` against `last_seq`. Facts of a case are numbered under its lock, so
what is committed up to a number is all there ever is up to it; a transaction that commits late only leaves its case
behind, wherever others are. A batch is first read and worked out, which holds nobody up, and then written by who finds
every watermark where it was; of two who worked out the same case one does so. Nothing here is in a person's request.
"""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import (
    BindParameter,
    String,
    Table,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from engine.bpmn.model import Kind as NodeKind
from engine.calendars import BusinessCalendar, office_calendar
from engine.database import Database
from engine.deployments import blueprint
from engine.metrics import keeping
from engine.metrics.bulk import calm_collector, update_seen
from engine.metrics.cells import Cells, Done, add, place, slices_of
from engine.metrics.days import ZONE, as_date, as_day, day_of, midnight
from engine.metrics.derive import WITH_DATA, FactRow, Reading, TaskRow, derive
from engine.metrics.item import Cause, Measured
from engine.metrics.sql import epoch_of
from engine.models import (
    Case,
    CaseTerm,
    Event,
    Procedure,
    Task,
    TaskStatus,
    Version,
)
from engine.sheet import read_sheet

if TYPE_CHECKING:
    from engine.metrics.recount import Recounted

MOST_KNOWN = 200_000
AT_ONCE = 2_000  # cases that are put behind in one transaction
BATCH = 100  # cases; so many people may have to wait for the writing of it: some milliseconds
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_EVENTS: Table = Event.__table__  # type: ignore[assignment]  # the stubs say FromClause
_CASE_COLUMNS = (
    Case.id,
    Case.number,
    Case.procedure_id,
    Case.version_id,
    Case.status,
    Case.outcome,
    Case.channel,
    Case.filed_on,
    epoch_of(Case.started_at).label("started_at"),
    epoch_of(Case.ended_at).label("ended_at"),
    epoch_of(Case.due_at).label("due_at"),
    CaseTerm.notify_by,
    Case.last_seq,
    Case.measured_seq,
)
_BEHIND = (
    select(*_CASE_COLUMNS)
    .outerjoin(CaseTerm, CaseTerm.case_id == Case.id)
    .where(Case.measured_seq < Case.last_seq)
)
_FACTS = (
    select(
        _EVENTS.c.case_id,
        _EVENTS.c.seq,
        epoch_of(_EVENTS.c.at).label("at"),
        _EVENTS.c.type,
        _EVENTS.c.element_id,
        _EVENTS.c.token,
        _EVENTS.c.by_id,
        _EVENTS.c.office_id,
        # answers and paths are long; only what is needed leaves the database
        case(
            (_EVENTS.c.type.in_([*WITH_DATA]), cast(type_coerce(_EVENTS.c.data, String), String)),
            else_=literal(None),
        ).label("data"),
    )
    .where(_EVENTS.c.case_id.in_(_IDS))
    .order_by(_EVENTS.c.case_id, _EVENTS.c.seq)
)
# Only rows that know what facts do not: that a task is open still, was given to somebody at once, is due, or was taken
# away without a word.
_TASKS = select(
    Task.case_id,
    Task.token,
    Task.element_id,
    Task.name,
    func.coalesce(Task.office_id, 0),
    func.coalesce(Task.assignee_id, 0),
    Task.status == TaskStatus.OPEN,
    epoch_of(Task.opened_at),
    epoch_of(Task.claimed_at),
    epoch_of(Task.ended_at),
    epoch_of(Task.due_at),
).where(
    Task.case_id.in_(_IDS),
    or_(
        Task.status != TaskStatus.COMPLETED,
        Task.due_at.is_not(None),
        Task.claimed_at <= Task.opened_at,
    ),
)


class Overtaken(Exception):
    """Somebody else measured a case of the batch meanwhile: the batch is thrown away and found again."""


@dataclass(slots=True)
class Known:
    """What a process remembers between batches: versions as they are read, and numbers whose names are written."""

    readings: dict[int, Reading] = field(default_factory=dict)
    written: set[int] = field(default_factory=set)

    def learn(self, numbers: set[int]) -> None:
        """Names that are written for good. Of very many the old ones are forgotten: writing one again does no harm."""
        if len(self.written) > MOST_KNOWN:
            self.written.clear()
        self.written |= numbers


@dataclass(frozen=True, slots=True)
class Batch:
    """Cases worked out, ready to be written."""

    seen: list[tuple[int, int, int]]  # new watermark, case, old watermark
    old: list[int]  # cases that have rows already
    done: list[Done]
    cells: Cells


def catch_up(
    database: Database, known: Known, *, zone: ZoneInfo = ZONE, batch: int = BATCH, most: int = 50
) -> int:
    """Measure what is behind, at most `most` batches, each in a transaction of its own; how many cases it were."""
    total = 0
    with calm_collector():
        for _ in range(most):
            with database.reading() as session:
                work = gather(session, known, zone=zone, limit=batch)
            if work is None:
                break
            try:
                known.learn(database.write(partial(_write, work, known.written)))
            except Overtaken:
                break
            total += len(work.seen)
            if len(work.seen) < batch:
                break
    return total


def catch_up_within(session: Session, *, zone: ZoneInfo = ZONE, batch: int = BATCH) -> int:
    """Measure all that is behind inside one transaction of the caller's; how many cases were measured."""
    known, total = Known(), 0
    while (work := gather(session, known, zone=zone, limit=batch)) is not None:
        known.learn(apply(session, work, known.written))
        total += len(work.seen)
    return total


def _write(work: "Batch", written: AbstractSet[int], session: Session) -> set[int]:
    return apply(session, work, written)


def gather(session: Session, known: Known, *, zone: ZoneInfo, limit: int) -> Batch | None:
    """Work out up to `limit` cases that are behind; None when there are none. Only reads."""
    cases = session.execute(_BEHIND.order_by(Case.id).limit(limit)).all()
    if not cases:
        return None
    ids = [row.id for row in cases]
    old = [row.id for row in cases if row.measured_seq]
    # Facts that were committed since the case was read are left for the next time: its row does not know them.
    facts = _facts(session, {row.id: row.last_seq for row in cases})
    tasks = _tasks(session, ids)
    cells = Cells()
    calendars: dict[int, BusinessCalendar] = {}
    for one in keeping.stored(session, old).values():
        add(cells, one, slices_of(one), zone, -1)
    done = []
    for row in cases:
        own = facts.get(row.id, [])
        reading = _reading(session, known, row.version_id)
        calendar = calendars.get(row.version_id)
        if calendar is None:
            calendar = office_calendar(session, reading.office_id, reading.jurisdiction)
            calendars[row.version_id] = calendar
        measured = _case(row, calendar.place.zone)
        latest = own[-1].at if own else measured.started_at
        derive(measured, own, tasks.get(row.id, {}), reading, latest)
        if measured.ended_at is not None:
            measured.legal_days = _legal_days(measured, measured.ended_at, row.filed_on, calendar)
        placed = place(measured)
        add(cells, placed, slices_of(placed), zone)
        done.append(placed)
    seen = [(row.last_seq, row.id, row.measured_seq) for row in cases]
    return Batch(seen, old, done, cells)


def apply(session: Session, work: Batch, written: AbstractSet[int]) -> set[int]:
    """Write a batch: watermarks first, then rows and cells; the numbers whose names are written besides.

    Raises Overtaken, and then nothing may be kept.
    """
    ids = [case_id for _, case_id, _ in work.seen]
    # Always in the same order, as whoever moves several cases does.
    session.execute(
        select(Case.id).where(Case.id.in_(_IDS)).order_by(Case.id).with_for_update(), {"ids": ids}
    ).all()
    if update_seen(session, work.seen) != len(work.seen):
        raise Overtaken
    keeping.erase(session, work.old)
    new = keeping.write(session, work.done, written)
    keeping.write_cells(session, work.cells)
    return new


def rebuild(
    database: Database,
    procedure_id: int,
    *,
    zone: ZoneInfo = ZONE,
    told: Callable[[int, int], object] | None = None,
) -> "Recounted":
    """Measure every case of a procedure anew from its facts and add everything up again, while everyone works on and
    pages show what they showed. `told` hears how many cases are done, of how many.

    Imported cases have no facts: their rows are the raw ones, and are only added up again.
    """
    after: int | None = 0
    counted = 0
    while after is not None:
        after, counted = database.write(
            partial(_put_behind, procedure_id=procedure_id, after=after, counted=counted)
        )
    known, done = Known(), 0
    while some := catch_up(database, known, zone=zone, most=10):
        done += some
        if told is not None:
            told(min(done, counted), counted)
    from engine.metrics.recount import recount  # asked for by hand

    return recount(database, procedure_id, zone=zone, told=told)


def _put_behind(
    session: Session, *, procedure_id: int, after: int, counted: int
) -> tuple[int | None, int]:
    """Say of some more cases that they have rows but are not measured; the last one's id, None after the last."""
    ids = session.scalars(
        select(Case.id)
        .where(Case.procedure_id == procedure_id, Case.id > after)
        .order_by(Case.id)
        .limit(AT_ONCE)
    ).all()
    if not ids:
        return None, counted
    # An older watermark than any: what stands in rows and cells is taken away when the case is measured.
    again = update(Case).where(Case.id.in_(ids), Case.measured_seq > 0).values(measured_seq=-1)
    session.execute(again.execution_options(synchronize_session=False))
    return ids[-1], counted + len(ids)


def _facts(session: Session, seen: dict[int, int]) -> dict[int, list[FactRow]]:
    facts: dict[int, list[FactRow]] = {}
    for case_id, seq, at, kind, element_id, token, by_id, office_id, data in session.execute(
        _FACTS, {"ids": list(seen)}
    ).all():
        if seq <= seen[case_id]:
            facts.setdefault(case_id, []).append(
                FactRow(
                    seq,
                    at,
                    kind,
                    element_id,
                    token,
                    by_id or 0,
                    office_id or 0,
                    None if data is None else orjson.loads(data),
                )
            )
    return facts


def _tasks(session: Session, ids: Sequence[int]) -> dict[int, dict[int, TaskRow]]:
    tasks: dict[int, dict[int, TaskRow]] = {}
    for case_id, token, *row in session.execute(_TASKS, {"ids": ids}).all():
        tasks.setdefault(case_id, {})[token] = TaskRow._make(row)
    return tasks


def _case(row: Any, zone: ZoneInfo) -> Measured:
    """The case without its items; the day of filing and that of the answer are days of `zone`, the office's."""
    (id, number, procedure_id, version_id, status, outcome, channel, filed_on, *times) = row
    started_at, ended_at, due_at, notify_by = times[:4]
    if notify_by is not None:
        # The case forgets its due date when it is answered; the day the answer had to be notified stays.
        due_at = midnight(notify_by + timedelta(days=1), zone) - 1
    is_filed_then = as_day(filed_on) == day_of(started_at, zone)
    return Measured(
        case_id=id,
        procedure_id=procedure_id,
        number=number,
        started_at=started_at,
        items=[],
        status=status,
        ended_at=ended_at,
        filed_at=started_at if is_filed_then else midnight(filed_on, zone),
        due_at=due_at,
        version_id=version_id,
        channel=channel,
        outcome=outcome or "",
    )


def _legal_days(case: Measured, ended_at: int, filed_on: date, calendar: BusinessCalendar) -> int:
    """Business days from filing to the answer, or to the end of a case without one, by the calendar that sets due dates
    and on its days, without those the case was suspended."""
    last = ended_at if case.answered_at is None else min(case.answered_at, ended_at)

    def day(at: int) -> date:
        return as_date(day_of(at, calendar.place.zone))

    begun = filed_on if case.legal_from is None else day(case.legal_from)
    whole = calendar.business_days_between(begun, day(last))
    stood = (
        calendar.business_days_between(day(start), day(min(end, last)))
        for start, end in case.pauses
        if start < last
    )
    return max(0, whole - sum(stood))


def _reading(session: Session, known: Known, version_id: int) -> Reading:
    reading = known.readings.get(version_id)
    if reading is None:
        reading = known.readings[version_id] = read_version(session, version_id)
    return reading


_BESIDE = frozenset({NodeKind.BOUNDARY_EVENT, NodeKind.START_EVENT})
_SAID = {
    "applicant": Cause.APPLICANT,
    "other_office": Cause.OTHER_OFFICE,
    "timer": Cause.TIMER,
}


def read_version(session: Session, version_id: int) -> Reading:
    """How the facts of a version's cases are read.

    `[waits]` of the procedure sheet says which elements wait for whom: `applicant = ["Correct"]`, `other_office = […]`.
    """
    nodes = blueprint(session, version_id).nodes
    sheet, office_id = session.execute(
        select(Version.sheet, Procedure.office_id)
        .join(Procedure, Procedure.id == Version.procedure_id)
        .where(Version.id == version_id)
    ).one()
    sheet = sheet or {}
    said = sheet.get("waits")
    waits = {
        element_id: cause
        for word, cause in _SAID.items()
        for element_id in (said.get(word) or () if isinstance(said, dict) else ())
        if isinstance(element_id, str)
    }
    return Reading(
        names={node_id: node.name for node_id, node in nodes.items() if node.name},
        waits=waits,
        office_id=office_id,
        jurisdiction=read_sheet(sheet).jurisdiction,
        beside=frozenset(id for id, node in nodes.items() if node.kind in _BESIDE),
    )
