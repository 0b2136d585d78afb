"""`expedito audit`: whether the record is what was written."""

import sys

import click

from engine.audit import audit as audited
from engine.database import Database
from webapp.config import database_url
from webapp.schema import check_schema


@click.group()
def audit() -> None:
    """Look whether the record was changed behind the engine's back."""


@audit.command()
def verify() -> None:
    """Read the chain of facts of every case again; exit 1 and name the cases where it is broken."""
    database = Database(database_url())
    check_schema(database)
    cases = facts = 0
    broken = []
    with database.reading() as session:
        for case in audited(session):
            cases += 1
            facts += case.facts
            if case.broken is not None:
                broken.append(case.broken)
                click.echo(str(case.broken), err=True)
    database.dispose()
    if broken:
        click.echo(f"{len(broken)} of {cases} cases are broken.", err=True)
        sys.exit(1)
    click.echo(f"{facts} facts of {cases} cases are as they were written.")
