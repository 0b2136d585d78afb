"""The operator's walk: see what broke, mend it; move, suspend and resume a case; move cases to another version."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from engine import jobs
from engine.cases import Applicant, start_case
from engine.incidents import job_failed
from engine.models import Job
from engine.people import person_by_name
from engine.worker import Worker
from tests.clock import START, Clock
from tests.e2e.conftest import PHONE, WIDE, LiveServer
from tests.e2e.licence import LICENCE, publish
from tests.webapp.test_incidents import VISITS

CALL = LICENCE.replace(
    b'<userTask id="receive" name="Receive the request" e:formKey="receive"/>',
    b'<serviceTask id="receive" name="Ask the registry" e:topic="registry"/>',
)
RENAMED = LICENCE.replace(b'"inspect"', b'"visit"')


def started(live_server: LiveServer, model: bytes, *later: bytes) -> str:
    """The number of a case of the first of these versions."""
    with live_server.database.transaction() as session:
        by = person_by_name(session, "carlos")
        made = [publish(session, one) for one in (model, *later)]
        case = start_case(
            session, made[0], {"area": 12}, applicant=Applicant("Rosa Ñahui"), by=by, at=START
        )
        return case.number


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_what_broke_is_found_and_mended(
    open_page: Callable[..., Page],
    sign_in: Callable[[Page, str], None],
    no_barriers: Callable[[Page], None],
    live_server: LiveServer,
    viewport: dict[str, int],
) -> None:
    number = started(live_server, CALL)
    with live_server.database.transaction() as session:
        jobs.take(session, worker="w", at=START)
        job = session.scalars(select(Job)).one()
        dead = jobs.fail(session, job.id, "no route", worker="w", is_final=True, at=START)
        assert dead is not None
        job_failed(session, dead, "no route", at=START)
    page = open_page(viewport=viewport)
    sign_in(page, "oscar")
    page.get_by_role("link", name="Incidents 1").click()
    no_barriers(page)
    page.get_by_role("link", name=number).click()
    page.locator("[data-diagram][data-state=drawn]").wait_for()
    expect(page.locator("[data-diagram] .error")).to_have_count(1)
    no_barriers(page)
    page.get_by_text("Correct what the case knows").click()
    page.get_by_label("area").fill("14")
    page.get_by_label("Why", exact=True).first.fill("The registry is up again")
    no_barriers(page)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("status")).to_contain_text("It is tried again now")
    expect(page.get_by_text("The registry is up again").first).to_be_visible()
    expect(page.get_by_role("link", name="Incidents", exact=True)).to_be_visible()
    no_barriers(page)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_what_one_round_knows_wrongly_is_corrected_where_it_broke(
    open_page: Callable[..., Page],
    sign_in: Callable[[Page, str], None],
    no_barriers: Callable[[Page], None],
    live_server: LiveServer,
    viewport: dict[str, int],
) -> None:
    with live_server.database.transaction() as session:
        by = person_by_name(session, "carlos")
        version = publish(session, VISITS, key="visits", name="Visits")
        days = {"days": ["P1D", "when it suits"]}
        start_case(session, version, days, applicant=Applicant("Rosa Ñahui"), by=by, at=START)
    page = open_page(viewport=viewport)
    sign_in(page, "oscar")
    page.get_by_role("link", name="Incidents 1").click()
    page.locator("main table a, main li a").first.click()
    page.get_by_text("Correct what the case knows").click()
    part = page.get_by_role("group", name="Only “Visit”, round 2")
    expect(part.get_by_label("day")).to_have_value("w•••")
    page.get_by_role("link", name="Show them").click()
    expect(part.get_by_label("day")).to_have_value("when it suits")
    part.get_by_label("day").fill("P2D")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    no_barriers(page)
    page.get_by_label("Why", exact=True).first.fill("As the applicant asked")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("status")).to_contain_text("goes on from where it broke")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_case_is_moved_suspended_and_resumed(
    open_page: Callable[..., Page],
    sign_in: Callable[[Page, str], None],
    no_barriers: Callable[[Page], None],
    live_server: LiveServer,
    scripts: bool,
) -> None:
    number = started(live_server, LICENCE)
    page = open_page(viewport=PHONE, scripts=scripts)
    sign_in(page, "oscar")
    page.goto(f"/cases/{number}")
    page.get_by_role("link", name="Move it by hand").click()
    page.get_by_label("Move it to").select_option(label="Inspect the shop (task)")
    page.get_by_role("button", name="See what would happen").click()
    expect(page.get_by_text("leaves the inbox of Mesa de partes")).to_be_visible()
    if scripts:
        page.locator("[data-diagram][data-state=drawn]").wait_for()
        no_barriers(page)
    page.get_by_label("Why").fill("It came by post")
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_role("link", name="Inspect the shop")).to_be_visible()
    for link, button in (("Suspend the case",) * 2, ("Resume the case",) * 2):
        page.get_by_role("link", name=link).click()
        if scripts:
            no_barriers(page)
        page.get_by_label("Why").fill("Court order")
        page.get_by_role("button", name=button).click()
    page.get_by_role("link", name="Cancel the case").click()
    expect(page.get_by_text("This cannot be undone")).to_be_visible()
    page.get_by_label("Why").fill("Withdrawn by letter")
    page.get_by_role("button", name="Cancel the case").click()
    expect(page.get_by_text("Withdrawn by letter")).to_be_visible()


def test_open_cases_go_over_to_another_version_and_back(
    page: Page,
    sign_in: Callable[[Page, str], None],
    no_barriers: Callable[[Page], None],
    live_server: LiveServer,
    clock: Clock,
) -> None:
    started(live_server, LICENCE, RENAMED)
    worker = Worker(live_server.database, clock)
    sign_in(page, "oscar")
    page.goto("/procedures/licence")
    page.get_by_role("link", name="Move open cases to another version").click()
    page.get_by_label("From").select_option(value="1")
    page.get_by_role("button", name="Compare them").click()
    expect(page.get_by_label("Inspect the shop")).to_have_value("visit")
    page.get_by_label("Why").fill("The rule changed")
    no_barriers(page)
    page.get_by_role("button", name="Check which cases can move").click()
    expect(page.get_by_role("heading", name="Looking at every open case")).to_be_visible()
    no_barriers(page)
    worker.run_until_idle()
    # the page follows by itself
    page.get_by_role("button", name="Move 1 case").click()
    worker.run_until_idle()
    expect(page.get_by_role("heading", name="1 case moved")).to_be_visible()
    no_barriers(page)
    page.get_by_role("button", name="Move them back").click()
    worker.run_until_idle()
    expect(page.get_by_role("heading", name="1 case moved back")).to_be_visible()
