"""Who is warned, of what, and what is still to be warned of: the last word on each request."""

import re

import pytest
from sqlalchemy import select

from engine.models import Case, Job, JobKind, Task
from engine.tasks import claim_task
from engine.terms.law import mail_languages, words_in
from engine.terms.warnings import unseen_warnings, warnings_for
from tests.engine.terms.desk import Desk, give, sheet


def warned(desk: Desk) -> list[str]:
    names = ("ana", "carla", "marta", "eva", "olga")
    with desk.database.reading() as session:
        return [name for name in names if warnings_for(session, desk.person(session, name))]


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
    case_id = desk.filed("2026-01-05")
    desk.on("2026-02-09")
    desk.work()
    assert told(desk) == ["soon"]
    desk.do(case_id)
    assert told(desk) == ["soon"]
    desk.do(case_id)
    assert told(desk) == []


def test_warnings_reach_who_works_on_it_its_chief_and_the_manager_and_nobody_else(
    desk: Desk,
) -> None:
    case_id = desk.filed("2026-01-05")
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
    case_id = desk.filed("2026-01-05")
    desk.on("2026-02-15")
    desk.work()
    assert desk.facts(case_id).count("term_warned") == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "You can do it until 7 Jan 2026"),
        ("es", "Puede subsanarlas hasta el 7 ene. 2026"),
        ("qu", "Puede subsanarlas hasta el 7 ene. 2026"),  # whose words are not certain yet
        (None, "Puede subsanarlas hasta el 7 ene. 2026"),
    ],
)
def test_the_applicant_is_told_by_mail_what_is_to_be_corrected_in_their_language(
    desk: Desk, language: str | None, words: str
) -> None:
    case_id = desk.filed("2026-01-05")
    with desk.hall() as hall:
        case = hall.session.get_one(Case, case_id)
        case.applicant_email, case.applicant_language = "rosa@home.example", language
    give(desk, case_id)
    with desk.database.reading() as session:
        mail = session.scalars(select(Job).where(Job.kind == JobKind.MAIL)).one()
        assert mail.payload["to"] == "rosa@home.example"
        assert words in mail.payload["text"]


def test_every_mail_to_an_applicant_has_its_words_in_every_language() -> None:
    """The same mails, with the same values in them."""
    told = {language: words_in(language)["mails"]["to_applicant"] for language in mail_languages()}
    assert told.keys() >= {"en", "es"}
    for language, mails in told.items():
        for name, mail in told["es"].items():
            for part, text in mail.items():
                wanted = sorted(re.findall(r"\{\w+\}", text))
                assert sorted(re.findall(r"\{\w+\}", mails[name][part])) == wanted, (language, name)
    kinds = [
        words_in(language)[table].keys() for table in ("kinds", "results") for language in told
    ]
    assert len({frozenset(names) for names in kinds}) == 2


def test_who_had_the_task_is_told_when_silence_took_it_away(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05")
    with desk.hall() as hall:
        task = hall.session.scalars(select(Task)).one()
        claim_task(hall.session, task.id, by=desk.person(hall.session), at=hall.at)
    desk.on("2026-02-24")
    desk.work()
    told = desk.data(case_id, "term_warned")
    with desk.database.reading() as session:
        assert told["kind"] == "silence"
        assert desk.person(session).id in told["to"]
