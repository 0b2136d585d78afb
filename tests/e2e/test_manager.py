"""The manager's walk: from what is late to the case, on a wide screen and on a telephone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from engine.cases import Applicant, start_case
from engine.deployments import deploy
from engine.metrics.upkeep import Known, catch_up
from engine.models import Case
from engine.people import office_named, person_by_name
from tests.clock import START
from tests.e2e.conftest import PHONE, WIDE, LiveServer
from tests.e2e.licence import LICENCE


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_from_what_is_late_to_the_case(
    open_page: Callable[..., Page],
    sign_in: Callable[[Page, str], None],
    no_barriers: Callable[[Page], None],
    live_server: LiveServer,
    viewport: dict[str, int],
) -> None:
    number = late_case(live_server)
    page = open_page(viewport=viewport)
    sign_in(page, "oscar")
    page.get_by_role("link", name="Times", exact=True).click()
    no_barriers(page)
    page.get_by_role("link", name="Licence to operate").click()
    expect(page.get_by_role("heading", name="Where it waits")).to_be_visible()
    no_barriers(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= viewport["width"], "nothing hangs over the edge"
    for name in ("Times", "Flow", "Ways"):
        page.get_by_label("Pages of the report").get_by_role("link", name=name).click()
        no_barriers(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.get_by_label("Pages of the report").get_by_role("link", name="At a glance").click()
    page.locator("dt", has_text="Late now").locator("xpath=..").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Cases that are late")).to_be_visible()
    no_barriers(page)
    page.get_by_role("link", name=number).click()
    expect(page.get_by_role("heading", name=number)).to_be_visible()


def test_figures_are_compared_opened_by_week_and_taken_away(
    page: Page,
    sign_in: Callable[[Page, str], None],
    no_barriers: Callable[[Page], None],
    live_server: LiveServer,
) -> None:
    number = late_case(live_server)
    sign_in(page, "oscar")
    page.goto("/metrics/licence/times")
    page.get_by_text("Narrow down, compare").click()
    page.get_by_label("Compare with").select_option(label="the same days before")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="Compared")).to_be_visible()
    expect(page.get_by_text("too few cases to compare").first).to_be_visible()
    no_barriers(page)
    weeks = page.get_by_role("region", name="Cases started and ended per week")
    weeks.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Cases started in these days")).to_be_visible()
    expect(page.get_by_role("link", name=number)).to_be_visible()
    page.go_back()
    weeks = page.locator("section", has=page.get_by_role("heading", name="By day of the week"))
    weeks.get_by_text("The figures").click()
    with page.expect_download() as taken:
        weeks.get_by_role("link", name="XLSX").click()
    days = CalamineWorkbook.from_path(taken.value.path()).get_sheet_by_index(0).to_python()
    assert days[1][0] == "Monday"
    assert sum(int(str(row[1]).split(".")[0]) for row in days[1:]) == 1


def late_case(live_server: LiveServer) -> str:
    """The number of a case whose term has passed, measured."""
    with live_server.database.transaction() as session:
        by = person_by_name(session, "carlos")
        version = deploy(
            session,
            "licence",
            "Licence to operate",
            drawing=LICENCE,
            model=LICENCE,
            process_id="p",
            by=by,
            at=START,
        )
        version.procedure.office_id = office_named(session, "Mesa de partes", at=START).id
        number = start_case(
            session, version, {"area": 12}, applicant=Applicant("Rosa Ñahui"), by=by, at=START
        ).number
    with live_server.database.transaction() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        case.due_at = START - timedelta(days=1)
    catch_up(live_server.database, Known())
    return number
