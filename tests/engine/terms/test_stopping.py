"""DOMAIN.md “The clock” 9 to 11 on real cases: what stops and lengthens the terms of cases and tasks, and ends them."""

from datetime import datetime

import pytest
from sqlalchemy import event, select

from engine.calendars.declared_days import declare_day
from engine.cases import CaseEnded, ReasonMissing, suspend_case
from engine.models import Case, ClockState, Task
from engine.terms import endings, extensions, stopping
from engine.terms.recounting import recount_terms
from engine.terms.view import clock_file, clock_view
from tests.engine.office import diagram
from tests.engine.terms.desk import Desk, correct, day, give, sheet


def due_of(desk: Desk, case_id: int) -> str:
    with desk.database.reading() as session:
        due: datetime | None = session.scalar(
            select(Task.due_at).where(Task.case_id == case_id, Task.status == "open")
        )
        assert due is not None
        return due.isoformat()


def test_9_information_of_another_entity_stops_the_clock_for_seven_days_and_three_more(
    desk: Desk,
) -> None:
    case_id = desk.filed("2026-01-05")
    desk.on("2026-01-12")
    with desk.hall() as hall:
        stopping.suspend_clock(
            hall.session, case_id, "other_entity", "Zoning map", by=None, at=hall.at
        )
    assert desk.term(case_id).stopped_until == day("2026-01-21")
    desk.do(case_id)  # work goes on meanwhile
    with desk.hall() as hall:
        stopping.extend_suspension(hall.session, case_id, "Not yet", by=None, at=hall.at)
        with pytest.raises(stopping.SuspensionUsedUp):
            stopping.extend_suspension(hall.session, case_id, "Again", by=None, at=hall.at)
    desk.on("2026-01-26")
    with desk.hall() as hall:
        stopping.resume_clock(hall.session, case_id, by=None, at=hall.at)
    term = desk.term(case_id)
    assert term.stopped_days == 10
    assert term.decide_by == day("2026-03-02")  # ten business days after 16 February


