"""A procedure in two versions, and somebody who works in it."""

import pytest
from sqlalchemy.orm import Session

from engine.models import (
    Version,
)
from tests.clock import Clock
from tests.engine.office import TownHall
from tests.engine.two_versions import FIRST, SECOND, Work


@pytest.fixture
def versions(session: Session, hall: TownHall) -> tuple[Version, Version]:
    clara = hall.person("clara", "Desk")
    hall.person("oscar", roles=("operator",))
    return hall.publish(FIRST, by=clara), hall.publish(SECOND, by=clara)


@pytest.fixture
def work(session: Session, clock: Clock) -> Work:
    return Work(session, clock)
