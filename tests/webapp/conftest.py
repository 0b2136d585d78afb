"""A small town hall behind a real application: people who sign in, two offices, one procedure with a decision."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine.cases import Applicant, start_case
from engine.database import Database
from engine.deployments import current_version, deploy, match_lanes, procedure_by_key
from engine.models import Case, Person, Task, TaskStatus
from engine.people import create_person, office_named, person_by_name
from tests.clock import Clock
from webapp import create_app
from webapp.catalogue import TRANSLATIONS
from webapp.config import Settings
from webapp.transactions import Transactional

PASSWORD = "correcto caballo batería"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')

LICENCE = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:e="urn:expedito:bpmn:1" id="d" targetNamespace="urn:test">
<process id="p" isExecutable="true">
<laneSet id="l"><lane id="l1" name="Counter"><flowNodeRef>receive</flowNodeRef></lane>
<lane id="l2" name="Board"><flowNodeRef>inspect</flowNodeRef></lane></laneSet>
<startEvent id="start" name="Request"/>
<userTask id="receive" name="Receive the request" e:formKey="receive"/>
<exclusiveGateway id="complete" name="Is it complete?"/>
<userTask id="inspect" name="Inspect the shop"/>
<endEvent id="granted" name="Granted"/><endEvent id="rejected" name="Rejected"/>
<sequenceFlow id="f1" sourceRef="start" targetRef="receive"/>
<sequenceFlow id="f2" sourceRef="receive" targetRef="complete"/>
<sequenceFlow id="yes" name="Yes, go on" sourceRef="complete" targetRef="inspect"/>
<sequenceFlow id="no" name="No, reject" sourceRef="complete" targetRef="rejected"/>
<sequenceFlow id="f3" sourceRef="inspect" targetRef="granted"/>
</process></definitions>"""

FORMS = {
    "receive": {
        "type": "default",
        "components": [
            {
                "type": "textfield",
                "key": "shop",
                "label": "Name of the shop",
                "validate": {"required": True},
            },
            {"type": "number", "key": "area", "label": "Area in square metres"},
        ],
    }
}


class Visitor:
    """A browser: cookies of its own, and forms sent with the token of the page they stand on."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, **more)

    def token(self, path: str = "/login") -> str:
        """The token against forged requests of a page with a form."""
        found = _TOKEN.search(self.client.get(path, follow_redirects=True).text)
        assert found is not None, f"{path} has no form"
        return found.group(1)

    def post(
        self, path: str, data: Mapping[str, object] | None = None, **headers: str
    ) -> TestResponse:
        """Send a form, as from the account page."""
        sent = {"csrf_token": self.token("/account"), **(data or {})}
        return self.client.post(path, data=sent, headers=headers)

    def sign_in(self, name: str, password: str = PASSWORD) -> TestResponse:
        return self.client.post(
            "/login", data={"name": name, "password": password, "csrf_token": self.token()}
        )


@dataclass
class Town:
    """The application, its database and its clock."""

    app: Transactional
    database: Database
    clock: Clock

    def visitor(self, name: str | None = None) -> Visitor:
        """A browser; signed in when a name is given."""
        visitor = Visitor(self.app.test_client())
        if name is not None:
            assert visitor.sign_in(name).status_code == 303
        return visitor

    def case(self, applicant: str = "Rosa Ñahui") -> str:
        """The number of a new case, started by carla at the counter."""
        with self.database.transaction() as session:
            version = current_version(session, procedure_by_key(session, "licence"))
            by = person_by_name(session, "carla")
            case = start_case(
                session, version, {}, applicant=Applicant(applicant), by=by, at=self.clock()
            )
            return case.number

    def task(self, number: str) -> str:
        """The id of the open task of a case."""
        with self.database.reading() as session:
            task = session.scalars(
                select(Task).join(Case).where(Case.number == number, Task.status == TaskStatus.OPEN)
            ).one()
            return task.id

    def person(self, name: str) -> Person:
        with self.database.reading() as session:
            found = person_by_name(session, name)
            assert found is not None
            return found


@pytest.fixture(scope="session")
def cheap_hash() -> str:
    """PASSWORD, hashed cheaply: the cost of a login is not what these tests ask."""
    return PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)


@pytest.fixture
def build_town(cheap_hash: str, tmp_path: Path, clock: Clock) -> Callable[[Database], Town]:
    """A town in a given database."""

    def build(database: Database) -> Town:
        with database.transaction() as session:
            for name, roles, offices in (
                ("carla", ["civil_servant"], ["Counter"]),
                ("teo", ["civil_servant"], ["Counter"]),
                ("luis", ["civil_servant"], ["Licences"]),
                ("ana", ["analyst"], []),
                ("marta", ["manager"], ["Licences"]),
                ("oscar", ["operator"], []),
                ("pedro", ["applicant"], []),
                ("nadie", [], []),
            ):
                person = create_person(
                    session,
                    name,
                    full_name=name.title(),
                    roles=roles,
                    offices=offices,
                    at=clock(),
                )
                person.password_hash = cheap_hash
            version = deploy(
                session,
                "licence",
                "Licence to operate",
                drawing=LICENCE,
                model=LICENCE,
                process_id="p",
                forms=FORMS,
                by=None,
                at=clock(),
            )
            offices_of = {
                "Counter": office_named(session, "Counter", at=clock()).id,
                "Board": office_named(session, "Licences", at=clock()).id,
            }
            match_lanes(session, version.procedure, offices_of, by=None, at=clock())
        settings = Settings(
            database_url=database.url, var=tmp_path, secret_key="only for tests, and long enough"
        )
        app = create_app(settings, database=database, clock=clock)
        return Town(app, database, clock)

    return build


@pytest.fixture
def town(build_town: Callable[[Database], Town], sqlite_database: Database) -> Town:
    """The town on SQLite."""
    return build_town(sqlite_database)


@pytest.fixture
def town_on_each(build_town: Callable[[Database], Town], database: Database) -> Town:
    """The town on SQLite and again on PostgreSQL, for what may differ."""
    return build_town(database)


@pytest.fixture(scope="session", autouse=True)
def compiled_catalogues() -> None:
    """Translations as they are now: `make setup` compiles them too, but perhaps before they were changed."""
    for source in TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            part = target.with_suffix(f".{os.getpid()}")
            with source.open("rb") as words, part.open("wb") as compiled:
                write_mo(compiled, read_po(words))
            part.replace(target)  # another worker may be doing the same
