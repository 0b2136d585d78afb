"""The operator's walk when a whole procedure has to stand still: suspend it, see how far it is, resume it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from engine.worker import Worker
from tests.clock import START, Clock
from tests.e2e.conftest import PHONE, WIDE, LiveServer
from tests.e2e.licence import LICENCE
from tests.e2e.test_operator import started


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_procedure_and_its_cases_stand_still_and_go_on(
    open_page: Callable[..., Page],
    sign_in: Callable[[Page, str], None],
    no_barriers: Callable[[Page], None],
    live_server: LiveServer,
    viewport: dict[str, int],
) -> None:
    number = started(live_server, LICENCE)
    worker = Worker(live_server.database, Clock(START))
    page = open_page(viewport=viewport)
    sign_in(page, "oscar")
    page.goto("/procedures/licence")
    page.get_by_role("link", name="Suspend it").click()
    page.get_by_label("They stand still, too").check()
    page.get_by_label("Why").fill("The archive is under water")
    no_barriers(page)
    page.get_by_role("button", name="Suspend the procedure").click()
    no_barriers(page)
    worker.run_until_idle()
    # the page looks by itself how far it is
    expect(page.get_by_text("1 case stands still.")).to_be_visible()
    page.goto(f"/cases/{number}")
    expect(page.get_by_text("The case was suspended with its procedure")).to_be_visible()
    page.goto("/procedures/licence")
    expect(page.get_by_text("The archive is under water")).to_be_visible()
    no_barriers(page)
    page.get_by_role("link", name="Resume it").click()
    page.get_by_label("Why").fill("It is dry")
    no_barriers(page)
    page.get_by_role("button", name="Resume the procedure").click()
    worker.run_until_idle()
    expect(page.get_by_role("heading", name="It takes cases")).to_be_visible()
    expect(page.get_by_text("It is dry")).to_be_visible()
    no_barriers(page)
