import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click import Context
from click.testing import CliRunner
from flask import Flask
from jinja2 import meta
from werkzeug.routing import IntegerConverter, Rule
from werkzeug.test import Client

from engine.database import Database
from tests.webapp.conftest import Town, Visitor
from webapp import create_app
from webapp.cli import expedito
from webapp.discovery import modules
from webapp.house import House, is_known
from webapp.parts import Part
from webapp.schema import upgrade_schema

# For who prints, signs, simulates, reads logs, or speaks to machines: none of it is needed to work an inbox.
NOT_AT_REST = (
    "alembic", "apiflask", "argon2", "asyncpg", "cryptography", "designer.asme", "designer.drafts",
    "designer.models", "designer.simulation", "designer.studies", "duckdb", "engine.dmn",
    "engine.logs", "engine.metrics.numbers", "engine.metrics.summary", "engine.migration",
    "fontTools", "holidays", "marshmallow", "mistune", "nh3", "numpy", "PIL", "prometheus_client",
    "psycopg", "pydantic", "python_calamine", "r4pm", "segno", "smtplib",
    "sqlalchemy.dialects.postgresql", "sqlite3", "structlog", "tomli_w", "weasyprint", "webapp.api",
    "webapp.views.figures", "xlsxwriter",
)  # fmt: skip
_AT_REST = """
import sys
sys.modules.update(greenlet=None, pygments=None, rich=None)
import webapp.commands.serve as serve
from webapp.config import Settings
settings = Settings.from_environment()
house = serve.House(settings)
serve.check_schema(house.desk.extensions["database"])
serve.workers(settings, house.desk.extensions["database"], house.desk.extensions["clock"])
import webapp.report_files  # every day's sweep asks it
from engine.calendars.jurisdiction import jurisdiction
from engine.calendars.public_holidays import public_holidays
assert len(public_holidays(jurisdiction("PE"), None, 2026)) > 10  # every term counts with them
print(*sys.modules)
"""


class Resident(Town):
    """The town behind a house."""

    house: House

    def visitor(self, name: str | None = None) -> Visitor:
        visitor = Visitor(Client(self.house, self.house.desk.response_class))  # type: ignore[arg-type]
        if name is not None:
            assert visitor.sign_in(name).status_code == 303
        return visitor


@pytest.fixture
def resident(town: Town) -> Resident:
    found = Resident(town.app, town.database, town.clock)
    settings = town.app.extensions["settings"]
    found.house = House(settings, database=town.database, clock=town.clock)
    return found


@pytest.fixture
def desk(town: Town) -> Flask:
    return create_app(
        town.app.extensions["settings"],
        database=town.database,
        clock=town.clock,
        part=Part.DESK,
    )


def test_a_server_at_rest_holds_nothing_that_an_inbox_does_not_need(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'rest.sqlite'}"
    database = Database(url)
    upgrade_schema(database)
    database.dispose()
    environment = {**os.environ, "EXPEDITO_DATABASE_URL": url, "EXPEDITO_VAR": str(tmp_path)}
    said = subprocess.run(
        [sys.executable, "-c", _AT_REST],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    loaded = said.stdout.split()
    assert "webapp.views.inbox" in loaded
    heavy = [
        name for name in NOT_AT_REST if any(f"{one}.".startswith(f"{name}.") for one in loaded)
    ]
    assert heavy == [], "import it where it is used (webapp/README.md, “Light at rest”)"


def test_knowing_the_tables_loads_no_databases_own_language() -> None:
    known = "import sys, engine.models, webapp.models, designer.models; print(*sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", known],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    loaded = [one for one in said.stdout.split() if one.startswith("sqlalchemy.dialects.")]
    assert loaded == [], "say it in the info of the table or index (engine/database.py)"


def test_a_command_that_needs_no_web_does_not_load_it() -> None:
    asked = "expedito(['feel', '1 + 1'], standalone_mode=False); print(*sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", f"import sys; from webapp.cli import expedito; {asked}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    answer, *loaded = said.stdout.split()
    assert answer == "2"
    assert {"flask", "sqlalchemy", "jinja2"} & set(loaded) == set()


def test_every_command_is_listed_with_what_it_is_for() -> None:
    told = CliRunner().invoke(expedito, ["--help"]).output
    for name in expedito.list_commands(Context(expedito)):
        assert re.search(rf"^  {name} +[A-Z]\w+", told, re.MULTILINE), f"{name}: say it in line 1"


