"""What the worker does with a batch of a migration: checks, moves or moves back some cases, then leaves the next batch.

A batch is one transaction; each case in it stands or falls alone.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, undefer

from engine.batches import stop_jobs
from engine.deployments import Blueprint, blueprint
from engine.errors import N_, Refusal
from engine.events import Happened
from engine.inbox.keys import renew_keys
from engine.interventions.previews import look
from engine.migration.chosen_cases import OPEN, ChosenCases
from engine.migration.commands import enqueue_batch
from engine.models import (
    Case,
    Incident,
    MigratedCase,
    MigratedStatus,
    Migration,
    MigrationStep,
    Person,
    Subscription,
    Task,
    TaskStatus,
    Version,
)
from engine.progress import Held, advance, hold
from engine.record.facts import Fact
from engine.resolver import PublishedVersions
from engine.routing.assignment import routes
from engine.routing.pools import keep_pools
from engine.spiff import Execution, Obstacle, Wait, WaitKind
from engine.waiting import job_key

CHECKED_AT_ONCE = 100
MOVED_AT_ONCE = 20
_ENDS = {
    MigrationStep.CHECKING: MigrationStep.CHECKED,
    MigrationStep.MOVING: MigrationStep.MOVED,
    MigrationStep.UNDOING: MigrationStep.UNDONE,
}
_WORK = (WaitKind.TASK, WaitKind.DECISION)
# what stands in the way of a case that moves back stands in the version it came from, which is not the new one
_BACK = {
    "the new version has nothing for “{name}”": N_(
        "the version it came from has nothing for “{name}”"
    ),
    "“{name}” is of another kind in the new version": N_(
        "“{name}” is of another kind in the version it came from"
    ),
    "“{name}” is in another sub-process in the new version": N_(
        "“{name}” is in another sub-process in the version it came from"
    ),
    "“{name}” waits for nothing in the new version": N_(
        "“{name}” waits for nothing in the version it came from"
    ),
    "tokens wait at the join “{name}”, which the new version lacks": N_(
        "tokens wait at the join “{name}”, which the version it came from lacks"
    ),
    "tokens wait on “{name}”, which the new version lacks": N_(
        "tokens wait on “{name}”, which the version it came from lacks"
    ),
}


@dataclass(frozen=True, slots=True)
class _Way:
    """From where to where a batch moves cases."""

    migration: Migration
    plan: Blueprint
    mapping: Mapping[str, str]
    data: Mapping[str, Any]  # of the fact
    by: Person | None
    at: datetime


def carry_on(session: Session, payload: Mapping[str, Any], *, at: datetime) -> None:
    """Do one batch; a batch of a step that is over does nothing."""
    migration = session.scalar(
        select(Migration).where(Migration.id == payload["migration_id"]).with_for_update()
    )
    if migration is None or migration.step != payload["step"]:
        return
    step = MigrationStep(migration.step)
    if step == MigrationStep.CHECKING:
        is_more = _check(session, migration, at)
    elif step == MigrationStep.MOVING:
        way = _way(session, migration, is_back=False, at=at)
        is_more = _each(session, way, MigratedStatus.FITS, _move)
    elif step == MigrationStep.UNDOING:
        way = _way(session, migration, is_back=True, at=at)
        is_more = _each(session, way, MigratedStatus.MOVED, _move_back)
    else:
        return
    migration.changed_at = at
    if is_more:
        enqueue_batch(session, migration, payload["batch"] + 1, at=at)
    else:
        migration.step = _ENDS[step].value
    session.flush()


def _check(session: Session, migration: Migration, at: datetime) -> bool:
    seen = select(func.max(MigratedCase.case_id)).where(MigratedCase.migration_id == migration.id)
    last = session.scalar(seen) or 0
    chosen = ChosenCases.from_json(migration.chosen)
    ids = session.scalars(
        select(Case.id)
        .where(*chosen.among(migration.from_version_id), Case.id > last)
        .order_by(Case.id)
        .limit(CHECKED_AT_ONCE)
    ).all()
    plan = blueprint(session, migration.to_version_id)
    for case_id in ids:
        try:
            _, here, execution = look(session, case_id, at=at)
            found = _in_the_way(execution, here, plan, migration.mapping)
        except Refusal as refusal:
            found = [_refused(refusal)]
        status = MigratedStatus.BLOCKED if found else MigratedStatus.FITS
        session.add(_row(migration, case_id, status, found))
    session.flush()
    return len(ids) == CHECKED_AT_ONCE


def _each(
    session: Session,
    way: _Way,
    status: MigratedStatus,
    move: Callable[[Session, _Way, MigratedCase, Held], None],
) -> bool:
    rows = session.scalars(
        select(MigratedCase)
        .where(MigratedCase.migration_id == way.migration.id, MigratedCase.status == status.value)
        .options(undefer(MigratedCase.state_before), undefer(MigratedCase.hash_after))
        .order_by(MigratedCase.case_id)
        .limit(MOVED_AT_ONCE)
    ).all()
    for row in rows:
        try:
            with session.begin_nested():
                _one(session, way, row, move)
        except Refusal as refusal:
            failed = MigratedStatus.BLOCKED if move is _move else MigratedStatus.KEPT
            row.status, row.obstacles = (
                failed.value,
                _told([_refused(refusal)]),
            )
            session.flush()
    return len(rows) == MOVED_AT_ONCE


def _one(
    session: Session,
    way: _Way,
    row: MigratedCase,
    move: Callable[[Session, _Way, MigratedCase, Held], None],
) -> None:
    held = hold(session, row.case_id, at=way.at)
    is_back = way.plan.version_id == way.migration.from_version_id
    expected = way.migration.to_version_id if is_back else way.migration.from_version_id
    if held.case.status not in OPEN or held.case.version_id != expected:
        row.status = MigratedStatus.LEFT.value
        return
    move(session, way, row, held)


def _move(session: Session, way: _Way, row: MigratedCase, held: Held) -> None:
    found = _in_the_way(held.execution, held.plan, way.plan, way.mapping)
    if found:
        row.status, row.obstacles = MigratedStatus.BLOCKED.value, _told(found)
        return
    row.state_before = held.case.state
    held.execution.migrate(way.plan.compiled, way.mapping, way.at)
    opened = _write(session, way, held, held.execution)
    # A case whose migration opened tasks cannot be put back as it was: their tokens' numbers are taken.
    row.hash_after = None if opened else _hash(held.case.state)
    row.status = MigratedStatus.MOVED.value


def _move_back(session: Session, way: _Way, row: MigratedCase, held: Held) -> None:
    if row.state_before is not None and row.hash_after == _hash(held.case.state):
        resolver = PublishedVersions(session, way.plan, started_at=held.case.started_at, at=way.at)
        execution = Execution.load(row.state_before, resolver)
    else:
        execution = held.execution
        found = _in_the_way(execution, held.plan, way.plan, way.mapping)
        if found:
            back = [replace(one, sentence=_BACK.get(one.sentence, one.sentence)) for one in found]
            row.status, row.obstacles = MigratedStatus.KEPT.value, _told(back)
            return
        execution.migrate(way.plan.compiled, way.mapping, way.at)
    _write(session, way, held, execution)
    row.status = MigratedStatus.UNDONE.value


def _write(session: Session, way: _Way, held: Held, execution: Execution) -> bool:
    """Write the case in its new version: what waits goes on waiting, under its new names. Whether tasks were opened."""
    case = held.case
    case.version_id = way.plan.version_id
    after = {wait.token: wait for wait in execution.waits()}
    before = dict(held.before)
    for token in _renamed(session, way, case, before, after):
        del before[token]
    _follow(session, way, case, before, after, execution)
    main = Fact(Happened.CASE_MIGRATED, data=dict(way.data))
    opened = advance(session, Held(case, way.plan, execution, before), main, by=way.by, at=way.at)
    return bool(opened)


def _renamed(
    session: Session,
    way: _Way,
    case: Case,
    before: Mapping[int, Wait],
    after: Mapping[int, Wait],
) -> list[int]:
    """Tokens that wait for something called otherwise now; what stood for the old wait is removed."""
    found = []
    for token, wait in after.items():
        old = before.get(token)
        if old is None or old.kind != wait.kind:
            continue
        is_same = (old.message, old.correlation, old.topic) == (
            wait.message,
            wait.correlation,
            wait.topic,
        )
        if is_same or old.kind in _WORK:
            continue
        if old.kind in (WaitKind.MESSAGE, WaitKind.SIGNAL):
            gone = delete(Subscription).where(
                Subscription.case_id == case.id, Subscription.token == token
            )
            session.execute(gone.execution_options(synchronize_session=False))
        elif old.kind == WaitKind.SERVICE:
            stop_jobs(session, [job_key(case.id, old)], at=way.at)
        else:
            continue
        found.append(token)
    return found


def _follow(
    session: Session,
    way: _Way,
    case: Case,
    before: Mapping[int, Wait],
    after: Mapping[int, Wait],
    execution: Execution,
) -> None:
    """Open tasks and incidents take the names, and tasks nobody works on the office, of the new version."""
    staying = [wait for token, wait in after.items() if wait.kind in _WORK and token in before]
    route = routes(session, way.plan, staying, execution.variables, at=way.at)
    keep_pools(session, [one.pool for one in route.values() if one.pool is not None])
    tasks = session.scalars(
        select(Task).where(
            Task.case_id == case.id, Task.status == TaskStatus.OPEN, Task.token.in_(list(route))
        )
    )
    for task in tasks:
        wait = after[task.token]
        node = way.plan.nodes.get(wait.element_id)
        task.version_id, task.element_id = way.plan.version_id, wait.element_id
        name = (
            route[task.token].name
            or wait.name
            or (node.name if node is not None else None)
            or wait.element_id
        )
        task.name = name[:300]
        if task.assignee_id is None:
            task.office_id = route[task.token].office_id
            task.queue_id = route[task.token].queue_id
    renew_keys(session, case)
    broken = session.scalars(
        select(Incident).where(Incident.case_id == case.id, Incident.resolved_at.is_(None))
    )
    for incident in broken:
        wait_there = None if incident.token is None else after.get(incident.token)
        if wait_there is not None:
            incident.element_id = wait_there.element_id


def _way(session: Session, migration: Migration, *, is_back: bool, at: datetime) -> _Way:
    ids = (migration.from_version_id, migration.to_version_id)
    numbers = {
        row.id: row.number
        for row in session.execute(select(Version.id, Version.number).where(Version.id.in_(ids)))
    }
    before, after = reversed(ids) if is_back else ids
    mapping = migration.mapping
    if is_back:
        mapping = {new: old for old, new in reversed(mapping.items())}
    by = None
    if migration.planned_by_id is not None:
        by = session.get(Person, migration.planned_by_id)
    data = {
        "before": numbers[before],
        "version": numbers[after],
        "reason": migration.reason,
        "migration": migration.id,
        **({"is_undone": True} if is_back else {}),
    }
    return _Way(migration, blueprint(session, after), mapping, data, by, at)


def _row(
    migration: Migration, case_id: int, status: MigratedStatus, found: list[Obstacle]
) -> MigratedCase:
    return MigratedCase(
        migration_id=migration.id, case_id=case_id, status=status.value, obstacles=_told(found)
    )


def _refused(refusal: Refusal) -> Obstacle:
    values = {name: str(value) for name, value in refusal.values.items()}
    return Obstacle(refusal.sentence, values=values)


def _in_the_way(
    execution: Execution, here: Blueprint, there: Blueprint, mapping: Mapping[str, str]
) -> list[Obstacle]:
    """What keeps the case from moving there."""
    return [_in_words(one, here) for one in execution.migration_obstacles(there.compiled, mapping)]


def _in_words(one: Obstacle, plan: Blueprint) -> Obstacle:
    """With the names that people read, where it tells of a join or of an arrow to it by the id."""
    name, node = one.values.get("name", ""), plan.nodes.get(one.element_id or "")
    if node is None or name == node.name:
        return one
    if name == node.id:
        return replace(one, values={**one.values, "name": node.name or name})
    for process in plan.compiled.model.processes:
        for scope, _ in process.scope.everything():
            flow = scope.flows.get(name)
            if flow is not None:
                ends = (plan.nodes.get(flow.source), plan.nodes.get(flow.target))
                said = " → ".join(end.name or end.id for end in ends if end is not None)
                return replace(one, values={**one.values, "name": flow.name or said})
    return one


def _told(found: list[Obstacle]) -> list[dict[str, Any]]:
    return [
        {
            "message": one.message[:300],
            "element_id": one.element_id,
            "sentence": one.sentence,
            "values": one.values,
        }
        for one in found[:20]
    ]


def _hash(state: bytes) -> bytes:
    return hashlib.sha256(state).digest()
