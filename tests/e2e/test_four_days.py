"""Four days in a life: counter, reviewer, chief and applicant around one case, from its filing to its appeal."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from engine.deployments import deploy
from engine.history import timeline
from engine.inbox.warnings import warn_of_tasks
from engine.models import Case, Job, JobKind, Letter
from engine.people import office_named, person_by_name
from engine.worker import Worker
from tests.clock import Clock
from tests.e2e.conftest import PHONE, WIDE, LiveServer
from tests.engine.terms.desk import MODEL, sheet

DOCUMENT = "41234567"
TOLD = [  # what the case must have come through, in this order
    "case_started",
    "clock_started",
    "notice_given",
    "deficiency_corrected",
    "request_corrected",
    "clock_restarted",
    "opinion_asked",
    "opinion_answered",
    "task_completed",
    "term_warned",
    "silence_operated",
    "appeal_filed",
    "appeal_decided",
]


class Town:
    """The server, its clock, and what left the house."""

    def __init__(self, server: LiveServer, clock: Clock) -> None:
        self.database, self.clock = server.database, clock

    def on(self, month: int, day: int) -> None:
        """Ten in the morning in Lima; the worker has done what is due."""
        self.clock.set(datetime(2026, month, day, 15, 0, tzinfo=UTC))
        Worker(self.database, self.clock).run_until_idle()
        self.database.write(lambda session: warn_of_tasks(session, at=self.clock()))

    def mails(self, to: str) -> list[str]:
        with self.database.reading() as session:
            jobs = session.scalars(
                select(Job).where(Job.kind == JobKind.MAIL).order_by(Job.run_at, Job.id)
            )
            return [str(job.payload["text"]) for job in jobs if job.payload["to"] == to]

    def code(self) -> str:
        """The one-time code that was mailed last."""
        found = [re.search(r"código es (\d{6})", one) for one in self.mails("rosa@example.com")]
        return [one.group(1) for one in found if one is not None][-1]

    def facts(self) -> list[str]:
        with self.database.reading() as session:
            return [one.type for one in timeline(session, session.scalars(select(Case)).one())]

    def letters(self) -> list[str]:
        with self.database.reading() as session:
            return list(session.scalars(select(Letter.name).order_by(Letter.ordinal)))


@pytest.fixture
def town(live_server: LiveServer, clock: Clock) -> Town:
    """A permit that Licencias decides within thirty business days; silence lets the applicant appeal."""
    found = Town(live_server, clock)
    clock.set(datetime(2026, 1, 5, 15, 0, tzinfo=UTC))
    with live_server.database.transaction() as session:
        for name in ("lucia", "marta"):
            person = person_by_name(session, name)
            assert person is not None
            person.email = f"{name}@town.example"
        version = deploy(
            session,
            "permit",
            "Permit",
            drawing=MODEL,
            model=MODEL,
            process_id="p",
            sheet=sheet("negative_silence"),
            by=None,
            at=clock(),
        )
        version.procedure.office_id = office_named(session, "Licencias", at=clock()).id
    return found


def follow(page: Page, code: str) -> None:
    """Rosa opens her case with the code on her receipt."""
    page.goto("/follow")
    page.get_by_label("Código del cargo").fill(code)
    page.get_by_label("Su número de documento o RUC").fill(DOCUMENT)
    page.get_by_role("button", name="Ver dónde está").click()


def prove(page: Page, town: Town) -> None:
    """Rosa shows that the mailbox is hers."""
    page.get_by_role("button", name="Envíenme el código").click()
    page.get_by_label("Código que llegó al correo").fill(town.code())
    page.get_by_role("button", name="Continuar", exact=True).click()


def test_four_days_in_a_life(
    open_page: Callable[..., Page],
    sign_in: Callable[[Page, str], None],
    no_barriers: Callable[[Page], None],
    town: Town,
) -> None:
    office, rosa = open_page(viewport=WIDE), open_page(viewport=PHONE, locale="es-PE")

    def becomes(name: str) -> None:
        office.context.clear_cookies()
        sign_in(office, name)

    # Monday 5 January, the counter: Rosa brings her request, and leaves with a code
    becomes("carlos")
    office.goto("/cases/start/permit")
    office.get_by_label("Name of the person or firm").fill("Rosa Ñahui")
    office.get_by_label("Identity or tax number").fill(DOCUMENT)
    office.get_by_label("E-mail").fill("rosa@example.com")
    office.get_by_role("button", name="Start the case").click()
    number = office.locator("h1").inner_text().split()[0]
    office.goto("/my-cases")
    expect(office.get_by_role("list").filter(has_text=number)).to_contain_text("Check: Licencias")
    expect(office.locator("main")).to_contain_text("0 business days used of 30")
    no_barriers(office)
    office.goto(f"/cases/{number}/file")
    office.get_by_text("The applicant lost the code").click()
    office.get_by_role("button", name="Give a new code").click()
    code = office.locator("code.code").inner_text()

    # Wednesday 7 January, the reviewer: what is lacking is stated once
    town.on(1, 7)
    becomes("lucia")
    office.goto("/inbox?scope=office")
    expect(office.get_by_role("region", name="Tasks")).to_contain_text("2 business days used of 30")
    no_barriers(office)
    office.goto(f"/cases/{number}/notice")
    office.get_by_label("A plan", exact=True).check()
    office.get_by_label("What the applicant must do about “A plan”").fill("Sign it.")
    office.get_by_role("button", name="State it and send the letter").click()
    expect(office.get_by_text("the applicant may correct until 9 Jan 2026").first).to_be_visible()
    office.goto("/inbox?scope=office")
    expect(office.get_by_text("stands still: the applicant may correct until")).to_be_visible()

    # Friday 9 January, the applicant, on her telephone
    town.on(1, 9)
    follow(rosa, code)
    expect(rosa.get_by_text("Falta 1 cosa")).to_be_visible()
    no_barriers(rosa)
    rosa.get_by_role("link", name="Corregir").click()
    prove(rosa, town)
    rosa.get_by_role("link", name="A plan").click()
    rosa.locator("textarea").first.fill("Lo firmé en cada página.")
    rosa.get_by_role("button", name="Guardar respuesta").click()
    rosa.get_by_role("button", name="Enviar mis correcciones").click()
    expect(rosa.get_by_text("La oficina ya tiene sus correcciones")).to_be_visible()

    # … the reviewer asks the counter for an opinion, and goes away
    becomes("lucia")
    office.goto(f"/cases/{number}/term")
    dates = office.get_by_role("complementary", name="Dates")
    for day in ("20 Feb 2026", "27 Feb 2026"):
        expect(dates).to_contain_text(day)
    office.goto("/inbox?scope=office")
    office.goto(office.get_by_role("link", name="Check").get_attribute("href") or "")
    office.get_by_role("button", name="Claim").click()
    office.get_by_text("Ask for an opinion").click()
    office.get_by_label("Office", exact=True).select_option(label="Mesa de partes")
    office.get_by_label("Question").fill("Is the street wide enough?")
    office.get_by_role("button", name="Ask", exact=True).click()
    office.goto("/desk/absences")
    office.get_by_label("From").fill("2026-01-12")
    office.get_by_label("Until").fill("2026-01-16")
    office.get_by_label("Who stands in").select_option(label="Marta")
    office.get_by_role("button", name="Save").click()
    becomes("carlos")
    office.goto("/inbox")
    office.get_by_role("link", name=number).first.click()
    office.get_by_label("Your office's opinion").fill("It is.")
    no_barriers(office)
    office.get_by_role("button", name="Give the opinion").click()

    # Monday 12 January, the chief, who stands in
    town.on(1, 12)
    becomes("marta")
    office.goto("/inbox?scope=mine")
    office.goto(office.get_by_role("link", name="Check").get_attribute("href") or "")
    expect(office.get_by_text("You act on behalf of Lucia, who is away.")).to_be_visible()
    expect(office.locator("main")).to_contain_text("It is.")
    no_barriers(office)
    office.get_by_role("button", name="Complete").click()
    expect(office.get_by_text("“Check” is done.")).to_be_visible()

    # nobody decides: warned before the end, silence on its day
    town.on(2, 13)
    town.on(2, 20)
    town.on(2, 28)
    becomes("marta")
    office.goto("/warnings")
    expect(office.get_by_role("link", name=number).first).to_be_visible()
    no_barriers(office)
    office.goto("/desk/notifications")
    expect(office.locator("main")).to_contain_text(f"of case {number}")
    no_barriers(office)
    office.goto(f"/cases/{number}")
    expect(office.locator("main")).to_contain_text("negative silence since 28 Feb 2026")

    # Monday 2 March: the applicant appeals, the chief decides
    town.on(3, 2)
    follow(rosa, code)
    rosa.get_by_role("link", name="Apelar").click()
    if rosa.get_by_role("button", name="Envíenme el código").count():
        prove(rosa, town)
    rosa.get_by_label("¿Qué pide, y por qué?").fill("Nadie contestó.")
    rosa.get_by_role("button", name="Presentar", exact=True).click()
    expect(rosa.get_by_text(re.compile("Apelación: presentada"))).to_be_visible()
    no_barriers(rosa)
    becomes("marta")
    office.goto(f"/cases/{number}/appeals/1")
    office.get_by_label("unfounded", exact=True).check()
    office.get_by_label("Grounds of the decision").fill("The street is wide, the shop is not.")
    no_barriers(office)
    office.get_by_role("button", name="Decide it").click()
    office.goto(f"/cases/{number}")
    expect(office.locator("main")).to_contain_text("on behalf of Lucia")
    no_barriers(office)
    assert office.evaluate("document.documentElement.scrollWidth") <= WIDE["width"]

    told = town.facts()
    assert [one for one in TOLD if one not in told] == [], told
    places = [told.index(one) for one in TOLD]
    assert places == sorted(places), told
    assert town.letters()[0] == "notice"
    assert any("Sign it." in one or "subsan" in one for one in town.mails("rosa@example.com"))
    assert any(number in one for one in town.mails("marta@town.example"))
