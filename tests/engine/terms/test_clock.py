"""DOMAIN.md “The clock” 4 to 10 on real cases, with a clock that is moved."""

from datetime import date, datetime

import pytest
from sqlalchemy import event, select

from engine.calendars.declared_days import declare_day, set_office_hours
from engine.cases import AwaitsCorrection, CaseEnded, ReasonMissing, resume_case, suspend_case
from engine.errors import Conflict
from engine.models import Case, ClockState, Job, JobKind, Task
from engine.tasks import claim_task, complete_task
from engine.terms import endings, extensions, notices, stopping
from engine.terms.notices import Item
from engine.terms.recounting import recount_terms
from engine.terms.silence import SilenceOperated
from engine.terms.view import clock_file, clock_view
from engine.terms.warnings import warnings_for
from engine.worker import Worker
from tests.engine.office import diagram
from tests.engine.terms.desk import Desk, sheet


def day(text: str) -> date:
    return date.fromisoformat(text)


def give(desk: Desk, case_id: int, *items: Item, override: str | None = None) -> None:
    stated = items or (Item("plan", "Sign it."), Item("form", "Fill in page 2."))
    with desk.hall() as hall:
        ana = desk.person(hall.session)
        notices.give_notice(
            hall.session, case_id, stated, override_reason=override, by=ana, at=hall.at
        )


def correct(desk: Desk, case_id: int) -> None:
    with desk.hall() as hall:
        for item in (1, 2):
            notices.correct_item(hall.session, case_id, item, "Done.", by=None, at=hall.at)
        notices.hand_in_corrections(hall.session, case_id, by=None, at=hall.at)


def test_4_a_case_filed_on_a_saturday_counts_from_monday(desk: Desk) -> None:
    version = desk.publish()
    desk.on("2026-07-25")
    case_id = desk.file(version)
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
    version = desk.publish()
    desk.on("2026-03-27")
    case_id = desk.file(version)
    term = desk.term(case_id)
    assert (term.decide_by, term.notify_by) == (day("2026-05-13"), day("2026-05-20"))
    due_at = desk.case(case_id).due_at
    assert due_at is not None
    assert due_at.isoformat() == "2026-05-14T04:59:59+00:00"  # the last second of the day in Lima


def test_7_positive_silence_ends_the_case_approved_and_makes_the_certificate(desk: Desk) -> None:
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
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
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
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
    version = desk.publish(sheet(clock=marks))
    desk.on("2026-01-05")
    case_id = desk.file(version)
    desk.do(case_id)
    desk.on("2026-06-01")
    desk.work()
    case = desk.case(case_id)
    assert (case.status, case.clock) == ("open", ClockState.ANSWERED)
    assert {"request_decided", "decision_notified"} <= set(desk.facts(case_id))


def test_7_negative_silence_leaves_the_case_open_and_the_office_must_still_decide(
    desk: Desk,
) -> None:
    version = desk.publish(sheet("negative_silence"))
    desk.on("2026-01-05")
    case_id = desk.file(version)
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
    version = desk.publish(sheet("automatic"))
    desk.on("2026-01-05")
    case_id = desk.file(version)
    case, term = desk.case(case_id), desk.term(case_id)
    assert (case.status, case.clock) == ("open", ClockState.APPROVED)
    assert (term.approved_on, term.notify_by) == (day("2026-01-05"), day("2026-01-12"))
    assert desk.data(case_id, "request_approved")["how"] == "automatic"


def test_8_deficiencies_stop_the_clock_and_their_correction_begins_the_term_anew(
    desk: Desk,
) -> None:
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
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
    version = desk.publish()
    desk.on("2026-02-20")
    case_id = desk.file(version)
    give(desk, case_id)
    with pytest.raises(AwaitsCorrection):
        desk.do(case_id)
    with desk.hall() as hall, pytest.raises(AwaitsCorrection):
        resume_case(hall.session, case_id, "I want to", by=None, at=hall.at)


def test_8_what_is_not_corrected_in_time_counts_as_not_filed_and_the_fee_is_given_back(
    desk: Desk,
) -> None:
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
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
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
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


def test_9_information_of_another_entity_stops_the_clock_for_seven_days_and_three_more(
    desk: Desk,
) -> None:
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
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
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
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
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
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
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
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
    version = desk.publish(sheet(clock={"tasks": {"check": kind}}))
    desk.on("2026-01-05")
    case_id = desk.file(version)
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
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
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


