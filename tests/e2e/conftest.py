"""A real Chromium before a real server: what the walks of tests/e2e ask for."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from waitress import create_server

from engine.database import Database
from engine.models import Membership, Office, Person, PersonRole, Role
from tests.clock import START, Clock
from tests.e2e.accessibility import barriers
from tests.e2e.faults import Faults
from webapp.config import Settings
from webapp.house import House

PASSWORD = "correcto caballo batería"
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}

# Without these Chromium asks for hosts of its maker at every start.
_QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-gpu",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is marked e2e."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@dataclass(frozen=True)
class LiveServer:
    """A running Expedito: its address, and its database for what a browser cannot do or see."""

    url: str
    database: Database


@dataclass(frozen=True)
class Who:
    """A person of the seeded office; everyone's password is PASSWORD."""

    name: str
    roles: tuple[Role, ...]
    office: str | None = None


PEOPLE = (
    Who("ana", (Role.ANALYST,)),
    Who("carlos", (Role.CIVIL_SERVANT,), "Mesa de partes"),
    Who("carmen", (Role.CIVIL_SERVANT,), "Mesa de partes"),
    Who("lucia", (Role.CIVIL_SERVANT,), "Licencias"),
    Who("marta", (Role.MANAGER,), "Licencias"),
    Who("oscar", (Role.OPERATOR, Role.ANALYST, Role.MANAGER, Role.CIVIL_SERVANT), "Licencias"),
)


@pytest.fixture(scope="session")
def password_hash() -> str:
    """PASSWORD, hashed cheaply: the cost of a login is not what these tests ask."""
    return PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)


def seed(database: Database, password_hash: str) -> None:
    """Two offices and one person per role."""
    offices = {name: 1 + at for at, name in enumerate(("Mesa de partes", "Licencias"))}
    with database.transaction() as session:
        session.add_all(Office(id=number, name=name) for name, number in offices.items())
        session.flush()
        for number, who in enumerate(PEOPLE, start=1):
            person = Person(
                id=number,
                name=who.name,
                full_name=who.name.title(),
                password_hash=password_hash,
                created_at=START,
            )
            person.roles = [PersonRole(role=role) for role in who.roles]
            if who.office:
                person.memberships = [Membership(office_id=offices[who.office])]
            session.add(person)


@pytest.fixture
def live_server(
    sqlite_database: Database, password_hash: str, clock: Clock, tmp_path: Path
) -> Iterator[LiveServer]:
    """Expedito as `expedito serve` has it, on a free port, with its own database, offices and people; time stands still
    until the test moves `clock`. No worker runs: a test that waits for a timer runs the due jobs itself."""
    seed(sqlite_database, password_hash)
    settings = Settings(
        database_url=sqlite_database.url,
        var=tmp_path,
        secret_key="only for tests, and long enough for that",
        threads=6,
    )
    house = House(settings, database=sqlite_database, clock=clock)
    server = create_server(
        house,
        host="127.0.0.1",
        port=0,
        threads=settings.threads,
        clear_untrusted_proxy_headers=True,
    )
    thread = threading.Thread(target=server.run, name="expedito-under-test", daemon=True)
    thread.start()
    yield LiveServer(f"http://127.0.0.1:{server.effective_port}", sqlite_database)
    house.desk.extensions["streams"].end()
    server.task_dispatcher.shutdown()  # what still ends would call the server when its ear is gone
    server.trigger.pull_trigger(
        server.close
    )  # in its own thread: from here it may be asking that very socket
    thread.join(timeout=5)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver, one per worker."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium, or else Playwright's own; skipped in one line without either, failed in CI."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = next(filter(None, map(shutil.which, names)), playwright.chromium.executable_path)
    if not Path(path).exists():
        stop = pytest.fail if os.environ.get("CI") else pytest.skip
        stop("No Chromium here: install the package chromium, or run `playwright install chromium`")
    # Chromium's own sandbox refuses to be root.
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
    launched = playwright.chromium.launch(
        executable_path=path, headless=True, args=[*sandbox, *_QUIET]
    )
    yield launched
    launched.close()


@pytest.fixture
def faults(live_server: LiveServer) -> Iterator[Faults]:
    """What the browser complained about in this test; anything left at the end fails it."""
    collected = Faults(live_server.url)
    yield collected
    assert collected.found == []


@pytest.fixture
def open_page(
    browser: Browser, live_server: LiveServer, faults: Faults
) -> Iterator[Callable[..., Page]]:
    """Open a page with cookies of its own, as another person's browser would: `open_page(viewport=PHONE)`."""
    contexts = []

    def opened(
        *, viewport: dict[str, int] = WIDE, locale: str = "en-GB", scripts: bool = True
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": viewport["width"], "height": viewport["height"]},
            locale=locale,
            timezone_id="America/Lima",
            java_script_enabled=scripts,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        faults.watch(page)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """One page, wide, in English."""
    return open_page()


@pytest.fixture
def sign_in() -> Callable[[Page, str], None]:
    """`sign_in(page, "carlos")`: fill in and send the sign-in form."""

    def signed_in(page: Page, name: str) -> None:
        page.goto("/login")
        page.locator("input[name=name]").fill(name)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("form:has(input[name=password]) button").click()
        page.wait_for_url(lambda url: "/login" not in url)

    return signed_in


@pytest.fixture
def no_barriers() -> Callable[[Page], None]:
    """`no_barriers(page)`: axe finds nothing serious on the page as it stands."""

    def checked(page: Page) -> None:
        assert barriers(page) == [], page.url

    return checked
