"""Suspending and resuming a procedure, on pages and over `/api/v1`."""

import pytest
from sqlalchemy import update

from engine.models import CaseStatus, Procedure
from tests.webapp.conftest import Town
from tests.webapp.test_api import Machine
from tests.webapp.test_migration import work

AT = "/procedures/licence"
FLOOD: dict[str, object] = {"reason": "The archive is under water"}


def test_a_suspended_procedure_takes_no_new_case_until_it_is_resumed(town_on_each: Town) -> None:
    ana, carla = town_on_each.visitor("ana"), town_on_each.visitor("carla")
    answer = ana.post(f"{AT}/suspend", FLOOD)
    assert answer.status_code == 303
    page = ana.get(answer.headers["Location"]).text
    assert "The archive is under water" in page
    assert "Ana" in page
    assert carla.post("/cases/start/licence", {"applicant_name": "Rosa"}).status_code == 422
    assert "The archive is under water" in town_on_each.visitor("marta").get(AT).text
    ana.post(f"{AT}/resume", {"reason": "It is dry"})
    assert carla.post("/cases/start/licence", {"applicant_name": "Rosa"}).status_code == 303
    work(town_on_each)
    page = ana.get(f"{AT}/halts").text
    assert "It takes cases" in page
    assert "It is dry" in page


def test_open_cases_stand_still_with_progress_and_go_on(town_on_each: Town) -> None:
    town = town_on_each
    number, oscar = town.case(), town.visitor("oscar")
    asked = oscar.get(f"{AT}/suspend").text
    assert "And its 1 open case?" in asked
    oscar.post(f"{AT}/suspend", {**FLOOD, "cases": "still"})
    assert "0 of 1 open cases stand still" in oscar.get(f"{AT}/halts").text
    work(town)
    assert "1 case stands still." in oscar.get(f"{AT}/halts").text
    task = town.task(number)
    carla = town.visitor("carla")
    assert "stands still with its whole procedure" in carla.get(f"/tasks/{task}").text
    answer = carla.post(f"/tasks/{task}/complete", {"shop": "B"})
    assert answer.status_code == 409
    assert "stands still with its whole procedure" in answer.text
    story = oscar.get(f"/cases/{number}").text
    assert "The case was suspended with its procedure" in story
    assert "The archive is under water" in story
    assert "1 case that stands still with it goes on" in oscar.get(f"{AT}/resume").text
    oscar.post(f"{AT}/resume", {"reason": "It is dry"})
    work(town)
    assert "The case goes on with its procedure" in oscar.get(f"/cases/{number}").text


def test_tasks_that_stand_still_say_so_and_why_in_the_inbox_and_where_they_are_opened(
    town_on_each: Town,
) -> None:
    town = town_on_each
    both, alone = town.case(), town.case()
    oscar, carla = town.visitor("oscar"), town.visitor("carla")
    assert "suspended" not in carla.get("/inbox?scope=office").text
    oscar.post(f"/cases/{alone}/suspend", {"reason": "The plan is lost"})
    assert ">suspended<" in carla.get("/inbox?scope=office").text
    page = carla.get(f"/tasks/{town.task(alone)}").text
    assert "The plan is lost" in page
    assert "keep what you type" in page
    assert f"/tasks/{town.task(alone)}/claim" not in page
    assert ">Complete<" not in page
    assert "Keep for later" in page
    oscar.post(f"{AT}/suspend", {**FLOOD, "cases": "still"})
    work(town)
    assert ">suspended with its procedure<" in carla.get("/inbox?scope=office").text
    preview = carla.get(f"/tasks/{town.task(both)}/preview").text
    assert "The archive is under water" in preview
    assert f"/tasks/{town.task(both)}/claim" not in preview
    machine = Machine(town, "carla")
    listed = machine.get("/tasks", scope="office").json["tasks"]
    assert {one["case"]: one["stands_still"] for one in listed} == {
        alone: "case",
        both: "procedure",
    }


def test_a_procedure_suspended_before_reasons_were_asked_says_so(town: Town) -> None:
    with town.database.transaction() as session:
        session.execute(update(Procedure).values(is_suspended=True))
    for path in (AT, f"{AT}/halts"):
        assert "was not yet asked for" in town.visitor("ana").get(path).text


def test_the_reason_is_asked_again_and_what_was_chosen_stays(town: Town) -> None:
    answer = town.visitor("oscar").post(f"{AT}/suspend", {"reason": " ", "cases": "still"})
    assert answer.status_code == 422
    assert 'value="still" checked' in answer.text
    assert "Say why" in answer.text


def test_an_analyst_stops_new_cases_only(town: Town) -> None:
    ana = town.visitor("ana")
    assert 'value="still"' not in ana.get(f"{AT}/suspend").text
    assert ana.post(f"{AT}/suspend", {**FLOOD, "cases": "still"}).status_code == 403
    town.visitor("oscar").post(f"{AT}/suspend", {**FLOOD, "cases": "still"})
    assert "only an operator can resume it" in ana.get(f"{AT}/resume").text
    assert ana.post(f"{AT}/resume", FLOOD).status_code == 403


@pytest.mark.parametrize("who", ["carla", "marta", "pedro"])
def test_nobody_else_suspends_it(town: Town, who: str) -> None:
    assert town.visitor(who).post(f"{AT}/suspend", FLOOD).status_code == 403


def test_over_the_interface_the_same(town_on_each: Town) -> None:
    town = town_on_each
    number, oscar = town.case(), Machine(town, "oscar")
    first = oscar.post(f"{AT}/suspend", {**FLOOD, "cases": True}, **{"Idempotency-Key": "h1"})
    again = oscar.post(f"{AT}/suspend", {**FLOOD, "cases": True}, **{"Idempotency-Key": "h1"})
    assert (first.status_code, first.json) == (200, again.json)
    assert not first.json["takes_cases"]
    present = first.json["present"]
    assert (present["step"], present["by"], present["reason"]) == (
        "stopping",
        "Oscar",
        "The archive is under water",
    )
    work(town)
    assert oscar.get(f"{AT}/halts").json["present"]["done"] == 1
    assert oscar.get(f"/cases/{number}").json["status"] == CaseStatus.SUSPENDED
    told = oscar.get(f"/cases/{number}/events").json["events"][-1]
    assert told["data"]["reason"] == "The archive is under water"
    assert oscar.post(f"{AT}/resume", {"reason": "Dry"}).json["takes_cases"]
    work(town)
    stands = oscar.get(f"{AT}/halts").json
    assert stands["present"] is None
    assert [one["end_reason"] for one in stands["past"]] == ["Dry"]
    assert oscar.get(f"/cases/{number}").json["status"] == CaseStatus.OPEN


def test_over_the_interface_a_reason_is_needed(town: Town) -> None:
    answer = Machine(town, "ana").post(f"{AT}/suspend", {})
    assert answer.status_code == 422
    assert "reason" in answer.json["errors"]["json"]
