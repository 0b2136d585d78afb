"""Promises about every route: it declares who may use it, a GET writes nothing, a POST needs its token."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event
from werkzeug.routing import IntegerConverter, Rule

from engine.database import Database
from engine.models import Role
from tests.webapp.conftest import Town
from tests.webapp.conftest import build_town as build_town
from tests.webapp.conftest import cheap_hash as cheap_hash
from tests.webapp.conftest import town as town
from webapp.security.access import access, declared
from webapp.transactions import session as request_session

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER")


def rules(app: Flask) -> Iterator[Rule]:
    yield from app.url_map.iter_rules()


def addresses(town: Town) -> list[str]:
    """Every address that GET answers, with arguments that exist where there are any."""
    number = town.case()
    known: dict[str, object] = {
        "number": number,
        "task_id": town.task(number),
        "key": "licence",
        "person_id": town.person("carla").id,
        "code": "es",
        "name": "app.css",
    }
    found = []
    with town.app.test_request_context():
        for rule in rules(town.app):
            if "GET" not in (rule.methods or ()):
                continue
            values = {argument: known.get(argument, "1") for argument in rule.arguments}
            for argument, converter in rule._converters.items():
                if isinstance(converter, IntegerConverter) and not isinstance(
                    values[argument], int
                ):
                    values[argument] = 1
            built = rule.build(values, append_unknown=False)
            if built is not None:
                found.append(built[1])
    assert len(found) > 15
    return found


@pytest.fixture
def written(sqlite_database: Database) -> list[str]:
    """Statements that change something, as they are sent from now on."""
    seen: list[str] = []

    def remember(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        # the log of who read what is what reading leaves behind (webapp/readings.py)
        is_log = "INTO case_reading" in statement
        if statement.lstrip().upper().startswith(_WRITES) and not is_log:
            seen.append(statement)

    event.listen(sqlite_database.engine, "before_cursor_execute", remember)
    return seen


def test_every_route_declares_who_may_use_it(town: Town) -> None:
    silent = [
        rule.endpoint for rule in rules(town.app) if declared(town.app, rule.endpoint) is None
    ]
    assert silent == [], "add @access(…) or @public"


def test_a_route_that_declares_nothing_is_refused(town: Town) -> None:
    town.app.add_url_rule("/silent", "silent", lambda: "secret")
    answer = town.visitor("oscar").get("/silent")
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_no_get_writes(town: Town, written: list[str]) -> None:
    visitor = town.visitor("oscar")
    paths = addresses(town)
    written.clear()
    for path in paths:
        assert visitor.get(path).status_code < 500, path
        assert written == [], f"GET {path} writes"


def test_a_get_that_tries_to_write_is_caught_by_this_test(town: Town, written: list[str]) -> None:
    @access()
    def writes() -> str:
        request_session().connection().exec_driver_sql("DELETE FROM task")
        return "done"

    town.app.add_url_rule("/writes", "writes", writes)
    visitor = town.visitor("oscar")
    written.clear()
    visitor.get("/writes")
    assert written != []


def test_no_page_opens_without_signing_in_unless_it_is_public(town: Town) -> None:
    paths = addresses(town)
    visitor = town.visitor()
    with town.app.test_request_context():
        adapter = town.app.url_map.bind("localhost")
        open_to_all = []
        for path in paths:
            endpoint, _ = adapter.match(path)
            needed = declared(town.app, endpoint)
            if needed is not None and not needed.is_public:
                open_to_all.append(path)
    for path in open_to_all:
        assert visitor.get(path).status_code in (303, 401), path


@pytest.mark.parametrize("role", [*Role, None])
def test_a_role_opens_only_the_pages_that_name_it(town: Town, role: Role | None) -> None:
    name = {
        Role.CIVIL_SERVANT: "carla",
        Role.ANALYST: "ana",
        Role.MANAGER: "marta",
        Role.OPERATOR: "oscar",
        Role.APPLICANT: "pedro",
        None: "nadie",
    }[role]
    visitor = town.visitor(name)
    adapter = town.app.url_map.bind("localhost")
    for path in addresses(town):
        endpoint, _ = adapter.match(path)
        needed = declared(town.app, endpoint)
        assert needed is not None
        if needed.roles and role not in needed.roles and not path.startswith("/api/"):
            assert visitor.get(path).status_code == 403, f"{name} may open {path}"


def test_every_post_of_a_page_needs_the_token_of_the_page(town: Town) -> None:
    visitor = town.visitor("oscar")
    for rule in rules(town.app):
        if "POST" not in (rule.methods or ()) or rule.rule.startswith("/api/"):
            continue
        with town.app.test_request_context():
            built = rule.build(dict.fromkeys(rule.arguments, "1"), append_unknown=False)
        assert built is not None
        assert visitor.client.post(built[1]).status_code == 400, rule.rule


def test_a_get_takes_no_write_lock(town: Town) -> None:
    visitor = town.visitor("carla")
    with town.database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE person SET locale = locale")
        assert visitor.get("/inbox").status_code == 200
