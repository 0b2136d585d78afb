"""DOMAIN.md “The clock” 11: thirty business days of the applicant's inaction end what an applicant began."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from engine.cases import suspend_case
from engine.models import Case, CaseStatus, ClockState, Job, JobKind
from engine.terms import abandonment, appeals, endings
from engine.terms.view import clock_file
from engine.window.correspondence import write_message
from engine.worker import Worker
from tests.engine.terms.desk import Desk, sheet

APPLICANTS = {"tasks": {"check": "applicant"}}


def waiting(desk: Desk, **more: Any) -> int:
    """A case that waits for its applicant since 5 January 2026: thirty business days end on 16 February."""
    case_id = desk.filed("2026-01-05", sheet("negative_silence", clock=APPLICANTS, **more))
    with desk.hall() as hall:
        hall.session.get_one(Case, case_id).applicant_email = "rosa@home.example"
    return case_id


def mails(desk: Desk) -> list[str]:
    with desk.database.reading() as session:
        jobs = session.scalars(select(Job).where(Job.kind == JobKind.MAIL).order_by(Job.id))
        return [one.payload["subject"] for one in jobs if one.payload["to"] == "rosa@home.example"]


def test_11_thirty_business_days_of_the_applicants_inaction_are_abandonment(desk: Desk) -> None:
    case_id = waiting(desk)
    desk.on("2026-02-16", hour=23)
    desk.work()
    assert desk.case(case_id).status == CaseStatus.OPEN
    desk.on("2026-02-17", hour=1)
    desk.work()
    case = desk.case(case_id)
    assert (case.status, case.outcome) == ("cancelled", "Abandono")
    assert desk.data(case_id, "request_abandoned")["since"] == "2026-01-05"
    assert desk.letters(case_id) == ["abandoned"]
    assert mails(desk)[-1].endswith("terminó por abandono")


def test_11_the_applicant_is_told_before_and_the_page_says_the_day(desk: Desk) -> None:
    case_id = waiting(desk)
    with desk.database.reading() as session:
        file = clock_file(session, session.get_one(Case, case_id), at=desk.clock())
    assert file is not None
    assert file.abandoned_from == date(2026, 2, 17)
    desk.on("2026-02-06")
    desk.work()
    assert mails(desk) == []
    desk.on("2026-02-09")  # five business days before the last one
    desk.work()
    assert len(mails(desk)) == 1
    assert "hasta el 16 feb. 2026" in mails(desk)[0]
    desk.on("2026-02-10")
    desk.work()
    assert len(mails(desk)) == 1


def test_11_what_was_abandoned_may_be_appealed(desk: Desk) -> None:
    case_id = waiting(desk)
    desk.on("2026-02-17")
    desk.work()
    assert desk.case(case_id).clock == ClockState.ANSWERED
    assert desk.term(case_id).notified_on == date(2026, 2, 17)
    with desk.hall() as hall:
        appeals.file_appeal(hall.session, case_id, "appeal", "I was ill.", by=None, at=hall.at)


def test_11_what_the_office_began_is_not_abandoned(desk: Desk) -> None:
    case_id = waiting(desk, begun_by="office")
    desk.on("2026-06-01")
    desk.work()
    assert desk.case(case_id).status == CaseStatus.OPEN
    with desk.hall() as hall, pytest.raises(abandonment.NotBegunByApplicant):
        abandonment.abandon(hall.session, case_id, by=None, at=hall.at)


def test_11_a_case_that_waits_for_the_office_is_not_abandoned(desk: Desk) -> None:
    case_id = desk.filed(
        "2026-01-05", sheet("negative_silence", clock={"tasks": {"decide": "applicant"}})
    )
    desk.on("2026-06-01")
    desk.work()
    assert desk.case(case_id).status == CaseStatus.OPEN
    with desk.hall() as hall, pytest.raises(abandonment.NotInactive):
        abandonment.abandon(hall.session, case_id, by=None, at=hall.at)


def test_11_the_days_run_from_the_moment_it_waits_for_the_applicant(desk: Desk) -> None:
    case_id = desk.filed(
        "2026-01-05", sheet("negative_silence", clock={"tasks": {"decide": "applicant"}})
    )
    desk.on("2026-01-19")
    desk.do(case_id)
    desk.on("2026-03-02")  # thirty business days after 19 January
    desk.work()
    assert desk.case(case_id).status == CaseStatus.OPEN
    desk.on("2026-03-03")
    desk.work()
    assert desk.case(case_id).outcome == "Abandono"


def test_11_who_writes_to_the_office_is_not_inactive(desk: Desk) -> None:
    case_id = waiting(desk)
    desk.on("2026-02-12")
    desk.work()
    with desk.hall() as hall:
        write_message(
            hall.session, case_id, "I am on it.", is_from_applicant=True, by=None, at=hall.at
        )
    desk.on("2026-02-17")
    desk.work()
    assert desk.case(case_id).status == CaseStatus.OPEN
    desk.on("2026-03-26")
    desk.work()
    assert desk.case(case_id).status == CaseStatus.OPEN
    desk.on("2026-03-27")
    desk.work()
    assert desk.case(case_id).outcome == "Abandono"


def test_11_what_is_done_in_time_is_not_abandoned_and_two_workers_end_a_case_once(
    desk: Desk,
) -> None:
    done, other = waiting(desk), None
    desk.on("2026-02-12")
    desk.do(done)
    desk.on("2026-01-05")
    other = desk.file(desk.publish(sheet("negative_silence", clock=APPLICANTS)))
    desk.on("2026-02-18")
    workers = [Worker(desk.database, desk.clock, name=f"worker {n}") for n in range(2)]
    for worker in workers * 3:
        worker.run_once()
    assert desk.case(done).status == CaseStatus.OPEN
    assert desk.facts(other).count("request_abandoned") == 1


def test_11_while_an_operator_halts_the_case_nobody_abandons_it(desk: Desk) -> None:
    case_id = waiting(desk)
    with desk.hall() as hall:
        suspend_case(
            hall.session, case_id, "A flood", by=desk.person(hall.session, "olga"), at=hall.at
        )
    desk.on("2026-02-20")
    desk.work()
    assert desk.case(case_id).status == CaseStatus.SUSPENDED


def test_11_an_officer_declares_it_where_the_law_does_not_by_itself(desk: Desk) -> None:
    case_id = waiting(desk, jurisdiction="CL")
    desk.on("2026-06-01")
    desk.work()
    assert desk.case(case_id).status == CaseStatus.OPEN
    with desk.hall() as hall:
        abandonment.abandon(hall.session, case_id, by=None, at=hall.at)
    assert desk.case(case_id).outcome == "Abandono"
    with desk.hall() as hall, pytest.raises(Exception, match="cancelled"):
        endings.withdraw(hall.session, case_id, "", by=None, at=hall.at)
