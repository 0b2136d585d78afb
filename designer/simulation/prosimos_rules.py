"""Rules of the published simulation JSON: conditions over attributes as FEEL, and when a batch is let on."""

import json
import math

from designer.simulation.json_reading import Part
from designer.simulation.scenario import Batch, BatchKind
from engine.errors import N_

COMPARISONS = {"=": "=", "==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def feel_of(part: Part) -> str:
    """A list of lists of comparisons, any of which may hold whole, as FEEL."""
    either = []
    for several in part.items():
        every = [_comparison(one) for one in several.items()]
        if every:
            either.append(f"({' and '.join(every)})")
    return " or ".join(either) or "false"


def _comparison(part: Part) -> str:
    attribute, sign, value = part.get("attribute").text(), part.get("comparison"), part.get("value")
    if sign.text() == "in" and isinstance(value.value, list) and len(value.value) == 2:
        low, high = (_literal(one) for one in value.value)
        above = f"{attribute} >= {low}"
        return above if high == "null" else f"{above} and {attribute} <= {high}"
    if sign.text() not in COMPARISONS:
        sign.fault(
            N_("{place} must be one of {known}; it is {shown}."), known=", ".join(COMPARISONS)
        )
        return "false"
    return f"{attribute} {COMPARISONS[sign.text()]} {_literal(value.value)}"


def _literal(value: object) -> str:
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            return json.dumps(value)
        return f"{number:g}" if math.isfinite(number) else "null"
    return json.dumps(value)


def read_batch(part: Part) -> Batch:
    """A batch that is let on by its size or by how long the first of it waits; other rules are refused."""
    size, longest = 0, math.inf
    for several in part.get("firing_rules").items():
        for one in several.items():
            attribute = one.get("attribute").text()
            if attribute == "size":
                size = max(size, one.get("value").whole(1, 1))
            elif attribute in ("ready_wt", "large_wt"):
                longest = min(longest, one.get("value").number())
            else:
                one.fault(N_("{place} is not simulated here. Take it out of the file."))
    size = size or 1_000_000
    factor = 1.0
    for one in part.get("duration_distrib").items():
        if one.get("key").whole(1) <= size:
            factor = one.get("value").number(1.0)
    is_one_by_one = part.get("type").text() == "Sequential"
    return Batch(
        size, longest, BatchKind.ONE_BY_ONE if is_one_by_one else BatchKind.TOGETHER, factor
    )
