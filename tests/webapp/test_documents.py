"""A file attached to a task becomes a document of the case: numbered, hashed in the facts, handed out as attachment."""

import hashlib
import io
from pathlib import Path

import pytest
from sqlalchemy import select

from designer.library import publish_folder
from engine.cases import Applicant, start_case
from engine.events import Happened
from engine.models import Case, Event, Role
from engine.people import create_person, set_password
from engine.record.facts import verify_chain
from tests.webapp.conftest import PASSWORD, Town, Visitor
from tests.webapp.test_why import FOLDER, SHOP

PLAN = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def case(town: Town) -> str:
    """The number of a case whose registration asks for a plan; rita may register it."""
    with town.database.transaction() as session:
        version = publish_folder(session, Path(FOLDER), by=None, at=town.clock())
        clerk = create_person(
            session, "rita", roles=[Role.CIVIL_SERVANT], offices=["Mesa de Partes"], at=town.clock()
        )
        set_password(session, clerk, PASSWORD)
        return start_case(
            session, version, {}, applicant=Applicant("Rosa"), by=clerk, at=town.clock()
        ).number


def register(town: Town, case: str, visitor: Visitor) -> None:
    """Answer the form with a plan attached."""
    answers: dict[str, object] = {key: str(value) for key, value in SHOP.items()}
    answers |= {"declaracion_jurada": "true", "plano": (io.BytesIO(PLAN), "plano.pdf")}
    answers["_asked"] = [*SHOP, "plano"]
    answer = visitor.post(f"/tasks/{town.task(case)}/complete", answers)
    assert answer.status_code == 303, answer.text


def test_an_attached_file_is_a_document_of_the_case(town: Town, case: str) -> None:
    rita = town.visitor("rita")
    register(town, case, rita)
    page = rita.get(f"/cases/{case}").text
    assert f"/files/{case}/1" in page
    assert "plano.pdf" in page
    with rita.get(f"/files/{case}/1") as handed:
        assert handed.data == PLAN
        assert handed.headers["Content-Disposition"].startswith("attachment")
    assert town.visitor("luis").get(f"/files/{case}/1").status_code == 404


def test_who_has_no_task_in_the_case_reads_neither_document_nor_its_name(
    town: Town, case: str
) -> None:
    register(town, case, town.visitor("rita"))
    oscar = town.visitor("oscar")
    for path in (f"/cases/{case}", f"/cases/{case}/file"):
        page = oscar.get(path).text
        assert "plano.pdf" not in page
        assert "p•••.pdf" in page
    assert f"/files/{case}/1" not in oscar.get(f"/cases/{case}").text, "a link to a refusal"
    assert f"/files/{case}/1" not in oscar.get(f"/cases/{case}/file").text
    refused = oscar.get(f"/files/{case}/1")
    assert (refused.status_code, "You have no task in it" in refused.text) == (403, True)


def test_the_facts_keep_its_hash_and_the_chain_is_whole(town: Town, case: str) -> None:
    register(town, case, town.visitor("rita"))
    with town.database.reading() as session:
        found = session.scalars(select(Case).where(Case.number == case)).one()
        data = session.scalars(
            select(Event.data).where(
                Event.case_id == found.id,
                Event.type == Happened.DOCUMENT_ADDED,
                Event.token.is_not(None),
            )
        ).one()
        assert data is not None
        assert data["sha256"] == hashlib.sha256(PLAN).hexdigest()
        assert (data["number"], data["origin"]) == (1, "task")
        verify_chain(session, found.id)
