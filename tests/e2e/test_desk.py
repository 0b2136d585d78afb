"""The civil servant's walk: sign in, find a task, answer it, see the case. Wide, on a phone, without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from engine.cases import Applicant, start_case
from engine.deployments import match_lanes
from engine.people import person_by_name
from tests.clock import START
from tests.e2e.conftest import PHONE, WIDE, LiveServer
from tests.e2e.licence import publish

FORM = {
    "components": [
        {
            "type": "textfield",
            "key": "shop",
            "label": "Name of the shop",
            "validate": {"required": True},
        },
        {"type": "number", "key": "area", "label": "Area in square metres"},
    ]
}


@pytest.fixture
def case(live_server: LiveServer) -> str:
    """The number of a case that waits at the counter."""
    with live_server.database.transaction() as session:
        by = person_by_name(session, "carlos")
        version = publish(session, forms={"receive": FORM})
        match_lanes(session, version.procedure, {}, by=None, at=START)
        return start_case(
            session, version, {}, applicant=Applicant("Rosa Ñahui"), by=by, at=START
        ).number


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_task_is_found_answered_and_its_case_read(
    open_page: Callable[..., Page],
    sign_in: Callable[[Page, str], None],
    no_barriers: Callable[[Page], None],
    case: str,
    viewport: dict[str, int],
) -> None:
    page = open_page(viewport=viewport)
    page.goto("/login")
    no_barriers(page)
    sign_in(page, "carlos")
    no_barriers(page)
    page.get_by_role("link", name="See unassigned tasks").click()
    no_barriers(page)
    task = page.get_by_role("link", name="Receive the request")
    task.click()
    if viewport is WIDE:
        preview = page.get_by_role("complementary", name="Preview")
        expect(preview.get_by_role("heading", name="Receive the request")).to_be_visible()
        no_barriers(page)
        preview.get_by_role("link", name="Open").click()
    expect(page.get_by_role("heading", name="Receive the request")).to_be_visible()
    no_barriers(page)
    page.get_by_label("Name of the shop").press_sequentially("Bodega")
    expect(page.get_by_text("What you typed is kept")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Name of the shop")).to_have_value("Bodega")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Yes, go on").click()
    expect(page.get_by_text("“Receive the request” is done.")).to_be_visible()
    page.goto(f"/cases/{case}")
    expect(page.locator(".diagram[data-state=drawn]")).to_be_visible()
    expect(page.get_by_role("region", name="Where it is now")).to_contain_text("Inspect the shop")
    no_barriers(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_searching_changes_the_address_and_coming_back_finds_it_again(
    page: Page, sign_in: Callable[[Page, str], None], case: str
) -> None:
    sign_in(page, "carlos")
    page.goto("/inbox?scope=unassigned")
    page.get_by_role("searchbox").press_sequentially("nobody")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    expect(page).to_have_url("/inbox?scope=unassigned&q=nobody")
    page.get_by_role("searchbox").fill("nahui")
    expect(page.get_by_role("link", name="Receive the request")).to_be_visible()
    page.goto("/account")
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("nahui")
    expect(page.get_by_role("link", name="Receive the request")).to_be_visible()


def test_everything_works_without_scripts(
    open_page: Callable[..., Page], sign_in: Callable[[Page, str], None], case: str
) -> None:
    page = open_page(scripts=False)
    sign_in(page, "carlos")
    page.goto("/inbox?scope=unassigned")
    page.get_by_role("link", name="Receive the request").click()
    page.get_by_role("button", name="Yes, go on").click(no_wait_after=True)
    page.get_by_label("Name of the shop").fill("Bodega")
    page.get_by_role("button", name="Yes, go on").click()
    expect(page.get_by_text("“Receive the request” is done.")).to_be_visible()


def test_the_keyboard_walks_the_list(
    page: Page, sign_in: Callable[[Page, str], None], case: str
) -> None:
    sign_in(page, "carlos")
    page.goto("/inbox?scope=unassigned")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Receive the request")).to_be_focused()
    expect(page.locator("#preview [data-task]")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name of the shop")).to_be_visible()


def test_the_start_of_a_case_and_the_account_have_no_barriers(
    page: Page,
    sign_in: Callable[[Page, str], None],
    no_barriers: Callable[[Page], None],
    case: str,
) -> None:
    sign_in(page, "oscar")
    for path in ("/cases", "/cases/start", "/cases/start/licence", "/account", "/people"):
        page.goto(path)
        no_barriers(page)