def test_9_a_suspended_case_does_not_run_out_and_goes_on_by_itself(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05")
    desk.on("2026-02-16")
    with desk.hall() as hall:
        stopping.suspend_clock(
            hall.session, case_id, "applicant_request", "Abroad", days=20, by=None, at=hall.at
        )
    desk.on("2026-03-16")
    desk.work()
    case = desk.case(case_id)
    assert (case.status, case.clock) == ("open", ClockState.SUSPENDED)
    desk.on("2026-03-17")
    desk.work()
    assert desk.case(case_id).clock == ClockState.RUNNING
    assert desk.term(case_id).decide_by == day("2026-03-16")
    desk.on("2026-03-24")
    desk.work()
    assert desk.case(case_id).clock == ClockState.APPROVED


def test_9_the_law_allows_so_many_days_and_no_other_reason(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05")
    with desk.hall() as hall:
        session, at = hall.session, hall.at
        with pytest.raises(stopping.SuspensionUnknown):
            stopping.suspend_clock(session, case_id, "holidays", "We rest", by=None, at=at)
        kind = "applicant_request"
        stopping.suspend_clock(session, case_id, kind, "Abroad", by=None, at=at)
        with pytest.raises(stopping.ClockStands):
            stopping.suspend_clock(session, case_id, kind, "Longer", by=None, at=at)
    desk.on("2026-03-30")
    desk.work()
    with desk.hall() as hall, pytest.raises(stopping.SuspensionUsedUp):
        stopping.suspend_clock(hall.session, case_id, kind, "Again", by=None, at=hall.at)


def test_9_what_an_operator_halts_does_not_stop_the_laws_clock(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05")
    with desk.hall() as hall:
        suspend_case(hall.session, case_id, "Stock-taking", by=None, at=hall.at)
    desk.on("2026-02-24")
    desk.work()
    assert desk.case(case_id).clock == ClockState.APPROVED


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        ("forward", "2026-01-05"),
        ("formality", "2026-01-08"),
        ("report", "2026-01-14"),
        ("applicant", "2026-01-19"),
        ("same_entity", "2026-01-08"),
        ("another_entity", "2026-01-12"),
    ],
)
def test_10_a_task_without_a_term_of_its_own_has_that_of_its_kind(
    desk: Desk, kind: str, due: str
) -> None:
    case_id = desk.filed("2026-01-05", sheet(clock={"tasks": {"check": kind}}))
    assert due_of(desk, case_id) == f"{due}T22:00:00+00:00"  # when the office closes in Lima


@pytest.mark.parametrize(
    ("term", "due"),
    [
        ("P2D", "2026-01-12T22:00:00+00:00"),
        ("P1W", "2026-01-15T22:00:00+00:00"),
        # Thursday 16:00: one hour of it, three of Friday
        ("PT4H", "2026-01-09T16:00:00+00:00"),
    ],
)
def test_10_a_term_of_the_diagram_is_counted_in_business_time(
    desk: Desk, term: str, due: str
) -> None:
    model = diagram(
        f'<startEvent id="start"/><userTask id="check" name="Check" e:dueDate="{term}"/>'
        '<endEvent id="done"/>',
        flows="start>check check>done",
    )
    version = desk.publish(model=model)
    desk.on("2026-01-08", hour=16)
    assert due_of(desk, desk.file(version)) == due


def test_tasks_are_due_later_by_the_days_the_clock_stood_still(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05")
    give(desk, case_id)
    desk.on("2026-01-07")
    correct(desk, case_id)
    assert due_of(desk, case_id) == "2026-01-12T22:00:00+00:00"


def test_the_modality_is_chosen_by_the_answers_as_soon_as_they_are_known(desk: Desk) -> None:
    modalities = [
        {
            "name": "Low risk",
            "assessment": "automatic",
            "applies_if": 'risk = "low"',
            "term": {"amount": 2, "unit": "business_days"},
        },
        {
            "name": "High risk",
            "assessment": "positive_silence",
            "applies_if": 'risk = "high"',
            "term": {"amount": 8, "unit": "business_days"},
        },
    ]
    version = desk.publish(sheet(modalities=modalities))
    desk.on("2026-01-05")
    low, high, later = desk.file(version, risk="low"), desk.file(version, risk="high"), None
    assert desk.term(low).modality == "Low risk"
    assert desk.term(high).decide_by == day("2026-01-15")
    later = desk.file(version)
    assert desk.case(later).clock == ClockState.UNDETERMINED
    desk.on("2026-01-07")
    desk.do(later, risk="high")
    assert desk.case(later).clock == ClockState.RUNNING
    assert desk.term(later).decide_by == day("2026-01-15")


def test_11_a_withdrawn_request_ends_and_cannot_be_withdrawn_again(desk: Desk) -> None:
    version = desk.publish()
    case_id = desk.file(version)
    give(desk, case_id)
    with desk.hall() as hall:
        endings.withdraw(hall.session, case_id, "", by=None, at=hall.at)
    case = desk.case(case_id)
    assert (case.status, case.outcome, case.clock) == ("cancelled", "Desistimiento", "stopped")
    with desk.hall() as hall, pytest.raises(CaseEnded):
        endings.withdraw(hall.session, case_id, "", by=None, at=hall.at)
    desk.clock.advance(days=400)
    desk.work()
    assert desk.facts(case_id)[-1] != "term_warned"


def test_11_what_is_notified_can_no_longer_be_withdrawn(desk: Desk) -> None:
    version = desk.publish(sheet(clock={"notified_by": ["check"]}))
    case_id = desk.file(version)
    desk.do(case_id)
    with desk.hall() as hall, pytest.raises(endings.NotifiedAlready):
        endings.withdraw(hall.session, case_id, "", by=None, at=hall.at)


def test_what_a_page_shows_days_used_of_days_and_why_it_stands_still(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05")
    desk.on("2026-01-08")
    with desk.hall() as hall:
        case = hall.session.get_one(Case, case_id)
        view = clock_view(hall.session, case, at=hall.at)
        assert view is not None
        assert (view.used, view.of, view.left) == (3, 30, 27)
    give(desk, case_id)
    desk.on("2026-01-09")
    with desk.hall() as hall:
        case = hall.session.get_one(Case, case_id)
        file = clock_file(hall.session, case, at=hall.at)
        assert file is not None
        assert file.view.used == 3
        assert (file.view.stands_for, file.view.stands_until) == ("notice", day("2026-01-12"))
        assert file.open_notice is not None
        assert [item.requirement for item in file.open_notice.items] == ["A plan", "The form"]


def test_a_day_that_a_decree_declares_moves_the_terms_of_open_cases(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05")
    with desk.hall() as hall:
        declare_day(
            hall.session,
            "PE",
            day("2026-01-26"),
            is_business_day=False,
            norm="D.S. 003-2026-PCM",
            by=None,
            at=hall.at,
        )
        recount_terms(hall.session, at=hall.at)
    desk.work()
    assert desk.term(case_id).decide_by == day("2026-02-17")
    assert desk.data(case_id, "clock_went_on")["is_recount"] is True


def test_completing_a_task_costs_the_clock_no_statement(desk: Desk) -> None:
    said = desk.publish(sheet())
    silent = desk.publish({"key": "plain"})
    counted = []
    for version in (said, silent):
        for _ in range(2):  # the first warms what is kept in memory
            case_id = desk.file(version)
            statements: list[str] = []
            listener = lambda *asked, told=statements: told.append(asked[2])  # noqa: E731
            event.listen(desk.database.engine, "before_cursor_execute", listener)
            desk.do(case_id)
            event.remove(desk.database.engine, "before_cursor_execute", listener)
        counted.append(len(statements))
    assert counted[0] == counted[1]


@pytest.mark.parametrize(
    ("kind", "due", "later"),
    [("report", "2026-01-14", "2026-01-19"), ("another_entity", "2026-01-12", "2026-01-19")],
)
def test_10_a_report_has_three_days_more_and_another_entity_ten_in_all_once_and_with_a_reason(
    desk: Desk, kind: str, due: str, later: str
) -> None:
    case_id = desk.filed("2026-01-05", sheet(clock={"tasks": {"check": kind}}))
    assert due_of(desk, case_id) == f"{due}T22:00:00+00:00"
    with desk.hall() as hall:
        task = hall.session.scalars(select(Task)).one()
        with pytest.raises(ReasonMissing):
            extensions.extend_task(hall.session, case_id, task.token, " ", by=None, at=hall.at)
        extensions.extend_task(
            hall.session, case_id, task.token, "The lab is slow", by=None, at=hall.at
        )
    assert due_of(desk, case_id) == f"{later}T22:00:00+00:00"
    assert desk.data(case_id, "task_extended")["due_on"] == later
    with desk.hall() as hall, pytest.raises(extensions.NoLonger):
        extensions.extend_task(hall.session, case_id, task.token, "Again", by=None, at=hall.at)


def test_10_a_mere_formality_has_no_days_more(desk: Desk) -> None:
    version = desk.publish(sheet(clock={"tasks": {"check": "formality"}}))
    case_id = desk.file(version)
    with desk.database.reading() as session:
        token = session.scalars(select(Task.token)).one()
    with desk.hall() as hall, pytest.raises(extensions.NoLonger):
        extensions.extend_task(hall.session, case_id, token, "Please", by=None, at=hall.at)
