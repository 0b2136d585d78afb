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
print("ready", flush=True)
worker = Worker(database, lambda: datetime.now(UTC), batch=7, lease=timedelta(seconds=1))
while True:
    worker.run_once()
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
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, url],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert process.stdout is not None
        process.stdout.readline()
        # killed in the middle of the work: after some more timers, and then at any moment
        wanted = remaining(database) - rng.randint(2, CASES // (KILLS + 1))
        until = time.monotonic() + 60
        while remaining(database) > wanted and time.monotonic() < until:
            time.sleep(0.002)
        time.sleep(rng.uniform(0.0, 0.01))
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        process.stdout.close()
        left.append(remaining(database))
    later = datetime.now(UTC) + timedelta(minutes=5)  # every lease has ended
    Worker(database, lambda: later).run_until_idle()
    with database.reading() as session:
        fired = select(func.count()).where(Event.type == "timer_fired")
        assert session.scalar(fired) == CASES
        assert session.scalar(select(func.count()).select_from(Job)) == 0
        check_whole(session, at=later)
        check_file(session)
    assert all(0 < count < CASES for count in left), left
