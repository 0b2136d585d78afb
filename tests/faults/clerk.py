"""Ana, a clerk of the town hall who asks over HTTP for cases of two tasks."""

from pathlib import Path

from flask.testing import FlaskClient

from engine.database import Database
from tests.clock import Clock
from tests.engine.office import TWO_TASKS, TownHall
from webapp import create_app
from webapp.config import Settings
from webapp.security.tokens import issue_token


def bearer_of_ana(database: Database, clock: Clock) -> dict[str, str]:
    """The procedure “permit” in force, and the headers of her requests."""
    with database.transaction() as session:
        hall = TownHall(session, clock())
        hall.publish(TWO_TASKS, by=hall.person("ana", "Office"))
        return {"Authorization": f"Bearer {issue_token(session, hall.people['ana'], at=clock())}"}


def client_of(database: Database, clock: Clock, folder: Path) -> FlaskClient:
    settings = Settings(database_url=database.url, var=folder, secret_key="s" * 40)
    return create_app(settings, database=database, clock=clock).test_client()
