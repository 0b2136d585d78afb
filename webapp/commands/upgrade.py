"""`expedito upgrade`: the database gets the tables of this version."""

import click

from engine.database import Database
from webapp.config import Settings
from webapp.schema import upgrade_schema


@click.command()
def upgrade() -> None:
    """Bring the database to this version; an empty one gets its tables. Safe to repeat."""
    database = Database(Settings.from_environment().database_url)
    applied = upgrade_schema(database)
    click.echo(
        "The database is up to date." if not applied else f"The database is now at {applied}."
    )
    database.dispose()
