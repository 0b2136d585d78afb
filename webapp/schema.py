"""The tables of a database and their migrations (Alembic, in webapp/migrations)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import designer.models  # noqa: F401  the tables must be known
import engine.models  # noqa: F401
import webapp.models  # noqa: F401
from engine.database import Database
from engine.errors import Refusal

MIGRATIONS = Path(__file__).parent / "migrations"


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
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """The revision of this version."""
    return ScriptDirectory.from_config(_config()).get_current_head() or "none"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def draft_revision(database: Database, words: str) -> None:
    """Write a new revision from what the models have and the database has not, for a person to read and correct."""
    with database.writer.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.revision(config, words, autogenerate=True)
