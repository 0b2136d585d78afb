"""`expedito casefile`: whether a copy of a case file is what was made here."""

import sys
from pathlib import Path

import click

from engine.casefile.copy import check_copy, signing_key
from webapp.config import Settings


@click.group()
def casefile() -> None:
    """Look at copies of case files."""


@casefile.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(file: Path) -> None:
    """Check signature and hashes of a copy; exit 1 and name what was changed."""
    with file.open("rb") as opened:
        # whoever runs this means it, however large the copy is
        found = check_copy(
            opened, signing_key(Settings.from_environment().secret_key), largest=None
        )
    if found is None:
        click.echo(f"{file.name} is no copy of a case file.", err=True)
        sys.exit(1)
    for name in found.faults:
        click.echo(f"{name}: changed, missing, or not part of the copy", err=True)
    if not found.is_signed:
        click.echo("The index was not made by this installation, or was changed.", err=True)
    if found.faults or not found.is_signed:
        sys.exit(1)
    click.echo(f"{found.number}: {found.documents} documents, as they were when the copy was made.")
