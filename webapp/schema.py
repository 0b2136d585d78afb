"""The tables of a database and their migrations (Alembic, in webapp/migrations).

A server only compares two revisions. Alembic, twelve megabytes with what it draws in, is loaded by who migrates.
"""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from engine.database import Database
from engine.errors import Refusal

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
_REVISION = re.compile(r"""^(revision|down_revision)\b[^=\n]*=\s*["'](\w+)["']""", re.MULTILINE)


class SchemaOutdated(Refusal):
    """The database has the tables of another version."""

    sentence = (
        "The database is at {found}, this version needs {needed}. Run `expedito upgrade` first."
    )
    status = 503


def upgrade_schema(database: Database) -> str | None:
    """Apply the migrations that are missing; the revision reached, None when there were none."""
    if present_revision(database) == newest_revision():
        return None
    from alembic import command

    with database.writer.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return newest_revision()


def check_schema(database: Database) -> None:
    """Raise SchemaOutdated unless the database has exactly the tables of this version."""
    found = present_revision(database)
    if found != newest_revision():
        raise SchemaOutdated(found=found or "no version", needed=newest_revision())


def present_revision(database: Database) -> str | None:
    """The revision of the database; None for an empty one."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return None if found is None else str(found)


@cache
def newest_revision() -> str:
    """The revision of this version: the one that no other migration follows."""
    said: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for file in (MIGRATIONS / "versions").glob("*.py"):
        for name, revision in _REVISION.findall(file.read_text(encoding="utf-8")):
            if revision in said[name]:
                raise RuntimeError(f"migrations branch: {name} {revision} is there twice")
            said[name].add(revision)
    newest = sorted(said["revision"] - said["down_revision"])
    if len(newest) > 1:
        raise RuntimeError(f"migrations branch: {', '.join(newest)} follow nothing")
    return newest[0] if newest else "none"


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def draft_revision(database: Database, words: str) -> None:
    """Write a new revision from what the models have and the database has not, for a person to read and correct."""
    from alembic import command

    with database.writer.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.revision(config, words, autogenerate=True)