def test_warnings_reach_who_works_on_it_its_chief_and_the_manager_and_nobody_else(
    desk: Desk,
) -> None:
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
    with desk.hall() as hall:
        task = hall.session.scalars(select(Task)).one()
        claim_task(hall.session, task.id, by=desk.person(hall.session), at=hall.at)
    desk.on("2026-02-09")  # five business days before the 16th
    desk.work()
    assert desk.data(case_id, "term_warned")["days"] == 5
    assert warned(desk) == ["ana", "carla", "marta"]
    with desk.database.reading() as session:
        mail = session.scalars(select(Job).where(Job.kind == JobKind.MAIL)).one()
        assert mail.payload["to"] == "ana@town.example"
        assert "quedan 5 días hábiles" in mail.payload["text"].lower()
    desk.on("2026-02-13")
    desk.work()
    assert desk.data(case_id, "term_warned")["days"] == 1
    desk.on("2026-02-17")
    desk.work()
    assert desk.data(case_id, "term_warned")["kind"] == "overdue"
    assert desk.facts(case_id).count("term_warned") == 3


def test_a_worker_that_comes_late_warns_once(desk: Desk) -> None:
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
    desk.on("2026-02-15")
    desk.work()
    assert desk.facts(case_id).count("term_warned") == 1


def test_a_clock_that_jumps_to_and_fro_does_nothing_twice(desk: Desk) -> None:
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
    for moment in ("2026-02-09", "2026-01-06", "2026-02-09", "2025-12-31", "2026-02-10"):
        desk.on(moment)
        desk.work()
    assert desk.facts(case_id).count("term_warned") == 1
    assert desk.case(case_id).status == "open"


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
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
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
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
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


def due_of(desk: Desk, case_id: int) -> str:
    with desk.database.reading() as session:
        due: datetime | None = session.scalar(
            select(Task.due_at).where(Task.case_id == case_id, Task.status == "open")
        )
        assert due is not None
        return due.isoformat()


def warned(desk: Desk) -> list[str]:
    names = ("ana", "carla", "marta", "eva", "olga")
    with desk.database.reading() as session:
        return [name for name in names if warnings_for(session, desk.person(session, name))]


def test_two_workers_let_silence_operate_once(desk: Desk) -> None:
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
    desk.on("2026-02-24")
    workers = [Worker(desk.database, desk.clock, name=f"worker {n}") for n in range(2)]
    for worker in workers * 3:
        worker.run_once()
    assert desk.facts(case_id).count("request_approved") == 1


def test_the_applicant_is_told_by_mail_what_is_to_be_corrected(desk: Desk) -> None:
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
    with desk.hall() as hall:
        hall.session.get_one(Case, case_id).applicant_email = "rosa@home.example"
    give(desk, case_id)
    with desk.database.reading() as session:
        mail = session.scalars(select(Job).where(Job.kind == JobKind.MAIL)).one()
        assert mail.payload["to"] == "rosa@home.example"
        assert "hasta el 07/01/2026" in mail.payload["text"]


def test_who_had_the_task_is_told_when_silence_took_it_away(desk: Desk) -> None:
    version = desk.publish()
    desk.on("2026-01-05")
    case_id = desk.file(version)
    with desk.hall() as hall:
        task = hall.session.scalars(select(Task)).one()
        claim_task(hall.session, task.id, by=desk.person(hall.session), at=hall.at)
    desk.on("2026-02-24")
    desk.work()
    told = desk.data(case_id, "term_warned")
    with desk.database.reading() as session:
        assert told["kind"] == "silence"
        assert desk.person(session).id in told["to"]


@pytest.mark.parametrize(
    ("kind", "due", "later"),
    [("report", "2026-01-14", "2026-01-19"), ("another_entity", "2026-01-12", "2026-01-19")],
)
def test_10_a_report_has_three_days_more_and_another_entity_ten_in_all_once_and_with_a_reason(
    desk: Desk, kind: str, due: str, later: str
) -> None:
    version = desk.publish(sheet(clock={"tasks": {"check": kind}}))
    desk.on("2026-01-05")
    case_id = desk.file(version)
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
