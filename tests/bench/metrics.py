"""Figures of a manager's pages at a million cases and ten million facts: upkeep, rebuild, each chart, memory.

    python -m tests.bench.metrics --all [--cases 1000000] [--only sqlite|postgres] [--at FILE] [--charts-only]

`--at FILE` keeps the SQLite database there, or measures the one that is there. Without --all a hundredth of it, on
SQLite, so that the figures are watched every day. CPU is this process's and, on PostgreSQL, that of its server's
processes as well.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import orjson
import psutil
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from engine.database import Base, Database
from engine.metrics import cycle_time, flow, forecast, quality, variants, work
from engine.metrics.batching import batching
from engine.metrics.deciders import deciders
from engine.metrics.numbers import Numbers
from engine.metrics.question import Question
from engine.metrics.recount import recount
from engine.metrics.summary import summary
from engine.metrics.upkeep import Known, catch_up, rebuild
from engine.models import Case, Cell, Event, Person, Procedure, Task, TaskStatus
from engine.people import person_by_name
from tests.bench.engine_command import run
from tests.bench.metric_data import NOW, fill
from tests.engine.office import TWO_TASKS, TownHall
from tests.postgres import PostgresUnavailable, postgres_server

TODAY = NOW.date()
ROUNDS = 3
PAIRS = 15
CHARTS: dict[str, Callable[[Numbers], object]] = {
    "cycle_time": cycle_time.cycle_time,
    "legal_time": cycle_time.legal_time,
    "throughput": cycle_time.throughput,
    "scatter": lambda numbers: cycle_time.weekly_durations(numbers, today=TODAY),
    "outcomes": cycle_time.outcomes,
    "standing": work.standing,
    "task_times": work.task_times,
    "terms": quality.terms,
    "first_time_right": quality.first_time_right,
    "cumulative_flow": lambda numbers: flow.cumulative_flow(numbers, today=TODAY),
    "ageing": lambda numbers: flow.ageing(numbers, at=NOW),
    "directly_follows": flow.directly_follows,
    "handovers_of_offices": flow.handovers_of_offices,
    "handovers_of_people": flow.handovers_of_people,
    "people_done": flow.people_done,
    "variants": variants.variants,
    "branches": variants.branches,
    "slow_cases": variants.slow_cases,
    "deciders": deciders,
    "to_and_fro": lambda numbers: flow.to_and_fro(flow.directly_follows(numbers)),
    "batching": batching,
    "when_done": lambda numbers: forecast.when_done(numbers, 1000, today=TODAY),
    "accuracy": lambda numbers: forecast.accuracy(numbers, today=TODAY),
    "outlook": lambda numbers: forecast.outlook(numbers, numbers.question, at=NOW),
    "likely_late": lambda numbers: forecast.likely_late(numbers, numbers.question, at=NOW),
    "due": lambda numbers: quality.due(numbers.session, numbers.question, at=NOW),
    "oldest": lambda numbers: work.oldest_open(numbers.session, numbers.question),
    "load_of_offices": lambda numbers: work.load_of_offices(
        numbers.session, numbers.question, at=NOW
    ),
    "load_of_people": lambda numbers: work.load_of_people(
        numbers.session, numbers.question, at=NOW
    ),
}


def main() -> None:
    """Print the figures, for SQLite and, where it runs, for PostgreSQL."""
    if "--charts" in sys.argv:
        _charts(sys.argv[-2], sys.argv[-1])
        return
    is_whole = "--all" in sys.argv
    cases = int(_option("--cases", "1000000" if is_whole else "10000"))
    only = _option("--only", "" if is_whole else "sqlite")
    if only != "postgres":
        folder = Path(tempfile.mkdtemp())
        kept = _option("--at", "")
        try:
            file = Path(kept) if kept else folder / "metrics.sqlite"
            measure(Database(f"sqlite:///{file}"), "sqlite", cases, is_there=file.exists())
        finally:
            shutil.rmtree(folder)
    if not is_whole or only == "sqlite":
        say("metrics_postgres", skipped="heavy: make bench-all")
        return
    try:
        with postgres_server("bench") as server:
            database = Database(server.create("metrics"))
            measure(database, "postgres", cases)
            database.dispose()
            server.drop("metrics")
    except PostgresUnavailable as reason:
        say("metrics_postgres", skipped=str(reason))


def measure(database: Database, kind: str, cases: int, *, is_there: bool = False) -> None:
    """Fill the database, then everything a manager and the worker do with it."""
    cpu = _cpu(database)
    if not is_there:
        fill(database, cases)
    with database.reading() as session:
        events = session.scalar(select(func.count()).select_from(Event)) or 0
        procedure_id = session.scalars(select(Procedure.id)).one()
    if not is_there:
        known = Known()
        first = catch_up(database, known, batch=100, most=1)  # calendars and diagrams are read once
        began = cpu()
        measured = first + _catch_up(database, known)
        taken = cpu() - began
        assert measured == cases, f"only {measured} of {cases} cases were measured"
        rate = events / taken
        say(f"metrics_from_facts_events_per_cpu_second_{kind}", rate, "events/s", events=events)
        say(f"metrics_upkeep_us_per_event_{kind}", taken / events * 1e6, "us", events=events)
    if "--charts-only" not in sys.argv:
        _recounted(database, kind, procedure_id, events)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    _steps(database, kind, cpu)
    url = database.engine.url.render_as_string(hide_password=False)
    words = [sys.executable, "-m", "tests.bench.metrics", "--charts", url, kind]
    # A process of its own, so that its memory is that of whoever looks at pages.
    subprocess.run(words, check=True)
    if kind == "sqlite" and cases <= 20_000:
        _rebuilt(database, cpu)
        _completing()
    database.dispose()


def _recounted(database: Database, kind: str, procedure_id: int, events: int) -> None:
    """Roll-ups from the raw rows; what was added case by case must be there again."""

    def sums(session: Session) -> list[tuple[Any, ...]]:
        columns = (Cell.kind, func.sum(Cell.n), func.sum(Cell.total))
        rows = session.execute(select(*columns).group_by(Cell.kind).order_by(Cell.kind))
        return [(row[0], int(row[1]), int(row[2])) for row in rows if row[1] or row[2]]

    cpu = _cpu(database)
    with database.transaction() as session:
        before = sums(session)
        session.execute(delete(Cell))
    began = cpu()
    recounted = recount(database, procedure_id)
    taken = cpu() - began
    assert recounted.mended
    with database.reading() as session:
        assert sums(session) == before, "added up in SQL the rows say something else"
    rate = events / taken
    say(f"metrics_rebuild_events_per_cpu_second_{kind}", rate, "events/s", events=events)


def _catch_up(database: Database, known: Known) -> int:
    total = 0
    while done := catch_up(database, known, batch=5_000, most=10):
        total += done
    return total


def _steps(database: Database, kind: str, cpu: Callable[[], float]) -> None:
    """One task completed in each of many cases, then measured: what the worker does all day."""
    with database.transaction() as session:
        tasks = session.scalars(
            select(Task).where(Task.status == TaskStatus.OPEN).order_by(Task.case_id).limit(400)
        ).all()
        before = session.scalar(select(func.sum(Case.last_seq))) or 0
        rows = [
            {"id": task.case_id, "token": task.token, "element": task.element_id, "at": NOW}
            for task in tasks
        ]
        session.execute(
            text(
                "INSERT INTO event (case_id, seq, at, type, element_id, token, by_id, office_id, data, hash)"
                " SELECT id, last_seq + 1, :at, 'task_completed', :element, :token, 1, NULL, NULL, last_hash"
                " FROM case_file WHERE id = :id"
            ),
            [
                {**row, "at": NOW if kind != "sqlite" else "2026-03-02 14:00:00.000000"}
                for row in rows
            ],
        )
        session.execute(
            text("UPDATE case_file SET last_seq = last_seq + 1 WHERE id = :id"),
            [{"id": row["id"]} for row in rows],
        )
        events = (session.scalar(select(func.sum(Case.last_seq))) or 0) - before
    known = Known()
    catch_up(database, known, batch=1, most=1)  # the version is read once
    began = cpu()
    while catch_up(database, known):
        pass
    say(f"metrics_step_us_per_event_{kind}", (cpu() - began) / max(1, events - 1) * 1e6, "us")


def _charts(url: str, kind: str) -> None:
    database = Database(url)
    cpu = _cpu(database)
    base = _resident()
    with database.reading() as session:
        procedure_id = session.scalars(select(Procedure.id)).one()
        operator, manager, desk = (
            person_by_name(session, name) for name in ("operator", "manager", "desk")
        )
    assert operator is not None
    assert manager is not None
    assert desk is not None
    half_year = Question(operator, procedure_id, since=TODAY - timedelta(days=180))
    asked: dict[str, Question] = {
        "half_year": half_year,
        "manager": replace(half_year, person=manager),
        "part": replace(half_year, person=desk),  # who counts only what their office took part in
        "online": replace(half_year, channel="online"),
        "three_years": replace(half_year, since=date(2023, 1, 1)),
    }
    found: dict[str, float] = {}
    for about, question in asked.items():
        for name, chart in CHARTS.items():
            found[f"{name} {about}"] = _cpu_of(database, question, chart, cpu)
    worst = max(found, key=lambda name: found[name])
    say(
        f"metrics_chart_cpu_ms_median_{kind}",
        median(found.values()) * 1000,
        "ms",
        charts=len(found),
    )
    say(f"metrics_chart_cpu_ms_worst_{kind}", found[worst] * 1000, "ms", chart=worst)
    slow = {name: round(value * 1000) for name, value in found.items() if value > 0.05}
    whole = _cpu_of(database, half_year, lambda numbers: _page(numbers), cpu)
    say(f"metrics_dashboard_cpu_ms_{kind}", whole * 1000, "ms", over_50_ms=slow)
    began = time.perf_counter()
    with database.reading() as session:
        summary(session, half_year, at=NOW)
    say(f"metrics_10m_events_seconds_{kind}", time.perf_counter() - began, "s")
    peak = _peak()
    say(f"metrics_10m_events_peak_mb_{kind}", peak, "MB", before_mb=round(base))


def _page(numbers: Numbers) -> None:
    """What the first page of a procedure asks."""
    for name in (
        "standing", "due", "terms", "first_time_right", "cycle_time", "outlook", "when_done", "accuracy",
        "task_times", "oldest", "load_of_offices", "load_of_people",
    ):  # fmt: skip
        CHARTS[name](numbers)


def _cpu_of(
    database: Database,
    question: Question,
    chart: Callable[[Numbers], object],
    cpu: Callable[[], float],
) -> float:
    taken = []
    for _ in range(ROUNDS):
        began = cpu()
        with database.reading() as session:
            person = session.get_one(Person, question.person.id)
            chart(Numbers(session, replace(question, person=person)))
        taken.append(cpu() - began)
    return min(taken)


def _rebuilt(database: Database, cpu: Callable[[], float]) -> None:
    began = cpu()
    with database.reading() as session:
        procedure_id = session.scalars(select(Procedure.id)).one()
    assert rebuild(database, procedure_id).cases
    say("metrics_rebuild_small_seconds", cpu() - began, "s")


def _completing() -> None:
    """What measuring adds to the completion of a task: the index by which a case is found that went on.

    Everything else is the worker's. Taken in pairs, with it first and without it first by turns; the median of what
    each pair says, for a shared machine is never the same for two.
    """
    folder = Path(tempfile.mkdtemp())
    database = Database(f"sqlite:///{folder / 'bench.sqlite'}")
    Base.metadata.create_all(database.engine)
    with database.transaction() as session:
        hall = TownHall(session, NOW)
        ana = hall.person("ana", "Front desk", "Board")
        version = hall.publish(TWO_TASKS, by=ana)
        session.expunge_all()
    run(database, ana, version, NOW, 50)
    found: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(2 * PAIRS):
        is_found = turn % 4 in (0, 3)
        words = "CREATE INDEX ix_case_behind ON case_file (id) WHERE measured_seq < last_seq"
        with database.engine.begin() as connection:
            connection.execute(text("DROP INDEX IF EXISTS ix_case_behind"))
            if is_found:
                connection.execute(text(words))
        at = NOW + timedelta(hours=turn + 1)
        found[is_found].append(run(database, ana, version, at, 60)["complete"] / 120)
    database.dispose()
    shutil.rmtree(folder)
    with_it, without = min(found[True]), min(found[False])
    shares = [100 * (one / other - 1) for one, other in zip(*found.values(), strict=True)]
    say(
        "metrics_completing_share",
        median(shares),
        "%",
        pairs=PAIRS,
        of_the_least=round(100 * (with_it / without - 1), 1),
        with_ms=round(with_it * 1000, 3),
        without_ms=round(without * 1000, 3),
    )


def _cpu(database: Database) -> Callable[[], float]:
    """CPU seconds of this process and, on PostgreSQL, of the processes of its own server."""
    if database.is_sqlite:
        return time.process_time
    with database.reading() as session:
        folder = Path(str(session.scalar(text("SHOW data_directory"))))
    postmaster = psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))

    def both() -> float:
        gone = postmaster.cpu_times()
        total = time.process_time() + gone.children_user + gone.children_system
        for process in postmaster.children():
            with suppress(psutil.NoSuchProcess):
                took = process.cpu_times()
                total += took.user + took.system
        return float(total)

    return both


def _resident() -> float:
    return float(psutil.Process(os.getpid()).memory_info().rss) / 1e6


def _peak() -> float:
    # Not getrusage: there a child begins with the peak of the process that started it.
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1000
    raise SystemExit(
        "This kernel does not say how much memory a process has had; nothing was measured."
    )


def _option(name: str, default: str) -> str:
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default


def say(name: str, value: float | None = None, unit: str = "", **more: object) -> None:
    """Print one figure as a JSON line."""
    line: dict[str, object] = {"name": name}
    if value is not None:
        line |= {"value": round(value, 3), "unit": unit}
    print(orjson.dumps({**line, **more}).decode(), flush=True)


if __name__ == "__main__":
    main()
