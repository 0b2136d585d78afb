"""The main job, end to end, by three people in a real browser: upload, publish, start, claim, complete, watch."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from engine.metrics.upkeep import Known, catch_up
from tests.clock import Clock
from tests.e2e.conftest import PHONE, WIDE, LiveServer
from tests.e2e.test_analyst import PERMIT, choose

Opened = Callable[..., Page]
SignIn = Callable[[Page, str], None]
Check = Callable[[Page], None]


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_diagram_is_uploaded_worked_and_watched(
    open_page: Opened,
    sign_in: SignIn,
    no_barriers: Check,
    live_server: LiveServer,
    clock: Clock,
    viewport: dict[str, int],
) -> None:
    analyst = open_page(viewport=viewport)
    sign_in(analyst, "ana")
    analyst.goto("/drafts")
    choose(analyst, "poda.bpmn", PERMIT)
    analyst.get_by_role("button", name="Upload").click()
    analyst.wait_for_url("**/drafts/*")
    analyst.get_by_role("button", name="Publish").click()
    analyst.get_by_label("Office for “Ventanilla”").select_option(label="Mesa de partes")
    analyst.get_by_label("Office for “Áreas Verdes”").select_option(label="Licencias")
    analyst.get_by_role("button", name="Save").click()
    expect(analyst.get_by_text("Every lane has its office.")).to_be_visible()

    clerk = open_page(viewport=viewport)
    sign_in(clerk, "carlos")
    clerk.goto("/cases/start")
    no_barriers(clerk)
    clerk.get_by_role("link", name="Permiso de poda").click()
    no_barriers(clerk)
    clerk.locator("[name=applicant_name]").fill("Rosa Quispe")
    clerk.get_by_role("button", name="Start the case").click()
    expect(clerk.get_by_text("is open")).to_be_visible()
    number = clerk.locator("h1").inner_text().split()[0]
    clerk.get_by_role("link", name="Recibir").first.click()
    clerk.get_by_role("button", name="Claim").click()
    clock.advance(minutes=20)
    clerk.get_by_role("button", name="Complete").click()
    expect(clerk.get_by_text("“Recibir” is done.")).to_be_visible()

    inspector = open_page(viewport=viewport)
    sign_in(inspector, "lucia")
    inspector.goto("/inbox?scope=office&task=")
    clock.advance(hours=5)
    inspector.get_by_role("link", name="Inspeccionar el árbol").click()
    if viewport is WIDE:
        inspector.get_by_role("complementary", name="Preview").get_by_role(
            "link", name="Open"
        ).click()
    no_barriers(inspector)
    inspector.get_by_role("button", name="sí").click()
    expect(inspector.get_by_text("“Inspeccionar el árbol” is done.")).to_be_visible()
    inspector.goto(f"/cases/{number}")
    expect(inspector.locator(".diagram[data-state=drawn]")).to_be_visible()
    expect(inspector.locator("main")).to_contain_text("completed")
    no_barriers(inspector)

    catch_up(live_server.database, Known())  # what the worker does every few seconds
    manager = open_page(viewport=viewport)
    sign_in(manager, "marta")
    manager.goto("/metrics")
    no_barriers(manager)
    ended = manager.get_by_role("columnheader").all_inner_texts().index("Ended")
    row = manager.get_by_role("row", name="Permiso de poda")
    expect(row.locator("th, td").nth(ended)).to_have_text("1")
    row.get_by_role("link", name="Permiso de poda").click()
    expect(manager.locator(".figures")).to_contain_text("5.3 h")
    for details in manager.locator("details.behind > summary").all():
        details.click()
    expect(manager.get_by_role("row", name="Recibir")).to_contain_text("20 min")
    no_barriers(manager)
    assert manager.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with manager.expect_download() as started:
        manager.get_by_role("link", name="CSV").first.click()
    assert started.value.suggested_filename.endswith(".csv")
    manager.get_by_label("Pages of the report").get_by_role("link", name="Times").click()
    expect(manager.get_by_role("group", name="How many cases took how long")).to_be_visible()
    no_barriers(manager)
