"""Completing a task over HTTP: what the office does all day."""

from tests.webapp.conftest import Town


def test_completing_leads_to_the_next_page_of_work(town_on_each: Town) -> None:
    town = town_on_each
    carla = town.visitor("carla")
    task = town.task(town.case())
    answer = carla.post(f"/tasks/{task}/complete", {"shop": "Bodega", "choice.complete": "yes"})
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"] == "/inbox/next"


def test_an_unanswered_question_comes_back_with_what_was_typed(town: Town) -> None:
    carla = town.visitor("carla")
    task = town.task(town.case())
    answer = carla.post(
        f"/tasks/{task}/complete", {"shop": "", "area": "4o", "choice.complete": "yes"}
    )
    assert answer.status_code == 422
    assert 'value="4o"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert town.task(town_number(answer.text)) == task


def town_number(text: str) -> str:
    return text.split("/cases/")[1].split('"')[0]
