import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Event as Flag
from threading import Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine.database import Base, Database
from engine.deployments import current_version, procedure_by_key
from engine.models import Case, Event, Job, Person, Task, TaskStatus
from engine.receipts import Answer, fingerprint, once
from engine.tasks import complete_task
from engine.worker import Worker
from tests.engine.office import TownHall, diagram
from tests.faults.story import TIMER, check_whole
from tests.postgres import PostgresServer, PostgresUnavailable, postgres_server

pytestmark = pytest.mark.postgres
CLERKS = 3
PATIENCE = 150  # seconds that nobody has to wait, and a machine that others use as well may take
PAUSE = diagram(
    '<startEvent id="s"/><userTask id="t" name="T"/><intermediateCatchEvent id="pause">'
    + TIMER.format("PT1S")
    + '</intermediateCatchEvent><userTask id="u" name="U"/><endEvent id="e"/>',
    flows="s>t t>pause pause>u u>e",
)


@pytest.fixture
def server(testrun_uid: str) -> Iterator[PostgresServer]:
    """A server of this test's own, for others would not like what happens to it."""
    try:
        with postgres_server(f"crash-{testrun_uid}") as made:
            made.commit_for_good()
            yield made
    except PostgresUnavailable as reason:
        pytest.skip(f"No PostgreSQL here: {reason}")


class Clerk(Thread):
    """Starts cases and completes their first task, and does again what it got no answer to, under the same key."""

    def __init__(self, database: Database, name: str, person: Person, stop: Flag) -> None:
        super().__init__(name=name)
        self.database, self.person, self.stop = database, person, stop
        self.started: list[str] = []
        self.completed: list[str] = []
        self.lost = 0

    def run(self) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            case = self.once(f"start-{number}", self._start).body
            self.started.append(case["id"])
            task = case["task"]
            self.once(f"complete-{task}", lambda s, task=task: self._complete(s, task))  # type: ignore[misc]
            self.completed.append(task)

    def once(self, key: str, command: Callable[[Session], Answer]) -> Answer:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return self.database.write(
                    lambda session: once(
                        session,
                        key,
                        fingerprint(key),
                        lambda: command(session),
                        by=self.person,
                        at=datetime.now(UTC),
                    )
                )
            except DBAPIError:
                self.lost += 1
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)

    def _start(self, session: Session) -> Answer:
        version = current_version(session, procedure_by_key(session, "permit"))
        case = TownHall(session, datetime.now(UTC)).start(version, by=self.person)
        task = session.scalars(
            select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN.value)
        ).one()
        return Answer(201, {"id": str(case.id), "task": task.id})

    def _complete(self, session: Session, task: str) -> Answer:
        complete_task(session, task, {}, by=self.person, at=datetime.now(UTC))
        return Answer(200, {})


def test_nothing_is_lost_or_done_twice_when_postgres_restarts_at_once(
    server: PostgresServer,
) -> None:
    _restart_under_load(server, restarts=2)


@pytest.mark.soak
def test_nothing_is_lost_or_done_twice_over_many_restarts_of_postgres(
    server: PostgresServer,
) -> None:
    _restart_under_load(server, restarts=12)


def _restart_under_load(server: PostgresServer, *, restarts: int) -> None:
    database = Database(server.create("crash"))
    Base.metadata.create_all(database.engine)
    with database.transaction() as session:
        hall = TownHall(session, datetime.now(UTC))
        people = [hall.person(f"clerk{number}", "Office") for number in range(CLERKS)]
        hall.publish(PAUSE, by=people[0])
        for person in people:
            _ = person.standing.skill_names  # read while it can be: they outlive their session
    stop = Flag()
    clerks = [Clerk(database, person.name, person, stop) for person in people]
    worker = Thread(
        target=lambda: Worker(
            database, lambda: datetime.now(UTC), lease=timedelta(seconds=5)
        ).run_forever(stop, poll_seconds=0.1)
    )
    for thread in [*clerks, worker]:
        thread.start()
    rng = random.Random(5)
    try:
        for _ in range(restarts):
            before = sum(len(clerk.completed) for clerk in clerks)
            until = time.monotonic() + PATIENCE
            while sum(len(clerk.completed) for clerk in clerks) < before + 9:
                assert time.monotonic() < until, "nobody works any more"
                time.sleep(0.01)
            time.sleep(rng.uniform(0, 0.3))
            server.crash()
    finally:
        stop.set()
        for thread in [*clerks, worker]:
            thread.join(2 * PATIENCE)
            assert not thread.is_alive()
    _check(database, clerks, restarts)
    database.dispose()


def _check(database: Database, clerks: list[Clerk], restarts: int) -> None:
    later = datetime.now(UTC) + timedelta(hours=3)  # every lease and every pause has ended
    Worker(database, lambda: later).run_until_idle()
    lost = sum(clerk.lost for clerk in clerks)
    assert lost >= restarts
    with database.reading() as session:
        cases = {str(case_id) for case_id in session.scalars(select(Case.id))}
        assert {case_id for clerk in clerks for case_id in clerk.started} == cases
        done = Counter(
            f"{row.case_id}-{row.token}"
            for row in session.execute(
                select(Event.case_id, Event.token).where(Event.type == "task_completed")
            )
        )
        assert set(done.values()) == {1}
        assert set(done) == {task for clerk in clerks for task in clerk.completed}
        fired = session.scalar(select(func.count()).where(Event.type == "timer_fired"))
        assert fired == len(done)
        # what looks after the house, such as the sweep of files, is no case's
        of_cases = select(Job.kind, Job.key, Job.attempts).where(Job.case_id.is_not(None))
        assert session.execute(of_cases).all() == []
        check_whole(session, at=later)
    print(
        f"survived {restarts} restarts of PostgreSQL: {len(cases)} cases, {len(done)} tasks,"
        f" {lost} commands cut off and tried again"
    )
