"""The page that says why a decision came out as it did."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from designer.library import publish_folder
from engine.cases import Applicant, start_case
from engine.migration import move_cases, pairs, plan_migration
from engine.models import Case, Event, Role, Task, Version
from engine.people import create_person, set_password
from engine.tasks import complete_task
from engine.worker import Worker
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


def test_a_case_that_moved_to_another_version_shows_the_table_that_decided(
    town: Town, decided: tuple[str, int], tmp_path: Path
) -> None:
    number, seq = decided
    changed = tmp_path / FOLDER.name
    shutil.copytree(FOLDER, changed)
    table = changed / "nivel-de-riesgo.dmn"
    table.write_text(table.read_text().replace("&gt; 500", "&gt; 900"))
    worker = Worker(town.database, town.clock)
    with town.database.transaction() as session:
        old = session.scalars(select(Version).join(Case).where(Case.number == number)).one()
        new = publish_folder(session, changed, by=None, at=town.clock())
        same = {one.element_id: one.proposed for one in pairs(session, old, new) if one.proposed}
        migration = plan_migration(session, old, new, same, "New law", by=None, at=town.clock())
        planned, target = migration.id, new.id
    worker.run_until_idle()
    with town.database.transaction() as session:
        move_cases(session, planned, by=None, at=town.clock())
    worker.run_until_idle()
    with town.database.transaction() as session:
        moved = select(Case.version_id).where(Case.number == number)
        assert session.scalars(moved).one() == target
    text = town.visitor("rita").get(f"/cases/{number}/decisions/{seq}").text
    assert "&gt; 500" in text.split("data-fired")[1].split("</tr>")[0]
    assert "&gt; 900" not in text
