"""How long a server takes to be ready when 500 versions are published: none of them is compiled before it is used."""

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, insert, select

from engine.database import Database
from engine.ids import new_id
from engine.models import Version
from tests.bench.engine_command import say
from tests.bench.http import cpu, served
from tests.engine.office import TWO_TASKS, TownHall
from webapp.schema import upgrade_schema

VERSIONS = 500


def main() -> None:
    """Print the CPU seconds until the port is open, and those that the versions add to an empty installation."""
    folder = Path(tempfile.mkdtemp())
    try:
        empty = ready(folder, 0)
        full = ready(folder, VERSIONS)
    finally:
        shutil.rmtree(folder)
    say("startup_500_versions_seconds", full, "CPU seconds")
    say("startup_versions_extra_seconds", full - empty, "CPU seconds")


def ready(folder: Path, versions: int) -> float:
    """CPU seconds of `expedito serve` until it listens."""
    url = f"sqlite:///{folder / f'with_{versions}.sqlite'}"
    database = Database(url)
    upgrade_schema(database)
    if versions:
        publish(database, versions)
    database.dispose()
    with served(url, folder) as (process, _):
        return cpu(process)


def publish(database: Database, versions: int) -> None:
    """So many versions of a procedure, each with a diagram of its own."""
    at = datetime.now(UTC)
    columns = Version.__table__.columns
    with database.transaction() as session:
        first = TownHall(session, at).publish(TWO_TASKS)
        row = session.execute(select(*columns).where(columns.id == first.id)).mappings().one()
        rows = []
        for number in range(2, versions + 1):
            model = TWO_TASKS.replace(b"Receive", f"Receive {number}".encode())
            own = {"id": new_id(at), "number": number, "model": model, "drawing": model}
            rows.append({**row, **own, "hash": f"{number:064d}"})
        session.execute(insert(Version), rows)
        assert session.scalar(select(func.count()).select_from(Version)) == versions


if __name__ == "__main__":
    main()
