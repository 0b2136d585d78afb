"""Moving open cases to another version: propose, plan and check, carry out, undo; the worker does it in batches."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from engine import jobs
from engine.cases import ReasonMissing
from engine.deployments import blueprint
from engine.errors import Conflict, NotFound, Refusal, Said
from engine.ids import new_id
from engine.migration.chosen_cases import EVERY, ChosenCases, check_chosen
from engine.models import (
    Case,
    Job,
    JobKind,
    MigratedCase,
    MigratedStatus,
    Migration,
    MigrationStep,
    Person,
    Task,
    TaskStatus,
    Version,
)
from engine.spiff import proposal


@dataclass(frozen=True, slots=True)
class Choice:
    """An element of the new version that an old one may become."""

    element_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Pair:
    """An element of the old version, what is proposed for it, and what else it may become."""

    element_id: str
    name: str
    kind: str  # engine.bpmn.model.Kind
    proposed: str | None
    choices: tuple[Choice, ...]  # of the same kind
    open_tasks: int  # how many cases have a task there now


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a migration is."""

    open_cases: int  # of those chosen, still on the old version
    by_status: Mapping[str, int]
    failure: str | None  # of the last batch that was given up

    @property
    def checked(self) -> int:
        """Cases looked at."""
        return sum(self.by_status.values())

    def count(self, status: str) -> int:
        """How many cases have this status."""
        return self.by_status.get(status, 0)


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case of a migration as a list shows it."""

    number: str
    status: str
    obstacles: tuple[Said, ...]


class OtherProcedure(Refusal):
    """Versions of different procedures, or the same version twice."""

    sentence = "Cases can only move to another version of the same procedure. Choose another one."


class PairUnknown(Refusal):
    """The map names an element that is not there, or another kind of element."""

    sentence = "“{old}” cannot become “{new}”. Choose an element of the same kind."


class NotNow(Conflict):
    """The migration is at another step."""

    sentence = "This migration has gone on meanwhile. Reload to see where it stands."


def pairs(session: Session, old: Version, new: Version) -> list[Pair]:
    """Every element a case may stand at in the old version, in the diagram's order, with what it may become."""
    there, here = blueprint(session, old.id), blueprint(session, new.id)
    proposed = proposal(there.compiled, here.compiled)
    counted = session.execute(
        select(Task.element_id, func.count().label("cases"))
        .where(Task.version_id == old.id, Task.status == TaskStatus.OPEN)
        .group_by(Task.element_id)
    )
    open_tasks = {row.element_id: row.cases for row in counted}
    by_kind: dict[str, list[Choice]] = {}
    for element_id in here.compiled.elements:
        node = here.nodes.get(element_id)
        if node is not None:
            by_kind.setdefault(node.kind.value, []).append(
                Choice(element_id, node.name or element_id)
            )
    return [
        Pair(
            element_id=element_id,
            name=node.name or element_id,
            kind=node.kind.value,
            proposed=proposed.get(element_id),
            choices=tuple(by_kind.get(node.kind.value, ())),
            open_tasks=open_tasks.get(element_id, 0),
        )
        for element_id in there.compiled.elements
        if (node := there.nodes.get(element_id)) is not None
    ]


def plan_migration(
    session: Session,
    old: Version,
    new: Version,
    mapping: Mapping[str, str],
    reason: str,
    *,
    chosen: ChosenCases = EVERY,
    by: Person | None,
    at: datetime,
) -> Migration:
    """Decide what becomes what, in which cases; the worker then finds out which can move. Nothing moves yet.

    Raises ReasonMissing, OtherProcedure, PairUnknown, CaseNotThere, TooManyNumbers.
    """
    if not reason.strip():
        raise ReasonMissing
    if old.procedure_id != new.procedure_id or old.id == new.id:
        raise OtherProcedure
    there, here = blueprint(session, old.id), blueprint(session, new.id)
    for old_id, new_id_ in mapping.items():
        before, after = there.compiled.elements.get(old_id), here.compiled.elements.get(new_id_)
        if before is None or after is None or type(before) is not type(after):
            raise PairUnknown(old=old_id[:80], new=new_id_[:80])
    check_chosen(session, old, chosen)
    migration = Migration(
        id=new_id(at),
        procedure_id=old.procedure_id,
        from_version_id=old.id,
        to_version_id=new.id,
        mapping=dict(mapping),
        chosen=chosen.to_json(),
        reason=reason.strip(),
        step=MigrationStep.CHECKING.value,
        planned_by_id=None if by is None else by.id,
        planned_at=at,
        changed_at=at,
    )
    session.add(migration)
    session.flush()
    enqueue_batch(session, migration, 1, at=at)
    return migration


