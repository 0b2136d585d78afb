"""The page that says why a decision came out as it did."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from designer.library import publish_folder
from engine.cases import Applicant, start_case
from engine.deployments import deploy
from engine.migration.commands import move_cases, pairs, plan_migration
from engine.models import Case, Event, Person, Role, Task, Version
from engine.people import create_person, set_password
from engine.tasks import complete_task
from engine.worker import Worker
from tests.engine.office import diagram
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


def table(limit: int) -> str:
    """A table that says low up to this area, high above it."""
    rules = "".join(
        f"<rule><inputEntry><text>{sign} {limit}</text></inputEntry>"
        f'<outputEntry><text>"{level}"</text></outputEntry></rule>'
        for sign, level in (("&lt;=", "low"), ("&gt;", "high"))
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"'
        ' namespace="n"><decision id="risk" name="Risk"><variable name="Risk"/><decisionTable'
        ' hitPolicy="UNIQUE"><input><inputExpression><text>area</text></inputExpression></input>'
        f"<output/>{rules}</decisionTable></decision></definitions>"
    )


def test_the_table_of_a_called_procedure_is_that_of_its_version_that_decided(
    town_on_each: Town,
) -> None:
    town = town_on_each
    inspection = diagram(
        '<startEvent id="s"/><businessRuleTask id="r" e:decision="Risk" e:resultVariable="risk"/>'
        '<endEvent id="e"/>',
        flows="s>r r>e",
        process_id="inspection",
    )
    licence = diagram(
        '<startEvent id="s"/><userTask id="t" name="T"/>'
        '<callActivity id="c" calledElement="inspection"/><userTask id="u" name="U"/>'
        '<endEvent id="e"/>',
        flows="s>t t>c c>u u>e",
        process_id="licence",
    )

    def publish(session: Session, drawn: bytes, key: str, limit: int, at: datetime) -> Version:
        return deploy(
            session, key, key, drawing=drawn, model=drawn, process_id=key,
            decisions={"risk.dmn": table(limit)}, by=None, at=at,
        )  # fmt: skip

    with town.database.transaction() as session:
        publish(session, inspection, "inspection", 100, town.clock())
        # the caller has a table of the same name, which does not decide here
        version = publish(session, licence, "licence", 900, town.clock())
        clerk = create_person(
            session,
            "rita",
            roles=[Role.CIVIL_SERVANT, Role.OPERATOR],
            offices=["A"],
            at=town.clock(),
        )
        set_password(session, clerk, PASSWORD)
        case = start_case(
            session, version, {"area": 250}, applicant=Applicant("Rosa"), by=clerk, at=town.clock()
        )
        number, case_id = case.number, case.id
        # the law changes, the diagram does not: the case goes on under what held when it started
        publish(session, inspection, "inspection", 500, town.clock() + timedelta(hours=1))
    with town.database.transaction() as session:
        task = session.scalars(select(Task).where(Task.case_id == case_id)).one()
        clerk = session.scalars(select(Person).where(Person.name == "rita")).one()
        complete_task(session, task.id, {}, by=clerk, at=town.clock() + timedelta(hours=2))
        fact = session.execute(
            select(Event.seq, Event.data).where(
                Event.case_id == case_id, Event.type == "decision_made"
            )
        ).one()
    assert fact.data["result"] == "high"
    text = town.visitor("rita").get(f"/cases/{number}/decisions/{fact.seq}").text
    lit = text.split("data-fired")[1].split("</tr>")[0]
    assert "&gt; 100" in lit
    assert "&gt; 500" not in text
    assert "&gt; 900" not in text
