"""Intervening in a case: told before, done with a reason, refused when the case moved meanwhile."""

import re

import pytest
from sqlalchemy import select

from engine.models import Case, Event, Task, TaskStatus
from engine.record.facts import verify_chain
from tests.webapp.conftest import Town, Visitor

_SEEN = re.compile(r'name="seen" value="(\d+)"')


def seen(visitor: Visitor, path: str) -> str:
    found = _SEEN.search(visitor.get(path).text)
    assert found is not None, path
    return found.group(1)


def status(town: Town, number: str) -> str:
    with town.database.reading() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        assert verify_chain(session, case.id) == case.last_seq
        return case.status


def reasons(town: Town, number: str) -> list[str]:
    with town.database.reading() as session:
        rows = session.scalars(
            select(Event.data).join(Case, Case.id == Event.case_id).where(Case.number == number)
        )
        return [data["reason"] for data in rows if data and "reason" in data]


def open_tasks(town: Town, number: str) -> list[str]:
    with town.database.reading() as session:
        return list(
            session.scalars(
                select(Task.name)
                .join(Case)
                .where(Case.number == number, Task.status == TaskStatus.OPEN)
            )
        )


def test_cancelling_says_whose_inbox_the_task_leaves(town: Town) -> None:
    number = town.case()
    page = town.visitor("oscar").get(f"/cases/{number}/cancel").text
    assert "“Receive the request” leaves the inbox of Counter" in page
    assert "This cannot be undone" in page
    assert open_tasks(town, number) == ["Receive the request"]


def test_a_cancelled_case_leaves_the_inbox_and_keeps_the_reason(town_on_each: Town) -> None:
    town, oscar = town_on_each, town_on_each.visitor("oscar")
    number = town.case()
    path = f"/cases/{number}/cancel"
    answer = oscar.post(path, {"seen": seen(oscar, path), "reason": "Withdrawn by letter"})
    assert answer.status_code == 303
    assert status(town, number) == "cancelled"
    assert open_tasks(town, number) == []
    assert reasons(town, number) == ["Withdrawn by letter"]
    assert "Withdrawn by letter" in oscar.get(f"/cases/{number}").text


@pytest.mark.parametrize("deed", ["cancel", "suspend"])
def test_a_deed_needs_a_reason(town: Town, deed: str) -> None:
    number = town.case()
    answer = town.visitor("oscar").post(f"/cases/{number}/{deed}", {"reason": "  "})
    assert answer.status_code == 422
    assert "Say why" in answer.text
    assert status(town, number) == "open"


@pytest.mark.parametrize("deed", ["cancel", "suspend"])
def test_a_case_that_moved_meanwhile_is_shown_again(town: Town, deed: str) -> None:
    number = town.case()
    oscar, carla = town.visitor("oscar"), town.visitor("carla")
    old = seen(oscar, f"/cases/{number}/{deed}")
    carla.post(f"/tasks/{town.task(number)}/complete", {"shop": "B", "choice.complete": "yes"})
    answer = oscar.post(f"/cases/{number}/{deed}", {"seen": old, "reason": "Too late"})
    assert answer.status_code == 409
    assert "Inspect the shop" in answer.text  # what would happen now
    assert "Too late" in answer.text  # what was typed is kept
    assert status(town, number) == "open"


def test_a_suspended_case_waits_until_it_is_resumed(town: Town) -> None:
    number = town.case()
    oscar, carla = town.visitor("oscar"), town.visitor("carla")
    path = f"/cases/{number}/suspend"
    oscar.post(path, {"seen": seen(oscar, path), "reason": "Court order"})
    done: dict[str, object] = {"shop": "B", "choice.complete": "no"}
    task = town.task(number)
    late = carla.post(f"/tasks/{task}/complete", done | {"shop": "Bodega Inés"})
    assert late.status_code == 409
    assert "was not completed. What you typed is kept for you." in late.text
    assert "Court order" in late.text
    assert 'value="Bodega Inés"' in late.text
    assert 'value="Bodega Inés"' in carla.get(f"/tasks/{task}").text  # also after a reload
    path = f"/cases/{number}/resume"
    oscar.post(path, {"seen": seen(oscar, path), "reason": "Order lifted"})
    assert carla.post(f"/tasks/{task}/complete", done).status_code == 303
    assert status(town, number) == "completed"
    assert reasons(town, number) == ["Court order", "Order lifted"]


