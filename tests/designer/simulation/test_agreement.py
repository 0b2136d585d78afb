"""Tokens move as in the engine: random models, simulated and walked by the oracle with the same times and choices."""

import pytest

from designer.simulation.refusals import CannotSimulate
from tests.conformance.oracle import TooManySteps
from tests.conformance.oracle.invention import invent
from tests.designer.simulation.agreement import Story

MODELS = 240
PARTS = 6


@pytest.mark.parametrize("part", range(PARTS))
def test_the_simulator_moves_tokens_as_the_oracle_does(part: int) -> None:
    compared = 0
    for seed in range(part * MODELS // PARTS, (part + 1) * MODELS // PARTS):
        story = Story(invent(seed), seed)
        try:
            walked = story.walked()
        except TooManySteps:
            continue  # mutated models may multiply their tokens
        try:
            simulated = story.simulated()
        except CannotSimulate:
            continue  # … or have nothing to start with
        assert simulated == walked, f"seed {seed}"
        compared += 1
    assert compared > MODELS / PARTS * 0.9
