"""The method from end to end: findings accepted, both sides simulated, and a report that proves the difference."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from designer.studies import study_folder
from engine.files.store import FileStore
from engine.models import JobKind
from engine.people import person_by_name
from engine.worker import Worker
from tests.clock import START, Clock
from tests.e2e.conftest import PHONE, LiveServer
from webapp.config import Settings
from webapp.report_press import ReportPress

# WeasyPrint leaves the colour profile of PDF/A to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)

AS_IS = Path(__file__).resolve().parents[2] / "processes" / "licencia-funcionamiento" / "as-is"

Pages = Callable[..., Page]
SignIn = Callable[[Page, str], None]
Check = Callable[[Page], None]


@pytest.fixture
def study(live_server: LiveServer) -> str:
    """The address of the study of the licence as it was done on paper."""
    with live_server.database.transaction() as session:
        by = person_by_name(session, "ana")
        return f"/studies/{study_folder(session, AS_IS, by=by, at=START).id}"


def test_three_accepted_findings_become_fewer_papers_hand_overs_days_and_soles(
    page: Page,
    study: str,
    sign_in: SignIn,
    no_barriers: Check,
    live_server: LiveServer,
    clock: Clock,
    tmp_path: Path,
) -> None:
    sign_in(page, "ana")
    page.goto(study)
    no_barriers(page)
    page.get_by_role("button", name="Stop asking for it “Dos fotos").click()
    page.get_by_role("button", name="Fetch it from the registry “Copia simple del DNI").click()
    page.get_by_role("button", name="Take it out “Derivar a la Subgerencia").click()
    expect(page.get_by_role("heading", name="Accepted 3")).to_be_visible()
    no_barriers(page)
    page.get_by_role("button", name="Simulate both and issue a report").click()
    expect(page.get_by_role("status")).to_contain_text("being simulated")
    files = FileStore((tmp_path / "files").resolve())
    settings = Settings(database_url=live_server.database.url, var=tmp_path, secret_key="x" * 32)
    desk = ReportPress(live_server.database, files, clock, settings)
    Worker(
        live_server.database,
        clock,
        senders={JobKind.REPORT: desk},
        kinds=(JobKind.REPORT,),
    ).run_until_idle()
    page.reload()
    verdict = page.get_by_role("heading", name="A case will be decided")
    expect(verdict).to_contain_text("sooner (95% interval")
    told = page.get_by_text("Less of:")
    expect(told).to_contain_text("requirements 7 → 6")
    expect(told).to_contain_text("hand-overs")
    expect(told).to_contain_text("burden on applicants a year S/")
    expect(told).to_contain_text("cost of a service S/")
    expect(page.get_by_text("Not calibrated: there is no log")).to_be_visible()
    expect(page.get_by_role("heading", name="What the verdict rests on most")).to_be_visible()
    borne = page.get_by_role("region", name="What each requirement costs applicants a year")
    expect(borne.get_by_role("row", name="Copia simple del DNI")).to_contain_text(
        "the State obtains it"
    )
    # both diagrams stand side by side in the report, with what changed in words as well
    before = page.get_by_role("img", name="Diagram, as it is; Derivar a la Subgerencia: removed")
    expect(before).to_be_visible()
    expect(page.get_by_text("Derivar a la Subgerencia: removed", exact=True)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF to sign").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    no_barriers(page)
    page.get_by_role("button", name="Make it public").click()
    public = page.get_by_role("link", name="/reports/").get_attribute("href")
    assert public is not None
    page.context.clear_cookies()
    page.goto(public)
    expect(page.get_by_role("heading", name="A case will be decided")).to_be_visible()
    no_barriers(page)
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_study_is_read_on_a_phone_without_scripts(
    open_page: Pages, study: str, sign_in: SignIn, no_barriers: Check
) -> None:
    page = open_page(viewport=PHONE, scripts=False)
    sign_in(page, "ana")
    page.goto(study)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("link", name="Activity table, as it is").click()
    expect(page.get_by_role("heading", name="Activity table")).to_be_visible()


def test_a_table_that_is_kept_as_it_stands_is_the_same(
    page: Page, study: str, sign_in: SignIn
) -> None:
    sign_in(page, "ana")
    page.goto(f"{study}/as_is/table")
    cells = page.locator("table :is(input:not([type=checkbox]), select)")
    before = cells.evaluate_all("all => all.map(one => [one.name, one.value])")
    assert any(name.startswith("wait:") for name, _said in before)  # said by the analyst
    page.get_by_role("button", name="Keep the table").click()
    expect(page.get_by_role("status")).to_contain_text("The table is kept.")
    assert cells.evaluate_all("all => all.map(one => [one.name, one.value])") == before
