import random
from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.deployments import current_version, procedure_by_key
from engine.models import Event, Job, JobKind, Task, TaskStatus
from engine.tasks import complete_task
from engine.worker import Worker
from tests.clock import Clock
from tests.engine.office import TownHall
from tests.faults.story import check_whole, open_office

ACTIONS = 120


def test_clocks_an_hour_apart_lose_no_timer_and_fire_none_twice(
    database: Database, clock: Clock
) -> None:
    people = open_office(database, clock(), "ana", "eva")
    rng = random.Random(3)
    jumps = 0

    def now() -> datetime:
        # Every machine has a clock of its own: each reading is up to an hour wrong.
        nonlocal jumps
        jumps += 1
        return clock() + timedelta(minutes=rng.choice((-60, -30, 0, 30, 60)))

    def start(session: Session) -> None:
        version = current_version(session, procedure_by_key(session, "permit"))
        TownHall(session, now()).start(version)

    def complete(session: Session) -> None:
        tasks = session.scalars(
            select(Task)
            .where(Task.status == TaskStatus.OPEN.value)
            .order_by(Task.case_id, Task.token)
        ).all()
        if not tasks:
            return
        task = rng.choice(tasks)
        ways = {"which": [rng.choice(("which_receive", "which_granted", "which_granted"))]}
        choices = ways if task.element_id == "decide" else None
        complete_task(session, task.id, {}, choices=choices, by=rng.choice(people), at=now())

    for _ in range(8):
        database.write(start)
    workers = [Worker(database, now, name=f"worker {number}") for number in range(2)]
    for _ in range(ACTIONS):
        database.write(complete)
        clock.advance(hours=rng.choice((0, 1, 6)))
        rng.choice(workers).run_once()
    clock.advance(days=4)
    Worker(database, clock).run_until_idle()
    with database.reading() as session:
        check_whole(session, at=clock())
        ends = Counter(
            (row.case_id, row.token)
            for row in session.execute(
                select(Event.case_id, Event.token).where(
                    Event.type.in_(("timer_fired", "timer_cancelled"))
                )
            )
        )
        made = session.scalar(select(func.count()).where(Event.type == "timer_set"))
        timers = session.scalar(
            select(func.count()).where(Job.kind == JobKind.TIMER.value, ~Job.is_dead)
        )
        assert set(ends.values()) == {1}
        assert sum(ends.values()) == made
        assert timers == 0
    print(f"survived {jumps} readings of wrong clocks; {made} timers fired or were taken away")
