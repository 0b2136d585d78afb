"""One truth: what the guide tells an applicant, and what the clock of the case counts before anybody registered it."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from designer.library import publish_folder
from engine.cases import Applicant, start_case
from engine.deployments import current_version, procedure_by_key
from engine.history import timeline
from engine.models import Case, CaseTerm, Task
from engine.people import office_named, person_by_name
from engine.tasks import complete_task
from engine.worker import Worker
from tests.webapp.conftest import Town

KEY = "licencia-funcionamiento"
FOLDER = Path(__file__).parents[2] / "processes" / KEY
HIGH = {"giro": "restaurante", "area_m2": 620, "aforo": 160}
LOW = {"giro": "bodega", "area_m2": 48, "aforo": 12}
REST = {"nombre_comercial": "El Sol", "direccion": "Jr. Ayacucho 1", "declaracion_jurada": True}


@pytest.fixture
def hall(town: Town) -> Town:
    with town.database.transaction() as session:
        publish_folder(session, FOLDER, by=None, at=town.clock())
    return town


def filed(hall: Town, **answers: object) -> int:
    """A case of Rosa's, filed from outside; its id."""
    with hall.database.transaction() as session:
        version = current_version(session, procedure_by_key(session, KEY))
        rosa = Applicant("Rosa Quispe", document="40123456")
        case = start_case(
            session, version, answers, applicant=rosa, channel="online", by=None, at=hall.clock()
        )
        return case.id


def look(hall: Town, case_id: int) -> tuple[Case, CaseTerm]:
    with hall.database.reading() as session:
        return session.get_one(Case, case_id), session.get_one(CaseTerm, case_id)


def register(hall: Town, case_id: int, **answers: object) -> None:
    """Somebody at the counter does the first task."""
    with hall.database.transaction() as session:
        carla = person_by_name(session, "carla")
        assert carla is not None
        desk = office_named(session, "Mesa de Partes", at=hall.clock())
        task = session.scalars(select(Task).where(Task.case_id == case_id)).one()
        task.office_id = task.queue_id = next(iter(carla.office_ids), desk.id)
        complete_task(session, task.id, {**REST, **answers}, by=carla, at=hall.clock())


def test_a_case_nobody_registered_yet_has_the_term_the_guide_tells(hall: Town) -> None:
    case, term = look(hall, filed(hall, **HIGH))
    assert (case.clock, term.amount, term.is_expected) == ("undetermined", 8, True)
    assert term.decide_by == date(2026, 3, 12)
    told = hall.visitor().get(
        f"/catalogue/{KEY}/guide?giro=restaurante&area_m2=620&aforo=160&_asked=aforo"
    )
    assert "At most 8 business days to decide" in told.text
    assert "5 business days more to tell you" in told.text


def test_an_office_that_registers_nothing_does_not_escape_silence(hall: Town) -> None:
    case_id = filed(hall, **HIGH)
    _, term = look(hall, case_id)
    hall.clock.advance(days=(term.silence_from - date(2026, 3, 2)).days)
    Worker(hall.database, hall.clock).run_until_idle()
    case, term = look(hall, case_id)
    assert (case.clock, term.approved_on) == ("approved", term.silence_from)


def test_what_filing_approves_waits_to_be_registered_and_its_paper_has_its_day(hall: Town) -> None:
    case_id = filed(hall, **LOW)
    case, term = look(hall, case_id)
    assert (case.clock, term.approved_on) == ("undetermined", None)
    assert term.decide_by == term.notify_by == date(2026, 3, 4)
    register(hall, case_id, **LOW)
    case, term = look(hall, case_id)
    assert (case.clock, term.is_expected) == ("approved", False)
    assert term.notify_by == date(2026, 3, 4)  # sooner than the law asks for, as the sheet promises


def test_what_is_registered_has_the_last_word(hall: Town) -> None:
    case_id = filed(hall, **LOW)
    register(hall, case_id, **HIGH)
    case, term = look(hall, case_id)
    assert (case.clock, term.modality, term.is_expected) == (
        "running",
        "Riesgo alto o muy alto",
        False,
    )
    assert term.decide_by == date(2026, 3, 12)
    with hall.database.reading() as session:
        facts = timeline(session, session.get_one(Case, case_id))
        told = [one.data.get("is_expected", False) for one in facts if one.type == "clock_started"]
    assert told == [True, False]


def test_without_answers_nothing_is_expected(hall: Town) -> None:
    _, term = look(hall, filed(hall))
    assert (term.amount, term.is_expected, term.modality) == (30, False, "")
    _, term = look(hall, filed(hall, giro="bodega"))
    assert not term.is_expected


def test_a_draft_asks_for_what_the_guide_told(hall: Town) -> None:
    visitor = hall.visitor()
    token = visitor.token("/follow")
    begun = visitor.client.post(
        f"/filing/new/{KEY}",
        data={"csrf_token": token, "giro": "bodega", "area_m2": "48", "aforo": "12"},
    )
    assert "Croquis" not in visitor.get(str(begun.location)).text
    assert "Declaración jurada" in visitor.get(f"{begun.location}/check").text
