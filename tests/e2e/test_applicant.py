"""An applicant's day on a telephone without scripts: find out, file, follow, correct, read the letter, appeal."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from designer.library import publish_folder
from engine.cases import Applicant as CaseApplicant
from engine.cases import start_case
from engine.database import Database
from engine.deployments import current_version, procedure_by_key
from engine.files.store import FileStore
from engine.letters.press import LetterPress
from engine.models import Case, Job, JobKind, Person, Task, TaskStatus
from engine.people import create_person
from engine.tasks import complete_task
from engine.terms.notices import Item, give_notice
from engine.worker import Worker
from tests.clock import Clock
from tests.e2e.accessibility import barriers
from tests.e2e.conftest import PHONE, WIDE, LiveServer

# WeasyPrint leaves its colour profile open
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)
PROCESSES = Path(__file__).parents[2] / "processes"
KEY = "licencia-funcionamiento"
PDF = b"%PDF-1.7 plano"


class Applicant:
    """Rosa with her telephone; axe is not run where scripts are off, so pages are looked at with them as well."""

    def __init__(self, page: Page, database: Database) -> None:
        self.page = page
        self.database = database

    def go_on(self, name: str = "Continuar") -> None:
        self.page.get_by_role("button", name=name, exact=True).click()
        self.fits()

    def fits(self) -> None:
        """Nothing hangs over the edge of a narrow screen, and there is one heading of the first level."""
        # without scripts nothing can be evaluated in the page, so the layout is asked of the browser
        box = self.page.locator("main").bounding_box()
        assert box is not None
        assert box["width"] <= PHONE["width"]
        expect(self.page.locator("h1")).to_have_count(1)

    def mailed(self) -> str:
        with self.database.reading() as session:
            jobs = session.scalars(
                select(Job).where(Job.kind == JobKind.MAIL.value).order_by(Job.run_at)
            )
            found = [re.search(r"código es (\d{6})", job.payload["text"]) for job in jobs]
        return [one.group(1) for one in found if one is not None][-1]


@pytest.fixture
def office(live_server: LiveServer, clock: Clock) -> LiveServer:
    """The live server with the sample licence, and one clerk for all of its offices."""
    with live_server.database.transaction() as session:
        version = publish_folder(session, PROCESSES / KEY, by=None, at=clock())
        lanes = sorted(set(version.sheet["offices"]["lanes"].values()))
        create_person(session, "clerk", roles=["civil_servant"], offices=lanes, at=clock())
    return live_server


def work(database: Database, clock: Clock, element: str, answers: dict[str, object]) -> None:
    """The office does its next task."""
    with database.transaction() as session:
        task = session.scalars(select(Task).where(Task.status == TaskStatus.OPEN)).one()
        assert task.element_id == element
        clerk = session.scalars(select(Person).where(Person.name == "clerk")).one()
        complete_task(session, task.id, answers, by=clerk, at=clock())


def file_risky_shop(rosa: Applicant) -> tuple[str, str]:
    """From the door of the catalogue to the receipt of a filling station; its number and code."""
    page = rosa.page
    page.goto("/")
    page.get_by_role("link", name="Licencia de funcionamiento").click()
    page.get_by_role("link", name="Ver qué necesito").click()
    page.get_by_label("Estación de servicio").check()
    rosa.go_on()
    page.get_by_label("¿Cuántos metros cuadrados").fill("40")
    rosa.go_on()
    page.get_by_label("¿Cuántas personas caben").fill("10")
    rosa.go_on()
    expect(page.get_by_text("Croquis de ubicación")).to_be_visible()
    rosa.go_on("Empezar")
    page.get_by_role("link", name="Quién solicita").click()
    page.get_by_label("Nombre completo").fill("Rosa Quispe")
    page.get_by_label("Documento de identidad o RUC").fill("40123456")
    page.get_by_label("Correo electrónico").fill("rosa@example.com")
    rosa.go_on()
    rosa.go_on("Envíenme el código")
    page.get_by_label("Código que llegó al correo").fill(rosa.mailed())
    rosa.go_on()
    page.get_by_label("Nombre comercial").fill("Grifo Rosita")
    page.get_by_label("Dirección del establecimiento").fill("Av. Sol 120")
    page.get_by_label("Declaro que lo que digo es verdad").check()
    rosa.go_on()
    page.get_by_role("button", name="Todavía no lo tengo").click()
    page.get_by_label("Sí, que lo pida").check()
    rosa.go_on()
    expect(page.get_by_text("falta: puede presentar sin él")).to_be_visible()
    rosa.go_on("Presentar")
    expect(page.get_by_text("Su solicitud fue recibida.")).to_be_visible()
    return page.locator("h1").inner_text(), page.locator("code.code").inner_text()


def test_a_day_of_an_applicant_on_a_telephone_without_scripts(
    office: LiveServer, open_page: Callable[..., Page], clock: Clock, tmp_path: Path
) -> None:
    database = office.database
    rosa = Applicant(open_page(viewport=PHONE, locale="es-PE", scripts=False), database)
    number, code = file_risky_shop(rosa)

    # another day, another telephone: what is lacking is corrected item by item
    clock.advance(hours=2)
    work(database, clock, "Registrar", {
        "nombre_comercial": "Grifo Rosita", "direccion": "Av. Sol 120", "giro": "grifo", "area_m2": 40,
        "aforo": 10, "declaracion_jurada": True,
    })  # fmt: skip
    with database.transaction() as session:
        case = session.scalars(select(Case)).one()
        clerk = session.scalars(select(Person).where(Person.name == "clerk")).one()
        give_notice(session, case.id, [Item("plano", "Falta el plano.")], by=clerk, at=clock())
    page = open_page(viewport=PHONE, locale="es-PE", scripts=False)
    rosa = Applicant(page, database)
    page.goto("/follow")
    page.get_by_label("Código del cargo").fill(code.lower())
    page.get_by_label("Su número de documento o RUC").fill("40123456")
    rosa.go_on("Ver dónde está")
    expect(page.locator("h1")).to_have_text(number)
    expect(page.get_by_text("Falta 1 cosa")).to_be_visible()
    page.get_by_role("link", name="Corregir").click()
    rosa.go_on("Envíenme el código")
    page.get_by_label("Código que llegó al correo").fill(rosa.mailed())
    rosa.go_on()
    page.get_by_role("link", name=re.compile("Croquis")).click()
    page.locator("#file").set_input_files(
        {"name": "plano.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    rosa.go_on("Guardar respuesta")
    rosa.go_on("Enviar mis correcciones")
    expect(page.get_by_text("La oficina ya tiene sus correcciones")).to_be_visible()
    expect(page.get_by_role("link", name="plano.pdf")).to_be_visible()

    # the office says no; the letter is downloaded, and appealed against
    today = clock().date().isoformat()
    work(
        database,
        clock,
        "InspeccionPrevia",
        {"fecha_inspeccion": today, "resultado": "conforme", "informe": "Sí"},
    )
    work(database, clock, "Evaluar", {"compatible": "no", "opinion": "Uso no compatible."})
    work(database, clock, "Resolver", {"decision": "denegar", "motivo": "Uso no compatible."})
    work(
        database,
        clock,
        "Denegar",
        {"numero_resolucion": "R-1", "fecha_notificacion": today, "medio": "correo"},
    )
    press = LetterPress(database, FileStore(tmp_path / "files"), clock, "http://127.0.0.1/verify")
    Worker(database, clock, senders={JobKind.LETTER: press}).run_until_idle()
    page.goto(page.url)
    expect(page.get_by_text("Licencia denegada")).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("link", name=re.compile("Resolución denegatoria")).click()
    assert Path(downloading.value.path()).read_bytes().startswith(b"%PDF-1.7")
    page.get_by_role("link", name="Apelar").click()
    page.get_by_label("¿Por qué no está de acuerdo").fill("La calle admite grifos.")
    rosa.go_on("Presentar")
    expect(page.get_by_text(re.compile("Apelación: presentada"))).to_be_visible()


def test_every_page_of_the_window_is_for_everybody(
    office: LiveServer, open_page: Callable[..., Page], clock: Clock
) -> None:
    """axe finds nothing at all, wide or narrow, also on pages that say what is wrong."""
    page = open_page(viewport=PHONE, locale="es-PE")
    rosa = Applicant(page, office.database)
    seen: dict[str, list[str]] = {}

    def look(where: str) -> None:
        answer = page.goto(where)
        assert answer is not None
        assert answer.status != 404, where
        found = barriers(page)
        if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
            found.append("wider than the screen")
        if found:
            seen[where] = found

    number, code = file_risky_shop(rosa)
    draft = page.url.removesuffix("/receipt")
    for where in ("/catalogue", "/catalogue?q=zzz", f"/catalogue/{KEY}", f"/catalogue/{KEY}/guide",
                  f"/catalogue/{KEY}/guide?giro=grifo&area_m2=x", "/follow", "/follow/lost", "/filing/resume",
                  f"{draft}/receipt", "/verify/file"):  # fmt: skip
        look(where)
    page.goto("/follow")
    page.get_by_label("Código del cargo").fill(code)
    page.get_by_label("Su número de documento o RUC").fill("1")
    rosa.go_on("Ver dónde está")
    assert barriers(page) == []
    page.get_by_label("Su número de documento o RUC").fill("40123456")
    rosa.go_on("Ver dónde está")
    case = page.url
    with office.database.transaction() as session:
        for task in session.scalars(select(Task)):
            task.due_at = clock() - timedelta(days=1)  # she may complain of delay
    page.goto(f"{case}/prove")
    rosa.go_on("Envíenme el código")
    assert barriers(page) == []
    page.get_by_label("Código que llegó al correo").fill(rosa.mailed())
    rosa.go_on()
    look(case + "/appeal/complaint")
    with office.database.transaction() as session:
        found = session.scalars(select(Case)).one()
        give_notice(session, found.id, [Item("plano", "Falta el plano.")], by=None, at=clock())
    for where in (
        "",
        "/message",
        "/correct",
        "/correct/1",
        "/withdraw",
        "/copy",
    ):
        look(case + where)
    page.goto("/catalogue")
    page.get_by_role("link", name="Acceso").count()
    rosa.page.goto(f"/catalogue/{KEY}")
    rosa.go_on("Empezar")
    fresh = page.url
    for where in ("", "/who", "/request", "/check"):
        look(fresh + where)
    assert seen == {}
    assert number


def test_the_guide_is_walked_with_the_keyboard_alone(
    office: LiveServer, open_page: Callable[..., Page]
) -> None:
    page = open_page(viewport=PHONE, locale="es-PE")
    page.goto("/catalogue")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Saltar al contenido")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_id("q")
    page.keyboard.type("licensia")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 trámite encontrado")).to_be_visible()
    press_until(page, "Licencia de funcionamiento")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Ver qué necesito")).to_be_visible()
    press_until(page, "Ver qué necesito")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Oficina")).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "radio":
            break
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_label("¿Cuántos metros cuadrados")).to_be_visible()


def press_until(page: Page, words: str) -> None:
    """Tab on until the focus stands on these words."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText").strip() == words:
            return
    raise AssertionError(f"“{words}” is not reached by the keyboard")


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_case_file_is_for_every_official(
    office: LiveServer,
    open_page: Callable[..., Page],
    sign_in: Callable[[Page, str], None],
    clock: Clock,
    viewport: dict[str, int],
) -> None:
    with office.database.transaction() as session:
        oscar = session.scalars(select(Person).where(Person.name == "oscar")).one()
        version = current_version(session, procedure_by_key(session, KEY))
        rosa = CaseApplicant("Rosa Quispe", document="40123456")
        number = start_case(session, version, {}, applicant=rosa, by=oscar, at=clock()).number
    page = open_page(viewport=viewport)
    sign_in(page, "oscar")
    page.goto(f"/cases/{number}/file")
    assert barriers(page) == []
    page.get_by_label("Write to the applicant").fill("Traiga el plano.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("The applicant can read your message now.")).to_be_visible()
    page.get_by_role("button", name="Make a copy").click()
    expect(page.get_by_text("A copy is being made.")).to_be_visible()
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.goto(f"/cases/{number}/file/readings")
    expect(page.get_by_role("cell", name="Oscar").first).to_be_visible()
    assert barriers(page) == []
    page.goto(f"/cases/{number}/file")
    page.get_by_text("The applicant lost the code").click()
    page.get_by_role("button", name="Give a new code").click()
    expect(page.get_by_text("the code is shown only once")).to_be_visible()
    assert barriers(page) == []
