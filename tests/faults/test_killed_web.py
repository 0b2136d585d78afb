import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Flag

import pytest
from sqlalchemy import func, select

from engine.database import Database
from engine.models import Case, Event, Job
from engine.people import person_by_name
from tests.engine.office import TownHall, diagram
from tests.faults.story import TIMER, check_file, check_whole
from tests.faults.web import PATIENCE, Load, Web
from webapp.config import Settings
from webapp.schema import upgrade_schema
from webapp.security.tokens import issue_token
from webapp.workers import workers

CLIENTS = 3
PAUSE = diagram(
    '<startEvent id="s"/><userTask id="t" name="T"/><intermediateCatchEvent id="pause">'
    + TIMER.format("PT1S")
    + '</intermediateCatchEvent><userTask id="u" name="U"/><endEvent id="e"/>',
    flows="s>t t>pause pause>u u>e",
)


@pytest.fixture
def office(empty_database_url: str) -> Iterator[Database]:
    """A database as an installation has it, with a procedure and a clerk."""
    made = Database(empty_database_url)
    upgrade_schema(made)
    with made.transaction() as session:
        hall = TownHall(session, datetime.now(UTC))
        hall.publish(PAUSE, by=hall.person("ana", "Office"))
    yield made
    made.dispose()


def bearer(database: Database) -> str:
    with database.transaction() as session:
        ana = person_by_name(session, "ana")
        assert ana is not None
        return issue_token(session, ana, at=datetime.now(UTC))


def test_what_was_answered_survives_a_kill_of_the_web_process_and_is_done_once(
    office: Database, tmp_path: Path
) -> None:
    _kill_under_load(office, tmp_path, kills=1, seconds=1.0)


@pytest.mark.soak
def test_what_was_answered_survives_many_kills_of_the_web_process(
    office: Database, tmp_path: Path
) -> None:
    _kill_under_load(office, tmp_path, kills=8, seconds=4.0)


def _kill_under_load(database: Database, folder: Path, *, kills: int, seconds: float) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    web = Web(url, folder)
    load = Load(web.port, bearer(database))
    rng = random.Random(11)
    stop = Flag()
    web.start()
    threads = load.work(CLIENTS, stop)
    try:
        for _ in range(kills):
            before = len(load.completed)
            until = time.monotonic() + PATIENCE
            while len(load.completed) < before + 3 and not load.broken:
                assert time.monotonic() < until, "nobody is answered any more"
                time.sleep(0.005)  # it works again: kill it in the middle of that
            time.sleep(rng.uniform(0.0, seconds))
            web.kill()
            web.start()
        stop.set()
        for thread in threads:
            thread.join(2 * PATIENCE)
            assert not thread.is_alive()
    finally:
        stop.set()
        web.kill()
    assert not load.broken
    assert load.lost_answers >= kills
    _check(database, load, Settings.from_environment(web.environment))
    print(
        f"survived {kills} kills of the web process: {len(load.started)} cases,"
        f" {len(load.completed)} tasks, {load.lost_answers} answers lost and asked for again"
    )


def _check(database: Database, load: Load, settings: Settings) -> None:
    later = datetime.now(UTC) + timedelta(hours=3)  # every lease and every pause has ended
    for worker in workers(settings, database, lambda: later):
        worker.run_until_idle()
    with database.reading() as session:
        numbers = set(session.scalars(select(Case.number)))
        assert set(load.started.values()) == numbers  # none lost, none that nobody asked for
        assert len(load.started) == len(numbers)
        done = Counter(
            f"{row.case_id}-{row.token}"
            for row in session.execute(
                select(Event.case_id, Event.token).where(Event.type == "task_completed")
            )
        )
        assert set(done.values()) <= {1}
        assert set(load.completed) == set(done)
        fired = select(func.count()).where(Event.type == "timer_fired")
        assert session.scalar(fired) == len(done)
        # what looks after the house, such as the sweep of files, is no case's
        of_cases = select(Job.kind, Job.key, Job.attempts).where(Job.case_id.is_not(None))
        assert session.execute(of_cases).all() == []
        check_whole(session, at=later)
        check_file(session)