def test_a_case_is_moved_where_the_operator_says(town_on_each: Town) -> None:
    town, oscar = town_on_each, town_on_each.visitor("oscar")
    number = town.case()
    token = town.task(number).rpartition("-")[2]
    path = f"/cases/{number}/move?token={token}&to=inspect"
    page = oscar.get(path).text
    assert "“Receive the request” leaves the inbox of Counter" in page
    assert "“Inspect the shop” enters the inbox of Licences" in page
    sent: dict[str, object] = {
        "token": token,
        "to": "inspect",
        "seen": seen(oscar, path),
        "reason": "Came by post",
    }
    assert oscar.post(f"/cases/{number}/move", sent).status_code == 303
    assert open_tasks(town, number) == ["Inspect the shop"]
    assert reasons(town, number)[0] == "Came by post"
    story = oscar.get(f"/cases/{number}").text
    assert "Moved by hand from “Receive the request” to “Inspect the shop”" in story
    assert "Came by post" in story


def test_a_move_that_is_out_of_date_is_shown_again(town: Town) -> None:
    number = town.case()
    oscar, carla = town.visitor("oscar"), town.visitor("carla")
    token = town.task(number).rpartition("-")[2]
    old = seen(oscar, f"/cases/{number}/move?token={token}&to=rejected")
    carla.post(f"/tasks/{town.task(number)}/complete", {"shop": "B", "choice.complete": "yes"})
    sent: dict[str, object] = {"token": token, "to": "rejected", "seen": old, "reason": "Late"}
    assert oscar.post(f"/cases/{number}/move", sent).status_code == 409
    assert open_tasks(town, number) == ["Inspect the shop"]


@pytest.mark.parametrize("to", ["nowhere", "<script>", "x" * 5000])
def test_a_place_that_is_none_is_refused_in_words(town: Town, to: str) -> None:
    number = town.case()
    token = town.task(number).rpartition("-")[2]
    oscar = town.visitor("oscar")
    assert (
        oscar.get(f"/cases/{number}/move", query_string={"token": token, "to": to}).status_code
        == 422
    )
    sent: dict[str, object] = {"token": token, "to": to, "reason": "Why"}
    answer = oscar.post(f"/cases/{number}/move", sent)
    assert answer.status_code == 422
    assert "<script>“" not in answer.text
    assert open_tasks(town, number) == ["Receive the request"]


def test_a_manager_intervenes_only_where_the_case_is_with_the_own_office(town: Town) -> None:
    number = town.case()
    marta, carla = town.visitor("marta"), town.visitor("carla")
    assert marta.get(f"/cases/{number}/cancel").status_code == 404
    carla.post(f"/tasks/{town.task(number)}/complete", {"shop": "B", "choice.complete": "yes"})
    assert marta.get(f"/cases/{number}/cancel").status_code == 200
    with (
        town.database.transaction() as session
    ):  # back to the counter: she has seen it, and that is all
        case = session.scalars(select(Case).where(Case.number == number)).one()
        from engine.interventions.moves import move_token

        token = int(town.task(number).rpartition("-")[2])
        move_token(session, case.id, token, "receive", "Typo", by=None, at=town.clock())
    assert marta.get(f"/cases/{number}").status_code == 200
    assert marta.post(f"/cases/{number}/cancel", {"reason": "Mine"}).status_code == 403
    assert "Intervene" not in marta.get(f"/cases/{number}").text
    assert status(town, number) == "open"


@pytest.mark.parametrize("name", ["carla", "ana", "pedro"])
def test_others_do_not_intervene(town: Town, name: str) -> None:
    number = town.case()
    visitor = town.visitor(name)
    for deed in ("cancel", "suspend", "resume", "move"):
        assert visitor.get(f"/cases/{number}/{deed}").status_code == 403
        assert visitor.post(f"/cases/{number}/{deed}", {"reason": "x"}).status_code == 403
    assert status(town, number) == "open"


def test_a_case_that_is_over_offers_nothing(town: Town) -> None:
    number = town.case()
    oscar = town.visitor("oscar")
    oscar.post(f"/cases/{number}/cancel", {"reason": "Withdrawn"})
    for deed in ("cancel", "suspend", "resume", "move"):
        assert oscar.get(f"/cases/{number}/{deed}").status_code == 409
    assert "Intervene" not in oscar.get(f"/cases/{number}").text
