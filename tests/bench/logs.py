"""Prints what reading and importing event logs costs, as JSON lines.

    python -m tests.bench.logs [--all]

Events per CPU second and the peak of memory of a process of its own that reads, and one that imports, a log that it
made itself: 50,000 events, or a million with --all.
"""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

from engine.database import Base, Database
from engine.logs.csv_log import look_at, read_csv
from engine.logs.importing import fill, register_log
from engine.logs.xes import read_xes
from engine.metrics.days import ZONE

FEW, MANY = 50_000, 1_000_000
PER_CASE = 10


def main() -> None:
    """Read XES and CSV, then import XES, each in a process of its own, so that each has its own peak."""
    events = MANY if "--all" in sys.argv else FEW
    with tempfile.TemporaryDirectory(prefix="expedito-bench-") as folder:
        made = Path(folder)
        write_xes(made / "log.xes", events)
        write_csv(made / "log.csv", events)
        for what in ("read_xes", "read_csv", "import_xes"):
            words = [sys.executable, "-m", "tests.bench.logs", "--one", what, folder]
            subprocess.run(words, check=True)


def one(what: str, folder: Path) -> None:
    """Measure one thing and print it."""
    begun = process_time()
    if what == "read_xes":
        events = sum(len(case.events) for case in read_xes(folder / "log.xes", "log.xes", ZONE))
    elif what == "read_csv":
        guess = look_at(folder / "log.csv", "log.csv").guess
        cases = read_csv(folder / "log.csv", "log.csv", guess, ZONE)
        events = sum(len(case.events) for case in cases)
    else:
        events = _imported(folder / "log.xes")
    seconds = process_time() - begun
    if not events:
        raise SystemExit(f"{what}: no event was read; nothing was measured.")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for name, value, unit in (
        (f"log_{what}_events_per_cpu_second", round(events / seconds), "1/s"),
        (f"log_{what}_peak_mb", round(peak), "MB"),
    ):
        print(
            json.dumps({"name": name, "value": value, "unit": unit, "events": events}), flush=True
        )


def _imported(path: Path) -> int:
    database = Database(f"sqlite:///{path.parent / 'bench.sqlite'}")
    Base.metadata.create_all(database.engine)
    log = database.write(
        lambda session: register_log(
            session,
            path.name,
            key="bench",
            name="Bench",
            format="xes",
            by=None,
            at=datetime.now(UTC),
        )
    )
    done = fill(database, log.id, path)
    database.dispose()
    return done.events


def _rows(events: int) -> Iterator[tuple[int, str, str, str]]:
    """Case, activity, instant and resource of one event each: six activities, thirty people, no two cases alike."""
    # one at a time: a child begins with the peak of the process that started it
    for number in range(events):
        yield (
            number // PER_CASE,
            f"Activity {(number * 7 + number // PER_CASE % 3) % 6}",
            f"2026-{number // 3000 % 12 + 1:02}-{number % 28 + 1:02}T{number % PER_CASE + 8:02}:00:00-05:00",
            f"Person {number * 13 % 30}",
        )


def write_xes(path: Path, events: int) -> None:
    """The log as XES."""
    with path.open("w") as file:
        file.write('<log xes.version="1849-2016">\n')
        last = None
        for case, activity, at, person in _rows(events):
            if case != last:
                file.write("</trace>\n" if last is not None else "")
                file.write(f'<trace>\n<string key="concept:name" value="case {case}"/>\n')
                last = case
            file.write(
                f'<event>\n<string key="concept:name" value="{activity}"/>\n'
                f'<string key="org:resource" value="{person}"/>\n'
                f'<date key="time:timestamp" value="{at}"/>\n'
                '<string key="lifecycle:transition" value="complete"/>\n</event>\n'
            )
        file.write("</trace>\n</log>\n")


def write_csv(path: Path, events: int) -> None:
    """The log as CSV."""
    with path.open("w") as file:
        file.write("case,activity,timestamp,resource\n")
        file.writelines(f"{','.join(map(str, row))}\n" for row in _rows(events))


if __name__ == "__main__":
    if "--one" in sys.argv:
        one(sys.argv[-2], Path(sys.argv[-1]))
    else:
        main()
