"""The desk that the clock is tested at."""

import pytest

from engine.database import Database
from tests.clock import Clock
from tests.engine.terms.desk import Desk


@pytest.fixture
def desk(database: Database, clock: Clock) -> Desk:
    """A town hall under Peru's law, on each database."""
    return Desk(database, clock)
