"""`expedito casefile`: whether a copy of a case file is what was signed, and the key it is signed with."""

import sys
from pathlib import Path

import click

from engine.casefile.copy import check_copy
from engine.casefile.signing import kept_signer, known_seals, read_seal
from webapp.config import Settings


@click.group()
def casefile() -> None:
    """Look at copies of case files."""


@casefile.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Public key (PEM) of the office that made it; default: the keys of this installation.",
)
def verify(file: Path, key: Path | None) -> None:
    """Check signature and hashes of a copy; exit 1 and name what was changed."""
    seals = known_seals(Settings.from_environment().var) if key is None else (read_seal(key),)
    with file.open("rb") as opened:
        # whoever runs this means it, however large the copy is
        found = check_copy(opened, seals, largest=None)
    if found is None:
        click.echo(f"{file.name} is no copy of a case file.", err=True)
        sys.exit(1)
    for name in found.faults:
        click.echo(f"{name}: changed, missing, or not part of the copy", err=True)
    if found.signed_by is None:
        whose = "this installation" if key is None else "the owner of this key"
        click.echo(f"The index was not signed by {whose}, or was changed.", err=True)
    if found.faults or found.signed_by is None:
        sys.exit(1)
    click.echo(
        f"{found.number}: {found.documents} documents, as they were when the copy was made; "
        f"signed with key {found.signed_by.id}."
    )


@casefile.command()
def key() -> None:
    """Print the public key that this installation signs copies with."""
    seal = kept_signer(Settings.from_environment().var).seal
    click.echo(seal.pem.strip())
    click.echo(f"fingerprint {seal.id}", err=True)
