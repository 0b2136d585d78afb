import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from tests.faults.cuts import commands

ROOT = Path(__file__).resolve().parents[2]
# Tests of pages show commands what they have read already, which a cut undoes; who files reads anew.
ROOMS = ("tests/engine", "tests/designer", "tests/processes", "tests/webapp/test_filing.py")


@pytest.mark.parametrize(
    ("marks", "options"),
    [
        ("not postgres", []),
        pytest.param("postgres", [], marks=[pytest.mark.soak, pytest.mark.postgres]),
        pytest.param("not postgres", ["--cuts-calls=3"], marks=pytest.mark.soak),
    ],
)
def test_every_command_that_any_test_calls_is_cut_off_at_every_statement(
    tmp_path: Path, marks: str, options: list[str]
) -> None:
    report = tmp_path / "report.json"
    plugin = ["-p", "tests.faults.cuts", "--cuts-report", str(report), *options]
    which = ["-m", f"{marks} and not corpus and not tck and not soak"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin, *which, *ROOMS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=3600,  # seconds, beside others; alone the longest takes a tenth
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-4000:]
    told = orjson.loads(report.read_bytes())
    print(f"{len(told['cuts'])} commands survived {sum(told['cuts'].values())} cuts")
    untried = sorted(set(commands()) - set(told["cuts"]) - set(told["within"]))
    print(f"only tests of pages call, so never cut here: {', '.join(untried)}")
    assert len(told["cuts"]) > len(untried)
