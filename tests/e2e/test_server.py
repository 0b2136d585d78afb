"""The live server of these tests answers as Expedito does."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import PEOPLE, PHONE


@pytest.mark.parametrize("name", [who.name for who in PEOPLE])
def test_everyone_of_the_seeded_office_can_sign_in(
    page: Page, sign_in: Callable[[Page, str], None], name: str
) -> None:
    sign_in(page, name)
    assert "/login" not in page.url


def test_the_sign_in_page_bars_nobody_on_a_phone(
    open_page: Callable[..., Page], no_barriers: Callable[[Page], None]
) -> None:
    page = open_page(viewport=PHONE, locale="es-PE")
    page.goto("/login")
    assert page.locator("html").get_attribute("lang") == "es"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    no_barriers(page)
