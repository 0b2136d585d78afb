import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import make_url, select
from sqlalchemy.orm import Session

from engine.cases import cancel_case, resume_case, suspend_case
from engine.database import Database
from engine.deployments import current_version, procedure_by_key
from engine.errors import Conflict, NotFound
from engine.models import Case, CaseStatus, Person, Task, TaskStatus
from engine.tasks import claim_task, complete_task, release_task
from engine.worker import Worker
from tests.clock import Clock
from tests.conftest import BOTH
from tests.engine.office import TownHall
from tests.faults.story import check_whole, open_office

WAYS = [["which_receive"], ["which_granted"]]


class AnyOrder(RuleBasedStateMachine):
    """People, the clock and the worker do what they may, in any order."""

    opened: Callable[[], Database]  # one without rows
    closed: Callable[[Database], None]
    counted: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.database = type(self).opened()
        self.clock = Clock()
        self.people: list[Person] = open_office(self.database, self.clock(), "ana", "eva")
        self.completed: set[str] = set()
        self.cases = 0
        self.start()

    def teardown(self) -> None:
        self.counted["stories"] += 1
        type(self).closed(self.database)

    def pick(self, number: int) -> str:
        """Mostly an open task; one that is over now and then."""
        asked = select(Task).order_by(Task.status.desc(), Task.case_id, Task.token)
        if number % 8:
            asked = asked.where(Task.status == TaskStatus.OPEN.value)
        with self.database.reading() as session:
            tasks = [task.id for task in session.scalars(asked)]
        return tasks[number % len(tasks)] if tasks else "1-1"

    def try_(self, command: Any) -> Any:
        try:
            done = self.database.write(command)
        except (Conflict, NotFound):
            self.counted["refused"] += 1
            return None
        self.counted["done"] += 1
        return done

    @precondition(lambda self: self.cases < 3)
    @rule()
    def start(self) -> None:
        def command(session: Session) -> None:
            version = current_version(session, procedure_by_key(session, "permit"))
            TownHall(session, self.clock()).start(version)

        self.database.write(command)
        self.cases += 1

    @rule(number=st.integers(0, 50), who=st.integers(0, 1))
    def claim(self, number: int, who: int) -> None:
        task = self.pick(number)
        self.try_(lambda s: claim_task(s, task, by=self.people[who], at=self.clock()))

    @rule(number=st.integers(0, 50), who=st.integers(0, 1))
    def release(self, number: int, who: int) -> None:
        task = self.pick(number)
        self.try_(lambda s: release_task(s, task, by=self.people[who], at=self.clock()))

    @rule(numbers=st.lists(st.integers(0, 50), min_size=1, max_size=6), way=st.sampled_from(WAYS))
    def work(self, numbers: list[int], way: list[str]) -> None:
        for number in numbers:
            self.complete(number, number % 2, way)

    def complete(self, number: int, who: int, way: list[str]) -> None:
        task = self.pick(number)
        done = self.try_(
            lambda s: complete_task(
                s, task, {"n": number}, choices={"which": way}, by=self.people[who], at=self.clock()
            )
        )
        if done is not None:
            assert task not in self.completed
            self.completed.add(task)

    @precondition(lambda self: self.cases == 3)
    @rule(number=st.integers(0, 50), what=st.sampled_from([cancel_case, suspend_case, resume_case]))
    def from_outside(self, number: int, what: Any) -> None:
        with self.database.reading() as session:
            cases = list(session.scalars(select(Case.id).order_by(Case.id)))
        case_id = cases[number % len(cases)]
        self.try_(lambda s: what(s, case_id, "because", by=self.people[0], at=self.clock()))

    @rule(hours=st.sampled_from([-1, 0, 1, 24, 48]))
    def time_passes(self, hours: int) -> None:
        self.clock.now += timedelta(hours=hours)
        Worker(self.database, self.clock).run_until_idle()

    @invariant()
    def everything_is_whole(self) -> None:
        with self.database.reading() as session:
            check_whole(session, at=self.clock())
            open_cases = select(Case).where(Case.status == CaseStatus.OPEN.value)
            assert all(case.ended_at is None for case in session.scalars(open_cases))


@pytest.fixture(params=BOTH)
def machine(request: pytest.FixtureRequest) -> Iterator[type[AnyOrder]]:
    """The machine on one kind of database."""
    find = request.getfixturevalue

    class Machine(AnyOrder):
        counted: Counter[str] = Counter()

    if request.param == "sqlite":
        template, folder = find("sqlite_template"), find("tmp_path")
        numbers = count()

        def copied() -> Database:
            path = folder / f"{next(numbers)}.sqlite"
            shutil.copyfile(template, path)
            return Database(f"sqlite:///{path}")

        def removed(database: Database) -> None:
            database.dispose()
            for path in folder.glob("*.sqlite*"):
                path.unlink()

        Machine.opened, Machine.closed = staticmethod(copied), staticmethod(removed)
    else:
        url, server = find("postgres_url"), find("postgres_server")

        def emptied(database: Database) -> None:
            database.dispose()
            server.empty(make_url(url).database)

        Machine.opened, Machine.closed = staticmethod(lambda: Database(url)), staticmethod(emptied)
    yield Machine
    print(f"{request.param}: {dict(Machine.counted)}")


@pytest.mark.parametrize("examples", [10, pytest.param(100, marks=pytest.mark.soak)])
def test_commands_in_any_order_leave_every_case_whole(
    machine: type[AnyOrder], examples: int
) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert machine.counted["done"] > 5 * examples
