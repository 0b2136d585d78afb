"""Who does a task: the page where an analyst says so, and what it says of it."""

from engine.models import Task
from engine.routing.absence import day_of
from tests.webapp.conftest import Town

FIRST, SECOND = "/procedures/licence/1/tasks/receive", "/procedures/licence/1/tasks/inspect"


def test_a_first_task_is_asked_nothing_about_earlier_ones(town: Town) -> None:
    ana = town.visitor("ana")
    first, second = ana.get(FIRST).text, ana.get(SECOND).text
    for words in ("The earlier task", "Never who did", "who did an earlier task of the case"):
        assert words not in first
        assert words in second
    assert 'value="receive"' in second
    assert 'value="inspect"' not in second


def test_a_rule_is_kept_and_the_page_says_who_may(town_on_each: Town) -> None:
    town = town_on_each
    ana = town.visitor("ana")
    answer = ana.post(FIRST, {"persons": "luis", "strategy": "round_robin", "weight": "2"})
    assert answer.headers["Location"] == FIRST
    page = ana.get(FIRST).text
    luis = town.person("luis")
    assert f"At present 1 person may do it: {luis.full_name}." in page
    number = town.case()
    with town.database.reading() as session:
        case_id, _, token = town.task(number).rpartition("-")
        assert session.get_one(Task, (int(case_id), int(token))).assignee_id == luis.id


def test_who_is_away_today_is_not_counted(town: Town) -> None:
    ana, luis = town.visitor("ana"), town.person("luis")
    ana.post(FIRST, {"persons": "luis, carla", "strategy": "pool"})
    today = day_of(town.clock()).isoformat()
    town.visitor("luis").post("/desk/absences", {"from": today, "until": today})
    page = ana.get(FIRST).text
    assert f"At present 1 person may do it: {town.person('carla').full_name}." in page
    assert f"Away today: {luis.full_name}." in page
    ana.post(FIRST, {"persons": "luis", "strategy": "pool"})
    page = ana.get(FIRST).text
    assert "Everybody who may do it is away today" in page
    assert "At present nobody may do it" not in page


def test_a_rule_that_nobody_meets_is_kept_and_said(town: Town) -> None:
    ana = town.visitor("ana")
    ana.post(FIRST, {"skills": "acrobatics", "strategy": "pool"})
    page = ana.get(FIRST).text
    assert "At present nobody may do it" in page
    assert 'value="acrobatics"' in page


def test_nobody_is_named_who_is_not_there(town: Town) -> None:
    ana = town.visitor("ana")
    answer = ana.post(FIRST, {"persons": "luis, zoe", "strategy": "pool"})
    assert answer.status_code == 422
    assert "Nobody signs in as “zoe”." in answer.text
    assert 'value="luis, zoe"' in answer.text
    assert "At present nobody" not in answer.text
    assert 'value="luis' not in ana.get(FIRST).text


def test_the_same_person_needs_an_earlier_task(town: Town) -> None:
    answer = town.visitor("ana").post(SECOND, {"strategy": "same_as"})
    assert answer.status_code == 422
    assert "Choose the earlier task" in answer.text


def test_what_no_person_does_has_no_such_page(town: Town) -> None:
    assert town.visitor("ana").get("/procedures/licence/1/tasks/complete").status_code == 404