def test_a_civil_servant_works_without_anything_having_to_be_opened(resident: Resident) -> None:
    visitor = resident.visitor("carla")
    number = resident.case()
    task = resident.task(number)
    for path in (
        "/", "/inbox", "/inbox?scope=office", "/cases", f"/cases/{number}", f"/cases/{number}/file", "/my-cases",
        "/account", "/desk/bell", "/warnings", "/health",
    ):  # fmt: skip
        assert visitor.get(path).status_code in (200, 303), path
    assert visitor.post(f"/tasks/{task}/claim").status_code == 303
    assert visitor.get(f"/tasks/{task}").status_code == 200
    assert visitor.post(f"/tasks/{task}/complete").status_code in (303, 422)
    assert resident.house.open_parts == frozenset()


def test_an_applicant_finds_a_procedure_and_follows_without_anything_having_to_be_opened(
    resident: Resident,
) -> None:
    anybody = resident.visitor()
    for path in ("/", "/catalogue", "/filing/resume", "/follow", "/login"):
        assert anybody.get(path).status_code in (200, 303), path
    assert resident.house.open_parts == frozenset()


def test_a_page_that_is_not_at_hand_is_opened_for_who_asks(
    resident: Resident, caplog: pytest.LogCaptureFixture
) -> None:
    manager = resident.visitor("marta")
    with caplog.at_level(logging.INFO):
        assert manager.get("/metrics").status_code == 200
    assert resident.house.open_parts == {Part.PAGES}
    assert [one.__dict__["part"] for one in caplog.records if "part" in one.__dict__] == ["pages"]
    assert manager.get("/inbox").status_code == 200
    assert resident.house.open_parts == {Part.PAGES}


@pytest.mark.parametrize("name", ["carla", "ana", "marta", "oscar", "pedro", "nadie"])
def test_everybody_has_the_links_that_the_whole_application_gives(
    resident: Resident, town: Town, name: str
) -> None:
    def navigation(visitor: Visitor) -> list[str]:
        page = visitor.get("/account").text
        return re.findall(r'<a[^>]*href="([^"]*)"', page[: page.index("<main")])

    assert navigation(resident.visitor(name)) == navigation(Town.visitor(town, name))


def test_machines_open_their_own_part_and_read_the_same_description(
    resident: Resident, town: Town
) -> None:
    told = resident.visitor().get("/api/v1/openapi.json")
    assert told.json == town.app.test_client().get("/api/v1/openapi.json").json
    assert resident.house.open_parts == {Part.API}


def test_the_parts_share_what_the_process_remembers(resident: Resident) -> None:
    pages, api = resident.house.part(Part.PAGES), resident.house.part(Part.API)
    for name in ("database", "clock", "figures", "paces", "readings"):
        assert (
            pages.extensions[name] is api.extensions[name] is resident.house.desk.extensions[name]
        )


def test_an_address_that_nobody_knows_is_answered_by_all_pages(resident: Resident) -> None:
    answer = resident.visitor("carla").get("/no/such/page")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def addresses(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """Every rule with an address it answers and a method."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            values: dict[str, object] = {
                name: 1 if isinstance(converter, IntegerConverter) else "1"
                for name, converter in rule._converters.items()
            }
            built = rule.build(values, append_unknown=False)
            assert built is not None
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, built[1], method


def test_the_desk_answers_an_address_as_the_whole_application_does(town: Town, desk: Flask) -> None:
    known = 0
    whole, own = town.app.url_map.bind("localhost"), desk.url_map.bind("localhost")
    for _rule, path, method in addresses(town.app):
        if is_known(desk, path, method):
            known += 1
            assert own.match(path, method)[0] == whole.match(path, method)[0], (
                f"{method} {path} is two pages: the other one's view file belongs into a room at hand"
            )
    assert known > 50


def test_the_desk_has_every_word_that_its_templates_use(town: Town, desk: Flask) -> None:
    environment = desk.jinja_env
    views = {module.__name__.rpartition(".")[2] for module in modules(Part.DESK)}
    names = [name for name in environment.list_templates() if name.partition("/")[0] in views]
    assert len(names) > 20
    given = set(town.app.jinja_env.globals) - set(environment.globals)
    for name in names:
        environment.get_template(name)  # refuses a filter or test that is not there
        assert environment.loader is not None
        source = environment.loader.get_source(environment, name)[0]
        missing = meta.find_undeclared_variables(environment.parse(source)) & given
        assert missing == set(), name
