"""A reviewer's day with the keyboard only; and the pages of the desk, wide and on a phone."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE
from tests.e2e.test_desk import case as case


def test_a_task_is_found_claimed_opened_and_released_by_keys(
    page: Page, case: str, sign_in: Callable[..., None], no_barriers: Callable[[Page], None]
) -> None:
    sign_in(page, "carlos")
    page.goto("/inbox?scope=unassigned")
    no_barriers(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", name="Choose Receive the request")).to_be_checked()
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page.get_by_text("You are working on this.")).to_be_visible()
    no_barriers(page)
    page.keyboard.press("r")
    expect(page.get_by_text("is free again")).to_be_visible()


def test_the_attention_stays_on_its_task_when_the_list_is_replaced(
    page: Page, case: str, sign_in: Callable[..., None]
) -> None:
    sign_in(page, "carlos")
    page.goto("/inbox?scope=unassigned")
    task = page.get_by_role("link", name="Receive the request")
    page.get_by_role("searchbox").fill("nahui")
    expect(page).to_have_url("/inbox?scope=unassigned&q=nahui")
    task.focus()
    task.evaluate("link => { link.dataset.before = 1; }")
    page.evaluate("document.querySelector('form.filters').requestSubmit()")
    expect(page.locator("[data-before]")).to_have_count(0)
    expect(task).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", name="Choose Receive the request")).to_be_checked()
    page.keyboard.press("c")
    expect(page.get_by_text("You are working on this.")).to_be_visible()


def test_a_view_is_kept_as_the_filters_stand_now(
    page: Page, case: str, sign_in: Callable[..., None]
) -> None:
    sign_in(page, "carlos")
    page.goto("/inbox?scope=unassigned")
    expect(page.get_by_role("button", name="Keep")).not_to_be_visible()
    page.get_by_role("searchbox").fill("nahui")
    expect(page).to_have_url("/inbox?scope=unassigned&q=nahui")
    page.get_by_text("Keep this view").click()
    page.get_by_label("Name", exact=True).fill("Of Rosa")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("“Of Rosa” is kept.")).to_be_visible()
    page.goto("/inbox")
    page.get_by_role("link", name="Of Rosa").click()
    expect(page.get_by_role("searchbox")).to_have_value("nahui")


def test_the_desk_has_no_barriers_on_a_phone(
    open_page: Callable[..., Page],
    sign_in: Callable[..., None],
    no_barriers: Callable[[Page], None],
) -> None:
    page = open_page(viewport=PHONE)
    sign_in(page, "carlos")
    for address in ("/desk/notifications", "/desk/absences", "/desk/errands", "/inbox"):
        page.goto(address)
        no_barriers(page)
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, address
