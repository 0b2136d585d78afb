"""The law's clock in a browser: what is lacking is stated, its correction starts the term anew; silence comes."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from engine.cases import Applicant, start_case
from engine.deployments import deploy
from engine.people import office_named, person_by_name
from engine.worker import Worker
from tests.clock import Clock
from tests.e2e.conftest import PHONE, WIDE, LiveServer
from tests.engine.terms.desk import MODEL, sheet


@pytest.fixture
def number(live_server: LiveServer, clock: Clock) -> str:
    """A case that was filed on Monday 5 January 2026 and waits in the office of licences."""
    clock.set(datetime(2026, 1, 5, 15, 0, tzinfo=UTC))
    with live_server.database.transaction() as session:
        lucia = person_by_name(session, "lucia")
        version = deploy(
            session,
            "permit",
            "Permit",
            drawing=MODEL,
            model=MODEL,
            process_id="p",
            sheet=sheet(),
            by=lucia,
            at=clock(),
        )
        version.procedure.office_id = office_named(session, "Licencias", at=clock()).id
        rosa = Applicant("Rosa Ñahui", document="41234567")
        return start_case(session, version, {}, applicant=rosa, by=lucia, at=clock()).number


def test_an_officer_states_what_is_lacking_and_the_correction_starts_the_term_anew(
    open_page: Callable[..., Page],
    sign_in: Callable[[Page, str], None],
    no_barriers: Callable[[Page], None],
    number: str,
    clock: Clock,
) -> None:
    page = open_page(viewport=PHONE)  # wide in test_four_days.py
    sign_in(page, "lucia")
    page.goto(f"/cases/{number}")
    page.get_by_role("link", name="Term, observations, appeals").click()
    no_barriers(page)
    page.get_by_role("link", name="State what is lacking").click()
    no_barriers(page)
    page.get_by_label("A plan", exact=True).check()
    page.get_by_label("What the applicant must do about “A plan”").fill("Sign it on every page.")
    page.get_by_role("button", name="State it and send the letter").click()
    expect(page.get_by_text("the applicant may correct until 7 Jan 2026")).to_be_visible()
    no_barriers(page)
    clock.set(datetime(2026, 1, 7, 15, 0, tzinfo=UTC))
    sign_in(page, "lucia")  # after two days nobody is signed in any more
    page.goto(f"/cases/{number}/term")
    page.get_by_text("Correct at the counter").click()
    page.get_by_label("What the applicant says").fill("Signed.")
    page.get_by_role("button", name="Keep this correction").click()
    page.get_by_role("button", name="Everything is corrected: go on").click()
    dates = page.get_by_role("complementary", name="Dates")
    expect(dates).to_contain_text("The term runs anew since")
    expect(dates).to_contain_text("18 Feb 2026")
    no_barriers(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]


def test_silence_comes_when_nobody_answers_and_the_timeline_says_so(
    open_page: Callable[..., Page],
    sign_in: Callable[[Page, str], None],
    no_barriers: Callable[[Page], None],
    live_server: LiveServer,
    number: str,
    clock: Clock,
) -> None:
    page = open_page()
    clock.set(datetime(2026, 2, 13, 15, 0, tzinfo=UTC))
    sign_in(page, "lucia")
    page.goto(f"/cases/{number}/term")
    expect(page.get_by_text("29 business days used of 30").first).to_be_visible()
    clock.set(datetime(2026, 2, 24, 15, 0, tzinfo=UTC))
    Worker(live_server.database, clock).run_until_idle()
    sign_in(page, "lucia")
    page.goto(f"/cases/{number}")
    expect(page.get_by_text("approved by positive silence since 24 Feb 2026")).to_be_visible()
    expect(page.get_by_text("Positive silence approved the request on 24 Feb 2026")).to_be_visible()
    no_barriers(page)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_whoever_is_in_charge_declares_days_draws_samples_and_reads_warnings(
    open_page: Callable[..., Page],
    sign_in: Callable[[Page, str], None],
    no_barriers: Callable[[Page], None],
    live_server: LiveServer,
    number: str,
    clock: Clock,
    viewport: dict[str, int],
) -> None:
    clock.set(datetime(2026, 2, 9, 15, 0, tzinfo=UTC))
    Worker(live_server.database, clock).run_until_idle()
    page = open_page(viewport=viewport)
    sign_in(page, "oscar")
    page.goto("/calendars")
    page.get_by_text("Declare a day").first.click()
    page.get_by_label("Day", exact=True).fill("2026-02-10")
    page.get_by_label("Norm", exact=True).fill("D.S. 003-2026-PCM")
    page.get_by_role("button", name="Declare the day").click()
    expect(page.get_by_role("button", name="Take back 10 Feb 2026")).to_be_visible()
    no_barriers(page)
    page.get_by_role("link", name="Licencias").click()
    no_barriers(page)
    page.goto("/checks")
    no_barriers(page)
    page.goto("/warnings")
    expect(page.get_by_role("link", name=number)).to_be_visible()
    no_barriers(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    clock.set(datetime(2026, 7, 1, 15, 0, tzinfo=UTC))
    Worker(live_server.database, clock).run_until_idle()
    sign_in(page, "oscar")
    page.goto("/checks")
    page.get_by_label("Half-year").fill("2026-1")
    page.get_by_role("button", name="Draw it").click()
    expect(page.get_by_role("link", name=number)).to_be_visible()
    no_barriers(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
