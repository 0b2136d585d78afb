"""`expedito simulate`: what it prints and how it ends."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.bpmn import write
from tests.designer.simulation.procedures import chain
from webapp.cli import expedito

SCENARIO = {
    "arrivals": {"every": {"family": "exponential", "mean": "20 min"}},
    "staff": {"clerks": {"count": 2, "cost_per_hour": 30}},
    "tasks": {
        "review": {"by": ["clerks"], "duration": {"family": "exponential", "mean": "30 min"}}
    },
    "term": {"amount": 1, "unit": "business_days"},
    "assumed": ["tasks.review.duration"],
}


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """A diagram and a scenario."""
    diagram, scenario = tmp_path / "review.bpmn", tmp_path / "as-is.json"
    diagram.write_bytes(write(chain("review")))
    scenario.write_text(json.dumps(SCENARIO))
    return str(diagram), str(scenario)


def run(*words: str) -> Result:
    return CliRunner().invoke(expedito, ["simulate", *words])


def test_it_prints_every_measure_with_its_interval_and_the_seeds(files: tuple[str, str]) -> None:
    diagram, scenario = files
    words = [diagram, "--scenario", scenario, "--cases", "100", "--replications", "5", "--json"]
    result = run(*words)
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said["replications"] == len(said["seeds"]) == 5
    cycle = said["measures"]["cycle_mean"]
    assert cycle["low"] < cycle["value"] < cycle["high"]
    assert said["bottleneck"] == "review"
    assert said["assumed"] == ["tasks.review.duration"]
    assert 0 <= said["measures"]["late"]["value"] < 0.2
    assert run(*words).stdout == result.stdout
    assert run(*words, "--seed", "2").stdout != result.stdout


def test_in_words_it_says_that_nothing_is_calibrated(files: tuple[str, str]) -> None:
    diagram, scenario = files
    result = run(diagram, "--scenario", scenario, "--cases", "100", "--replications", "3")
    assert "not calibrated" in result.stdout
    assert "clerks: " in result.stdout


def test_a_file_that_is_no_scenario_is_refused_with_a_sentence(
    files: tuple[str, str], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    result = run(files[0], "--scenario", str(broken))
    assert result.exit_code != 0
    assert "no JSON" in str(result.exception)
