"""`expedito audit`: whether the record is what was written."""

import sys
from datetime import date
from typing import TextIO

import click

from engine.database import Database
from engine.record.audit import audit as audited
from engine.record.day_roots import audit_roots, day_roots, unsealed_cases
from webapp.config import database_url
from webapp.schema import check_schema


@click.group()
def audit() -> None:
    """Look whether the record was changed behind the engine's back."""


@audit.command()
@click.option(
    "--published",
    type=click.File(),
    help="Roots as `expedito audit roots` printed them earlier, kept where nobody here could change them.",
)
def verify(published: TextIO | None) -> None:
    """Read the chain of facts of every case again, and every day's root; exit 1 and name what is broken."""
    kept = _read(published) if published is not None else {}
    database = Database(database_url())
    check_schema(database)
    cases = facts = roots = 0
    broken = []
    with database.reading() as session:
        for case in audited(session):
            cases += 1
            facts += case.facts
            if case.broken is not None:
                broken.append(str(case.broken))
                click.echo(broken[-1], err=True)
        for found in audit_roots(session, kept):
            roots += 1
            if found.broken is not None:
                broken.append(f"The root of {found.root.day}: {found.broken}.")
                click.echo(broken[-1], err=True)
        later = unsealed_cases(session)
    database.dispose()
    if broken:
        click.echo(f"{len(broken)} of {cases} cases and {roots} roots are broken.", err=True)
        sys.exit(1)
    click.echo(f"{facts} facts of {cases} cases are as they were written.")
    click.echo(f"{roots} daily roots follow from them; {later} cases go on since the last one.")


@audit.command()
def roots() -> None:
    """Print the root of every day, to be published or kept elsewhere: it proves the record up to then."""
    database = Database(database_url())
    check_schema(database)
    with database.reading() as session:
        for found in reversed(day_roots(session)):
            click.echo(f"{found.day} {found.root.hex()} {found.cases}")
    database.dispose()


def _read(published: TextIO) -> dict[date, str]:
    kept = {}
    for number, line in enumerate(published, 1):
        words = line.split()
        try:
            kept[date.fromisoformat(words[0])] = words[1]
        except (IndexError, ValueError):
            if words:
                raise click.ClickException(
                    f"Line {number} is no root. Each reads like: 2026-03-02 and 64 hexadecimal digits."
                ) from None
    return kept
