"""The analyst's walk through a log of another system: a table with a mistake, the table mended, how it really runs, a
draft of that, published, and where the log leaves it; on a wide screen and on a phone."""

import os
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from engine.files.store import FileStore
from engine.logs.desk import LogDesk
from engine.metrics.days import ZONE
from engine.models import JobKind
from engine.worker import Worker
from tests.clock import Clock
from tests.e2e.conftest import PHONE, LiveServer

Pages = Callable[..., Page]
SignIn = Callable[[Page, str], None]
Check = Callable[[Page], None]


def table(mistake: str = "") -> bytes:
    """As an office's Excel saves it: semicolons, the day before the month, letters of Windows, an afternoon."""
    rows = ["Expediente;Actividad;Fecha;Responsable;Área"]
    for number in range(1, 41):
        day = number % 27 + 1
        steps = ["Recepción", "Revisión", "Inspección", "Resolución"]
        if number % 9 == 0:
            steps = ["Recepción", "Resolución", "Archivo"]
        elif number % 5 == 0:
            steps = ["Recepción", "Revisión", "Observación", "Revisión", "Inspección", "Resolución"]
        for place, step in enumerate(steps):
            hour = place + 1
            rows.append(
                f"E-{number:03};{step};{day:02}/01/2026 {hour:02}:05:00 p. m.;Persona {place};Área {number % 2}"
            )
    if mistake:
        rows[7] = f"E-002;Revisión;{mistake};Persona 1;Área 0"
    return "\r\n".join([*rows, ""]).encode("cp1252")


def work(live_server: LiveServer, clock: Clock, folder: Path) -> None:
    """The worker does what is due."""
    desk = LogDesk(live_server.database, FileStore(folder / "files"), clock, ZONE)
    worker = Worker(live_server.database, clock, senders={JobKind.LOG: desk}, kinds=(JobKind.LOG,))
    worker.run_until_idle()


def shot(page: Page, name: str) -> None:
    """For whoever wants to look."""
    folder = os.environ.get("SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def fits(page: Page) -> None:
    """Nothing sticks out to the right."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def upload(page: Page, content: bytes, name: str) -> None:
    page.goto("/logs")
    page.get_by_label("File").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Upload").click()


def test_an_analyst_finds_out_how_it_really_runs_and_where_it_leaves_the_diagram(
    page: Page,
    open_page: Pages,
    sign_in: SignIn,
    live_server: LiveServer,
    clock: Clock,
    no_barriers: Check,
    tmp_path: Path,
) -> None:
    sign_in(page, "ana")
    page.goto("/logs")
    shot(page, "logs-empty")
    upload(page, b"not a log", "photo.png")
    expect(page.get_by_role("alert")).to_contain_text("“photo.png” is no log that can be read")
    upload(page, table("32/01/2026 10:00:00 a. m."), "old.csv")
    expect(page.get_by_role("heading", name="Which column says what?")).to_be_visible()
    expect(page.get_by_label("Case", exact=True)).to_have_value("Expediente")
    page.get_by_label("How times are written").select_option("31/01/2026 10:42:00 PM")
    shot(page, "logs-columns")
    no_barriers(page)
    page.get_by_role("button", name="Import").click()
    work(live_server, clock, tmp_path)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("Line 8")
    shot(page, "logs-refused")
    no_barriers(page)
    page.get_by_role("button", name="Delete the log").click()
    work(live_server, clock, tmp_path)
    upload(page, table(), "Trámites.csv")
    expect(page.get_by_label("How times are written")).to_have_value("%d/%m/%Y %I:%M:%S %p")
    page.get_by_role("button", name="Import").click()
    work(live_server, clock, tmp_path)
    page.reload()
    shot(page, "logs-done")
    no_barriers(page)
    page.get_by_role("link", name="How it really runs").click()
    expect(page.locator(".djs-container svg").first).to_be_visible()
    expect(page.locator(".djs-element").first).to_be_attached()
    shot(page, "mining-80")
    no_barriers(page)
    page.goto(f"{page.url}?coverage=100&rare=25")
    expect(page.get_by_text("of the 40 cases that are covered")).to_be_visible()
    expect(page.locator(".djs-element").first).to_be_attached()
    shot(page, "mining-100-rare")
    address = page.url
    phone = open_page(viewport=PHONE)
    sign_in(phone, "ana")
    for name, where in (
        ("logs", "/logs"),
        ("log", "/logs/tramites"),
        ("mining", address),
        ("compared", "/metrics/tramites/compared"),
    ):
        phone.goto(where)
        fits(phone)
        shot(phone, f"phone-{name}")
    page.get_by_role("button", name="Open as a draft").click()
    shot(page, "mining-draft")
    page.get_by_role("button", name="Publish").first.click()
    shot(page, "mining-published")
    page.goto("/metrics/tramites/compared")
    shot(page, "compared-choose")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="Done besides")).to_be_visible()
    expect(page.locator(".djs-element").first).to_be_attached()
    shot(page, "compared")
    no_barriers(page)
    phone.goto(page.url)
    fits(phone)
    shot(phone, "phone-compared-done")
