"""Making a decision with the decision models of a version, and what the facts keep of it."""

from collections.abc import Iterable
from typing import Any

from engine import dmn, feel
from engine.dmn.refusals import UnknownDecision
from engine.spiff import Outcome


def decided_by(models: Iterable[dmn.Model], decision: str, context: dict[str, Any]) -> Outcome:
    """What the first of the models that knows the decision decides, and by which rules; KeyError where none does."""
    for model in models:
        try:
            decided = model.explain(decision, model.from_json(decision, context))
        except UnknownDecision:
            continue
        return Outcome(feel.to_json(decided.value), tuple(map(_fired, decided.fired)))
    raise KeyError(decision)


def _fired(fired: dmn.Fired) -> dict[str, Any]:
    """Which rules of a table fired, with what was given and concluded, as JSON for the facts."""
    return {
        "decision": fired.decision,
        "rules": list(fired.rules),
        "inputs": [feel.to_json(value) for value in fired.inputs],
        "outputs": [[feel.to_json(value) for value in row] for row in fired.outputs],
    }
