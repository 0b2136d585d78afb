"""An undoing that is taken away before its end leaves what it has not begun to whoever undoes next."""

from engine.spiff import compile_model
from tests.conformance.drawn import DRAWN, model_of
from tests.engine.spiff.diagrams import Play


def test_what_was_not_undone_yet_when_its_event_was_taken_away_is_undone_by_who_comes_next() -> (
    None
):
    case = Play(compile_model(model_of(DRAWN["a transaction is given up amid an undoing in it"])))
    case.do("a").do("a")
    assert case.open == ["q", "undo_a"]
    # the one that is just being undone is terminated; the other was not begun
    assert case.do("q").open == ["undo_a"]
    assert case.do("undo_a").open == ["out"]


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
