"""Our engine and a token interpreter written from the standard behave the same, on models nobody chose."""

import os
import random
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from engine.bpmn.model import Kind
from tests.conformance.oracle.invention import RICH, invent
from tests.conformance.oracle.lockstep import Outcome, compared

SEEDS = Path(__file__).parent / "seeds.txt"
MODELS = 2_000
CHUNK = 100
SOAK_MODELS = int(os.environ.get("EXPEDITO_SOAK_MODELS", "50000"))
# 0: as long as it takes
SOAK_SECONDS = int(os.environ.get("EXPEDITO_SOAK_SECONDS", "280"))


def kept_seeds() -> list[int]:
    """The seeds that once failed."""
    lines = (line.split("#")[0].strip() for line in SEEDS.read_text().splitlines())
    return [int(line) for line in lines if line]


def differences(seeds: Iterable[int]) -> tuple[Counter[str], list[str]]:
    """How many models went how, and the story of each that differs; its seed is kept."""
    verdicts: Counter[str] = Counter()
    found = []
    for seed in seeds:
        outcome = compared(invent(seed), "main", seed)
        verdicts[outcome.verdict] += 1
        if outcome.verdict == "different":
            found.append(told(seed, outcome))
            if seed not in kept_seeds():
                with SEEDS.open("a") as file:
                    file.write(f"{seed}\n")
    return verdicts, found


def told(seed: int, outcome: Outcome) -> str:
    """A difference, for the person who looks into it."""
    return "\n  ".join([f"seed {seed}", *outcome.story, "=> " + outcome.difference])


def test_models_that_once_differed_are_the_same_now() -> None:
    _, found = differences(kept_seeds())
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "first", [first for start in (0, RICH) for first in range(start, start + MODELS // 2, CHUNK)]
)
def test_random_models_behave_as_the_standard_says(first: int) -> None:
    verdicts, found = differences(range(first, first + CHUNK))
    assert not found, "\n".join(found)
    # refused, or endless: few, else the comparison is worth nothing
    assert verdicts["equal"] >= 0.9 * CHUNK, verdicts
    assert not verdicts["unsupported"], verdicts


def test_the_random_models_have_everything() -> None:
    nodes = [
        node
        for seed in (*range(300), *range(RICH, RICH + 300))
        for process in invent(seed).processes
        for _, node in process.scope.everything()
    ]
    kinds = Counter(node.kind for node in nodes)
    events = Counter(
        (event.kind.value, node.kind.value, node.is_interrupting)
        for node in nodes
        for event in node.events
    )
    assert set(kinds) >= set(Kind) - {Kind.MANUAL_TASK, Kind.BUSINESS_RULE_TASK}, kinds
    assert len(events) >= 42, events
    assert any(n.loop and n.loop.is_multi_instance and n.body and n.loop.completion for n in nodes)
    assert any(n.loop and not n.loop.is_multi_instance and n.body for n in nodes)
    assert any(n.kind == Kind.START_EVENT and not n.is_interrupting for n in nodes)


def test_a_fault_in_the_engine_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.spiff.elements.gateways import ParallelSpec

    # a join that fires with the first token, as the one we replaced did inside loops
    monkeypatch.setattr(ParallelSpec, "arrived", lambda self, scope: self.fire(scope))
    assert any(compared(invent(seed), "main", seed).verdict == "different" for seed in range(100))


@pytest.mark.soak
def test_many_more_random_models_behave_as_the_standard_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    end = time.monotonic() + SOAK_SECONDS if SOAK_SECONDS else None
    first = random.randrange(10**6, 10**9)
    verdicts: Counter[str] = Counter()
    stories: list[str] = []
    for start in range(first, first + SOAK_MODELS // 2, CHUNK):
        seeds = range(start, start + CHUNK)
        counted, found = differences([*seeds, *(RICH + seed for seed in seeds)])
        verdicts += counted
        stories += found
        if end and time.monotonic() > end:
            break
    with capsys.disabled():
        print(f"\nlock-step from seed {first}: {sum(verdicts.values())} models, {dict(verdicts)}")
    assert not stories, "\n".join(stories)
