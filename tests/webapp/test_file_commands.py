"""`expedito check`, `try`, `deploy`, `feel` and `dmn`: what they print and how they end."""

import re
from pathlib import Path
from shutil import copytree
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from engine.database import Database
from engine.models import Procedure
from webapp.cli import expedito
from webapp.schema import upgrade_schema

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
LICENCE = PROCESSES / "licencia-funcionamiento" / "licencia-funcionamiento.bpmn"
RISK = PROCESSES / "licencia-funcionamiento" / "nivel-de-riesgo.dmn"


def run(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(expedito, words, env=environment)


def said(result: Result) -> list[Any]:
    return [orjson.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A file that is no diagram."""
    path = tmp_path / "broken.bpmn"
    path.write_text("<definitions")
    return path


def test_check_prints_a_report_per_file_and_fails_when_one_was_refused(broken: Path) -> None:
    result = run("check", "--json", str(LICENCE), str(broken))
    good, bad = said(result)
    assert result.exit_code == 1
    assert (good["accepted"], good["runnable"], good["error"]) == (True, True, None)
    assert good["processes"] == [
        {"id": "licencia_funcionamiento", "name": "Licencia de funcionamiento"}
    ]
    assert {"rule", "severity", "element", "line", "message"} <= good["findings"][0].keys()
    assert (bad["accepted"], bad["error"]["line"]) == (False, 1)
    assert run("check", str(LICENCE)).exit_code == 0


def test_try_walks_to_the_end_and_the_same_seed_walks_the_same_way() -> None:
    first, again = (said(run("try", "--json", "--seed", "7", str(LICENCE)))[0] for _ in range(2))
    assert first == again
    assert first["outcome"] == "completed"
    assert first["visited"][0] == "Inicio"
    assert 0 < first["coverage"] <= 1


def test_try_says_what_was_refused(broken: Path) -> None:
    result = run("try", "--json", str(broken))
    assert result.exit_code == 1
    assert said(result)[0]["outcome"] == "refused"


def test_deploy_publishes_a_file_and_a_folder(sqlite_database: Database, tmp_path: Path) -> None:
    where = {"EXPEDITO_DATABASE_URL": sqlite_database.url, "EXPEDITO_VAR": str(tmp_path)}
    first = run("deploy", str(LICENCE), "--procedure", "shops", **where)
    assert first.exit_code == 0, first.output
    assert "version 1 of shops" in first.output
    assert (
        "version 2 of shops" in run("deploy", str(LICENCE), "--procedure", "shops", **where).output
    )
    assert run("deploy", str(LICENCE.parent), **where).exit_code == 0
    with sqlite_database.reading() as session:
        keys = set(session.scalars(select(Procedure.key)))
    assert keys == {"shops", "licencia-funcionamiento"}


def test_deploy_says_of_a_folder_what_the_page_of_a_draft_would(
    sqlite_database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "shops"
    copytree(LICENCE.parent, folder)
    sheet = folder / "procedure.toml"
    said_nothing = re.sub(r'^assessment = "[^"]*"\n', "", sheet.read_text("utf-8"), flags=re.M)
    sheet.write_text(said_nothing, "utf-8")
    drawn = folder / LICENCE.name
    condition = re.sub(
        rb"(<bpmn:conditionExpression[^>]*>)[^<]*",
        rb"\1= aforo_de_ayer &gt; 3",
        drawn.read_bytes(),
        count=1,
    )
    drawn.write_bytes(condition)
    where = {"EXPEDITO_DATABASE_URL": sqlite_database.url, "EXPEDITO_VAR": str(tmp_path)}
    told = run("deploy", str(folder), **where)
    assert told.exit_code == 0, told.output
    assert "The sheet does not say what silence means in" in told.output
    assert "gives aforo_de_ayer. Where nobody does, it counts as empty." in told.output
    checked = said(run("check", "--json", str(drawn)))[0]
    for finding in checked["findings"]:
        assert f"[{finding['rule']}]" in told.output
    assert "version 1 of licencia-funcionamiento" in told.output.splitlines()[-1]
    # a file says as much of its findings
    alone = run("deploy", str(drawn), "--procedure", "alone", **where)
    assert "gives aforo_de_ayer. Where nobody does, it counts as empty." in alone.output


def test_feel_prints_json_and_why_something_is_null() -> None:
    assert said(run("feel", "1 + amount", "--context", '{"amount": 2.5}')) == [3.5]
    nothing = run("feel", "date(x)", "--context", '{"x": "tomorrow"}')
    assert said(nothing) == [None]
    assert nothing.stderr
    assert run("feel", "1", "--context", "[]").exit_code == 2


def test_dmn_asks_a_decision() -> None:
    given = '{"giro": "grifo", "area_m2": 10, "aforo": 5}'
    result = run("dmn", str(RISK), "--decision", "Nivel de riesgo", "--input", given)
    assert said(result) == ["muy alto"]


def test_a_new_database_has_what_deploy_needs(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.sqlite'}")
    upgrade_schema(database)
    url = database.url
    database.dispose()
    result = run("deploy", str(LICENCE), EXPEDITO_DATABASE_URL=url, EXPEDITO_VAR=str(tmp_path))
    assert result.exit_code == 0, result.output
