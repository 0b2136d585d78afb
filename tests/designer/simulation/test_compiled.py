"""The optional compiled core gives exactly the figures of the sources: the same seed, the same numbers."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# What simulates: run from a folder, it takes the modules that lie there, compiled or not.
PROGRAM = """
import sys, orjson
from datetime import datetime, timezone
from pathlib import Path
from designer.importer import import_model
from designer.simulation import tokens
from designer.simulation.experiments import simulate
from designer.simulation.proposed import proposed
from designer.simulation.results_json import told
from engine.bpmn import read
from engine.sheet import read_sheet

found = []
for path in sorted(Path(sys.argv[1]).glob("*/*.bpmn")):
    imported = import_model(read(path.read_bytes()))
    process = imported.model.process(imported.process_id)
    scenario = proposed(process, read_sheet({}), on=datetime(2026, 3, 2, tzinfo=timezone.utc).date())
    results = simulate(imported.model, imported.process_id, scenario, cases=60, replications=3, seed=7)
    found.append([path.parent.name, told(results)])
sys.stdout.write(orjson.dumps([tokens.__file__, found], option=orjson.OPT_SORT_KEYS).decode())
"""


def figures(folder: Path) -> tuple[str, str]:
    """Where the core was loaded from, and everything that was simulated."""
    command = [sys.executable, "-c", PROGRAM, str(ROOT / "processes")]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    loaded, _comma, rest = done.stdout.partition(",")
    return loaded, rest


@pytest.mark.soak
@pytest.mark.skipif(
    not any(map(shutil.which, ("cc", "gcc", "clang"))), reason="no C compiler is here"
)
def test_the_compiled_core_gives_the_same_figures_to_the_last_digit(tmp_path: Path) -> None:
    for room in ("designer", "engine"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("*.so"))
    where, plain = figures(tmp_path)
    assert ".so" not in where
    command = [sys.executable, "-m", "designer.simulation.compiled"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    where, compiled = figures(tmp_path)
    assert ".so" in where
    assert len(plain) > 10_000
    assert compiled == plain
