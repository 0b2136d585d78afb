"""What several tests of measures begin with."""

import pytest

from engine.database import Database
from tests.engine.metrics.lives import town
from tests.engine.office import TWO_TASKS


@pytest.fixture
def permits(database: Database) -> Database:
    """A database with four cases of two tasks."""
    with database.transaction() as session:
        hall = town(session)
        version = hall.publish(TWO_TASKS)
        hall.lanes(version, Front_desk="Front desk", Board="Board")
        for _ in range(4):
            hall.start(version, by=hall.people["ana"])
    return database
