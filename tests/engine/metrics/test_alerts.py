"""Who answers for a target hears that it is missed, once."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from engine.metrics.alerts import tell_missed
from engine.metrics.days import ZONE
from engine.metrics.item import Item, ItemKind, Measured
from engine.metrics.keeping import keep
from engine.metrics.targets import set_target
from engine.models import Notification
from tests.engine.office import TWO_TASKS, TownHall

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)


def test_a_missed_target_is_told_once_to_the_managers_of_its_office(hall: TownHall) -> None:
    session = hall.session
    version = hall.publish(TWO_TASKS)
    procedure = version.procedure
    procedure.office_id = hall.office("Top").id
    manager = hall.person("marta", "Top", roles=("manager",))
    hall.person("carla", "Top")
    _finished(hall, procedure.id, version.id, days=3, many=6)
    set_target(session, procedure, "", 24.0, by=manager, at=NOW)
    assert tell_missed(session, at=NOW) == 1
    (told,) = session.scalars(select(Notification)).all()
    assert (told.person_id, told.kind) == (manager.id, "target_missed")
    assert told.data["met"] == "0"
    assert tell_missed(session, at=NOW + timedelta(days=2)) == 0, "it was missed already"
    set_target(session, procedure, "", 24.0 * 30, by=manager, at=NOW)
    assert tell_missed(session, at=NOW) == 0, "a month is met"


def _finished(hall: TownHall, procedure_id: int, version_id: int, *, days: int, many: int) -> None:
    end = int(NOW.timestamp()) - 86_400
    cases = []
    for number in range(1, many + 1):
        begun = end - days * 86_400
        item = Item(1, "receive", "Receive", ItemKind.TASK, begun, end, True, office_id=1)
        case = Measured(number, procedure_id, f"C-{number}", begun, [item], "completed", end)
        case.version_id = version_id
        cases.append(case)
    keep(hall.session, cases, ZONE)
