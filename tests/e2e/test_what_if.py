"""The analyst's walk through what if: begin, simulate, change one thing, compare, on a wide screen and on a phone."""

import os
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from designer.library import publish_folder
from designer.simulation.desk import SimulationDesk
from engine.models import JobKind
from engine.people import person_by_name
from engine.worker import Worker
from tests.clock import START, Clock
from tests.e2e.conftest import PHONE, LiveServer

FOLDER = Path(__file__).resolve().parents[2] / "processes" / "licencia-funcionamiento"

Pages = Callable[..., Page]
SignIn = Callable[[Page, str], None]
Check = Callable[[Page], None]


def work(live_server: LiveServer, clock: Clock) -> None:
    """The worker does what is due."""
    desk = SimulationDesk(live_server.database, clock)
    kinds = (JobKind.SIMULATION,)
    Worker(
        live_server.database, clock, senders={JobKind.SIMULATION: desk}, kinds=kinds
    ).run_until_idle()


def shot(page: Page, name: str) -> None:
    """For whoever wants to look."""
    folder = os.environ.get("SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def fits(page: Page) -> None:
    """Nothing sticks out to the right."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_analyst_simulates_how_it_is_and_what_one_more_person_would_do(
    page: Page,
    open_page: Pages,
    sign_in: SignIn,
    live_server: LiveServer,
    clock: Clock,
    no_barriers: Check,
) -> None:
    with live_server.database.transaction() as session:
        ana = person_by_name(session, "ana")
        assert ana is not None
        publish_folder(session, FOLDER, by=ana, at=START)
    sign_in(page, "ana")
    page.goto("/procedures/licencia-funcionamiento/what-ifs")
    page.get_by_role("button", name="Begin with how it is").click()
    expect(page.get_by_role("heading", name="As it is", level=1)).to_be_visible()
    no_barriers(page)
    page.get_by_label("Cases", exact=True).fill("80")
    page.get_by_label("Repetitions", exact=True).fill("4")
    page.get_by_role("button", name="Simulate").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work(live_server, clock)
    expect(page.get_by_role("link", name="See the figures")).to_be_visible()
    page.get_by_role("link", name="See the figures").click()
    page.reload()
    expect(page.get_by_text("Not calibrated.")).to_be_visible()
    expect(page.locator(".diagram[data-state=drawn]")).to_be_visible()
    page.get_by_label("Moment of the replay").fill("300")
    expect(page.locator(".counts").first).to_be_visible()
    expect(page.locator("circle.token").first).to_be_attached()
    no_barriers(page)
    shot(page, "scenario-wide")
    fits(page)
    page.get_by_label("What would change?").fill("One more person")
    page.get_by_role("button", name="Make it").click()
    field = page.get_by_label("Persons: Mesa de Partes")
    field.fill("2")
    page.get_by_label("Weeks away, of a hundred: Mesa de Partes").fill("10")
    page.get_by_label("The office works", exact=True).fill("lun-vie 8-13 14-18")
    page.get_by_role("button", name="Keep these assumptions").click()
    expect(page.get_by_role("status")).to_contain_text("The scenario is kept")
    expect(page.get_by_label("The office works", exact=True)).to_have_value(
        "mon-fri 08:00-13:00 14:00-18:00"
    )
    page.get_by_label("Cases", exact=True).fill("80")
    page.get_by_label("Repetitions", exact=True).fill("4")
    page.get_by_role("button", name="Simulate").click()
    work(live_server, clock)
    page.get_by_role("link", name="Scenarios side by side").click()
    expect(page.get_by_role("columnheader", name="One more person")).to_be_visible()
    expect(page.get_by_role("img", name="Share of cases that end within a time")).to_be_visible()
    no_barriers(page)
    shot(page, "beside-wide")
    phone = open_page(viewport=PHONE, locale="es-PE")
    sign_in(phone, "ana")
    phone.goto("/procedures/licencia-funcionamiento/what-ifs")
    fits(phone)
    no_barriers(phone)
    shot(phone, "beside-phone")
    phone.get_by_role("link", name="As it is").first.click()
    expect(phone.get_by_text("Sin calibrar.")).to_be_visible()
    fits(phone)
    no_barriers(phone)
    shot(phone, "scenario-phone")


def test_without_scripts_a_scenario_is_begun_and_simulated_too(
    open_page: Pages, sign_in: SignIn, live_server: LiveServer, clock: Clock
) -> None:
    with live_server.database.transaction() as session:
        ana = person_by_name(session, "ana")
        assert ana is not None
        publish_folder(session, FOLDER, by=ana, at=START)
    page = open_page(scripts=False)
    sign_in(page, "ana")
    page.goto("/procedures/licencia-funcionamiento/what-ifs")
    page.get_by_role("button", name="Begin with how it is").click()
    page.get_by_label("Cases", exact=True).fill("50")
    page.get_by_label("Repetitions", exact=True).fill("2")
    page.get_by_role("button", name="Simulate").click()
    work(live_server, clock)
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("heading", name="Where it waits")).to_be_visible()
