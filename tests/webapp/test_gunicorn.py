"""gunicorn with the settings that the README names: several processes, one application."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.database import Database
from webapp.schema import upgrade_schema

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "gunicorn", "-c", "python:webapp.gunicorn", "-b", "127.0.0.1:0"]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn is for Unix")


@pytest.fixture
def begun(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """gunicorn over a database of its own; ended at the end."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EXPEDITO_")}
    url = f"sqlite:///{tmp_path / 'office.sqlite'}"
    upgrade_schema(Database(url))
    process = subprocess.Popen(
        COMMAND,
        env={**kept, "EXPEDITO_DATABASE_URL": url, "EXPEDITO_VAR": str(tmp_path)},
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def test_two_processes_answer_and_leave_when_told(begun: "subprocess.Popen[str]") -> None:
    assert begun.stderr is not None
    said = []
    for line in begun.stderr:
        said.append(line)
        if sum("Booting worker" in one for one in said) == 2:
            break
    url = re.search(r"Listening at: (http://127\.0\.0\.1:\d+)", "".join(said))
    assert url is not None, said
    for _ in range(4):
        with urllib.request.urlopen(f"{url[1]}/health", timeout=120) as answer:
            assert answer.read() == b"ok\n"
    begun.send_signal(signal.SIGTERM)
    assert begun.wait(timeout=120) == 0


def test_a_database_without_tables_is_not_served(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EXPEDITO_")}
    ran = subprocess.run(
        COMMAND,
        env={**kept, "EXPEDITO_VAR": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 2
    assert "expedito upgrade" in ran.stderr
    assert "Traceback" not in ran.stderr
