"""How long one FEEL condition takes over a context of fifty variables, as JSON lines.

Run: `python -m tests.bench.feel`. The figure is the best of several rounds, in microseconds of
processor time per evaluation of an expression compiled before, over a plain Python mapping as it
comes from a case.
"""

import json
from time import process_time
from timeit import repeat

from engine.feel import compile_expression

ROUNDS = 7
EVALUATIONS = 20_000


def microseconds(text: str, context: dict[str, object]) -> float:
    """Microseconds per evaluation of the condition."""
    expression = compile_expression(text, context)
    assert expression.evaluate(context) is True

    def evaluate() -> object:
        return expression.evaluate(context)

    times = repeat(evaluate, timer=process_time, number=EVALUATIONS, repeat=ROUNDS)
    return min(times) / EVALUATIONS * 1e6


def main() -> None:
    """Print the figures."""
    context: dict[str, object] = {f"v{number}": number for number in range(48)}
    context |= {"amount": 1500, "risk": "high"}
    typical = 'amount > 1000 and risk = "high"'
    everything = " and ".join(f"v{number} >= 0" for number in range(48))
    everything += ' and amount > 1000 and risk = "high"'
    for name, text in (
        ("feel_condition_us", typical),
        ("feel_condition_50_terms_us", everything),
    ):
        print(
            json.dumps({"name": name, "value": round(microseconds(text, context), 2), "unit": "us"})
        )


if __name__ == "__main__":
    main()
