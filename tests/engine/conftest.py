"""The town hall that commands are tested in."""

import pytest
from sqlalchemy.orm import Session

from engine.database import Database
from tests.clock import Clock
from tests.engine.bench import Bench
from tests.engine.office import TownHall


@pytest.fixture
def hall(session: Session, clock: Clock) -> TownHall:
    """A town hall with nobody in it yet, on each database."""
    return TownHall(session, clock())


@pytest.fixture
def bench(database: Database, clock: Clock) -> Bench:
    """The same where everything is committed, with a worker."""
    return Bench(database, clock)
