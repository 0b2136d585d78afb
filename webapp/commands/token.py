"""`expedito token`: bearer tokens for `/api/v1`."""

from datetime import UTC, datetime

import click

from engine.database import Database
from engine.errors import NotFound
from engine.people import person_by_name
from webapp.config import Settings
from webapp.security.tokens import issue_token, revoke_tokens


@click.command()
@click.argument("person")
@click.option("--revoke", is_flag=True, help="End every token of the person instead.")
def token(person: str, revoke: bool) -> None:
    """Print a new bearer token of PERSON; it is shown only now."""
    database = Database(Settings.from_environment().database_url)
    with database.transaction() as session:
        found = person_by_name(session, person)
        if found is None:
            raise NotFound(what="person", name=person)
        if revoke:
            revoke_tokens(session, found)
            click.echo(f"The tokens of {person} no longer work.")
        else:
            click.echo(issue_token(session, found, at=datetime.now(UTC)))
    database.dispose()
