"""What a deed would do to a case: tried on a copy in memory, told in tasks, times and ends; nothing is written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployments import Blueprint, blueprint
from engine.errors import Conflict, NotFound
from engine.models import Case, Office, Person, Task, TaskStatus
from engine.resolver import PublishedVersions
from engine.routing.assignment import routes
from engine.spiff import Execution, FactKind, Wait, WaitKind

_WORK = (WaitKind.TASK, WaitKind.DECISION)


@dataclass(frozen=True, slots=True)
class Work:
    """A task that leaves or enters an inbox."""

    name: str
    office_name: str | None
    assignee_name: str | None


@dataclass(frozen=True, slots=True)
class Term:
    """A timer of the case."""

    name: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen. `revision` is of the case as it was looked at; a command that is given it refuses another."""

    revision: int
    leaving: tuple[Work, ...] = ()
    opening: tuple[Work, ...] = ()
    stopping: tuple[Term, ...] = ()  # timers
    setting: tuple[Term, ...] = ()
    forgotten: tuple[str, ...] = ()  # messages, signals, services no longer waited for
    awaited: tuple[str, ...] = ()
    breaking: tuple[str, ...] = ()  # what would be an incident, and why
    status: str = "running"  # afterwards: running, stuck, completed, failed, cancelled
    outcome: str | None = None


class MovedMeanwhile(Conflict):
    """What was shown before the deed is no longer true."""

    sentence = (
        "Case {number} moved on while you were reading. Look again at what would happen now, "
        "then decide."
    )


class _NothingKept(PublishedVersions):
    """Data stores are written in memory only."""

    def __init__(self, session: Session, plan: Blueprint, **times: datetime) -> None:
        super().__init__(session, plan, **times)
        self._written: dict[str, Any] = {}

    def read_store(self, store: str) -> Any:
        return self._written[store] if store in self._written else super().read_store(store)

    def write_store(self, store: str, value: Any) -> None:
        self._written[store] = value


def look(session: Session, case_id: int, *, at: datetime) -> tuple[Case, Blueprint, Execution]:
    """The case as it stands, in memory, to be tried out and thrown away; NotFound."""
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound(what="case", name=case_id)
    plan = blueprint(session, case.version_id)
    resolver = _NothingKept(session, plan, started_at=case.started_at, at=at)
    return case, plan, Execution.load(case.state, resolver)


def what_if(
    session: Session, case_id: int, deed: Callable[[Execution], None], *, at: datetime
) -> Preview:
    """What the case would be like after `deed`. Raises what the deed raises, NotFound."""
    case, plan, execution = look(session, case_id, at=at)
    before = {wait.token: wait for wait in execution.waits()}
    deed(execution)
    after = {wait.token: wait for wait in execution.waits()}
    gone = [wait for token, wait in before.items() if token not in after]
    new = [wait for token, wait in after.items() if token not in before]
    broke = {fact.token for fact in execution.facts if fact.type == FactKind.INCIDENT_RAISED}
    ended = [fact.data.get("outcome") for fact in execution.facts if fact.type == "case_completed"]
    return Preview(
        revision=case.revision,
        leaving=_leaving(session, case, gone),
        opening=_opening(session, plan, new, execution.variables, at),
        stopping=_terms(plan, gone),
        setting=_terms(plan, new),
        forgotten=_names(plan, gone),
        awaited=_names(plan, new),
        breaking=tuple(
            f"{_name(plan, wait)}: {wait.reason}"
            for wait in after.values()
            if wait.kind == WaitKind.INCIDENT and (wait.token in broke or wait.token not in before)
        ),
        status=execution.status,
        outcome=next((str(outcome) for outcome in ended if outcome), None),
    )


def hold_as_seen(session: Session, case_id: int, seen: int | None) -> None:
    """Lock the case; MovedMeanwhile unless its revision is the one that was seen (None: whatever it is)."""
    row = session.execute(
        select(Case.number, Case.revision).where(Case.id == case_id).with_for_update()
    ).first()
    if row is None:
        raise NotFound(what="case", name=case_id)
    if seen is not None and row.revision != seen:
        raise MovedMeanwhile(number=row.number)


def _leaving(session: Session, case: Case, gone: Iterable[Wait]) -> tuple[Work, ...]:
    tokens = [wait.token for wait in gone if wait.kind in _WORK]
    if not tokens:
        return ()
    rows = session.execute(
        select(Task.name, Office.name.label("office"), Person.full_name)
        .outerjoin(Office, Office.id == Task.office_id)
        .outerjoin(Person, Person.id == Task.assignee_id)
        .where(Task.case_id == case.id, Task.token.in_(tokens), Task.status == TaskStatus.OPEN)
        .order_by(Task.opened_at, Task.token)
    )
    return tuple(Work(row.name, row.office, row.full_name) for row in rows)


def _opening(
    session: Session,
    plan: Blueprint,
    new: Iterable[Wait],
    variables: dict[str, Any],
    at: datetime,
) -> tuple[Work, ...]:
    waits = [wait for wait in new if wait.kind in _WORK]
    way = routes(session, plan, waits, variables, at=at)
    offices = _by_id(session, Office.id, Office.name, (r.office_id for r in way.values()))
    people = _by_id(session, Person.id, Person.full_name, (r.assignee_id for r in way.values()))
    return tuple(
        Work(
            _name(plan, wait),
            offices.get(way[wait.token].office_id or 0),
            people.get(way[wait.token].assignee_id or 0),
        )
        for wait in waits
    )


def _by_id(session: Session, key: Any, name: Any, ids: Iterable[int | None]) -> Mapping[int, str]:
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    return {row[0]: row[1] for row in session.execute(select(key, name).where(key.in_(wanted)))}


def _terms(plan: Blueprint, waits: Iterable[Wait]) -> tuple[Term, ...]:
    return tuple(
        Term(_name(plan, wait), wait.due_at) for wait in waits if wait.kind == WaitKind.TIMER
    )


def _names(plan: Blueprint, waits: Iterable[Wait]) -> tuple[str, ...]:
    kinds = (WaitKind.MESSAGE, WaitKind.SIGNAL, WaitKind.SERVICE, WaitKind.CONDITION)
    return tuple(_name(plan, wait) for wait in waits if wait.kind in kinds)


def _name(plan: Blueprint, wait: Wait) -> str:
    node = plan.nodes.get(wait.element_id)
    return wait.name or (node.name if node is not None else None) or wait.element_id
