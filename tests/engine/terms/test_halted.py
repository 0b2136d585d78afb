"""A procedure that an operator suspends with its cases: the law's clock runs on in each of them."""

from typing import Any

from engine.halts.commands import outlook, resume_procedure, suspend_procedure
from engine.models import Case, ClockState, Procedure
from engine.people import person_by_name
from tests.engine.terms.desk import Desk, correct, day, give


def _procedure(session: Any, case_id: int) -> Procedure:
    found: Procedure = session.get_one(Procedure, session.get_one(Case, case_id).procedure_id)
    return found


def halt(desk: Desk, case_id: int) -> None:
    with desk.hall() as hall:
        olga = person_by_name(hall.session, "olga")
        found = _procedure(hall.session, case_id)
        suspend_procedure(hall.session, found, "A flood", is_with_cases=True, by=olga, at=hall.at)
    desk.work()


def go_on(desk: Desk, case_id: int) -> None:
    with desk.hall() as hall:
        olga = person_by_name(hall.session, "olga")
        found = _procedure(hall.session, case_id)
        resume_procedure(hall.session, found, "It is dry", by=olga, at=hall.at)
    desk.work()


def test_9_silence_comes_on_its_day_to_a_case_that_stands_still_with_its_procedure(
    desk: Desk,
) -> None:
    case_id = desk.filed("2026-01-05")
    with desk.hall() as hall:
        told = outlook(hall.session, _procedure(hall.session, case_id))
    assert (told.moving, told.clocks, told.first_silence_on) == (1, 1, day("2026-02-24"))
    halt(desk, case_id)
    desk.on("2026-02-23", hour=23)
    desk.work()
    assert desk.case(case_id).status == "suspended"
    desk.on("2026-02-24", hour=0)
    desk.work()
    case = desk.case(case_id)
    assert (case.status, case.clock) == ("completed", ClockState.APPROVED)
    go_on(desk, case_id)
    assert "case_resumed" not in desk.facts(case_id)
    assert desk.count(Case.halt_id.is_not(None)) == 0


def test_9_the_term_is_not_a_day_longer_for_a_halt(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05")
    halt(desk, case_id)
    desk.on("2026-01-26")
    go_on(desk, case_id)
    term = desk.term(case_id)
    assert (desk.case(case_id).status, term.stopped_days) == ("open", 0)
    assert (term.decide_by, term.silence_from) == (day("2026-02-16"), day("2026-02-24"))


def test_8_what_is_corrected_meanwhile_stands_still_with_its_procedure_and_goes_on_with_it(
    desk: Desk,
) -> None:
    case_id = desk.filed("2026-01-05")
    give(desk, case_id)
    halt(desk, case_id)
    assert "case_suspended" not in desk.facts(case_id)  # it lies still for the law's reason
    desk.on("2026-01-07")
    correct(desk, case_id)
    assert (desk.case(case_id).status, desk.case(case_id).clock) == ("suspended", "running")
    assert desk.facts(case_id)[-3:] == ["request_corrected", "clock_restarted", "case_suspended"]
    assert desk.term(case_id).clock_started_on == day("2026-01-07")
    go_on(desk, case_id)
    desk.do(case_id)


def test_8_what_waits_for_a_correction_goes_on_waiting_when_the_procedure_goes_on(
    desk: Desk,
) -> None:
    case_id = desk.filed("2026-01-05")
    give(desk, case_id)
    halt(desk, case_id)
    go_on(desk, case_id)
    assert (desk.case(case_id).status, desk.case(case_id).clock) == ("suspended", "notice")
    correct(desk, case_id)
    assert desk.case(case_id).status == "open"
