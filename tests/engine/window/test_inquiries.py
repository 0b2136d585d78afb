"""What the State already holds is fetched from a sample registry, with consent, and never asked for twice."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from engine import history
from engine.connectors.registry import HttpRegistry, Registry, RegistryUnreachable, registries
from engine.database import Database
from engine.files.store import FileStore
from engine.models import Case, Document, Event, Incident, Job, JobKind
from engine.progress import lock
from engine.sheet import Requirement, Source
from engine.window.inquiries import RegistryDesk, ask_registries, inquiries
from engine.worker import Worker
from tests.clock import Clock
from tests.engine.office import TWO_TASKS, TownHall

ZONING = Requirement("zoning", 1, "Zoning", source=Source.OWN_REGISTRY, registry="zoning")


class Sample:
    """A registry that knows what it is told, and notes what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: list[tuple[int, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.headers: list[str | None] = []


@contextmanager
def served() -> Iterator[Sample]:
    sample = Sample()

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            sample.asked.append(orjson.loads(self.rfile.read(length)))
            sample.headers.append(self.headers["Authorization"])
            status, said = sample.answers.pop(0)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", sample.url + "elsewhere")
            self.end_headers()
            self.wfile.write(said if isinstance(said, bytes) else orjson.dumps(said))

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    sample.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield sample
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def sample() -> Iterator[Sample]:
    with served() as found:
        yield found


def consented(database: Database, clock: Clock, *, may_ask: bool = True) -> int:
    """A case whose applicant said whether the registry may be asked."""
    with database.transaction() as session:
        hall = TownHall(session, clock())
        case = hall.start(hall.publish(TWO_TASKS), by=hall.person("ana", "Front desk"))
        case.applicant_document = "40123456"
        said = {"ask": may_ask, "statement": "I declare it.", "at": clock().isoformat()}
        held = lock(session, case.id)
        ask_registries(session, held, {"zoning": ZONING}, {"zoning": said}, by=None, at=clock())
        return case.id


def work(database: Database, clock: Clock, folder: Path, known: dict[str, Registry]) -> None:
    desk = RegistryDesk(database, FileStore(folder), clock, known)
    Worker(database, clock, senders={JobKind.REGISTRY: desk}).run_until_idle()


def status(database: Database, case_id: int) -> tuple[str, dict[str, Any] | None]:
    with database.reading() as session:
        (one,) = inquiries(session, case_id)
        return one.status, one.told


def test_what_a_registry_holds_comes_into_the_case(
    database: Database, clock: Clock, sample: Sample, tmp_path: Path
) -> None:
    case_id = consented(database, clock)
    content = base64.b64encode(b"%PDF-1.7 zoning").decode()
    sample.answers = [
        (200, {"data": {"Zona": "ZC"}, "document": {"name": "zona.pdf", "content": content}})
    ]
    work(database, clock, tmp_path, {"zoning": HttpRegistry(sample.url, "Zoning", "secret")})
    assert status(database, case_id) == ("found", {"Zona": "ZC"})
    assert sample.asked[0]["document"] == "40123456"
    assert sample.asked[0]["consented_at"]
    assert sample.headers == ["Bearer secret"]
    with database.reading() as session:
        document = session.scalars(select(Document).where(Document.origin == "registry")).one()
        assert (document.name, document.field) == ("zona.pdf", "zoning")
        types = list(session.scalars(select(Event.type).order_by(Event.seq)))
        assert types[-3:] == ["consent_given", "registry_answered", "document_added"]
        assert history.verify_chain(session, case_id)


def test_who_does_not_want_it_is_not_asked_about(
    database: Database, clock: Clock, sample: Sample, tmp_path: Path
) -> None:
    case_id = consented(database, clock, may_ask=False)
    work(database, clock, tmp_path, {"zoning": HttpRegistry(sample.url, "Zoning")})
    assert sample.asked == []
    assert status(database, case_id)[0] == "sworn"


def test_what_a_registry_does_not_hold_is_said(
    sqlite_database: Database, clock: Clock, sample: Sample, tmp_path: Path
) -> None:
    case_id = consented(sqlite_database, clock)
    sample.answers = [(404, {})]
    work(sqlite_database, clock, tmp_path, {"zoning": HttpRegistry(sample.url, "Zoning")})
    assert status(sqlite_database, case_id)[0] == "missing"


@pytest.mark.parametrize(
    "answer",
    [(500, {}), (302, {}), (200, b"no json"), (200, []), (200, {"document": {"name": "x"}})],
)
def test_an_answer_that_cannot_be_used_is_asked_for_again(
    sample: Sample, answer: tuple[int, Any]
) -> None:
    sample.answers = [answer]
    question = ("zoning", "zoning", "40123456", "X-1", "2026-01-01")
    from engine.connectors.registry import Question

    with pytest.raises(RegistryUnreachable):
        HttpRegistry(sample.url, "Zoning").ask(Question(*question))
    assert len(sample.asked) == 1


def test_in_the_end_the_sworn_statement_counts_and_nothing_breaks(
    sqlite_database: Database, clock: Clock, sample: Sample, tmp_path: Path
) -> None:
    case_id = consented(sqlite_database, clock)
    sample.answers = [(503, {})] * 8
    for _ in range(8):
        work(sqlite_database, clock, tmp_path, {"zoning": HttpRegistry(sample.url, "Zoning")})
        clock.advance(hours=2)
    assert status(sqlite_database, case_id)[0] == "silent"
    with sqlite_database.reading() as session:
        assert session.scalars(select(Incident)).all() == []
        assert session.scalars(select(Job).where(Job.kind == JobKind.REGISTRY.value)).all() == []


def test_a_registry_nobody_named_is_silent(
    sqlite_database: Database, clock: Clock, tmp_path: Path
) -> None:
    case_id = consented(sqlite_database, clock)
    work(sqlite_database, clock, tmp_path, {})
    assert status(sqlite_database, case_id)[0] == "silent"


def test_the_same_job_again_changes_nothing(
    sqlite_database: Database, clock: Clock, sample: Sample, tmp_path: Path
) -> None:
    case_id = consented(sqlite_database, clock)
    sample.answers = [(404, {})]
    desk = RegistryDesk(
        sqlite_database, FileStore(tmp_path), clock, {"zoning": HttpRegistry(sample.url, "Zoning")}
    )
    with sqlite_database.reading() as session:
        job = session.scalars(select(Job).where(Job.kind == JobKind.REGISTRY.value)).one()
        before = session.get_one(Case, case_id).last_seq
    desk(job)
    desk(job)
    assert len(sample.asked) == 1
    with sqlite_database.reading() as session:
        assert session.get_one(Case, case_id).last_seq == before + 1


def test_only_addresses_of_the_web_are_registries() -> None:
    with pytest.raises(ValueError, match="zoning"):
        registries({"zoning": {"url": "file:///etc/passwd"}})
