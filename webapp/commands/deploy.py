"""`expedito deploy`: publish a diagram from a file."""

from datetime import UTC, datetime
from pathlib import Path

import click

from designer.drafts import save_draft
from designer.library import publish_folder
from designer.publishing import key_from, publish_draft
from engine.database import Database
from engine.models import Procedure
from webapp.config import Settings


@click.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--procedure",
    "key",
    help="Key of the procedure it is a new version of; default: from its name.",
)
def deploy(file: Path, key: str | None) -> None:
    """Publish FILE, a BPMN diagram, or a whole folder with procedure.toml, as the next version."""
    database = Database(Settings.from_environment().database_url)
    at = datetime.now(UTC)
    with database.transaction() as session:
        if file.is_dir():
            version = publish_folder(session, file, by=None, at=at)
        else:
            draft = save_draft(session, file.name, file.read_bytes(), by=None, at=at)
            for note in draft.report["repairs"]:
                click.echo(f"  line {note['line'] or '?'}: {note['message']}")
            version = publish_draft(
                session, draft.id, key=key or key_from(draft.name), name=draft.name, by=None, at=at
            )
        procedure = session.get_one(Procedure, version.procedure_id)
        click.echo(
            f"“{procedure.name}” is published as version {version.number} of {procedure.key}."
        )
    database.dispose()
