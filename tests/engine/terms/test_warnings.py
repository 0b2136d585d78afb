"""What is still to be warned of: the last word on each request, and nothing of what was answered since."""

from engine.terms.warnings import unseen_warnings, warnings_for
from tests.engine.terms.desk import Desk, sheet


def told(desk: Desk, name: str = "marta") -> list[str]:
    with desk.database.reading() as session:
        person = desk.person(session, name)
        kinds = [warning.kind for warning, _case in warnings_for(session, person)]
        assert unseen_warnings(session, person) == len(kinds)
        return kinds


def test_what_says_more_takes_the_place_of_what_was_said_before(desk: Desk) -> None:
    version = desk.publish(sheet("negative_silence"))
    desk.on("2026-01-05")
    desk.file(version)
    for day in ("2026-02-09", "2026-02-16", "2026-02-17", "2026-02-18", "2026-02-24"):
        desk.on(day)
        desk.work()
        assert len(told(desk)) <= 1
    assert told(desk) == ["silence"]


def test_who_was_warned_of_a_request_that_is_answered_reads_nothing_of_it(desk: Desk) -> None:
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
    desk.on("2026-02-09")
    desk.work()
    assert told(desk) == ["soon"]
    desk.do(case_id)
    assert told(desk) == ["soon"]
    desk.do(case_id)
    assert told(desk) == []
