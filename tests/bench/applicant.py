"""What the applicant's window costs whoever has a slow link: bytes of a first visit to every page, and seconds until it
can be read at 50 kbit/s, measured in Chromium through its debugger.

The link is simulated, so these seconds are those of the link and not of this machine: 50 kbit/s down and up, 400 ms.
"""

import os
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Playwright, sync_playwright
from sqlalchemy import select, update
from waitress import create_server

from designer.library import publish_folder
from engine.database import Database
from engine.letters.codes import shown_code
from engine.models import Case, FilingDraft, Job, JobKind, Letter, Task
from engine.terms import notices
from engine.window import filing
from tests.bench.engine_command import say
from webapp import create_app
from webapp.config import Settings
from webapp.schema import upgrade_schema
from webapp.security.keyring import COOKIE
from webapp.transactions import Transactional

PROCESSES = Path(__file__).parents[2] / "processes"
KEY = "licencia-funcionamiento"
LINK = {"offline": False, "latency": 400, "downloadThroughput": 6_250, "uploadThroughput": 6_250}
PACKED = {"Accept-Encoding": "gzip", "Accept-Language": "es"}
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


# Milliseconds until the browser has drawn words for the first time.
_FIRST_WORDS = """new Promise((tell) => new PerformanceObserver((list) =>
  tell(list.getEntriesByName('first-contentful-paint')[0]?.startTime)).observe({type: 'paint', buffered: true}))"""


def main() -> None:
    """Print bytes and seconds of every page, and the worst of both."""
    with window() as (app, paths, client):
        weights = {name: weight(client, path) for name, path in paths.items()}
        for name, bytes_sent in weights.items():
            say(f"applicant_{name}_page_compressed_kb", bytes_sent / 1000, "kB")
        say("applicant_page_compressed_kb", max(weights.values()) / 1000, "kB")
        with sync_playwright() as driver:
            measure(driver, app, paths, client)


@contextmanager
def window() -> Iterator[tuple[Transactional, dict[str, str], FlaskClient]]:
    """An office that offers the sample procedures, the addresses of an applicant's pages, and who may see them."""
    folder = Path(tempfile.mkdtemp())
    try:
        database = Database(f"sqlite:///{folder / 'bench.sqlite'}")
        upgrade_schema(database)
        with database.transaction() as session:
            for procedure in sorted(PROCESSES.glob("*/procedure.toml")):
                publish_folder(session, procedure.parent, by=None, at=datetime.now(UTC))
        settings = Settings(database_url=database.url, var=folder, secret_key="s" * 40)
        app = create_app(settings, database=database)
        paths, client = pages(app)
        yield app, paths, client
        database.dispose()
    finally:
        shutil.rmtree(folder)


def pages(app: Transactional) -> tuple[dict[str, str], FlaskClient]:
    """Addresses of the pages an applicant meets, with a draft and a case of their own, and who may see them."""
    client = app.test_client()
    token = _TOKEN.search(client.get("/follow").text)
    assert token is not None

    def post(path: str, **data: str) -> str:
        answer = client.post(path, data={"csrf_token": token[1], **data})
        assert answer.status_code == 303, (path, answer.status_code)
        return str(answer.location)

    draft = post(f"/filing/new/{KEY}", giro="bodega", area_m2="40", aforo="9")
    post(f"{draft}/who", name="Rosa", document="40123456", email="rosa@example.com")
    asked = {
        "nombre_comercial": "B",
        "direccion": "J",
        "giro": "bodega",
        "area_m2": "40",
        "aforo": "9",
    }
    post(f"{draft}/request", **asked, declaracion_jurada="true")
    filed = post(f"/filing/new/{KEY}")
    case = open_a_case(app, filed, client)
    post(f"{case}/prove/send")
    post(f"{case}/prove", code=mailed_code(app))
    number = lacking_a_plan(app, int(case.rsplit("/", 1)[1]))
    delayed = open_a_case(app, post(f"/filing/new/{KEY}"), client)
    post(f"{delayed}/prove/send")
    post(f"{delayed}/prove", code=mailed_code(app))
    late(app, int(delayed.rsplit("/", 1)[1]))
    return {
        "catalogue": "/catalogue",
        "sheet": f"/catalogue/{KEY}",
        "guide": f"/catalogue/{KEY}/guide",
        "advice": f"/catalogue/{KEY}/guide?giro=bodega&area_m2=40&aforo=9",
        "draft": draft,
        "request": f"{draft}/request",
        "consent": f"{draft}/needs/zonificacion",
        "check": f"{draft}/check",
        "who": f"{draft}/who",
        "mail": f"{draft}/mail",
        "resume": "/filing/resume",
        "receipt": f"{filed}/receipt",
        "follow": case,
        "follow_form": "/follow",
        "lost_code": "/follow/lost",
        "prove": f"{case}/prove",
        "message": f"{case}/message",
        "correct": f"{case}/correct",
        "correct_one": f"{case}/correct/{number}",
        "withdraw": f"{case}/withdraw",
        "complaint": f"{delayed}/appeal/complaint",
        "copy": f"{case}/copy",
        "verify_letter": "/verify",
        "verify_copy": "/verify/file",
        "letter": f"/verify/{letter_code(app)}",
        "sign_in": "/login",
        "nothing_found": "/catalogue?q=zzz",
    }, client


