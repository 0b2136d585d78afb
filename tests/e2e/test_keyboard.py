"""A reviewer's day with the keyboard only; and the pages of the desk, wide and on a phone."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from engine.models import NotificationKind
from engine.notifications import About, tell
from engine.people import person_by_name
from tests.clock import START
from tests.e2e.conftest import PHONE, LiveServer
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
    chosen = page.get_by_role("checkbox", name="Choose Receive the request")
    expect(chosen).to_be_checked()
    task.evaluate("link => { link.dataset.before = 1; }")
    page.evaluate("document.querySelector('form.filters').requestSubmit()")
    expect(page.locator("[data-before]")).to_have_count(0)
    expect(chosen).to_be_checked()  # a list that is replaced forgets no choice
    page.keyboard.press("c")
    expect(page.get_by_text("You are working on this.")).to_be_visible()


def test_the_list_is_walked_from_a_box_that_was_ticked(
    page: Page, case: str, sign_in: Callable[..., None]
) -> None:
    sign_in(page, "carlos")
    page.goto("/inbox?scope=unassigned")
    page.get_by_role("checkbox", name="Choose Receive the request").click()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Receive the request")).to_be_focused()


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


def test_one_field_after_another_narrows_the_list_and_the_attention_stays_in_the_form(
    page: Page, case: str, sign_in: Callable[..., None]
) -> None:
    sign_in(page, "carlos")
    page.goto("/inbox?scope=unassigned&procedure=licence")
    for value in ("10", "20"):
        page.get_by_label("Field", exact=True).select_option("area")
        page.get_by_label("Value", exact=True).fill(value)
        page.keyboard.press("Tab")
        expect(
            page.get_by_role("link", name=f"Without: Area in square metres {value}")
        ).to_be_visible()
        expect(page.get_by_label("Value", exact=True)).to_have_value("")
        expect(page.get_by_text("Columns", exact=True)).to_be_focused()
    expect(page.get_by_role("link", name="Without: Area in square metres 10")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()


def test_keys_of_a_single_letter_are_turned_off_for_this_browser(
    page: Page, case: str, sign_in: Callable[..., None], no_barriers: Callable[[Page], None]
) -> None:
    sign_in(page, "carlos")
    page.goto("/inbox?scope=unassigned")
    page.get_by_role("banner").get_by_text("Carlos").click()
    page.get_by_role("button", name="Keys").click()
    no_barriers(page)
    page.get_by_label("Keys of a single letter are on in this browser").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    for key in ("j", "/", "?"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).not_to_be_visible()
    expect(page.get_by_role("link", name="Receive the request")).not_to_be_focused()
    expect(page.get_by_role("searchbox")).not_to_be_focused()


def test_what_is_new_is_seen_without_reloading(
    page: Page, case: str, sign_in: Callable[..., None], live_server: LiveServer
) -> None:
    sign_in(page, "carlos")
    with page.expect_response("**/desk/stream") as listening:
        page.goto("/inbox")
    assert listening.value.headers["content-type"].startswith("text/event-stream")
    with live_server.database.transaction() as session:
        carlos = person_by_name(session, "carlos")
        assert carlos is not None
        about = About(number=case, words="Look")
        tell(session, NotificationKind.MENTIONED, [carlos.id], about, by=None, at=START)
    expect(page.locator("#bell .count")).to_have_text("1")
