"""DOMAIN.md “The clock” 7 and 11: appeals after a decision or negative silence, complaints that suspend nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from engine.calendars import BusinessCalendar
from engine.models import Case, ClockState, Task
from engine.terms import appeals, rulings
from engine.terms.counting import term_end
from engine.terms.law import law_of
from tests.engine.terms.desk import Desk, day, sheet


def decided(desk: Desk) -> int:
    """A case that was decided and notified on 20 July 2026."""
    case_id = desk.filed("2026-07-01", sheet("negative_silence"))
    desk.on("2026-07-20")
    desk.do(case_id)
    desk.do(case_id)
    return case_id


def file(desk: Desk, case_id: int, kind: str) -> int:
    with desk.hall() as hall:
        filed = appeals.file_appeal(
            hall.session, case_id, kind, "The plan was approved before.", by=None, at=hall.at
        )
        return filed.number


@pytest.mark.parametrize(
    ("kind", "decide_by", "silence_from", "authority"),
    [
        ("reconsideration", "2026-09-04", "2026-09-12", "Desk"),
        ("appeal", "2026-09-25", "2026-10-03", "Council"),
    ],
)
def test_11_appeals_are_filed_within_fifteen_business_days_and_decided_in_fifteen_or_thirty(
    desk: Desk, kind: str, decide_by: str, silence_from: str, authority: str
) -> None:
    case_id = decided(desk)
    desk.on("2026-08-14", hour=23)
    file(desk, case_id, kind)
    with desk.database.reading() as session:
        (filed,) = appeals.appeals_of(session, case_id)
    assert (filed.decide_by, filed.silence_from) == (day(decide_by), day(silence_from))
    assert filed.authority == authority
    assert desk.letters(case_id) == ["appeal_filed"]


def test_one_appeal_is_filed_at_a_time_and_each_once_against_a_decision(desk: Desk) -> None:
    case_id = decided(desk)
    number = file(desk, case_id, "reconsideration")
    with pytest.raises(appeals.OneAtATime, match="reconsideración"):
        file(desk, case_id, "appeal")
    with desk.hall() as hall:
        rulings.decide_appeal(
            hall.session, case_id, number, "unfounded", "It is as it was.", by=None, at=hall.at
        )
    with pytest.raises(appeals.FiledOnce):
        file(desk, case_id, "reconsideration")


def test_the_answer_to_a_reconsideration_can_be_appealed_from_its_own_day(desk: Desk) -> None:
    case_id = decided(desk)
    desk.on("2026-08-14")
    number = file(desk, case_id, "reconsideration")
    desk.on("2026-09-01")
    with desk.hall() as hall:
        rulings.decide_appeal(
            hall.session, case_id, number, "unfounded", "It is as it was.", by=None, at=hall.at
        )
    desk.on("2026-09-22")
    file(desk, case_id, "appeal")  # the fifteenth business day after 1 September


def test_11_an_appeal_after_its_time_is_refused_with_its_last_day(desk: Desk) -> None:
    case_id = decided(desk)
    desk.on("2026-08-17")
    with pytest.raises(appeals.TooLateToAppeal, match="2026-08-14"):
        file(desk, case_id, "appeal")


def test_7_negative_silence_unlocks_the_appeal_as_long_as_nothing_is_decided(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05", sheet("negative_silence"))
    with pytest.raises(appeals.NothingToAppeal):
        file(desk, case_id, "appeal")
    desk.on("2026-06-01")
    desk.work()
    assert desk.case(case_id).clock == ClockState.SILENT
    file(desk, case_id, "appeal")
    assert desk.case(case_id).status == "open"
    desk.do(case_id)  # the office still decides


def test_what_silence_approved_is_not_appealed(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05")
    desk.on("2026-02-24")
    desk.work()
    with pytest.raises(appeals.NothingToAppeal):
        file(desk, case_id, "appeal")


def test_11_a_complaint_for_delay_has_three_days_and_never_suspends_the_case(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05")
    before = desk.term(case_id).decide_by
    desk.on("2026-02-17")
    with desk.hall() as hall:
        filed = appeals.file_complaint(
            hall.session, case_id, "Nobody answers.", by=None, at=hall.at
        )
        assert filed.decide_by == day("2026-02-20")
    assert desk.term(case_id).decide_by == before
    assert desk.case(case_id).clock == ClockState.RUNNING
    desk.do(case_id)


def test_nobody_complains_of_delay_as_long_as_every_term_runs(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05")
    desk.on("2026-01-06")
    with desk.hall() as hall, pytest.raises(appeals.NothingLate):
        appeals.file_complaint(hall.session, case_id, "Now.", by=None, at=hall.at)


def test_what_is_approved_by_filing_is_not_late_as_long_as_the_paper_may_come(desk: Desk) -> None:
    case_id = desk.filed("2026-07-01", sheet("automatic"))
    notify_by = desk.term(case_id).notify_by
    assert notify_by is not None
    assert notify_by > day("2026-07-02")
    for is_late, on in ((False, day("2026-07-02")), (True, notify_by + timedelta(days=1))):
        desk.on(on.isoformat())
        with desk.hall() as hall:
            hall.session.execute(update(Task).values(due_at=None))
            case = hall.session.get_one(Case, case_id)
            assert appeals.may_complain(hall.session, case, at=hall.at) is is_late, on


def test_a_task_that_is_late_is_enough_to_complain(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05")
    with desk.hall() as hall:
        hall.session.execute(update(Task).values(due_at=hall.at - timedelta(minutes=1)))
        case = hall.session.get_one(Case, case_id)
        assert appeals.may_complain(hall.session, case, at=hall.at)


def test_the_same_appeal_is_not_filed_twice_at_once_and_says_why(desk: Desk) -> None:
    case_id = decided(desk)
    file(desk, case_id, "appeal")
    with pytest.raises(appeals.AppealOpen):
        file(desk, case_id, "appeal")
    other = decided(desk)
    with desk.hall() as hall, pytest.raises(appeals.GroundsMissing):
        appeals.file_appeal(hall.session, other, "reconsideration", " ", by=None, at=hall.at)
    with desk.hall() as hall, pytest.raises(appeals.NoAppealHere, match="reconsideration"):
        appeals.file_appeal(hall.session, case_id, "revision", "Why not", by=None, at=hall.at)


def test_where_the_law_gives_a_month_to_decide_an_appeal_it_runs_date_to_date() -> None:
    law = law_of("EC")
    end = term_end(BusinessCalendar(law.place), day("2026-03-09"), law.appeals["appeal"].decide)
    assert end == day("2026-04-09")