def mailed_code(app: Transactional) -> str:
    """The code that was mailed last."""
    with app.extensions["database"].reading() as session:
        jobs = session.scalars(select(Job).where(Job.kind == JobKind.MAIL).order_by(Job.id.desc()))
        return next(
            found[1] for job in jobs if (found := re.search(r"\b(\d{6})\b", job.payload["text"]))
        )


def letter_code(app: Transactional) -> str:
    """The code that stands on a letter of the office."""
    with app.extensions["database"].reading() as session:
        return shown_code(session.scalars(select(Letter.code).limit(1)).one())


def lacking_a_plan(app: Transactional, case_id: int) -> int:
    """State that the plan is lacking in a case; the number of the item."""
    with app.extensions["database"].transaction() as session:
        item = notices.Item("plano", "Falta el plano.")
        notices.give_notice(session, case_id, [item], by=None, at=datetime.now(UTC))
    return 1


def late(app: Transactional, case_id: int) -> None:
    """Let what an office has to do in a case be overdue, so that its applicant may complain of delay."""
    with app.extensions["database"].transaction() as session:
        found = update(Task).where(Task.case_id == case_id)
        session.execute(found.values(due_at=datetime.now(UTC) - timedelta(days=1)))


def open_a_case(app: Transactional, draft: str, client: FlaskClient) -> str:
    """File a draft as its proved applicant, behind the pages; the address where it is followed."""
    at = datetime.now(UTC)
    with app.extensions["database"].transaction() as session:
        found = session.get_one(FilingDraft, int(draft.rsplit("/", 1)[1]))
        who = {"name": "Rosa", "document": "40123456", "email": "rosa@example.com"}
        filing.save_applicant(session, found, who, at=at)
        filing.prove_email(session, found, at=at)
        answers = {
            "nombre_comercial": "B",
            "direccion": "J",
            "giro": "bodega",
            "area_m2": "40",
            "aforo": "9",
        }
        filing.save_request(session, found, {**answers, "declaracion_jurada": True}, {}, at=at)
        case: Case = filing.file_draft(session, found, by=None, at=at)
        case_id = case.id
    receipt = client.get(f"{draft}/receipt").text
    typed = re.search(r'class="code">([0-9A-Z-]+)<', receipt)
    token = _TOKEN.search(client.get("/follow").text)
    assert typed is not None
    assert token is not None
    sent = {"csrf_token": token[1], "code": typed[1], "document": "40123456"}
    assert client.post("/follow", data=sent).status_code == 303
    return f"/follow/{case_id}"


def weight(client: FlaskClient, path: str) -> int:
    """Compressed bytes of a page and everything it draws in, as in a first visit."""
    answer = client.get(path, headers=PACKED)
    assert answer.status_code == 200, (path, answer.status_code)
    html = client.get(path, headers={"Accept-Language": "es"}).text
    drawn = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', html))
    return len(answer.data) + sum(len(client.get(one, headers=PACKED).data) for one in drawn)


@contextmanager
def served(app: Transactional) -> Iterator[str]:
    """The application on a free port."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    # in its own thread: from here it may be asking that very socket
    server.trigger.pull_trigger(server.close)
    thread.join(timeout=5)


def measure(
    driver: Playwright, app: Transactional, paths: dict[str, str], client: FlaskClient
) -> None:
    """Print seconds until the page has drawn its words for the first time, on the slow link and an empty cache."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = next(filter(None, map(shutil.which, names)), driver.chromium.executable_path)
    if not Path(path).exists():
        line = {"name": "applicant_page_50kbit_seconds", "skipped": "no Chromium here"}
        print(orjson.dumps(line).decode())
        return
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
    browser = driver.chromium.launch(executable_path=path, args=[*sandbox, "--disable-gpu"])
    taken = slow_visits(browser, app, paths, client)
    browser.close()
    for name, second in taken.items():
        say(f"applicant_{name}_page_50kbit_seconds", second, "seconds")
    say("applicant_page_50kbit_seconds", max(taken.values()), "seconds")


def slow_visits(
    browser: Browser, app: Transactional, paths: dict[str, str], client: FlaskClient
) -> dict[str, float]:
    """Seconds of a first visit to each page by the slow link."""
    cookie = client.get_cookie(COOKIE)
    with served(app) as url:
        value = "" if cookie is None else cookie.value
        return {name: seconds(browser, url + where, url, value) for name, where in paths.items()}


def seconds(browser: Browser, address: str, url: str, cookie: str) -> float:
    """One first visit."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="es-PE")
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": url}])
    page = context.new_page()
    debugger = context.new_cdp_session(page)
    debugger.send("Network.enable")
    debugger.send("Network.emulateNetworkConditions", LINK)
    page.goto(address, wait_until="load", timeout=60_000)
    assert page.url == address, page.url
    painted: float = page.evaluate(_FIRST_WORDS)
    context.close()
    return painted / 1000


if __name__ == "__main__":
    main()
