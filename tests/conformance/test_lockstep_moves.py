"""Our engine and the token interpreter behave the same while people move tokens and correct what a case knows.

Back, forward, into and out of sub-processes and instances: what is promised of it is in `oracle/moving.py`.
"""

import pytest

from engine.spiff import moving
from tests.conformance.drawn import DRAWN, model_of
from tests.conformance.oracle.invention import CALLING, FULL, RICH, invent
from tests.conformance.oracle.lockstep import compared
from tests.conformance.test_lockstep import told

MOVES = 0.35  # of all actions
MODELS = 40  # of each kind
# differed once: a sequential ad-hoc sub-process entered by hand, alone and where nothing in it can be picked
KEPT = (10_000_000_049, 10_000_000_124, 10_000_000_538, 20_000_000_372)


def differences(seeds: "range | tuple[int, ...]") -> tuple[list[str], int]:
    """The story of each model that differs, and on how many people moved something."""
    found, moved = [], 0
    for seed in seeds:
        outcome = compared(invent(seed), "main", seed, moves=MOVES)
        moved += any(line.startswith("move ") for line in outcome.story)
        if outcome.verdict == "different":
            found.append(told(seed, outcome))
    return found, moved


@pytest.mark.parametrize("first", [0, RICH, FULL, CALLING])
def test_tokens_moved_by_hand_leave_random_models_as_is_promised(first: int) -> None:
    found, moved = differences(range(first, first + MODELS))
    assert not found, "\n".join(found)
    assert moved > MODELS // 2


def test_models_on_which_a_move_once_differed_are_the_same_now() -> None:
    found, _ = differences(KEPT)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", DRAWN)
def test_tokens_moved_by_hand_leave_what_was_drawn_by_hand_as_is_promised(name: str) -> None:
    outcomes = [
        (seed, compared(model_of(DRAWN[name]), "main", seed, 20, MOVES)) for seed in range(3)
    ]
    found = [told(seed, one) for seed, one in outcomes if one.verdict == "different"]
    assert not found, "\n".join(found)


def test_a_token_that_a_move_leaves_behind_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    real = moving.move

    def careless(case, token, element):  # type: ignore[no-untyped-def]  # as the real one
        monkeypatch.setattr(case, "cancel", lambda taken, but=None: None)
        try:
            real(case, token, element)
        finally:
            monkeypatch.undo()
            monkeypatch.setattr(moving, "move", careless)

    monkeypatch.setattr(moving, "move", careless)
    assert differences(range(20))[0]
