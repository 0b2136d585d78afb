from pathlib import Path

import pytest

from engine.bpmn.model import EventKind, Kind
from tests.conformance.elements.golden import continued, files
from tests.conformance.elements.proof import Proof, Unsaved
from tests.conformance.elements.table import ALL, named, table
from tests.engine.spiff.diagrams import Play

RELEASES = files()
README = Path(__file__).parents[1] / "README.md"


@pytest.mark.parametrize("proof", ALL, ids=named)
def test_an_element_is_read_run_and_reloaded_in_every_state(proof: Proof) -> None:
    proof.parsed()
    # Play saves and loads after the start and after every command, and compares what it can see
    case = proof.played(Play)
    assert case.status == "completed", case.open
    seen = {*case.path, *(fact.split()[-1] for fact in case.facts)}
    assert proof.shown in seen, seen
    never_saved = proof.played(Unsaved)
    assert (never_saved.facts, never_saved.path) == (case.facts, case.path)
    assert never_saved.variables == case.variables


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("proof", ALL, ids=named)
def test_every_state_that_a_release_wrote_loads_and_goes_on_to_the_same_end(
    release: str, proof: Proof
) -> None:
    kept = RELEASES[release].get(named(proof))
    if kept is None:
        pytest.skip("an element that the release did not have")
    case, today = continued(proof, kept), proof.played(Unsaved)
    assert case.kept == [], "as many states as the release wrote"
    assert (case.facts, case.path, case.variables) == (today.facts, today.path, today.variables)


def test_a_release_leaves_what_it_writes_to_the_next() -> None:
    assert list(RELEASES) == ["0.1.0"]
    assert len(RELEASES["0.1.0"]) >= 123


def test_the_table_says_what_is_proved() -> None:
    written = README.read_text(encoding="utf-8")
    assert table() in written, "paste what `python -m tests.conformance.elements.table` prints"


def test_every_element_and_every_event_has_a_proof_with_a_name_of_its_own() -> None:
    assert {proof.kind for proof in ALL} == set(Kind)
    assert {kind for proof in ALL for kind in proof.events} == set(EventKind)
    assert len({named(proof) for proof in ALL}) == len(ALL)
