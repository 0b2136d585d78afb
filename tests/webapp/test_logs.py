"""Event logs over `/api/v1` and the `expedito log` command."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from designer.models import Study
from engine.database import Database
from engine.logs.importing import log_by_key, register_log
from engine.metrics.days import ZONE
from engine.metrics.item import Item, ItemKind, Measured
from engine.metrics.keeping import keep
from engine.models import LogState
from tests.webapp.conftest import Town
from tests.webapp.test_api import Machine, started
from webapp.cli import expedito
from webapp.schema import upgrade_schema

CSV = """case,activity,timestamp,resource
1,Register,2026-01-05T08:00:00Z,carla
1,Decide,2026-01-06T08:00:00Z,luis
2,Register,2026-01-05T09:00:00Z,carla
"""


@pytest.mark.parametrize("format", ["xes", "csv", "ocel"])
def test_the_log_of_a_procedure_names_the_case_and_nobody(town: Town, format: str) -> None:
    number = started(town)
    answer = Machine(town, "oscar").get("/procedures/licence/log", format=format)
    assert answer.status_code == 200, answer.text
    assert number in answer.text
    assert "Rosa" not in answer.text
    assert "Carla" not in answer.text


def test_a_civil_servant_reads_no_log(town: Town) -> None:
    assert Machine(town, "carla").get("/procedures/licence/log").status_code == 403


def _empty(url: str) -> None:
    database = Database(url)
    upgrade_schema(database)
    database.dispose()


def run(*words: str, url: str) -> Result:
    return CliRunner().invoke(expedito, words, env={"EXPEDITO_DATABASE_URL": url})


def test_a_log_is_imported_listed_exported_and_deleted_by_command(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'e.sqlite'}"
    _empty(url)
    (tmp_path / "Mesa de partes.csv").write_text(CSV)
    done = run("log", "import", str(tmp_path / "Mesa de partes.csv"), url=url)
    assert done.stdout == "mesa-de-partes: 2 cases, 3 events.\n"
    assert "mesa-de-partes: done, 2 cases, 3 events" in run("log", "list", url=url).stdout
    assert "Decide" in run("log", "export", "--procedure", "mesa-de-partes", url=url).stdout
    parquet = str(tmp_path / "log.parquet")
    words = ("--procedure", "mesa-de-partes", "--format", "parquet", "--output", parquet)
    assert run("log", "export", *words, url=url).exit_code == 0
    assert Path(parquet).read_bytes()[:4] == b"PAR1"
    assert run("log", "delete", "mesa-de-partes", url=url).exit_code == 0
    assert run("log", "list", url=url).stdout == ""


def test_a_log_with_a_bad_line_leaves_nothing_behind(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'e.sqlite'}"
    _empty(url)
    (tmp_path / "bad.csv").write_text(CSV + "2,Decide,soon,luis\n")
    done = run("log", "import", str(tmp_path / "bad.csv"), url=url)
    assert done.exit_code != 0
    assert "Line 5" in str(done.exception)
    assert run("log", "list", url=url).stdout == ""


def test_a_log_on_which_a_study_rests_is_not_deleted(town: Town) -> None:
    at = town.clock()
    with town.database.transaction() as session:
        log = register_log(session, "old.xes", key="old", name="Old", format="xes", by=None, at=at)
        log.state = LogState.DONE.value
        study = Study(id=7, name="Before and after", procedure_id=log.procedure_id, data={})
        study.created_at = study.changed_at = at
        session.add(study)
    answer = town.visitor("ana").post("/logs/old/delete")
    assert answer.status_code == 409
    assert "Before and after" in answer.text
    with town.database.reading() as session:
        assert log_by_key(session, "old").state == LogState.DONE


def test_nor_by_command(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'e.sqlite'}"
    _empty(url)
    (tmp_path / "old.csv").write_text(CSV)
    run("log", "import", str(tmp_path / "old.csv"), url=url)
    database = Database(url)
    with database.transaction() as session:
        log = log_by_key(session, "old")
        study = Study(id=7, name="Before and after", procedure_id=log.procedure_id, data={})
        study.created_at = study.changed_at = log.imported_at
        session.add(study)
    database.dispose()
    refused = run("log", "delete", "old", url=url)
    assert refused.exit_code != 0
    assert "Before and after" in str(refused.exception)
    assert "old: done, 2 cases, 3 events" in run("log", "list", url=url).stdout


def test_an_imported_log_is_listed_beside_the_procedures_with_its_own_days(town: Town) -> None:
    at = town.clock()
    with town.database.transaction() as session:
        log = register_log(session, "old.csv", key="old", name="Old", format="csv", by=None, at=at)
        log.state = LogState.DONE.value
        begun = 1_300_000_000  # March 2011
        item = Item(1, "Register", "Register", ItemKind.EVENT, begun, begun + 3600, True)
        ended = Measured(1, log.procedure_id, "one", begun, [item], "completed", begun + 86_400)
        late = Measured(2, log.procedure_id, "two", begun, [], due_at=begun + 60)
        ended.is_imported = late.is_imported = True
        keep(session, [ended, late], ZONE)
    oscar = town.visitor("oscar")
    assert "/metrics/old" in oscar.get("/metrics").text
    page = oscar.get("/metrics/old").text
    assert "Late at the end" in page
    assert "2011-03-1" in page, "without days in the address it is asked about its own"
    assert "two" in oscar.get("/metrics/old/cases?state=late").text
