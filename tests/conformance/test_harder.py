"""The harder combinations told step by step, by the text of BPMN 2.0.2: both our interpreters could be wrong alike."""

import pytest

from engine.spiff import compile_model
from tests.conformance.drawn import DRAWN, model_of
from tests.conformance.harder import HARDER
from tests.engine.spiff.diagrams import Play

# steps: a task (“a”, “a+b”: b is answered with true), “!name” a message, a number of hours
TOLD = [
    # §13.3.4, Figure 13.2: what is Completed is undone, what is Compensating when all is ended is Terminated
    ("a transaction is given up amid an undoing in it", "a a q", "undo_a"),
    ("a transaction is given up amid an undoing in it", "a a q undo_a", "out"),
    ("a transaction is given up amid an undoing in it", "a a undo_a undo_a", "q w"),
    ("a handler interrupts an undoing and undoes the rest", "a b !paid", "undo_a"),
    ("a handler interrupts an undoing and undoes the rest", "a b !paid undo_a", "fix"),
    ("an undoing beside is interrupted, and the rest undone", "a a !paid fix", "undo_a"),
    # §10.5.1: the innermost border that names the error catches it
    ("errors of calls in instances, one caught inside and one around", "a+a", "a fix"),
    ("errors of calls in instances, one caught inside and one around", "a+b", "x"),
    # §10.5.1: each escalation by the next scope around; what it does not interrupt goes on
    ("an escalation climbs two scopes with a border at each", "a", "b x"),
    ("an escalation climbs two scopes with a border at each", "a x", "b x2 y"),
    # §13.5.6: terminate ends its own scope, the handler
    ("terminate in a handler that does not interrupt", "!paid fix", "a b hs"),
    # §10.5.4: a signal reaches every catcher, whatever its scope
    ("a signal thrown and caught in several scopes", "o", "ac x z"),
    ("a handler throws the signal again that started it", "a fix", "after b fix hs"),
    # inclusive join: a token may still come as long as the activity with the border is at work
    ("a border into the join of its activity", "!paid b", "a k"),
    ("a border into the join of its activity", "!paid b a", "z"),
    # §13.3.4: what the inner transaction did is undone by the outer one
    ("a transaction in a transaction, both given up", "a b+b", "undo_a"),
    ("a transaction in a transaction, both given up", "a b+b undo_a", "out"),
    ("a call in an ad-hoc sub-process in a transaction given up", "p>c a p>b b+a p>done", "undo_a"),
    ("a transaction in rounds, undone from outside", "a+a a+a a ok", "undo_a"),
    ("a transaction in rounds, undone from outside", "a+a a+a a ok undo_a undo_a undo_a", "z"),
    # an error of what undoes leaves the scope; an escalation does not
    ("a compensation handler ends with an error", "a q u+a", "x"),
    ("a handler that undoes ends with an error", "a w fix", "x"),
    ("a compensation handler escalates", "a u", "v x"),
    ("a compensation handler escalates", "a u v", "w x"),
    # Table 13.1: one token of each way; the second on the same way waits on
    ("a parallel join fed twice on one way", "a b", "c"),
    ("several ways into and out of tasks", "a b c", "d d"),
    ("timers that are due at once", "1", "fix x y"),
]


def step(case: Play, text: str) -> None:
    if text.isdigit():
        case.after(hours=int(text))
    elif text.startswith("!"):
        assert case.message(text[1:])
    else:
        element, _, choice = text.partition(">")
        element, _, name = element.partition("+")
        case.do(element, *([choice] if choice else []), **({name: True} if name else {}))


@pytest.mark.parametrize(("name", "steps", "waiting"), TOLD)
def test_the_standard_is_followed_step_by_step(name: str, steps: str, waiting: str) -> None:
    model = model_of((DRAWN | HARDER)[name])
    case = Play(compile_model(model, "main"), a=False, b=False, c=False)
    for text in steps.split():
        step(case, text)
    assert sorted(case.open) == waiting.split()
