"""Prints how much of the real material runs to its end, and what it costs to check and publish a diagram.

    python -m tests.bench.imports

The corpus is looked for as the tests do: EXPEDITO_CORPUS, or ../shared/corpus beside the repository.
A file runs when `expedito try` completes it; a join that waits in vain is released there as an operator would,
and such files are counted apart. Milliseconds are CPU time of one process for everything that publishing does:
read, import, lint, compile, write, rehearse, and deploy into a new SQLite file.
"""

import os
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson

from designer.examination import examine
from designer.tryout import try_file
from engine.bpmn import UnreadableDiagram, read
from engine.database import Base, Database
from engine.deployments import deploy

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"miwg": "miwg", "home_office": "home-office", "engines": "engines"}
SUFFIXES = {".bpmn", ".bpmn2", ".xml"}
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
SEED = 1


def report(name: str, **said: object) -> None:
    """One JSON line."""
    print(orjson.dumps({"name": name, **said}).decode(), flush=True)


def diagrams(folder: Path) -> Iterator[bytes]:
    """The files of a folder that have flow nodes."""
    for path in sorted(folder.rglob("*")):
        if path.suffix not in SUFFIXES:
            continue
        data = path.read_bytes()
        try:
            model = read(data)
        except UnreadableDiagram:
            continue
        if any(process.scope.nodes for process in model.processes):
            yield data


def run_share(files: list[bytes]) -> dict[str, object]:
    """How many run to their end, by the function behind `expedito try`."""
    outcomes: Counter[str] = Counter()
    released = 0
    for data in files:
        tried = try_file(data, seed=SEED)
        outcomes[tried.outcome] += 1
        released += tried.outcome == "completed" and bool(tried.released)
    return {
        "value": round(outcomes["completed"] / len(files), 5),
        "unit": "share",
        "files": len(files),
        "completed": outcomes["completed"],
        "with_released_joins": released,
        "others": {name: n for name, n in outcomes.items() if name != "completed"},
    }


def publish(database: Database, key: str, data: bytes) -> bool:
    """Check and publish one file; False where it cannot be published."""
    found = examine(data)
    if found.model is None or found.process_id is None or not found.is_runnable:
        return False
    with database.transaction() as session:
        deploy(
            session,
            key,
            found.name or key,
            drawing=data,
            model=found.model,
            process_id=found.process_id,
            by=None,
            at=AT,
        )
    return True


def publishing(files: list[bytes]) -> dict[str, object]:
    """CPU ms per file, each file once, so that nothing compiled before is found again."""
    spent: list[float] = []
    refused = 0
    with tempfile.TemporaryDirectory() as place:
        database = Database(f"sqlite:///{place}/bench.sqlite")
        Base.metadata.create_all(database.engine)
        # What every process pays once, such as loading the rules, is no file's cost.
        publish(database, "warm-up", files[0])
        for number, data in enumerate(files[1:]):
            began = time.process_time_ns()
            refused += not publish(database, f"procedure-{number}", data)
            spent.append((time.process_time_ns() - began) / 1e6)
        database.dispose()
    return {
        "value": round(statistics.median(spent), 2),
        "unit": "ms",
        "p95": round(statistics.quantiles(spent, n=20)[-1], 1),
        "max": round(max(spent), 1),
        "files": len(spent),
        "refused": refused,
    }


def main() -> None:
    """Print the figures, or that the corpus is absent."""
    corpus = Path(os.environ.get("EXPEDITO_CORPUS", ROOT.parent / "shared" / "corpus"))
    found = {
        name: list(diagrams(corpus / folder)) if (corpus / folder).is_dir() else []
        for name, folder in FOLDERS.items()
    }
    everything = [data for files in found.values() for data in files]
    # First, while this process has compiled nothing: what was compiled before is not compiled again.
    if everything:
        report("check_publish_ms", **publishing(everything))
    else:
        report("check_publish_ms", skipped="no corpus: set EXPEDITO_CORPUS")
    for name, files in found.items():
        if files:
            report(f"import_{name}_run_share", **run_share(files))
        else:
            report(f"import_{name}_run_share", skipped="no corpus: set EXPEDITO_CORPUS")


if __name__ == "__main__":
    main()
