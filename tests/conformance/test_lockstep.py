"""Our engine and a token interpreter written from the standard behave the same, on models nobody chose."""

import math
import os
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from engine.bpmn.model import Kind
from tests.conformance.oracle.invention import CALLING, FULL, RICH, invent
from tests.conformance.oracle.lockstep import Outcome, compared

SEEDS = Path(__file__).parent / "seeds.txt"
KINDS = (0, RICH, FULL, CALLING)  # the first seed of each kind of model
MODELS = 2_400
CHUNK = 100
# of each kind; a part takes a minute, as a test that takes five is ended
PART = 200
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
    "first",
    [first for kind in KINDS for first in range(kind, kind + MODELS // len(KINDS), CHUNK)],
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
        for kind in KINDS
        for seed in range(kind, kind + 300)
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
    assert len(events) >= 46, events
    several = Counter(
        (node.kind.value, node.is_parallel_multiple, node.is_interrupting)
        for node in nodes
        if len(node.events) > 1
    )
    assert len(several) == 12, several
    assert any(n.loop and n.loop.is_multi_instance and n.body and n.loop.completion for n in nodes)
    assert any(n.loop and not n.loop.is_multi_instance and n.body for n in nodes)
    assert any(n.kind == Kind.START_EVENT and not n.is_interrupting for n in nodes)


def test_a_fault_in_the_engine_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.spiff.elements.gateways import ParallelSpec

    # a join that fires with the first token, as the one we replaced did inside loops
    monkeypatch.setattr(ParallelSpec, "arrived", lambda self, scope: self.fire(scope))
    assert any(compared(invent(seed), "main", seed).verdict == "different" for seed in range(100))


@pytest.fixture(scope="module")
def soak() -> Iterator[tuple[int, float, Counter[str]]]:
    """The first seed, when to stop, and what became of the models; told at the end."""
    first = random.randrange(10**6, 10**9)
    end = time.monotonic() + SOAK_SECONDS if SOAK_SECONDS else math.inf
    verdicts: Counter[str] = Counter()
    yield first, end, verdicts
    print(f"lock-step from seed {first}: {sum(verdicts.values())} models, {dict(verdicts)}")


@pytest.mark.soak
@pytest.mark.parametrize("part", range(math.ceil(SOAK_MODELS / PART / len(KINDS))))
def test_many_more_random_models_behave_as_the_standard_says(
    part: int, soak: tuple[int, float, Counter[str]]
) -> None:
    first, end, verdicts = soak
    if time.monotonic() > end:
        pytest.skip("the time is over")
    stories = []
    for start in range(first + part * PART, first + (part + 1) * PART, CHUNK):
        for kind in KINDS:
            counted, found = differences(range(kind + start, kind + start + CHUNK))
            verdicts.update(counted)
            stories += found
    assert not stories, "\n".join(stories)
