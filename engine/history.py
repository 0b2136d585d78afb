"""What happened in a case and where it stands: read from the facts and the state, changing nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select, union_all
from sqlalchemy.orm import Session

from engine.directory import people_names
from engine.errors import NotFound
from engine.events import Happened
from engine.models import (
    Case,
    Document,
    Event,
    MigratedCase,
    Migration,
    Office,
    Person,
    Task,
    Version,
)
from engine.progress import load
from engine.record import facts
from engine.spiff import Execution, Wait, WaitKind
from engine.waiting import stands_at

_GIVEN = (Happened.TASK_OPENED, Happened.TASK_ASSIGNED, Happened.TASK_RETURNED)
_OUTSIDE = (
    WaitKind.TIMER,
    WaitKind.MESSAGE,
    WaitKind.SIGNAL,
    WaitKind.CONDITION,
    WaitKind.SERVICE,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact with the names people know."""

    seq: int
    at: datetime
    type: str  # engine.events.Happened
    element_id: str | None
    element_name: str | None
    token: int | None
    by_name: str | None  # full name; None: the engine itself
    office_name: str | None
    data: dict[str, Any]
    on_behalf_of: str | None = None  # full name of who was away, when a delegate did it
    to_name: str | None = None  # full name of who got the task


def timeline(session: Session, case: Case) -> list[Entry]:
    """Every fact of a case, the oldest first."""
    names = _element_names(session, case)
    rows = session.execute(
        select(Event, Person.full_name, Office.name)
        .outerjoin(Person, Person.id == Event.by_id)
        .outerjoin(Office, Office.id == Event.office_id)
        .where(Event.case_id == case.id)
        .order_by(Event.seq)
    ).all()
    named = {id for event, _, _ in rows for id in _named(event)}
    people = people_names(session, named) if named else {}
    return [
        Entry(
            seq=event.seq,
            at=event.at,
            type=event.type,
            element_id=event.element_id,
            element_name=names.get(event.element_id or stands_at(event.data or {}) or ""),
            token=event.token,
            by_name=by_name,
            office_name=office_name,
            data=event.data or {},
            on_behalf_of=people.get((event.data or {}).get("on_behalf_of", 0)),
            to_name=people.get((event.data or {}).get("to", 0)) if event.type in _GIVEN else None,
        )
        for event, by_name, office_name in rows
    ]


def _named(event: Event) -> list[int]:
    """People that a fact names by id, beside who did it."""
    data = event.data or {}
    given = (data.get("to"),) if event.type in _GIVEN else ()
    return [one for one in (data.get("on_behalf_of"), *given) if isinstance(one, int)]


