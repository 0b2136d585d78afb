"""`expedito deploy`: publish a diagram from a file."""

from datetime import UTC, datetime
from pathlib import Path

import click

from designer.drafts import save_draft
from designer.library import examine_folder, publish_procedure, read_folder
from designer.models import Draft
from designer.publishing import key_from, publish_draft
from engine.database import Database
from engine.models import Procedure
from webapp.config import Settings
from webapp.draft_report import all_remarks, open_silence


@click.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--procedure",
    "key",
    help="Key of the procedure it is a new version of; default: from its name.",
)
def deploy(file: Path, key: str | None) -> None:
    """Publish FILE, a BPMN diagram, or a whole folder with procedure.toml, as the next version.

    What the draft's page would say before it is published is said first.
    """
    database = Database(Settings.from_environment().database_url)
    at = datetime.now(UTC)
    with database.transaction() as session:
        if file.is_dir():
            folder = read_folder(file)
            examined = examine_folder(session, folder)
            _tell(
                Draft(
                    report=examined.report,
                    is_runnable=examined.is_runnable,
                    forms=folder.forms,
                    decisions=folder.decisions,
                    sheet=folder.sheet,
                )
            )
            version = publish_procedure(session, folder, examined=examined, by=None, at=at)
        else:
            draft = save_draft(session, file.name, file.read_bytes(), by=None, at=at)
            _tell(draft)
            version = publish_draft(
                session, draft.id, key=key or key_from(draft.name), name=draft.name, by=None, at=at
            )
        procedure = session.get_one(Procedure, version.procedure_id)
        click.echo(
            f"“{procedure.name}” is published as version {version.number} of {procedure.key}."
        )
    database.dispose()


def _tell(draft: Draft) -> None:
    for remark in all_remarks(draft):
        rule = f"  [{remark.rule}]" if remark.rule else ""
        click.echo(f"  {remark.line or '':>5}  {remark.kind:<8} {remark.words}{rule}")
    if silence := open_silence(draft):
        click.echo(f"  {'':>5}  {'warning':<8} {silence}")
