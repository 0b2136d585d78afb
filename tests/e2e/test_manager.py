"""The manager's walk: from what is late to the case, on a wide screen and on a telephone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
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
