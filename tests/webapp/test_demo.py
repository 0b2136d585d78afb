"""`expedito demo`: what `make run` fills a new installation with, and every link that its people then see."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from click.testing import CliRunner
from flask import Flask
from lxml import html
from sqlalchemy import func, select

from engine.database import Database
from engine.deployments import procedure_by_key
from engine.logs.leaving import log_of
from engine.models import Incident, Job, Person
from engine.people import person_by_name
from engine.record.audit import audit
from tests.engine.logs.foreign import told_by_others
from tests.webapp.conftest import Visitor
from webapp import create_app
from webapp.cli import expedito
from webapp.config import Settings
from webapp.schema import upgrade_schema

DAYS = 14
OF_A_KIND = 2  # addresses looked at that differ only in their numbers
_NUMBER = re.compile(r"\d+")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation that has lived through two weeks."""
    folder = tmp_path_factory.mktemp("demo")
    url = f"sqlite:///{folder / 'demo.sqlite'}"
    database = Database(url)
    upgrade_schema(database)
    database.dispose()
    _demo(folder, "--days", str(DAYS))
    return Settings(
        database_url=url, var=folder, secret_key="only for tests, and long enough", threads=1
    )


@pytest.fixture(scope="module")
def database(settings: Settings) -> Iterator[Database]:
    found = Database(settings.database_url)
    yield found
    found.dispose()


@pytest.fixture(scope="module")
def app(settings: Settings) -> Flask:
    return create_app(settings)


def _demo(folder: Path, *words: str) -> str:
    environment = {
        "EXPEDITO_DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite'}",
        "EXPEDITO_VAR": str(folder),
    }
    said = CliRunner(env=environment).invoke(expedito, ["demo", *words])
    return f"{said.exit_code} {said.output}"


def test_its_past_is_one_that_the_engine_itself_recorded(database: Database) -> None:
    with database.reading() as session:
        told = list(audit(session))
        assert len(told) > 20
        assert [case.broken for case in told if case.broken is not None] == []
        assert session.scalar(select(func.count()).select_from(Incident)) == 0
        assert session.scalar(select(func.count()).where(Job.is_dead)) == 0


def test_people_who_are_there_are_not_added_to(settings: Settings, database: Database) -> None:
    with database.reading() as session:
        before = session.scalar(select(func.count()).select_from(Person))
    assert _demo(settings.var, "--if-empty") == "0 "
    assert "an empty one" in _demo(settings.var)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == before


def test_no_link_that_anybody_sees_leads_to_a_refusal(app: Flask) -> None:
    refused: dict[str, tuple[str | None, str, int]] = {}
    for name in (None, "luis", "ana", "jorge", "omar", "juan"):
        visitor = Visitor(app.test_client())
        if name is not None:
            assert visitor.sign_in(name, "expediente").status_code == 303
        refused |= dict(_walk(visitor, name))
    assert refused == {}


def _walk(visitor: Visitor, name: str | None) -> Iterator[tuple[str, tuple[str | None, str, int]]]:
    """Every address that leads to a refusal: who saw it where."""
    kinds: Counter[str] = Counter()
    waiting = [("/", "")]
    known = {"/"}
    while waiting:
        path, seen_on = waiting.pop(0)
        kind = _kind(path)
        if kinds[kind] == OF_A_KIND:
            continue
        kinds[kind] += 1
        answer = visitor.get(path)
        if answer.status_code >= 400:
            yield path, (name, seen_on, answer.status_code)
        if answer.mimetype != "text/html" or not answer.data:
            continue
        for link in _links(answer.data):
            found = urlsplit(urljoin(path, link))
            address = f"{found.path}?{found.query}" if found.query else found.path
            if not found.scheme and address not in known:
                known.add(address)
                waiting.append((address, path))
    assert len(kinds) > 2, f"{name} sees hardly anything"


def _links(page: bytes) -> Iterator[str]:
    """Where it leads, and what htmx would get."""
    for element in html.fromstring(page).iter():
        for name in ("hx-get", "href") if element.tag == "a" else ("hx-get",):
            if address := element.get(name):
                yield address


def _kind(path: str) -> str:
    """An address without its numbers and the values of its query."""
    found = urlsplit(path)
    asked = ",".join(sorted({key for key, _ in parse_qsl(found.query)}))
    return f"{_NUMBER.sub('#', found.path)}?{asked}"


@pytest.mark.parametrize("key", ["licencia-funcionamiento", "acceso-informacion-publica"])
def test_what_it_exports_is_read_by_others(database: Database, tmp_path: Path, key: str) -> None:
    with database.reading() as session:
        operator = person_by_name(session, "omar")
        assert operator is not None
        cases = list(log_of(session, procedure_by_key(session, key), operator))
    assert len(cases) > 5
    told_by_others(cases, tmp_path)
