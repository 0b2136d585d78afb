"""An undoing that is taken away before its end leaves what it has not begun to whoever undoes next."""

from engine.spiff import compile_model
from tests.conformance.drawn import DRAWN, model_of
from tests.engine.spiff.diagrams import Play


def test_a_sub_process_undone_by_half_is_undone_by_the_other_half_later() -> None:
    name = "a handler interrupts an undoing and undoes the rest"
    without = DRAWN[name].replace("hs -> ht -> fix", "hs -> fix | fix -> ht")
    case = Play(compile_model(model_of(without)))
    case.do("a").do("b")
    case.message("paid")
    assert case.do("fix").open == ["undo_a"]
    case.do("undo_a").do("d")
    # both are undone, or given up: nothing is left
    assert case.open == ["z"]
