"""Following a request: open to who holds code and document number, and to nobody else, who learns nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine.cases import resume_case, suspend_case
from engine.models import CaseMessage, Task, TaskStatus
from tests.webapp.conftest import Town
from tests.webapp.test_filing import (
    ROSA,
    Applicant,
    applicant,
    file,
    mailed_code,
    publish,
    the_case,
)


@pytest.fixture
def hall(town: Town) -> Town:
    return publish(town)


def opened(hall: Town, code: str, document: str = ROSA["document"]) -> tuple[Applicant, int]:
    """Somebody at another computer who types both; the browser and the status of the answer."""
    someone = applicant(hall)
    answer = someone.send("/follow", {"code": code, "document": document})
    return someone, answer.status_code


def test_code_and_document_open_the_case(hall: Town) -> None:
    code = file(hall, applicant(hall))
    rosa, status = opened(hall, code.lower(), "40.123.456")
    assert status == 303
    text = rosa.get(f"/follow/{the_case(hall).id}").text
    assert the_case(hall).number in text
    assert "Mesa de Partes" in text
    assert "Solicitud revisada" in text


def test_a_case_is_open_to_who_opens_it_in_the_second_it_was_filed(hall: Town) -> None:
    hall.clock.advance(milliseconds=700)
    code = file(hall, applicant(hall))
    rosa, status = opened(hall, code)
    assert status == 303
    assert rosa.get(f"/follow/{the_case(hall).id}").status_code == 200


def test_whatever_is_wrong_the_answer_is_the_same(hall: Town) -> None:
    code = file(hall, applicant(hall))
    answers = []
    for typed, document in (
        (code, "99999999"),
        ("0000-0000-0000-0000", ROSA["document"]),
        ("x", "y"),
    ):
        someone = applicant(hall)
        answer = someone.send("/follow", {"code": typed, "document": document})
        assert answer.status_code == 422
        answers.append("do not belong together" in answer.text)
    assert answers == [True] * 3


def test_guessing_a_document_gets_slow(hall: Town) -> None:
    code = file(hall, applicant(hall))
    someone = applicant(hall)
    for guess in range(8):
        someone.send("/follow", {"code": code, "document": f"4000000{guess}"})
    answer = someone.send("/follow", {"code": code, "document": ROSA["document"]})
    assert answer.status_code == 429


def test_a_case_that_was_not_opened_looks_like_none(hall: Town) -> None:
    file(hall, applicant(hall))
    stranger = applicant(hall)
    case_id = the_case(hall).id
    for path in (f"/follow/{case_id}", "/follow/12345", f"/follow/{case_id}/documents/1"):
        answer = stranger.get(path)
        assert (answer.status_code, answer.location) == (303, "/follow"), path


def test_what_was_opened_closes_by_itself(hall: Town) -> None:
    code = file(hall, applicant(hall))
    rosa, _ = opened(hall, code)
    hall.clock.advance(hours=5)
    assert rosa.get(f"/follow/{the_case(hall).id}").status_code == 303


def test_no_person_of_the_office_is_named_to_the_applicant(hall: Town) -> None:
    code = file(hall, applicant(hall))
    rosa, _ = opened(hall, code)
    assert "Carla" not in rosa.get(f"/follow/{the_case(hall).id}").text


def test_to_write_one_shows_a_code_sent_by_mail(hall: Town) -> None:
    code = file(hall, applicant(hall))
    rosa, _ = opened(hall, code)
    at = f"/follow/{the_case(hall).id}"
    asked = rosa.send(f"{at}/message", {"text": "Hola"})
    assert asked.location == f"{at}/prove?next={at}/message"
    rosa.send(f"{at}/prove/send")
    assert rosa.send(f"{at}/prove", {"code": mailed_code(hall.database)}).status_code == 303
    assert rosa.send(f"{at}/message", {"text": "¿Cuándo vienen?"}).status_code == 303
    assert "¿Cuándo vienen?" in rosa.get(at).text
    with hall.database.reading() as session:
        assert session.scalars(select(CaseMessage)).one().is_from_applicant


def test_the_right_to_act_ends_after_an_hour(hall: Town) -> None:
    code = file(hall, applicant(hall))
    rosa, _ = opened(hall, code)
    at = f"/follow/{the_case(hall).id}"
    rosa.send(f"{at}/prove/send")
    rosa.send(f"{at}/prove", {"code": mailed_code(hall.database)})
    hall.clock.advance(minutes=61)
    assert "/prove?" in str(rosa.send(f"{at}/message", {"text": "Hola"}).location)
    with hall.database.reading() as session:
        assert session.scalars(select(CaseMessage)).all() == []


def test_a_lost_code_is_replaced_by_mail_and_nobody_learns_who_exists(hall: Town) -> None:
    file(hall, applicant(hall))
    number = the_case(hall).number
    hall.clock.advance(seconds=5)
    someone = applicant(hall)
    right = someone.send("/follow/lost", {"number": number, "document": ROSA["document"]})
    wrong = someone.send("/follow/lost", {"number": "LF-2026-999999", "document": "11111111"})
    assert "If number and document belong together" in right.text
    assert "If number and document belong together" in wrong.text
    code = mailed_code(hall.database)
    sent = {"number": number, "document": ROSA["document"], "code": code}
    assert someone.send("/follow/lost", sent).status_code == 303
    assert number in someone.get(f"/follow/{the_case(hall).id}").text


def test_leaving_leaves_nothing(hall: Town) -> None:
    code = file(hall, applicant(hall))
    rosa, _ = opened(hall, code)
    rosa.send("/follow/leave")
    assert rosa.get(f"/follow/{the_case(hall).id}").status_code == 303


def test_a_forged_keyring_opens_nothing(hall: Town) -> None:
    file(hall, applicant(hall))
    someone = applicant(hall)
    until = int((hall.clock() + timedelta(hours=1)).timestamp())
    someone.client.set_cookie("expedito_window", f"[[],[[{the_case(hall).id},{until}]],[]].forged")
    assert someone.get(f"/follow/{the_case(hall).id}").status_code == 303


def test_an_applicant_reads_that_the_office_suspended_it_and_not_why(hall: Town) -> None:
    code = file(hall, applicant(hall))
    rosa, _ = opened(hall, code)
    case = the_case(hall)
    page = f"/follow/{case.id}"
    assert "The office has suspended it for now." not in rosa.get(page).text
    with hall.database.transaction() as session:
        suspend_case(session, case.id, "Awaiting the audit", by=None, at=hall.clock())
    text = rosa.get(page).text
    assert "The office has suspended it for now." in text
    assert "audit" not in text
    with hall.database.transaction() as session:
        resume_case(session, case.id, "Audited", by=None, at=hall.clock())
    assert "The office has suspended it for now." not in rosa.get(page).text


def test_one_that_is_suspended_is_not_said_to_wait_for_something_from_outside(hall: Town) -> None:
    code = file(hall, applicant(hall))
    rosa, _ = opened(hall, code)
    case = the_case(hall)
    outside = "It waits for something from outside the office."
    with hall.database.transaction() as session:
        session.execute(update(Task).values(status=TaskStatus.CANCELLED.value))
    assert outside in rosa.get(f"/follow/{case.id}").text
    with hall.database.transaction() as session:
        suspend_case(session, case.id, "Awaiting the audit", by=None, at=hall.clock())
    text = rosa.get(f"/follow/{case.id}").text
    assert "The office has suspended it for now." in text
    assert outside not in text
