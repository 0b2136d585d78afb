"""The town hall that commands are tested in."""

import pytest
from sqlalchemy.orm import Session

from tests.clock import Clock
from tests.engine.office import TownHall


@pytest.fixture
def hall(session: Session, clock: Clock) -> TownHall:
    """A town hall with nobody in it yet, on each database."""
    return TownHall(session, clock())
