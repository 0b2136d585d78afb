"""The browser harness itself: it must see the faults that other tests rely on it to see."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.accessibility import barriers
from tests.e2e.faults import Faults

BASE = "http://expedito.test"
HEAD = "<!doctype html><html lang=en><meta charset=utf-8><title>A page</title>"
SOUND = HEAD + "<main><h1>Cases</h1><label>Number <input></label></main>"


@pytest.fixture
def watched(browser: Browser) -> Iterator[tuple[Page, Faults]]:
    """A page that answers from memory, under the strict policy, and what it complained about."""
    context = browser.new_context()
    page = context.new_page()
    faults = Faults(BASE)
    faults.watch(page)
    yield page, faults
    context.close()


def show(page: Page, body: str) -> None:
    """Serve `body` at BASE and open it."""
    policy = {
        "Content-Security-Policy": "default-src 'none'; script-src 'nonce-a'; style-src 'self'"
    }
    page.context.route(
        f"{BASE}/**",
        lambda route: route.fulfill(body=body, headers=policy, content_type="text/html"),
    )
    page.goto(BASE + "/")


def test_a_sound_page_has_no_faults_and_no_barriers(watched: tuple[Page, Faults]) -> None:
    page, faults = watched
    show(page, SOUND)
    assert barriers(page) == []
    assert faults.found == []


def test_an_inline_script_is_seen_as_a_violation(watched: tuple[Page, Faults]) -> None:
    page, faults = watched
    show(page, SOUND + "<script>document.title = 'taken'</script>")
    page.wait_for_timeout(50)
    assert any("content security policy: script-src" in fault for fault in faults.found)
    assert page.title() == "A page"


def test_an_error_in_a_script_is_seen(watched: tuple[Page, Faults]) -> None:
    page, faults = watched
    show(page, SOUND + "<script nonce=a>throw new Error('broken')</script>")
    assert any("broken" in fault for fault in faults.found)


def test_a_field_without_a_label_is_a_barrier(watched: tuple[Page, Faults]) -> None:
    page, _ = watched
    show(page, SOUND + "<input name=nameless>")
    assert any("label" in barrier for barrier in barriers(page))
