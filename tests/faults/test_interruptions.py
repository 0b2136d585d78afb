from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.deployments import current_version, procedure_by_key
from engine.models import Job, Person, Task, TaskStatus
from engine.tasks import claim_task, complete_task, release_task
from engine.waking import carry_out
from tests.clock import Clock
from tests.engine.office import TownHall
from tests.faults.story import check_whole, open_office, rows

Command = Callable[[Session], Any]


class PowerCut(Exception):
    """What interrupts a command."""


@contextmanager
def cut_at(database: Database, statement: int) -> Iterator[list[int]]:
    """Interrupt at the statement with this number, counted from 1; 0 is the commit. Yields how many there were."""
    seen = [0]

    def before_statement(*_: object) -> None:
        seen[0] += 1
        if seen[0] == statement:
            raise PowerCut

    def before_commit(_: object) -> None:
        if statement == 0:
            raise PowerCut

    event.listen(database.engine, "before_cursor_execute", before_statement)
    event.listen(database.engine, "commit", before_commit)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", before_statement)
        event.remove(database.engine, "commit", before_commit)


def start(session: Session, clock: Clock, people: list[Person]) -> None:
    version = current_version(session, procedure_by_key(session, "permit"))
    TownHall(session, clock()).start(version, by=people[0], name="Rosa")


def task_of(session: Session, element_id: str) -> str:
    found = session.scalars(
        select(Task).where(Task.element_id == element_id, Task.status == TaskStatus.OPEN.value)
    )
    return found.one().id


def complete(session: Session, element_id: str, clock: Clock, by: Person, **choices: Any) -> None:
    complete_task(
        session, task_of(session, element_id), {"a": 1}, choices=choices or None, by=by, at=clock()
    )


def to_the_visit(database: Database, clock: Clock, people: list[Person]) -> None:
    with database.transaction() as session:
        start(session, clock, people)
    with database.transaction() as session:
        complete(session, "receive", clock, people[0])


def leased(session: Session) -> Job:
    job = session.scalars(select(Job)).one()
    job.leased_by = "worker"
    return job


def deadline(session: Session, clock: Clock) -> None:
    carry_out(session, leased(session), None, worker="worker", at=clock())


COMMANDS: dict[str, tuple[bool, Callable[[Session, Clock, list[Person]], Any]]] = {
    # name: (needs a case with two branches, the command)
    "start": (False, start),
    "claim": (True, lambda s, c, p: claim_task(s, task_of(s, "visit"), by=p[0], at=c())),
    "release": (True, lambda s, c, p: release_task(s, task_of(s, "visit"), by=p[0], at=c())),
    "complete": (True, lambda s, c, p: complete(s, "visit", c, p[0])),
    "timer": (True, lambda s, c, p: deadline(s, c)),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_is_cut_off_anywhere_leaves_nothing_behind_and_can_be_repeated(
    database: Database, clock: Clock, name: str
) -> None:
    needs_case, command = COMMANDS[name]
    people = open_office(database, clock(), "ana", "eva")
    if needs_case:
        to_the_visit(database, clock, people)
    clock.advance(days=2)
    before = rows(database)
    cuts = 0
    for statement in range(100):
        with cut_at(database, statement) as seen:
            try:
                database.write(lambda session: command(session, clock, people))
            except PowerCut:
                cuts += 1
                assert rows(database) == before
                continue
        assert seen[0] == statement - 1
        break
    assert cuts >= 3
    with database.reading() as session:
        check_whole(session, at=clock())
    if name != "release":  # nobody had claimed it, so nothing changed
        assert rows(database) != before
    print(f"{name}: survived {cuts} cuts")
