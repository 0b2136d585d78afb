"""The clock of an appeal: who is warned when, and what silence does when nobody decides it."""

from datetime import date
from typing import Any

from sqlalchemy import select

from engine.calendars.declared_days import declare_day
from engine.models import Case, ClockState, FiledAppeal, Job, TermWarning
from engine.sheet import Appeal
from engine.terms import appeals
from engine.terms.appeals import may_appeal
from engine.terms.recounting import recount_terms
from engine.terms.warnings import warnings_for
from tests.engine.terms.desk import Desk, sheet
from tests.engine.terms.test_rulings import file, refused, rule


def warned(desk: Desk) -> list[tuple[str, str]]:
    """Who is warned of what."""
    with desk.database.reading() as session:
        return [
            (name, warning.kind)
            for name in ("ana", "carla", "marta", "eva")
            for warning, _case in warnings_for(session, desk.person(session, name))
        ]


def appeal(desk: Desk, case_id: int, number: int) -> FiledAppeal:
    with desk.database.reading() as session:
        return session.get_one(FiledAppeal, (case_id, number))


def silent(desk: Desk, **more: Any) -> int:
    """A case on which negative silence has operated."""
    case_id = desk.filed("2026-01-05", sheet("negative_silence", **more))
    desk.on("2026-02-24")
    desk.work()
    return case_id


def test_who_decides_is_told_warned_before_the_end_and_when_it_is_over(desk: Desk) -> None:
    case_id = refused(desk)
    desk.on("2026-07-22")
    file(desk, case_id)  # to be decided by 8 September
    assert warned(desk) == [("marta", "appeal")]
    desk.on("2026-08-31")
    desk.work()
    assert warned(desk) == [("marta", "appeal")]
    desk.on("2026-09-01")  # five business days before
    desk.work()
    assert ("marta", "appeal_soon") in warned(desk)
    assert ("marta", "appeal_late") not in warned(desk)
    desk.on("2026-09-09")
    desk.work()
    assert ("marta", "appeal_late") in warned(desk)
    assert not any(name in ("ana", "eva") for name, _kind in warned(desk))


def test_an_appeal_that_was_decided_in_time_warns_nobody_and_leaves_no_job(desk: Desk) -> None:
    case_id = refused(desk)
    desk.on("2026-07-22")
    number = file(desk, case_id)
    rule(desk, case_id, number, "unfounded")
    assert desk.count(Job.case_id == case_id, Job.key.contains(":appeal:")) == 0
    desk.on("2026-12-01")
    desk.work()
    assert appeal(desk, case_id, number).silent_on is None
    assert desk.count(TermWarning.case_id == case_id, TermWarning.kind != "appeal") == 0


def test_silence_on_a_reconsideration_opens_the_appeal_for_as_long_as_nobody_decides(
    desk: Desk,
) -> None:
    case_id = refused(desk)
    desk.on("2026-07-22")
    number = file(desk, case_id, "reconsideration")
    until = appeal(desk, case_id, number).silence_from
    assert until == date(2026, 8, 26)
    desk.on("2027-02-01")  # the worker comes late, and every day to appeal the decision is over
    desk.work()
    assert appeal(desk, case_id, number).silent_on == until
    assert not appeal(desk, case_id, number).is_exhausted
    file(desk, case_id, "appeal")
    assert desk.case(case_id).outcome == "Refused"
    assert "appeal_silent" in desk.facts(case_id)


def test_silence_on_an_appeal_exhausts_the_way_and_it_can_still_be_decided(desk: Desk) -> None:
    case_id = refused(desk)
    desk.on("2026-07-22")
    number = file(desk, case_id)
    desk.on("2026-09-15")
    desk.work()
    assert appeal(desk, case_id, number).silent_on is None
    desk.on("2026-09-16")
    desk.work()
    assert appeal(desk, case_id, number).silent_on == date(2026, 9, 16)
    assert appeal(desk, case_id, number).is_exhausted
    with desk.database.reading() as session:
        case = desk.case(case_id)
        known = appeals.appeals_of(session, case_id)
        assert len(known) == 1
        assert not may_appeal(session, case, Appeal("appeal", 15, 30), at=desk.clock())
    rule(desk, case_id, number, "founded", effect="back", stage="decide")
    assert desk.case(case_id).clock == ClockState.RUNNING
    assert not appeal(desk, case_id, number).is_exhausted


def test_a_second_silence_grants_what_the_sheet_says_it_grants(desk: Desk) -> None:
    said = sheet()["appeals"]
    said["appeal"]["after_silence"] = "positive"
    case_id = silent(desk, appeals=said)
    number = file(desk, case_id)
    until = appeal(desk, case_id, number).silence_from
    assert until is not None
    desk.on(until.isoformat())
    desk.work()
    case = desk.case(case_id)
    assert (case.status, case.clock) == ("completed", ClockState.APPROVED)
    assert desk.term(case_id).approved_on == until
    assert desk.letters(case_id)[-1] == "certificate_on_appeal"
    assert desk.data(case_id, "appeal_silent")["how"] == "positive"


def test_a_second_silence_grants_nothing_where_nobody_says_so(desk: Desk) -> None:
    case_id = silent(desk)
    file(desk, case_id)
    desk.on("2026-12-01")
    desk.work()
    case = desk.case(case_id)
    assert (case.status, case.clock) == ("open", ClockState.SILENT)
    assert "certificate_on_appeal" not in desk.letters(case_id)


def test_the_applicant_is_told_by_mail_that_nobody_answered(desk: Desk) -> None:
    case_id = refused(desk)
    with desk.hall() as hall:
        hall.session.get_one(Case, case_id).applicant_email = "rosa@example.org"
    desk.on("2026-07-22")
    file(desk, case_id)
    desk.on("2026-09-16")
    desk.work()
    with desk.database.reading() as session:
        jobs = session.scalars(select(Job).where(Job.kind == "mail").order_by(Job.id))
        sent = [job.payload for job in jobs]
        texts = [one["text"] for one in sent if one["to"] == "rosa@example.org"]
    assert "Debe resolverse hasta el 8 set. 2026" in texts[0]
    assert all(desk.case(case_id).number in text for text in texts)
    assert "puede acudir a un juez" in texts[-1]


def test_a_declared_day_moves_the_term_of_an_appeal(desk: Desk) -> None:
    case_id = refused(desk)
    desk.on("2026-07-22")
    number = file(desk, case_id)
    with desk.hall() as hall:
        declare_day(
            hall.session,
            "PE",
            date(2026, 8, 10),
            is_business_day=False,
            norm="D.S. 003-2026-PCM",
            by=None,
            at=hall.at,
        )
        recount_terms(hall.session, at=hall.at)
    desk.work()
    assert appeal(desk, case_id, number).decide_by == date(2026, 9, 9)
