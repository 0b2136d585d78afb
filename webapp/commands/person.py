"""`expedito person`: people who sign in."""

import secrets
from datetime import UTC, datetime

import click

from engine.database import Database
from engine.people import create_person
from webapp.config import Settings


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


@click.group()
def person() -> None:
    """People who sign in."""


@person.command()
@click.argument("name")
@click.option("--roles", default="", help="analyst,civil_servant,manager,operator,applicant")
@click.option("--offices", default="", help="Names of offices, made when they are new: “A,B”.")
@click.option("--full-name", help="What others read; default: the name.")
@click.option("--email")
@click.option("--password", help="Default: made up and printed once.")
def add(
    name: str,
    roles: str,
    offices: str,
    full_name: str | None,
    email: str | None,
    password: str | None,
) -> None:
    """Let somebody sign in as NAME."""
    made_up = password or secrets.token_urlsafe(12)
    database = Database(Settings.from_environment().database_url)
    with database.transaction() as session:
        create_person(
            session,
            name,
            full_name=full_name,
            email=email,
            password=made_up,
            roles=_words(roles),
            offices=_words(offices),
            at=datetime.now(UTC),
        )
    database.dispose()
    click.echo(f"{name} can sign in." if password else f"{name} can sign in with: {made_up}")
