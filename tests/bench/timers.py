"""How fast due timers fire, with one worker process and with two, on PostgreSQL: heavy, only with --all.

Two workers on a machine that others use as well wait for a core more than for each other. So the share of the time is
told, too, in which a worker and its server process neither ran nor stood in line for a core, as the kernel counts them:
what is left for locks, the disk and the way between the two. Workers that lock each other out would show it there.
And two workers are set beside two that cannot hinder each other, each with a database of its own: what both pairs lack
of twice one worker is the machine, what only the first lacks is Expedito.
"""

import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
from sqlalchemy import func, select

import engine.models  # noqa: F401  the tables must be known before they are created
from engine.database import Base, Database
from engine.models import Event, Job
from engine.worker import Worker
from tests.bench.engine_command import say
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
            first, second = (Database(server.create(name)) for name in ("timers", "apart"))
            one = fire([first])
            two = fire([first, first])
            apart = fire([first, second])
            first.dispose()
            second.dispose()
    except PostgresUnavailable as reason:
        skip(str(reason))
        return
    say("timers_10000_seconds", one.seconds, "seconds", **one.shares())
    say("timers_two_workers_ratio", one.seconds / two.seconds, "ratio", **two.shares())
    say("timers_two_apart_ratio", one.seconds / apart.seconds, "ratio", **apart.shares())
    say("timers_two_workers_to_apart", apart.cpu / two.cpu, "ratio")


@dataclass(frozen=True, slots=True)
class Fired:
    """Seconds until every timer had fired; of all workers with their server processes: CPU, and in line for a core."""

    workers: int
    seconds: float
    worker: float
    server: float
    in_line: float

    @property
    def cpu(self) -> float:
        """CPU seconds of all workers and their server processes."""
        return self.worker + self.server

    def shares(self) -> dict[str, float]:
        """CPU milliseconds of a timer, and the shares of the time in line for a core neither there nor running; this
        one is a little under nothing where a server process still tidies up while its worker goes on.
        """
        whole = self.workers * self.seconds
        return {
            "worker_cpu_ms": self.worker / TIMERS * 1000,
            "server_cpu_ms": self.server / TIMERS * 1000,
            "in_line_share": self.in_line / whole,
            "waiting_share": 1 - (self.worker + self.server + self.in_line) / whole,
        }


def fire(databases: list[Database]) -> Fired:
    """Start cases whose timers are due, and let one worker for each entry fire them; one database twice is shared."""
    own = list(dict.fromkeys(databases))
    for database in own:
        _start_cases(database, TIMERS // len(own))
    processes = [_worker(database) for database in databases]
    for process in processes:
        _told(process)  # it has started and is connected
    began = time.perf_counter()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told: list[list[float]] = [orjson.loads(_told(process)) for process in processes]
    taken = time.perf_counter() - began
    for process in processes:
        process.communicate(timeout=30)
    for database in own:
        with database.reading() as session:
            fired = session.scalar(select(func.count()).where(Event.type == "timer_fired"))
            left = session.scalar(select(func.count()).select_from(Job))
            assert (fired, left) == (TIMERS // len(own), 0), (fired, left)
    worker, server, in_line = (sum(one[column] for one in told) for column in range(3))
    return Fired(len(databases), taken, worker, server, in_line)


def _start_cases(database: Database, count: int) -> None:
    """An empty database with so many cases, each at a timer that is due."""
    Base.metadata.drop_all(database.engine)
    Base.metadata.create_all(database.engine)
    began_at = datetime.now(UTC) - timedelta(hours=1)
    with database.transaction() as session:
        hall = TownHall(session, began_at)
        version = hall.publish(PAUSE)
        for number in range(count):
            hall.at = began_at + timedelta(milliseconds=number)
            hall.start(version)
            if number % 500 == 0:
                session.flush()
                session.expunge_all()
                version = session.merge(version)
    database.dispose()


def _worker(database: Database) -> subprocess.Popen[str]:
    url = database.engine.url.render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.bench.timers", "--worker", url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _told(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def work(url: str) -> None:
    """One worker process: says when it is ready, waits for the word, and prints its CPU seconds, those of its server
    process, and how long both stood in line for a core.
    """
    database = Database(url)
    with database.reading() as session:
        server = str(session.scalar(select(func.pg_backend_pid())))  # its one connection
    print("ready", flush=True)
    sys.stdin.readline()
    before = _spent("self"), _spent(server)
    Worker(database, lambda: datetime.now(UTC)).run_until_idle(most=2 * TIMERS)
    own, its = (
        (after[0] - was[0], after[1] - was[1])
        for was, after in zip(before, (_spent("self"), _spent(server)), strict=True)
    )
    print(orjson.dumps([own[0], its[0], own[1] + its[1]]).decode(), flush=True)


def _spent(process: str) -> tuple[float, float]:
    """Seconds that a process ran and stood in line for a core so far, as Linux counts them."""
    ran, waited, _ = (Path("/proc") / process / "schedstat").read_text().split()
    return int(ran) / 1e9, int(waited) / 1e9


def skip(reason: str) -> None:
    """Say that nothing was measured, and why."""
    for name in ("timers_10000_seconds", "timers_two_workers_ratio", "timers_two_apart_ratio"):
        print(orjson.dumps({"name": name, "skipped": reason}).decode(), flush=True)


if __name__ == "__main__":
    main()
