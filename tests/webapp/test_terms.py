"""The law's clock on pages: the term of a case, the notice, suspensions, appeals, warnings, samples, calendars."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from engine.cases import Applicant, start_case
from engine.deployments import deploy
from engine.models import Case, FiledAppeal, Task
from engine.people import office_named, person_by_name
from engine.worker import Worker
from tests.engine.terms.desk import MODEL, sheet
from tests.webapp.conftest import Town

NOTICE = {"lacking": ["plan"], "text.plan": "Sign it."}


@pytest.fixture
def number(town: Town) -> str:
    """A case of the permit, filed on Monday 5 January 2026 at the office of carla and marta."""
    return permit(town, "positive_silence")


def permit(town: Town, assessment: str, **more: Any) -> str:
    town.clock.set(datetime(2026, 1, 5, 15, 0, tzinfo=UTC))
    with town.database.transaction() as session:
        luis = person_by_name(session, "luis")
        version = deploy(
            session,
            "permit",
            "Permit",
            drawing=MODEL,
            model=MODEL,
            process_id="p",
            sheet=sheet(assessment, **more),
            by=luis,
            at=town.clock(),
        )
        version.procedure.office_id = office_named(session, "Licences", at=town.clock()).id
        rosa = Applicant("Rosa Ñahui", document="41234567")
        return start_case(session, version, {}, applicant=rosa, by=luis, at=town.clock()).number


def test_silence_that_the_sheet_leaves_open_counts_as_negative_and_says_so(town: Town) -> None:
    number = permit(town, "")
    text = town.visitor("luis").get(f"/cases/{number}/term").text
    assert "The sheet does not say what silence means, so it counts as negative" in text
    assert "appealed from 24 Feb 2026" in text


def work(town: Town) -> None:
    Worker(town.database, town.clock).run_until_idle()


def test_a_case_and_its_task_show_what_is_due_and_how_much_is_used(town: Town, number: str) -> None:
    town.clock.advance(days=3)
    luis = town.visitor("luis")
    with town.database.reading() as session:
        task = session.scalars(select(Task).where(Task.name == "Check")).one().id
    for path in (f"/cases/{number}", f"/tasks/{task}", f"/cases/{number}/term"):
        assert "3 business days used of 30" in luis.get(path).text
    assert "approved on 24 Feb 2026" in luis.get(f"/cases/{number}/term").text


def test_a_notice_is_given_corrected_at_the_counter_and_the_term_begins_anew(
    town: Town, number: str
) -> None:
    luis = town.visitor("luis")
    assert "A plan" in luis.get(f"/cases/{number}/notice").text
    assert luis.post(f"/cases/{number}/notice", NOTICE).status_code == 303
    shown = luis.get(f"/cases/{number}/term").text
    assert "the applicant may correct until 7 Jan 2026" in shown
    early = luis.post(f"/cases/{number}/corrections")
    assert early.status_code == 422
    assert "Still to be corrected: A plan." in early.text
    paper = (io.BytesIO(b"%PDF-1.4 signed"), "plan.pdf")
    brought = {"text": "Signed.", "files": paper}
    assert luis.post(f"/cases/{number}/corrections/1", brought).status_code == 303
    assert luis.post(f"/cases/{number}/corrections").status_code == 303
    shown = luis.get(f"/cases/{number}/term").text
    assert "Signed." in shown
    assert "document 1" in shown
    again = luis.post(f"/cases/{number}/notice", NOTICE)
    assert again.status_code == 409
    assert "126.2" in again.text
    assert "legal risk" in again.text


def test_who_only_keeps_it_running_reads_no_words_of_others_on_the_term_page(
    town: Town, number: str
) -> None:
    luis, oscar = town.visitor("luis"), town.visitor("oscar")
    luis.post(f"/cases/{number}/notice", NOTICE)
    luis.post(f"/cases/{number}/corrections/1", {"text": "My sister signed it."})
    luis.post(f"/cases/{number}/corrections")
    luis.post(f"/cases/{number}/suspension", {"kind": "other_entity", "reason": "Rosa is ill"})
    written = ["Sign it.", "My sister signed it.", "Rosa is ill"]
    assert [one for one in written if one not in luis.get(f"/cases/{number}/term").text] == []
    shown = oscar.get(f"/cases/{number}/term")
    assert shown.status_code == 200
    assert [one for one in written if one in shown.text] == []
    assert "M•••" in shown.text


def test_a_notice_without_items_comes_back_with_a_sentence(town: Town, number: str) -> None:
    luis = town.visitor("luis")
    answer = luis.post(f"/cases/{number}/notice", {"lacking": ["plan"], "text.plan": " "})
    assert answer.status_code == 422
    assert "Tick what is lacking" in answer.text


def test_who_has_the_case_not_at_hand_states_nothing(town: Town, number: str) -> None:
    assert town.visitor("carla").post(f"/cases/{number}/notice", NOTICE).status_code == 404
    assert town.visitor("pedro").post(f"/cases/{number}/notice", NOTICE).status_code == 403


def test_the_clock_is_stopped_and_goes_on_from_the_page(town: Town, number: str) -> None:
    luis = town.visitor("luis")
    asked = {"kind": "other_entity", "reason": "Zoning map", "days": "5"}
    assert luis.post(f"/cases/{number}/suspension", asked).status_code == 303
    assert "information from another entity" in luis.get(f"/cases/{number}/term").text
    longer = {"reason": "Not yet"}
    assert luis.post(f"/cases/{number}/suspension/longer", longer).status_code == 303
    assert luis.post(f"/cases/{number}/suspension/end").status_code == 303
    assert luis.post(f"/cases/{number}/suspension/end").status_code == 409
    wrong = {"kind": "holidays", "reason": "We rest"}
    assert luis.post(f"/cases/{number}/suspension", wrong).status_code == 422


def test_an_appeal_is_filed_at_the_counter_and_decided_by_who_is_in_charge(town: Town) -> None:
    number = permit(town, "negative_silence")
    early = town.visitor("luis").post(
        f"/cases/{number}/appeals", {"kind": "appeal", "grounds": "Too slow"}
    )
    assert early.status_code == 409
    town.clock.set(datetime(2026, 2, 24, 15, 0, tzinfo=UTC))
    work(town)
    luis, marta = town.visitor("luis"), town.visitor("marta")
    filed = luis.post(f"/cases/{number}/appeals", {"kind": "appeal", "grounds": "Too slow"})
    assert filed.status_code == 303
    answer = {"result": "founded", "decision": "It was late."}
    assert luis.post(f"/cases/{number}/appeals/1", answer).status_code == 403
    assert number in marta.get("/appeals").text
    unclear = marta.post(f"/cases/{number}/appeals/1", answer)
    assert unclear.status_code == 422
    assert "Say what follows" in unclear.text
    assert "It was late." in unclear.text  # what was typed stays
    back = {**answer, "effect": "back", "stage": "decide"}
    assert marta.post(f"/cases/{number}/appeals/1", back).status_code == 422  # it never got there
    assert marta.post(f"/cases/{number}/appeals/1", {**answer, "effect": "anew"}).status_code == 303
    assert "Nothing to decide" in marta.get("/appeals").text
    told = luis.get(f"/cases/{number}/term").text
    assert "The office had not answered; this is its decision." in told
    assert "a judge can be asked" in told
    with town.database.reading() as session:
        assert session.scalars(select(FiledAppeal)).one().result == "founded"
        assert session.scalars(select(Case)).one().outcome == "Resuelta en recurso"


def test_a_request_is_withdrawn_at_the_counter(town: Town, number: str) -> None:
    luis = town.visitor("luis")
    assert luis.post(f"/cases/{number}/withdrawal").status_code == 303
    with town.database.reading() as session:
        assert session.scalars(select(Case)).one().outcome == "Desistimiento"
    assert "The applicant withdrew the request" in luis.get(f"/cases/{number}").text


def test_a_manager_reads_warnings_and_puts_them_aside(town: Town, number: str) -> None:
    town.clock.set(datetime(2026, 2, 9, 15, 0, tzinfo=UTC))
    work(town)
    marta = town.visitor("marta")
    assert number in marta.get("/warnings").text
    assert number not in town.visitor("carla").get("/warnings").text
    marta.post("/warnings/seen")
    assert "Nothing to warn of" in marta.get("/warnings").text


def test_the_sample_is_drawn_on_its_page_and_given_as_a_table(town: Town, number: str) -> None:
    town.clock.set(datetime(2026, 2, 24, 15, 0, tzinfo=UTC))
    work(town)
    town.clock.set(datetime(2026, 7, 1, 15, 0, tzinfo=UTC))
    marta = town.visitor("marta")
    asked = {"procedure": "permit", "half_year": "2026-1", "seed": "urn"}
    assert marta.post("/checks", {**asked, "half_year": "2026-2"}).status_code == 422
    assert marta.post("/checks", asked).status_code == 303
    page = marta.get("/checks/permit/2026-1").text
    assert "seed urn" in page
    with town.database.reading() as session:
        case_id = session.scalars(select(Case)).one().id
    found = {"found": "false", "note": '=HYPERLINK("x")'}
    assert marta.post(f"/checks/permit/2026-1/{case_id}", found).status_code == 303
    rows = list(csv.DictReader(io.StringIO(marta.get("/checks/permit/2026-1.csv").text)))
    assert [(row["number"], row["found"], row["seed"]) for row in rows] == [
        (number, "false", "urn")
    ]
    assert rows[0]["note"].startswith("'=")
    assert town.visitor("luis").get("/checks").status_code == 403


def test_the_risk_list_grows_by_reasons_and_shrinks(town: Town) -> None:
    marta = town.visitor("marta")
    assert marta.post("/checks/risks", {"document": "4123"}).status_code == 422
    risk = {"document": "41234567", "reason": "False plan"}
    assert marta.post("/checks/risks", risk).status_code == 303
    assert "False plan" in marta.get("/checks").text
    marta.post("/checks/risks/remove", {"document": "41234567"})
    assert "False plan" not in marta.get("/checks").text


def test_a_declared_day_moves_open_terms_and_needs_its_norm(town: Town, number: str) -> None:
    oscar = town.visitor("oscar")
    day = {"day": "2026-01-26", "scope": "PE", "is_business_day": "no", "norm": ""}
    answer = oscar.post("/calendars/days", day)
    assert answer.status_code == 422
    assert "an office cannot declare its own" in answer.text
    assert oscar.post("/calendars/days", {**day, "norm": "D.S. 003-2026"}).status_code == 303
    assert "D.S. 003-2026" in oscar.get("/calendars").text
    work(town)
    assert "17 Feb 2026" in town.visitor("luis").get(f"/cases/{number}/term").text
    oscar.post("/calendars/days/back", {"day": "2026-01-26", "scope": "PE"})
    work(town)
    assert "16 Feb 2026" in town.visitor("luis").get(f"/cases/{number}/term").text


def test_an_office_gets_hours_and_a_region_of_its_own(town: Town) -> None:
    oscar = town.visitor("oscar")
    with town.database.reading() as session:
        office = office_named(session, "Licences", at=town.clock()).id
    path = f"/calendars/offices/{office}"
    assert "08:00-13:00, 14:00-17:00" in oscar.get(path).text
    wrong = oscar.post(path, {"place": "PE-CUS", "monday": "eight to five"})
    assert wrong.status_code == 422
    assert oscar.post(path, {"place": "PE-CUS", "monday": "07:30-13:30"}).status_code == 303
    page = oscar.get(path).text
    assert "07:30-13:30" in page
    assert town.visitor("luis").get("/calendars").status_code == 403


def test_the_facts_of_the_clock_are_told_in_words(town: Town, number: str) -> None:
    town.visitor("luis").post(f"/cases/{number}/notice", NOTICE)
    town.clock.advance(days=5)
    work(town)
    told = town.visitor("luis").get(f"/cases/{number}").text
    for words in (
        "The term began to run: to be decided by 16 Feb 2026",
        "What is lacking was stated; the applicant may correct until 7 Jan 2026",
        "Not corrected in time: it counts as not filed, and the fee is given back",
    ):
        assert words in told


def test_a_task_may_take_longer_once_where_the_law_says_so(town: Town) -> None:
    number = permit(town, "positive_silence", clock={"tasks": {"check": "report"}})
    luis = town.visitor("luis")
    with town.database.reading() as session:
        token = session.scalars(select(Task.token)).one()
    assert "3 business days more" in luis.get(f"/cases/{number}/term").text
    why = {"reason": "The lab is slow"}
    assert luis.post(f"/cases/{number}/tasks/{token}/longer", why).status_code == 303
    assert "3 business days more" not in luis.get(f"/cases/{number}/term").text
    assert luis.post(f"/cases/{number}/tasks/{token}/longer", why).status_code == 422
    assert "The task may take longer" in luis.get(f"/cases/{number}").text
