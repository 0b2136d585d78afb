"""How fast due timers fire, with one worker process and with two, on PostgreSQL: heavy, only with --all."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
from sqlalchemy import func, select

import engine.models  # noqa: F401  the tables must be known before they are created
from engine.database import Base, Database
from engine.models import Event, Job
from engine.worker import Worker
from tests.engine.office import TownHall, diagram
from tests.postgres import PostgresUnavailable, postgres_server

ROOT = Path(__file__).resolve().parents[2]
TIMERS = 10_000
PAUSE = diagram(
    '<startEvent id="s"/><intermediateCatchEvent id="pause"><timerEventDefinition><timeDuration>PT1S'
    '</timeDuration></timerEventDefinition></intermediateCatchEvent><userTask id="t" name="T"/>'
    '<endEvent id="e"/>',
    flows="s>pause pause>t t>e",
)


def main() -> None:
    """Print the seconds of one worker, and how much faster two are."""
    if "--worker" in sys.argv:
        work(sys.argv[-1])
        return
    if "--all" not in sys.argv:
        skip("heavy: make bench-all")
        return
    try:
        with postgres_server("bench") as server:
            database = Database(server.create("timers"))
            one, cpu = fire(database, 1)
            two, _ = fire(database, 2)
            database.dispose()
    except PostgresUnavailable as reason:
        skip(str(reason))
        return
    say("timers_10000_seconds", one, "seconds", worker_cpu_seconds=round(cpu, 2))
    say("timers_two_workers_ratio", one / two, "ratio")


def fire(database: Database, workers: int) -> tuple[float, float]:
    """Seconds until every timer has fired, and CPU seconds of the workers."""
    Base.metadata.drop_all(database.engine)
    Base.metadata.create_all(database.engine)
    began_at = datetime.now(UTC) - timedelta(hours=1)
    with database.transaction() as session:
        hall = TownHall(session, began_at)
        version = hall.publish(PAUSE)
        for number in range(TIMERS):
            hall.at = began_at + timedelta(milliseconds=number)
            hall.start(version)
            if number % 500 == 0:
                session.flush()
                session.expunge_all()
                version = session.merge(version)
    database.dispose()
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.bench.timers", "--worker", url]
    processes = [
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(workers)
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()  # it has started and is connected
    began = time.perf_counter()
    cpu = 0.0
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        assert process.stdout is not None
        cpu += float(process.stdout.readline())
    taken = time.perf_counter() - began
    for process in processes:
        process.communicate(timeout=30)
    with database.reading() as session:
        fired = session.scalar(select(func.count()).where(Event.type == "timer_fired"))
        left = session.scalar(select(func.count()).select_from(Job))
        assert (fired, left) == (TIMERS, 0), (fired, left)
    return taken, cpu


def work(url: str) -> None:
    """One worker process: says when it is ready, waits for the word, and prints its CPU seconds."""
    database = Database(url)
    with database.reading() as session:
        session.execute(select(1))
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.process_time()
    Worker(database, lambda: datetime.now(UTC)).run_until_idle(most=2 * TIMERS)
    print(time.process_time() - began, flush=True)


def say(name: str, value: float, unit: str, **more: float) -> None:
    """Print one figure."""
    line = {"name": name, "value": round(value, 3), "unit": unit, **more}
    print(orjson.dumps(line).decode(), flush=True)


def skip(reason: str) -> None:
    """Say that nothing was measured, and why."""
    for name in ("timers_10000_seconds", "timers_two_workers_ratio"):
        print(orjson.dumps({"name": name, "skipped": reason}).decode(), flush=True)


if __name__ == "__main__":
    main()
