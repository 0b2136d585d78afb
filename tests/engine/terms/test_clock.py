"""DOMAIN.md “The clock” 4 to 8 on real cases, with a clock that is moved: filing, deciding, silence, notices."""

import pytest
from sqlalchemy import select

from engine.calendars.declared_days import set_office_hours
from engine.cases import AwaitsCorrection, resume_case
from engine.errors import Conflict
from engine.models import ClockState, Task
from engine.tasks import complete_task
from engine.terms import notices
from engine.terms.notices import Item
from engine.terms.silence import SilenceOperated
from engine.worker import Worker
from tests.engine.terms.desk import Desk, correct, day, give, sheet


def test_4_a_case_filed_on_a_saturday_counts_from_monday(desk: Desk) -> None:
    case_id = desk.filed("2026-07-25")
    term = desk.term(case_id)
    assert desk.case(case_id).filed_on == day("2026-07-25")
    assert (term.filed_on, term.decide_by) == (day("2026-07-27"), day("2026-09-10"))
    assert (term.notify_by, term.silence_from) == (day("2026-09-17"), day("2026-09-18"))


def test_5_the_term_of_distance_lengthens_the_time_to_correct(desk: Desk) -> None:
    version = desk.publish(sheet(clock={"filed_from": "region"}))
    with desk.hall() as hall:
        office = hall.office("Town hall")
        set_office_hours(hall.session, office.id, "PE", "PE-LMA", None, by=None, at=hall.at)
    desk.on("2026-01-05")
    case_id = desk.file(version, region="PE-LOR")
    give(desk, case_id)
    assert desk.term(case_id).stopped_until == day("2026-01-12")


def test_6_a_request_is_decided_in_thirty_business_days_and_notified_in_five(desk: Desk) -> None:
    case_id = desk.filed("2026-03-27")
    term = desk.term(case_id)
    assert (term.decide_by, term.notify_by) == (day("2026-05-13"), day("2026-05-20"))
    due_at = desk.case(case_id).due_at
    assert due_at is not None
    assert due_at.isoformat() == "2026-05-14T04:59:59+00:00"  # the last second of the day in Lima


