"""Making a decision with the decision models of a version, and what the facts keep of it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from engine import feel
from engine.spiff import Outcome

if TYPE_CHECKING:  # decision tables are read where a version has some
    from engine import dmn


def decided_by(models: Iterable["dmn.Model"], decision: str, context: dict[str, Any]) -> Outcome:
    """What the first of the models that knows the decision decides, and by which rules; KeyError where none does."""
    from engine.dmn.refusals import UnknownDecision

    for model in models:
        try:
            decided = model.explain(decision, model.from_json(decision, context))
        except UnknownDecision:
            continue
        return Outcome(
            feel.to_json(decided.value),
            tuple(map(_fired, decided.fired)),
            model.missing(decision, context),
        )
    raise KeyError(decision)


def _fired(fired: "dmn.Fired") -> dict[str, Any]:
    """Which rules of a table fired, with what was given and concluded, as JSON for the facts."""
    return {
        "decision": fired.decision,
        "rules": list(fired.rules),
        "inputs": [feel.to_json(value) for value in fired.inputs],
        "outputs": [[feel.to_json(value) for value in row] for row in fired.outputs],
    }
