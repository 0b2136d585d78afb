"""Moving open cases to another version, on pages."""

import pytest
from sqlalchemy import select

from engine.cases import Applicant, start_case
from engine.deployments import deploy, procedure_by_key, version_numbered
from engine.models import Case, Job, Migration
from engine.people import person_by_name
from engine.worker import Worker
from tests.webapp.conftest import FORMS, LICENCE, Town

RENAMED = (
    LICENCE.replace(b'id="inspect"', b'id="visit"')
    .replace(b'targetRef="inspect"', b'targetRef="visit"')
    .replace(b'sourceRef="inspect"', b'sourceRef="visit"')
    .replace(b"<flowNodeRef>inspect<", b"<flowNodeRef>visit<")
)
PATH = "/procedures/licence/migrations"
MAP: dict[str, object] = {"from": 1, "to": 2, "reason": "New rule"}


@pytest.fixture
def two(town: Town) -> Town:
    """The town with a second version, in which the inspection has another id."""
    publish(town, RENAMED)
    return town


def publish(town: Town, model: bytes) -> None:
    with town.database.transaction() as session:
        deploy(
            session,
            "licence",
            "Licence to operate",
            drawing=model,
            model=model,
            process_id="p",
            forms=FORMS,
            by=None,
            at=town.clock(),
        )


def work(town: Town) -> None:
    Worker(town.database, town.clock).run_until_idle()


def version_of(town: Town, number: str) -> int:
    with town.database.reading() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        return session.get_one(Case, case.id).version_id


def at_inspection(town: Town) -> str:
    """The number of a case of the first version that waits for its inspection."""
    with town.database.transaction() as session:
        old = version_numbered(session, procedure_by_key(session, "licence"), 1)
        by = person_by_name(session, "carla")
        case = start_case(session, old, {}, applicant=Applicant("Rosa"), by=by, at=town.clock())
    done: dict[str, object] = {"shop": "B", "choice.complete": "yes"}
    town.visitor("carla").post(f"/tasks/{town.task(case.number)}/complete", done)
    return case.number


def test_the_map_is_proposed_with_what_waits_there(two: Town) -> None:
    at_inspection(two)
    page = two.visitor("oscar").get(f"{PATH}?from=1&to=2").text
    assert '<option value="visit" selected>Inspect the shop</option>' in page
    assert "1 case is there" in page


def test_cases_are_checked_moved_and_moved_back(two: Town) -> None:
    oscar, number = two.visitor("oscar"), at_inspection(two)
    before = version_of(two, number)
    answer = oscar.post(PATH, MAP)
    assert answer.status_code == 303
    where = answer.headers["Location"]
    assert "Looking at every open case" in oscar.get(where).text
    work(two)
    assert "1 case moves to version 2." in oscar.get(where).text
    assert version_of(two, number) == before
    oscar.post(f"{where}/move")
    work(two)
    assert "1 case moved" in oscar.get(where).text
    assert version_of(two, number) != before
    assert "moved to version 2 of the procedure" in oscar.get(f"/cases/{number}").text
    oscar.post(f"{where}/undo")
    work(two)
    assert "1 case moved back" in oscar.get(where).text
    assert version_of(two, number) == before


def test_only_the_chosen_cases_are_looked_at(two: Town) -> None:
    oscar, number, other = two.visitor("oscar"), at_inspection(two), at_inspection(two)
    where = oscar.post(PATH, {**MAP, "numbers": f" {number} \r\n"}).headers["Location"]
    work(two)
    page = oscar.get(where).text
    assert "1 case moves to version 2." in page
    assert number in page
    assert other not in page


def test_a_number_that_is_not_there_is_said_and_what_was_typed_stays(two: Town) -> None:
    at_inspection(two)
    answer = two.visitor("oscar").post(PATH, {**MAP, "numbers": "LF-1", "filed_from": "2026-01-05"})
    assert answer.status_code == 422
    assert "LF-1 is no open case of version 1" in answer.text
    assert 'value="2026-01-05"' in answer.text


def test_what_cannot_move_is_listed_with_its_reason(two: Town) -> None:
    oscar, number = two.visitor("oscar"), at_inspection(two)
    where = oscar.post(PATH, {**MAP, "to.inspect": ""}).headers["Location"]
    work(two)
    page = oscar.get(where).text
    assert number in page
    assert "nothing for “Inspect the shop”" in page
    assert "No case can move" in page


def test_a_plan_needs_a_reason_and_keeps_what_was_chosen(two: Town) -> None:
    at_inspection(two)
    answer = two.visitor("oscar").post(PATH, {**MAP, "to.inspect": "receive", "reason": " "})
    assert answer.status_code == 422
    assert '<option value="receive" selected>' in answer.text


@pytest.mark.parametrize(
    "sent", [{"to": 1}, {"to.inspect": "start"}, {"to.inspect": "<script>alert(1)</script>"}]
)
def test_a_plan_that_cannot_be_is_refused_in_words(two: Town, sent: dict[str, object]) -> None:
    answer = two.visitor("oscar").post(PATH, {**MAP, **sent})
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    with two.database.reading() as session:
        assert session.scalar(select(Migration.id)) is None


def test_a_version_that_is_none_does_not_exist(two: Town) -> None:
    assert two.visitor("oscar").get(f"{PATH}?from=1&to=7").status_code == 404


def test_moving_twice_is_told_apart(two: Town) -> None:
    oscar = two.visitor("oscar")
    at_inspection(two)
    where = oscar.post(PATH, MAP).headers["Location"]
    assert oscar.post(f"{where}/move").status_code == 409
    work(two)
    assert oscar.post(f"{where}/move").status_code == 303
    assert oscar.post(f"{where}/move").status_code == 409


def test_a_batch_that_was_given_up_is_tried_again(two: Town) -> None:
    oscar, number = two.visitor("oscar"), at_inspection(two)
    where = oscar.post(PATH, MAP).headers["Location"]
    with two.database.transaction() as session:
        job = session.scalars(select(Job)).one()
        job.is_dead, job.last_error = True, "disk full"
    assert "It came to a halt: disk full" in oscar.get(where).text
    oscar.post(f"{where}/resume")
    work(two)
    assert "1 case moves to version 2." in oscar.get(where).text
    assert number


def test_htmx_gets_the_progress_alone(two: Town) -> None:
    oscar = two.visitor("oscar")
    where = oscar.post(PATH, MAP).headers["Location"]
    part = oscar.get(where, headers={"HX-Request": "true", "HX-Target": "section#progress"}).text
    assert "<html" not in part
    assert "cases looked at" in part


@pytest.mark.parametrize("name", ["carla", "ana", "marta", "pedro"])
def test_only_operators_move_cases_between_versions(two: Town, name: str) -> None:
    visitor = two.visitor(name)
    assert visitor.get(PATH).status_code == 403
    assert visitor.post(PATH, MAP).status_code == 403


def test_a_single_version_says_what_to_do(town: Town) -> None:
    assert "There is only one version" in town.visitor("oscar").get(PATH).text
