"""Every procedure's scenarios, played on the real engine: who answers what, how long nothing happens, where it ends."""

import tomllib
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from designer.library import publish_folder
from engine import history
from engine.cases import Applicant, start_case
from engine.database import Database
from engine.forms import read_form
from engine.forms.fields.number import Number
from engine.models import Case, CaseStatus, Office, Person, Task, TaskStatus
from engine.people import create_person, office_named
from engine.sheet import read_sheet
from engine.tasks import complete_task
from engine.worker import Worker
from tests.clock import Clock

PROCESSES = Path(__file__).parents[2] / "processes"
SCENARIOS = sorted(PROCESSES.glob("*/scenarios/*.toml"))


def test_every_procedure_has_scenarios() -> None:
    """A folder without a story would be published unproved."""
    told = {path.parents[1] for path in SCENARIOS}
    assert told == {path.parent for path in PROCESSES.glob("*/procedure.toml")}


@pytest.mark.parametrize(
    "folder",
    sorted(path.parent for path in PROCESSES.glob("*/procedure.toml")),
    ids=lambda one: one.name,
)
def test_a_sample_asks_an_applicant_only_for_what_its_sheet_requires(folder: Path) -> None:
    """No study finds a question of the request that belongs to no requirement, and people are counted in whole ones."""
    said = tomllib.loads((folder / "procedure.toml").read_text("utf-8"))
    sheet = read_sheet(said)
    form = read_form((folder / "forms" / f"{said['filing']['form']}.json").read_bytes())
    named = {key for one in sheet.requirements for key in one.fields}
    if named:
        required = {key for key, one in form.questions().items() if one.required is True}
        assert required - named == set()
    counts = {"aforo", "folios"}
    for path in (folder / "forms").glob("*.json"):
        for key, one in read_form(path.read_bytes()).questions().items():
            assert key not in counts or (isinstance(one, Number) and one.digits == 0), path.name


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_a_scenario_keeps_its_promise(path: Path, sqlite_database: Database, clock: Clock) -> None:
    """The case goes where the scenario says and ends as it says."""
    scenario = tomllib.loads(path.read_text("utf-8"))
    with sqlite_database.transaction() as session:
        version = publish_folder(session, path.parents[1], by=None, at=clock())
        offices = version.sheet["offices"]["lanes"].values()
        clerk = create_person(
            session, "clerk", roles=["civil_servant"], offices=list(offices), at=clock()
        )
        applicant = Applicant("Rosa Quispe", document="40000001")
        case = start_case(session, version, {}, applicant=applicant, by=clerk, at=clock())
        case_id, clerk_id = case.id, clerk.id
    for step in scenario["steps"]:
        if "wait" in step:
            clock.advance(days=int(step["wait"].strip("PD")), minutes=1)
            Worker(sqlite_database, clock).run_until_idle()
            continue
        clock.advance(hours=1)
        with sqlite_database.transaction() as session:
            _answer(session, case_id, session.get_one(Person, clerk_id), step, clock)
    with sqlite_database.reading() as session:
        ended = session.get_one(Case, case_id)
        assert (ended.status, ended.outcome) == (CaseStatus.COMPLETED, scenario["expect_end"])
        assert history.verify_chain(session, case_id)


def _answer(session: Session, case_id: int, clerk: Person, step: dict, clock: Clock) -> None:  # type: ignore[type-arg]  # TOML
    open_tasks = session.scalars(
        select(Task).where(Task.case_id == case_id, Task.status == TaskStatus.OPEN)
    ).all()
    task = next((task for task in open_tasks if task.element_id == step["task"]), None)
    assert task is not None, f"{step['task']} is not open, but {[t.element_id for t in open_tasks]}"
    if "office" in step:
        assert session.get_one(Office, task.office_id).name == step["office"]
    done = complete_task(session, task.id, step["answers"], by=clerk, at=clock())
    variables = history.variables(session, done.case)
    for name, value in step.get("expect_variables", {}).items():
        assert variables[name] == value


def test_lanes_of_the_samples_are_matched_with_offices(session: Session, clock: Clock) -> None:
    """A new installation can work at once: no lane is left without an office."""
    for path in sorted(PROCESSES.glob("*/procedure.toml")):
        version = publish_folder(session, path.parent, by=None, at=clock())
        named = version.sheet["offices"]["lanes"]
        for office in named.values():
            assert office_named(session, office, at=clock()).id
