from collections.abc import Callable
from functools import partial
from threading import Barrier, Thread
from time import sleep
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.deployments import blueprint, current_version, procedure_by_key
from engine.errors import Refusal
from engine.machines import ServiceKnown, add_service, service_keys
from engine.models import Case, DataStore, Event, Person, Task, TaskStatus
from engine.receipts import Answer, once
from engine.resolver import PublishedVersions
from engine.tasks import AlreadyCompleted, NotYours, claim_task, complete_task
from tests.clock import Clock
from tests.engine.office import TownHall
from tests.faults.story import check_whole, open_office

CROWD = 6


def at_once(database: Database, commands: list[Callable[[Session], Any]]) -> list[Any]:
    """Run each command in a thread and a transaction of its own, all at the same time; answers or refusals."""
    gate = Barrier(len(commands))
    answers: list[Any] = [None] * len(commands)

    def run(index: int, command: Callable[[Session], Any]) -> None:
        gate.wait()
        try:
            answers[index] = database.write(command)
        except Refusal as refusal:
            answers[index] = refusal

    threads = [Thread(target=run, args=pair) for pair in enumerate(commands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(180)
    return answers


@pytest.fixture
def crowd(database: Database, clock: Clock) -> list[Person]:
    """Six colleagues of one office and a case with one open task."""
    people = open_office(database, clock(), *(f"clerk{n}" for n in range(CROWD)))
    start(database, clock)
    return people


def completing(task: str, who: Person, clock: Clock) -> Callable[[Session], Any]:
    return partial(complete_task, task_id=task, answers={}, by=who, at=clock())


def start(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        version = current_version(session, procedure_by_key(session, "permit"))
        TownHall(session, clock()).start(version)


def first_task(database: Database) -> str:
    with database.reading() as session:
        return session.scalars(select(Task).where(Task.status == TaskStatus.OPEN)).one().id


def test_of_many_completing_one_task_exactly_one_wins(
    database: Database, clock: Clock, crowd: list[Person]
) -> None:
    task = first_task(database)
    answers = at_once(
        database,
        [completing(task, who, clock) for who in crowd],
    )
    losers = [answer for answer in answers if isinstance(answer, AlreadyCompleted)]
    winner = next(answer for answer in answers if not isinstance(answer, Refusal))
    assert len(losers) == CROWD - 1
    name = next(who.full_name for who in crowd if who.id == winner.task.ended_by_id)
    assert all(f"was completed by {name} at 14:00" in str(loser) for loser in losers)
    with database.reading() as session:
        check_whole(session, at=clock())
        assert facts(session, "task_completed") == 1


def test_of_many_claiming_one_task_exactly_one_gets_it(
    database: Database, clock: Clock, crowd: list[Person]
) -> None:
    task = first_task(database)
    answers = at_once(
        database, [partial(claim_task, task_id=task, by=who, at=clock()) for who in crowd]
    )
    assert sum(isinstance(answer, NotYours) for answer in answers) == CROWD - 1
    with database.reading() as session:
        assert facts(session, "task_claimed") == 1


def test_the_same_request_sent_twice_at_once_is_done_once(
    database: Database, clock: Clock, crowd: list[Person]
) -> None:
    task, ana = first_task(database), crowd[0]

    def request(session: Session) -> Answer:
        def complete() -> Answer:
            done = complete_task(session, task, {}, by=ana, at=clock())
            return Answer(303, {"location": f"/cases/{done.case.number}"})

        return once(session, "key-1", "asked", complete, by=ana, at=clock())

    answers = at_once(database, [request] * CROWD)
    assert len({(answer.status, answer.body["location"]) for answer in answers}) == 1
    assert sum(not answer.is_repeated for answer in answers) == 1
    with database.reading() as session:
        assert facts(session, "task_completed") == 1


def test_cases_started_at_once_have_numbers_of_their_own_without_a_gap(
    database: Database, clock: Clock, crowd: list[Person]
) -> None:
    def begin(session: Session) -> str:
        version = current_version(session, procedure_by_key(session, "permit"))
        return TownHall(session, clock()).start(version).number

    numbers = at_once(database, [begin] * CROWD)
    assert sorted(int(number[-6:]) for number in numbers) == list(range(2, CROWD + 2))


def test_both_branches_completed_at_once_join_once(
    database: Database, clock: Clock, crowd: list[Person]
) -> None:
    with database.transaction() as session:
        complete_task(session, first_task(database), {}, by=crowd[0], at=clock())
        tasks = [
            task.id
            for task in session.scalars(select(Task).where(Task.status == TaskStatus.OPEN.value))
        ]
    assert len(tasks) == 2
    at_once(
        database,
        [completing(task, who, clock) for task, who in zip(tasks, crowd, strict=False)],
    )
    with database.reading() as session:
        check_whole(session, at=clock())
        assert session.scalars(select(Task).where(Task.status == TaskStatus.OPEN)).all() == []
        assert session.scalar(select(func.count()).select_from(Case)) == 1


def facts(session: Session, kind: str) -> int:
    return session.scalar(select(func.count()).where(Event.type == kind)) or 0


def test_of_many_who_leave_something_in_a_new_data_store_none_is_refused(
    database: Database, clock: Clock, crowd: list[Person]
) -> None:
    with database.reading() as session:
        version = current_version(session, procedure_by_key(session, "permit"))

    def leaves(number: int, session: Session) -> int:
        plan = blueprint(session, version.id)
        at = clock()
        PublishedVersions(session, plan, started_at=at, at=at).write_store("fees", [number])
        sleep(0.2)  # nobody has committed when the others write
        return number

    answers = at_once(database, [partial(leaves, number) for number in range(CROWD)])
    assert sorted(answers) == list(range(CROWD))
    with database.reading() as session:
        (left,) = session.scalars(select(DataStore.value))
    assert left in [[number] for number in range(CROWD)]


def test_of_many_who_enter_a_service_at_once_one_does_and_the_others_read_why(
    database: Database, clock: Clock, crowd: list[Person]
) -> None:
    entered = partial(
        add_service, key="sunat", title="Taxpayers", url="https://api.example.org", at=clock()
    )
    answers = at_once(database, [entered] * CROWD)
    assert sum(isinstance(answer, ServiceKnown) for answer in answers) == CROWD - 1
    with database.reading() as session:
        assert service_keys(session) == ["sunat"]