def test_7_positive_silence_ends_the_case_approved_and_makes_the_certificate(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05")
    desk.on("2026-02-23", hour=23)
    desk.work()
    assert desk.case(case_id).status == "open"
    desk.on("2026-02-24", hour=0)
    desk.work()
    case = desk.case(case_id)
    assert (case.status, case.clock) == ("completed", ClockState.APPROVED)
    assert case.outcome == "Aprobada por silencio administrativo positivo"
    assert desk.letters(case_id) == ["certificate"]
    assert desk.term(case_id).approved_on == day("2026-02-24")
    told = desk.facts(case_id)
    assert "request_approved" in told
    assert "case_completed" in told
    assert "case_cancelled" not in told
    assert desk.count(Task.case_id == case_id, Task.status == "open") == 0


def test_7_silence_has_its_effect_on_its_day_however_late_the_worker_comes(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05")
    desk.on("2026-06-01")
    with desk.hall() as hall:
        task = hall.session.scalars(select(Task).where(Task.status == "open")).one()
        with pytest.raises(SilenceOperated, match="approved since 2026-02-24"):
            complete_task(hall.session, task.id, {}, by=desk.person(hall.session), at=hall.at)
    desk.work()
    assert desk.term(case_id).silent_on == day("2026-02-24")
    assert desk.data(case_id, "request_approved")["on"] == "2026-02-24"


def test_7_a_decision_notified_in_time_leaves_silence_nothing(desk: Desk) -> None:
    marks = {"decided_by": ["check"], "notified_by": ["check"]}
    case_id = desk.filed("2026-01-05", sheet(clock=marks))
    desk.do(case_id)
    desk.on("2026-06-01")
    desk.work()
    case = desk.case(case_id)
    assert (case.status, case.clock) == ("open", ClockState.ANSWERED)
    assert {"request_decided", "decision_notified"} <= set(desk.facts(case_id))


def test_7_negative_silence_leaves_the_case_open_and_the_office_must_still_decide(
    desk: Desk,
) -> None:
    case_id = desk.filed("2026-01-05", sheet("negative_silence"))
    desk.on("2026-02-24")
    desk.work()
    case = desk.case(case_id)
    assert (case.status, case.clock) == ("open", ClockState.SILENT)
    assert "silence_operated" in desk.facts(case_id)
    desk.do(case_id)
    desk.do(case_id)
    assert desk.case(case_id).clock == ClockState.ANSWERED


def test_7_automatic_approval_happens_on_filing_and_the_paper_is_due_in_five_days(
    desk: Desk,
) -> None:
    case_id = desk.filed("2026-01-05", sheet("automatic"))
    case, term = desk.case(case_id), desk.term(case_id)
    assert (case.status, case.clock) == ("open", ClockState.APPROVED)
    assert (term.approved_on, term.notify_by) == (day("2026-01-05"), day("2026-01-12"))
    assert desk.data(case_id, "request_approved")["how"] == "automatic"


def test_8_deficiencies_stop_the_clock_and_their_correction_begins_the_term_anew(
    desk: Desk,
) -> None:
    case_id = desk.filed("2026-01-05")
    desk.on("2026-01-07")
    give(desk, case_id)
    term = desk.term(case_id)
    assert (desk.case(case_id).clock, term.stopped_until) == (ClockState.NOTICE, day("2026-01-09"))
    assert desk.case(case_id).due_at is None
    assert desk.letters(case_id) == ["notice"]
    desk.on("2026-01-09")
    correct(desk, case_id)
    term = desk.term(case_id)
    assert term.filed_on == day("2026-01-05")
    assert term.clock_started_on == day("2026-01-09")
    assert (term.decide_by, term.notify_by) == (day("2026-02-20"), day("2026-02-27"))
    assert {"request_corrected", "clock_restarted"} <= set(desk.facts(case_id))
    desk.do(case_id)


def test_8_meanwhile_nothing_is_forwarded_and_no_silence_operates(desk: Desk) -> None:
    case_id = desk.filed("2026-02-20")
    give(desk, case_id)
    with pytest.raises(AwaitsCorrection):
        desk.do(case_id)
    with desk.hall() as hall, pytest.raises(AwaitsCorrection):
        resume_case(hall.session, case_id, "I want to", by=None, at=hall.at)


def test_8_what_is_not_corrected_in_time_counts_as_not_filed_and_the_fee_is_given_back(
    desk: Desk,
) -> None:
    case_id = desk.filed("2026-01-05")
    give(desk, case_id)
    desk.on("2026-01-07", hour=23)
    desk.work()
    assert desk.case(case_id).status == "suspended"
    desk.on("2026-01-08", hour=0)
    with desk.hall() as hall, pytest.raises(Conflict, match="until 2026-01-07"):
        notices.correct_item(hall.session, case_id, 1, "Late.", by=None, at=hall.at)
    desk.work()
    case = desk.case(case_id)
    assert (case.status, case.outcome) == ("cancelled", "Tenida por no presentada")
    assert desk.data(case_id, "request_not_filed") == {
        "correct_by": "2026-01-07",
        "is_refunded": True,
        "fee": "36.50",
        "currency": "PEN",
        "path": [],
    }
    assert desk.letters(case_id) == ["notice", "not_filed"]


def test_8_a_second_notice_is_refused_with_the_article_and_an_override_is_a_legal_risk(
    desk: Desk,
) -> None:
    case_id = desk.filed("2026-01-05")
    give(desk, case_id)
    correct(desk, case_id)
    with pytest.raises(notices.NoticeGivenAlready, match=r"126\.2"):
        give(desk, case_id)
    give(desk, case_id, override="The plan shows another plot.")
    assert desk.data(case_id, "legal_risk_taken")["reason"] == "The plan shows another plot."


@pytest.mark.parametrize(
    ("items", "problem"),
    [
        ((), notices.NothingStated),
        ((Item("plan", " "),), notices.NothingStated),
        ((Item("photograph", "Bring one."),), notices.RequirementUnknown),
    ],
)
def test_8_a_notice_states_what_the_sheet_requires_item_by_item(
    desk: Desk, items: tuple[Item, ...], problem: type[Exception]
) -> None:
    version = desk.publish()
    case_id = desk.file(version)
    with desk.hall() as hall, pytest.raises(problem):
        notices.give_notice(hall.session, case_id, items, by=None, at=hall.at)


def test_8_corrections_are_handed_in_when_every_item_has_one(desk: Desk) -> None:
    version = desk.publish()
    case_id = desk.file(version)
    give(desk, case_id)
    with desk.hall() as hall:
        notices.correct_item(hall.session, case_id, 1, "Signed.", by=None, at=hall.at)
        with pytest.raises(notices.NotAllCorrected, match="The form"):
            notices.hand_in_corrections(hall.session, case_id, by=None, at=hall.at)


def test_a_clock_that_jumps_to_and_fro_does_nothing_twice(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05")
    for moment in ("2026-02-09", "2026-01-06", "2026-02-09", "2025-12-31", "2026-02-10"):
        desk.on(moment)
        desk.work()
    assert desk.facts(case_id).count("term_warned") == 1
    assert desk.case(case_id).status == "open"


def test_two_workers_let_silence_operate_once(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05")
    desk.on("2026-02-24")
    workers = [Worker(desk.database, desk.clock, name=f"worker {n}") for n in range(2)]
    for worker in workers * 3:
        worker.run_once()
    assert desk.facts(case_id).count("request_approved") == 1
