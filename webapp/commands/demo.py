"""`expedito demo`: sample procedures, people to sign in as, and months of believable cases."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from sqlalchemy import func, select

import processes
from designer.library import procedure_folders, publish_folder
from designer.studies import study_folder
from engine.database import Database
from engine.letters.press import print_at_leisure
from engine.metrics.upkeep import Known, catch_up
from engine.models import Person
from engine.outbox import forget_unsent
from engine.people import person_by_name
from webapp.config import Settings
from webapp.demo.past import live_through
from webapp.demo.people import seed_people
from webapp.demo.story import read_story
from webapp.schema import check_schema


@click.command()
@click.option("--if-empty", is_flag=True, help="Do nothing where there are people already.")
@click.option("--days", default=90, show_default=True, help="How far back the cases begin.")
@click.option("--seed", default=1, show_default=True, help="The same seed tells the same past.")
def demo(if_empty: bool, days: int, seed: int) -> None:
    """Fill an empty database with sample procedures, people and a past."""
    database = Database(Settings.from_environment().database_url)
    check_schema(database)
    with database.reading() as session:
        is_empty = not session.scalar(select(func.count()).select_from(Person))
    if not is_empty:
        if if_empty:
            return
        raise click.ClickException(
            "There are people in this database already. Point EXPEDITO_DATABASE_URL to an empty one."
        )
    folder = Path(processes.__path__[0])
    until = datetime.now(UTC)
    since = until - timedelta(days=days)
    with database.transaction() as session:
        seed_people(session, folder, at=since)
        for procedure in procedure_folders(folder):
            publish_folder(session, procedure, by=None, at=since)
        for drawn in sorted(folder.glob("*/as-is/study.toml")):
            study_folder(session, drawn.parent, by=person_by_name(session, "ana"), at=since)
    stories = [story for found in procedure_folders(folder) if (story := read_story(found))]
    click.echo(f"Sample cases of the last {days} days …")
    cases = live_through(database, stories, since=since, until=until, seed=seed)
    known = Known()
    while catch_up(database, known, zone=Settings.from_environment().zone, batch=1000):
        pass  # figures are there at the first look
    # Months of letters at once would keep the machine busy for minutes, and nobody reads months of mails.
    with database.transaction() as session:
        forget_unsent(session, before=until - timedelta(days=1))
        print_at_leisure(session, every=timedelta(seconds=15), at=until)
    database.dispose()
    click.echo(f"{cases} cases. Sign in as ana, carla, luis, rosa, marta … with “expediente”.")