def move_cases(
    session: Session, migration_id: int, *, by: Person | None, at: datetime
) -> Migration:
    """Let the worker move every case that fits. Raises NotFound, NotNow."""
    return _go_on(session, migration_id, MigrationStep.CHECKED, MigrationStep.MOVING, by, at)


def undo_migration(
    session: Session, migration_id: int, *, by: Person | None, at: datetime
) -> Migration:
    """Let the worker move the cases back: one that has not moved since exactly as it was, the others by the same map.

    Raises NotFound, NotNow.
    """
    return _go_on(session, migration_id, MigrationStep.MOVED, MigrationStep.UNDOING, by, at)


def resume_migration(session: Session, migration_id: int, *, at: datetime) -> int:
    """Try again the batches that were given up; how many there were."""
    dead = list(session.scalars(select(Job.id).where(*_batches(migration_id), Job.is_dead)))
    for job_id in dead:
        jobs.revive(session, job_id, at=at)
    return len(dead)


def migration_by_id(session: Session, migration_id: int) -> Migration:
    """The migration; NotFound."""
    found = session.get(Migration, migration_id)
    if found is None:
        raise NotFound(what="migration", name=migration_id)
    return found


def migrations_of(session: Session, procedure_id: int) -> list[Migration]:
    """The migrations of a procedure, the newest first."""
    return list(
        session.scalars(
            select(Migration)
            .where(Migration.procedure_id == procedure_id)
            .order_by(Migration.id.desc())
        )
    )


def progress(session: Session, migration: Migration) -> Progress:
    """How far it is: counted, never kept."""
    rows = session.execute(
        select(MigratedCase.status, func.count().label("cases"))
        .where(MigratedCase.migration_id == migration.id)
        .group_by(MigratedCase.status)
    )
    open_cases = session.scalar(
        select(func.count())
        .select_from(Case)
        .where(*ChosenCases.from_json(migration.chosen).among(migration.from_version_id))
    )
    failure = session.scalar(
        select(Job.last_error).where(*_batches(migration.id), Job.is_dead).limit(1)
    )
    return Progress(open_cases or 0, {row.status: row.cases for row in rows}, failure)


def case_lines(
    session: Session, migration: Migration, *statuses: MigratedStatus, limit: int = 100
) -> list[CaseLine]:
    """Cases of the migration with one of the statuses, in the order of their numbers' making."""
    rows = session.execute(
        select(Case.number, MigratedCase.status, MigratedCase.obstacles)
        .join(Case, Case.id == MigratedCase.case_id)
        .where(
            MigratedCase.migration_id == migration.id,
            MigratedCase.status.in_([status.value for status in statuses]),
        )
        .order_by(MigratedCase.case_id)
        .limit(limit)
    )
    return [CaseLine(row.number, row.status, tuple(map(_obstacle, row.obstacles))) for row in rows]


def _obstacle(kept: dict[str, Any]) -> Said:
    """What stood in the way; rows of earlier releases keep the English message alone."""
    if "sentence" in kept:
        return Said(kept["sentence"], kept["values"])
    return Said("{message}", {"message": kept["message"]})


def enqueue_batch(session: Session, migration: Migration, batch: int, *, at: datetime) -> None:
    """Leave the next batch of the migration's present step for the worker."""
    key = f"migration:{migration.id}:{migration.step}:{batch}"
    payload = {"migration_id": migration.id, "step": migration.step, "batch": batch}
    jobs.enqueue(session, JobKind.MIGRATION, key, payload, run_at=at, at=at)


def _batches(migration_id: int) -> tuple[ColumnElement[bool], ...]:
    key = f"migration:{migration_id}:"
    return Job.kind == JobKind.MIGRATION.value, Job.key.startswith(key, autoescape=True)


def _go_on(
    session: Session,
    migration_id: int,
    before: MigrationStep,
    after: MigrationStep,
    by: Person | None,
    at: datetime,
) -> Migration:
    migration = session.scalar(
        select(Migration).where(Migration.id == migration_id).with_for_update()
    )
    if migration is None:
        raise NotFound(what="migration", name=migration_id)
    if migration.step != before:
        raise NotNow
    migration.step, migration.changed_at = after.value, at
    # the facts are told of whoever said so last
    migration.planned_by_id = migration.planned_by_id if by is None else by.id
    session.flush()
    enqueue_batch(session, migration, 1, at=at)
    return migration
