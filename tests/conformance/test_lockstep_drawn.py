"""Our engine and the token interpreter behave the same on what was drawn by hand, also while its version changes."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.bpmn.model import Model
from engine.spiff import Execution, compile_model, proposal
from tests.conformance.drawn import DRAWN, model_of
from tests.conformance.harder import HARDER
from tests.conformance.oracle import lockstep
from tests.conformance.oracle.invention import FULL, RICH, invent
from tests.conformance.oracle.lockstep import Pair, compared
from tests.conformance.test_lockstep import told

ALL = DRAWN | HARDER
SEEDS = 8
ACTIONS = 20


def differences(model: Model, seeds: range) -> list[str]:
    """The story of each walk on which both part, or that could not be walked."""
    outcomes = [(seed, compared(model, "main", seed, ACTIONS)) for seed in seeds]
    return [
        told(seed, found) for seed, found in outcomes if found.verdict not in ("equal", "runaway")
    ]


@pytest.mark.parametrize("name", ALL)
def test_what_was_drawn_by_hand_behaves_as_the_standard_says(name: str) -> None:
    found = differences(model_of(ALL[name]), range(SEEDS))
    assert not found, "\n".join(found)


def migrate_to_twin(pair: Pair) -> None:
    """Our case goes on in another version of the same diagram, and is saved and loaded."""
    now = pair.ours._case.compiled
    assert now is not None
    is_twin = now.name == "twin"
    processes = tuple(
        replace(process, name="main" if is_twin else "twin")
        if process.id == now.process_id
        else process
        for process in now.model.processes
    )
    other = compile_model(replace(now.model, processes=processes), now.process_id)
    assert other.hash != now.hash
    pair.library.versions[other.hash] = other
    pair.ours = Execution.load(pair.ours.save(), pair.library)
    pair.ours.migrate(other, proposal(now, other), pair.at)
    pair.ours = Execution.load(pair.ours.save(), pair.library)
    pair.machine.sent.clear()


@pytest.mark.parametrize("name", ALL)
def test_a_case_that_is_migrated_after_every_action_goes_on_as_if_it_were_not(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lockstep.Pair, "reload", migrate_to_twin)
    found = differences(model_of(ALL[name]), range(SEEDS // 2))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("first", [0, RICH, FULL])
def test_random_cases_that_are_migrated_after_every_action_do_so_too(
    first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lockstep.Pair, "reload", migrate_to_twin)
    found = []
    for seed in range(first + 5000, first + 5020):
        found += differences(invent(seed), range(seed, seed + 1))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("first", [0, RICH, FULL])
def test_timers_count_days_alike_where_clocks_are_changed(
    first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the day before Chile's clocks are set an hour back
    monkeypatch.setattr(Pair, "beginning", datetime(2026, 4, 3, 23, 30, tzinfo=UTC))
    monkeypatch.setattr(Pair, "zone", ZoneInfo("America/Santiago"))
    outcomes = {
        seed: compared(invent(seed), "main", seed) for seed in range(first + 6000, first + 6012)
    }
    found = [told(seed, one) for seed, one in outcomes.items() if one.verdict == "different"]
    assert not found, "\n".join(found)
