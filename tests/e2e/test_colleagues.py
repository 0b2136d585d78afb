"""People around the same tasks: two who want one, and a chief who gives many out."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from engine.cases import Applicant, start_case
from engine.deployments import match_lanes
from engine.models import Task
from engine.people import person_by_name
from engine.tasks import claim_task
from tests.clock import START
from tests.e2e.conftest import LiveServer
from tests.e2e.licence import publish
from tests.e2e.test_desk import case as case

Opened = Callable[..., Page]
SignIn = Callable[[Page, str], None]
Check = Callable[[Page], None]


@pytest.fixture
def three(live_server: LiveServer) -> list[str]:
    """The ids of three tasks of Licencias: nobody has them."""
    with live_server.database.transaction() as session:
        by = person_by_name(session, "lucia")
        version = publish(session, office="Licencias", by="lucia")
        match_lanes(session, version.procedure, {}, by=None, at=START)
        names = ("Rosa Ñahui", "Juan Choque", "Inés Vargas")
        cases = [
            start_case(session, version, {}, applicant=Applicant(name), by=by, at=START)
            for name in names
        ]
        found = select(Task).where(Task.case_id.in_([one.id for one in cases]))
        return [task.id for task in session.scalars(found.order_by(Task.case_id))]


def test_of_two_who_claim_one_task_one_has_it_and_the_other_is_told_who(
    open_page: Opened, sign_in: SignIn, no_barriers: Check, case: str
) -> None:
    both = [open_page(), open_page()]
    for page, name in zip(both, ("carlos", "carmen"), strict=True):
        sign_in(page, name)
        page.goto("/inbox?scope=unassigned")
        page.goto(page.get_by_role("link", name="Receive the request").get_attribute("href") or "")
        expect(page.get_by_role("button", name="Claim")).to_be_visible()
    for page in both:
        page.get_by_role("button", name="Claim").click(no_wait_after=True)
    said = page_words(both)
    winner = 0 if "You are working on this." in said[0] else 1
    assert "You are working on this." in said[winner]
    loser, name = 1 - winner, ("Carlos", "Carmen")[winner]
    assert f"is being done by {name}. Ask them to release it" in said[loser]
    no_barriers(both[loser])


def page_words(pages: list[Page]) -> list[str]:
    """What each page says once it has answered the claim."""
    answer = "You are working on this.|is being done by"
    for page in pages:
        page.wait_for_function(f"/{answer}/.test(document.querySelector('main').innerText)")
    return [page.locator("main").inner_text() for page in pages]


def test_a_chief_gives_many_tasks_out_and_reads_what_became_of_each(
    open_page: Opened,
    sign_in: SignIn,
    no_barriers: Check,
    live_server: LiveServer,
    three: list[str],
) -> None:
    chief, lucia = open_page(), open_page()
    with live_server.database.transaction() as session:
        by = person_by_name(session, "lucia")
        assert by
        claim_task(session, three[0], by=by, at=START)
    sign_in(chief, "marta")
    chief.goto("/inbox?scope=all")
    for box in chief.get_by_role("checkbox", name="Choose Receive").all():
        box.check()
    sign_in(lucia, "lucia")
    lucia.goto(f"/tasks/{three[1]}")
    lucia.get_by_role("button", name="No, reject").click()
    expect(lucia.get_by_text("“Receive the request” is done.")).to_be_visible()
    chief.get_by_placeholder("person").fill("marta")
    chief.get_by_role("button", name="Give to").click()
    expect(chief.get_by_text("2 of 3 done.")).to_be_visible()
    refused = chief.get_by_role("listitem").filter(has_text="not done")
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text("Receive the request")
    expect(refused).to_contain_text("Lucia")
    no_barriers(chief)
    chief.get_by_role("link", name="Back to the inbox").click()
    chief.get_by_role("link", name="Mine").click()
    expect(chief.get_by_role("checkbox", name="Choose Receive")).to_have_count(2)
    lucia.goto(f"/tasks/{three[0]}")
    expect(lucia.locator("main")).to_contain_text("Marta is working on this task.")
