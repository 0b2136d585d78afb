"""The page that says why a decision came out as it did."""

from pathlib import Path

import pytest
from sqlalchemy import select

from designer.library import publish_folder
from engine.cases import Applicant, start_case
from engine.models import Event, Role, Task
from engine.people import create_person, set_password
from engine.tasks import complete_task
from tests.webapp.conftest import PASSWORD, Town

FOLDER = Path(__file__).resolve().parents[2] / "processes" / "licencia-funcionamiento"
SHOP = {
    "nombre_comercial": "El Rincón",
    "direccion": "Av. Grau 455",
    "giro": "restaurante",
    "area_m2": 620.5,
    "aforo": 140,
    "declaracion_jurada": True,
}


@pytest.fixture
def decided(town: Town) -> tuple[str, int]:
    """A case whose level of risk was decided by the table: its number and the number of the fact."""
    with town.database.transaction() as session:
        version = publish_folder(session, FOLDER, by=None, at=town.clock())
        clerk = create_person(
            session, "rita", roles=[Role.CIVIL_SERVANT], offices=["Mesa de Partes"], at=town.clock()
        )
        set_password(session, clerk, PASSWORD)
        case = start_case(
            session, version, {}, applicant=Applicant("Rosa"), by=clerk, at=town.clock()
        )
        task = session.scalars(select(Task).where(Task.case_id == case.id)).one()
        complete_task(session, task.id, SHOP, by=clerk, at=town.clock())
        seq = session.scalars(
            select(Event.seq).where(Event.case_id == case.id, Event.type == "decision_made")
        ).one()
        return case.number, seq


def test_the_table_is_shown_with_the_rule_that_applied_lit(
    town: Town, decided: tuple[str, int]
) -> None:
    number, seq = decided
    visitor = town.visitor("rita")
    assert f"/cases/{number}/decisions/{seq}" in visitor.get(f"/cases/{number}").text
    text = visitor.get(f"/cases/{number}/decisions/{seq}").text
    lit = text.split("data-fired")[1].split("</tr>")[0]
    assert text.count("data-fired") == 1
    assert "&gt; 500" in lit
    assert "620.5" in text


def test_who_may_not_see_the_case_does_not_see_why(town: Town, decided: tuple[str, int]) -> None:
    number, seq = decided
    assert town.visitor("luis").get(f"/cases/{number}/decisions/{seq}").status_code == 404


def test_a_fact_that_is_no_decision_has_no_table(town: Town, decided: tuple[str, int]) -> None:
    number, _ = decided
    assert town.visitor("rita").get(f"/cases/{number}/decisions/1").status_code == 404
