"""My cases; the law's clock in lists and over the API; and who reads names in them."""

import pytest
from sqlalchemy import select

from engine.models import Case, CaseReading
from tests.webapp.conftest import Town
from tests.webapp.test_api import Machine
from tests.webapp.test_terms import NOTICE, permit


@pytest.fixture
def number(town: Town) -> str:
    return permit(town, "positive_silence")


def test_my_cases_say_where_each_is_who_holds_it_and_how_its_clock_stands(
    town: Town, number: str
) -> None:
    town.clock.advance(days=3)
    luis = town.visitor("luis")
    for where in ("/my-cases", "/cases"):
        shown = luis.get(where).text
        for words in (number, "Rosa Ñahui", "Check: Licences", "3 business days used of 30"):
            assert words in shown
    luis.post(f"/cases/{number}/notice", NOTICE)
    for where in ("/my-cases", "/cases"):
        assert "stands still: the applicant may correct until" in luis.get(where).text
    assert "stands still" in luis.get("/inbox?scope=office").text


def test_my_cases_are_those_i_worked_on_and_nobody_elses(town: Town) -> None:
    first, second = town.case("Rosa"), town.case("Eva")  # opened by carla
    teo, carla = town.visitor("teo"), town.visitor("carla")
    assert first not in teo.get("/my-cases").text
    teo.post(f"/tasks/{town.task(first)}/claim")
    assert first in teo.get("/my-cases").text
    assert second not in teo.get("/my-cases").text
    teo.post(f"/tasks/{town.task(first)}/complete", {"shop": "La Rosa", "choice.complete": "no"})
    assert first not in teo.get("/my-cases").text  # it has ended
    assert first in teo.get("/my-cases?all=1").text
    assert all(one in carla.get("/my-cases?all=1").text for one in (first, second))
    assert "No cases of yours" in town.visitor("luis").get("/my-cases").text
    assert town.visitor("pedro").get("/my-cases").status_code == 403


def test_my_cases_come_a_page_at_a_time(town: Town) -> None:
    numbers = []
    for at in range(5):
        town.clock.advance(minutes=1)
        numbers.append(town.case(f"Rosa {at}"))
    teo = Machine(town, "carla")
    found, after = [], None
    while True:
        query = {"mine": "true", "limit": 2} | ({"after": after} if after else {})
        page = teo.get("/cases", **query).json
        found += [one["number"] for one in page["cases"]]
        after = page["next"]
        if after is None:
            break
    assert found == numbers[::-1]


def test_lists_over_the_api_carry_the_clock_and_take_the_filters_of_the_inbox(
    town: Town, number: str
) -> None:
    luis = Machine(town, "luis")
    listed = luis.get("/tasks", scope="office", days=60, element_id="check", procedure="permit")
    (task,) = listed.json["tasks"]
    assert (task["case"], task["clock"]["days_left"], task["clock"]["decide_by"]) == (
        number,
        30,
        "2026-02-16",
    )
    assert luis.get("/tasks", scope="office", days=0).json["tasks"] == []
    assert luis.get("/tasks", scope="office", field="area~is~7").json["tasks"] == []
    wrong = luis.get("/tasks", scope="office", field="area=7")
    assert wrong.status_code == 422
    assert "name~compare~value" in wrong.json["detail"]
    town.visitor("luis").post(f"/cases/{number}/notice", NOTICE)
    (case,) = luis.get("/cases", under_way="true").json["cases"]
    assert case["clock"]["stands_still_why"] == "notice"
    assert case["clock"]["stands_still_until"] == "2026-01-07"
    assert case["clock"]["due_at"] is None
    assert case["tasks"][0]["office"] == "Licences"
    assert luis.get(f"/cases/{number}").json["clock"] == case["clock"]


def test_reading_a_case_over_the_api_is_written_in_its_access_log(town: Town) -> None:
    number = town.case()
    carla = Machine(town, "carla")
    for path in (f"/cases/{number}", f"/tasks/{town.task(number)}", f"/cases/{number}/events"):
        assert carla.get(path).status_code == 200
    with town.database.reading() as session:
        read = session.scalars(
            select(CaseReading.what).join(Case, Case.id == CaseReading.case_id)
        ).all()
    assert sorted(read) == ["case", "task"]


def test_who_only_keeps_it_running_reads_no_names_and_nothing_that_was_written(town: Town) -> None:
    number = town.case("Rosa Ñahui")
    carla = Machine(town, "carla")
    receive = town.task(number)
    gateway = carla.get(f"/tasks/{receive}").json["choices"][0]["element_id"]
    done = carla.post(
        f"/tasks/{receive}/complete",
        {"answers": {"shop": "La Rosa", "area": 40}, "choices": {gateway: ["yes"]}},
    )
    assert done.status_code == 200, done.text
    oscar, machine = town.visitor("oscar"), Machine(town, "oscar")
    pages = [
        f"/tasks/{town.task(number)}",
        f"/tasks/{town.task(number)}/preview",
        "/inbox?scope=all",
        f"/cases/{number}",
        f"/cases/{number}/cancel",
    ]
    for path in pages:
        shown = oscar.get(path).text
        assert "R. Ñ." in shown, path
        assert "Ñahui" not in shown, path
        assert "La Rosa" not in shown, path
    assert "Rosa Ñahui" in town.visitor("luis").get("/inbox?scope=office").text
    assert machine.get("/tasks", scope="all").json["tasks"][0]["applicant"] == "R. Ñ."
    case = machine.get(f"/cases/{number}").json
    assert (case["applicant"], case["variables"]) == ("R. Ñ.", {"shop": "L•••", "area": 40})
    assert "La Rosa" not in machine.get(f"/cases/{number}/events").text
    assert "La Rosa" in carla.get(f"/cases/{number}/events").text
