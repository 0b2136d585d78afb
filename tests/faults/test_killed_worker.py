import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from engine.database import Database
from engine.deployments import current_version, procedure_by_key
from engine.models import Event, Job
from engine.worker import Worker
from tests.engine.office import TownHall, diagram
from tests.faults.story import TIMER, check_file, check_whole

ROOT = Path(__file__).resolve().parents[2]
CASES = 60
KILLS = 3
PATIENCE = 150  # seconds that a process may take to start on a machine that others use as well
PAUSE = diagram(
    '<startEvent id="s"/><intermediateCatchEvent id="pause">'
    + TIMER.format("PT1S")
    + '</intermediateCatchEvent><userTask id="t" name="T"/><endEvent id="e"/>',
    flows="s>pause pause>t t>e",
)
WORKER = """
import sys
from datetime import UTC, datetime, timedelta
from engine.database import Database
from engine.worker import Worker
database = Database(sys.argv[1])
ahead = timedelta(minutes=int(sys.argv[2]))
worker = Worker(database, lambda: datetime.now(UTC) + ahead, batch=7, lease=timedelta(seconds=30))
for line in sys.stdin:
    while not worker.run_once():
        pass
"""


def remaining(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0


def test_every_timer_fires_exactly_once_however_often_the_worker_is_killed(
    database: Database,
) -> None:
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    with database.transaction() as session:
        hall = TownHall(session, long_ago)
        hall.publish(PAUSE)
        version = current_version(session, procedure_by_key(session, "permit"))
        for _ in range(CASES):
            hall.start(version)
    rng = random.Random(7)
    left: list[int] = []
    url = database.engine.url.render_as_string(hide_password=False)
    if database.is_sqlite:
        url = database.url
    for kill in range(KILLS):
        process = subprocess.Popen(
            # its clock is ahead of that of the one before, whose leases have ended
            [sys.executable, "-c", WORKER, url, str(kill)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert process.stdin is not None
        # Let it do no more than two batches, so that it is never done before it is killed: in the middle of the first
        # or the second, or between them.
        process.stdin.write(b"go\n" * rng.randint(1, 2))
        process.stdin.flush()
        before = remaining(database)
        until = time.monotonic() + PATIENCE
        while remaining(database) == before and process.poll() is None:
            assert time.monotonic() < until, "the worker does nothing"
            time.sleep(0.002)
        time.sleep(rng.uniform(0.0, 0.03))
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
        process.stdin.close()
        left.append(remaining(database))
    later = datetime.now(UTC) + timedelta(hours=3)  # every lease and every pause has ended
    Worker(database, lambda: later).run_until_idle()
    with database.reading() as session:
        fired = select(func.count()).where(Event.type == "timer_fired")
        assert session.scalar(fired) == CASES
        assert session.scalar(select(func.count()).select_from(Job)) == 0
        check_whole(session, at=later)
        check_file(session)
    assert all(0 < count < CASES for count in left), left