def decision_made(
    session: Session, case: Case, seq: int
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The fact of a decision (decision, result, fired tables) and, for each table, models by file name.

    The models are those of the version that decided: the one the case had then, which a later migration does not
    change, or that of the procedure it had called.

    NotFound when the fact with this number is no decision.
    """
    data = session.scalar(
        select(Event.data).where(
            Event.case_id == case.id, Event.seq == seq, Event.type == Happened.DECISION_MADE
        )
    )
    if data is None:
        raise NotFound(what="decision", name=seq)
    fired = data.get("fired", ())
    called = {table["version"] for table in fired if "version" in table}
    models: dict[int | None, dict[str, str]] = {
        row.id: row.decisions or {}
        for row in session.execute(
            select(Version.id, Version.decisions).where(Version.id.in_(called))
        )
    }
    if any("version" not in table for table in fired):
        models[None] = _models_then(session, case, seq)
    return data, [models.get(table.get("version"), {}) for table in fired]


def _models_then(session: Session, case: Case, seq: int) -> dict[str, str]:
    """The decision models of the version that the case had when the fact with this number was written."""
    moved = session.scalar(
        select(Event.data)
        .where(Event.case_id == case.id, Event.seq > seq, Event.type == Happened.CASE_MIGRATED)
        .order_by(Event.seq)
        .limit(1)
    )
    version = Version.id == case.version_id
    if moved is not None:
        version = and_(Version.procedure_id == case.procedure_id, Version.number == moved["before"])
    return session.scalar(select(Version.decisions).where(version)) or {}


def positions(session: Session, case: Case) -> list[str]:
    """Ids of the elements where the case stands now; empty when it has ended."""
    return _execution(session, case).positions


def path(session: Session, case: Case) -> dict[str, int]:
    """How often the case passed each element and sequence flow of its diagram."""
    passed: dict[str, int] = {}
    rows = session.scalars(
        select(Event.data).where(Event.case_id == case.id, Event.data.is_not(None))
    )
    for data in rows:
        for element in (data or {}).get("path", ()):
            passed[element] = passed.get(element, 0) + 1
        for element, times in (data or {}).get("passed", {}).items():
            passed[element] = passed.get(element, 0) + times
    return passed


def way(session: Session, case: Case) -> set[str]:
    """Elements and flows on the way to where the case stands: what an appeal took back does not count any more."""
    rows = session.execute(
        select(Event.type, Event.element_id, Event.data)
        .where(Event.case_id == case.id, Event.data.is_not(None))
        .order_by(Event.seq)
    )
    passed: list[str] = []
    for kind, element_id, data in rows:
        if kind == Happened.CASE_REOPENED and element_id in passed:
            del passed[passed.index(element_id) :]
        passed.extend((data or {}).get("path", ()))
        passed.extend((data or {}).get("passed", {}))
    return set(passed)


@dataclass(frozen=True, slots=True)
class Stay:
    """How long a case stayed at a task: from opened to done, and how much of it somebody worked on it."""

    element_id: str
    name: str
    opened_at: datetime
    claimed_at: datetime | None
    ended_at: datetime | None
    office_name: str | None


def stays(session: Session, case: Case) -> list[Stay]:
    """Every task of a case that is or was there for somebody to do, the oldest first."""
    rows = session.execute(
        select(Task, Office.name)
        .outerjoin(Office, Office.id == Task.office_id)
        .where(Task.case_id == case.id)
        .order_by(Task.opened_at, Task.token)
    )
    return [
        Stay(task.element_id, task.name, task.opened_at, task.claimed_at, task.ended_at, office)
        for task, office in rows
    ]


def documents(session: Session, case: Case) -> list[Document]:
    """The files of a case, in the order they were added."""
    return list(
        session.scalars(
            select(Document).where(Document.case_id == case.id).order_by(Document.number)
        )
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What a case knows, where it is, and what it waits for that no person here does."""

    variables: dict[str, Any]
    positions: list[str]  # ids of elements; none when it has ended
    awaited: list[
        Wait
    ]  # timers, messages, signals, conditions, machines; the longest waiting first


def standing(session: Session, case: Case) -> Standing:
    """Where a case stands; its state is read once."""
    execution = _execution(session, case)
    awaited = [wait for wait in execution.waits() if wait.kind in _OUTSIDE]
    return Standing(dict(execution.variables), execution.positions, awaited)


def variables(session: Session, case: Case) -> dict[str, Any]:
    """What the case knows: names and JSON values."""
    return dict(_execution(session, case).variables)


def verify_chain(session: Session, case_id: int) -> bool:
    """True when every fact is as it was written; raises engine.record.facts.ChainBroken at the first that is not."""
    facts.verify_chain(session, case_id)
    return True


def _element_names(session: Session, case: Case) -> dict[str, str]:
    """Names of the elements of the case's version and of those it was moved from; its own version's win."""
    earlier = (
        select(Migration.from_version_id, Migration.to_version_id)
        .join(MigratedCase, MigratedCase.migration_id == Migration.id)
        .where(MigratedCase.case_id == case.id)
        .cte("earlier")
    )
    versions = union_all(select(earlier.c.from_version_id), select(earlier.c.to_version_id))
    rows = session.scalars(
        select(Version.element_names)
        .where(or_(Version.id == case.version_id, Version.id.in_(versions)))
        .order_by(Version.id == case.version_id, Version.number)
    )
    # what a called procedure had done, in its own words
    called = session.execute(select(Task.element_id, Task.name).where(Task.case_id == case.id))
    names: dict[str, str] = {row.element_id: row.name for row in called}
    for known in rows:
        names.update(known)
    return names


def _execution(session: Session, case: Case) -> Execution:
    return load(session, case, at=case.started_at).execution
