"""What a case leaves in a data store is what a later one reads, whatever it is."""

from typing import Any

import pytest

from engine.database import Database
from engine.deployments import blueprint
from engine.resolver import PublishedVersions
from tests.clock import Clock
from tests.engine.office import TWO_TASKS, TownHall


@pytest.mark.parametrize(
    "value", [120, 12.5, -3, True, None, "120", "12.50", "", [1, "2"], {"fee": 120}]
)
def test_what_is_left_in_a_store_is_read_as_it_was(
    database: Database, clock: Clock, value: Any
) -> None:
    def stores() -> PublishedVersions:
        plan = blueprint(session, version_id)
        return PublishedVersions(session, plan, started_at=clock(), at=clock())

    with database.transaction() as session:
        version_id = TownHall(session, clock()).publish(TWO_TASKS).id
        stores().write_store("fee", 1)
        stores().write_store("fee", value)
    with database.transaction() as session:
        read = stores().read_store("fee")
    assert (type(read), read) == (type(value), value)
