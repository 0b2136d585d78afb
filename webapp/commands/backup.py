"""`expedito backup`: everything of an embedded installation in one file."""

from pathlib import Path

import click

from webapp.backups import back_up
from webapp.config import Settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write database and files to FILE while everybody works on; `expedito restore` reads it."""
    settings = Settings.from_environment()
    count = back_up(settings.database_url, settings.var, file)
    click.echo(f"{file}: the database and {count} files, {file.stat().st_size // 1000} kB.")
