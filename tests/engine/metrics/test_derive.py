"""What the facts of one case are measured as."""

from engine.events import Happened
from engine.metrics.derive import FactRow, Reading, derive
from engine.metrics.item import Cause, ItemKind, Measured

HOUR = 3600


def test_a_condition_was_waited_for_since_the_case_last_moved() -> None:
    facts = [
        FactRow(1, 0, Happened.CASE_STARTED, None, None, 0, 0, None),
        FactRow(2, 0, Happened.TASK_OPENED, "a", 2, 0, 1, None),
        FactRow(3, HOUR, Happened.TASK_COMPLETED, "a", 2, 7, 1, None),
        FactRow(4, 5 * HOUR, Happened.CONDITION_MET, "day", 3, 0, 0, None),
        FactRow(5, 5 * HOUR, Happened.CONDITION_MET, "border", 4, 0, 0, None),
    ]
    reading = Reading({"day": "The day"}, {}, frozenset({"border"}))
    case = derive(Measured(1, 1, "1", 0, []), facts, {}, reading, 9 * HOUR)
    item = case.items[-1]
    assert (item.name, item.kind, item.is_completed) == ("The day", ItemKind.TIMER, True)
    assert item.spent == {Cause.TIMER: 4 * HOUR}
    assert [one.element_id for one in case.items] == ["a", "day"]
