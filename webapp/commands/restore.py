"""`expedito restore`: an installation as it was when the backup was made."""

from pathlib import Path

import click

from webapp.backups import restore as put_back
from webapp.config import Settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def restore(file: Path) -> None:
    """Put the backup FILE in the place of an installation that has no database yet."""
    settings = Settings.from_environment()
    count = put_back(settings.database_url, settings.var, file)
    click.echo(f"The database and {count} files are back. Run `expedito upgrade` before you serve.")
