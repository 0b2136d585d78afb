"""What a report says without simulating: the foot of both tables, cost, burden, findings, references, both diagrams."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from designer.asme import compare
from designer.diff import State, difference
from designer.models import Study
from designer.sketch import sketch
from designer.studies.sides import Side, Sides


def figures_of(study: Study, both: Sides) -> dict[str, Any]:
    """As JSON, amounts as texts."""
    before, after = both.as_is, both.to_be or both.as_is
    accepted = [dict(one) for one in both.said.accepted]
    references = [one["reference"] for one in accepted if one.get("reference")]
    return {
        "name": study.name,
        "currency": "PEN" if before.sheet.fee is None else before.sheet.fee.currency,
        "figures": [
            {"measure": one.measure, "before": str(one.before), "after": str(one.after)}
            for one in compare(before.totals, after.totals)
            if one.before or one.after
        ],
        "cost": _pair(before, after, lambda side: None if side.unpriced else side.cost.total),
        "burden": _pair(before, after, lambda side: side.burden.yearly),
        "once_only": _pair(before, after, lambda side: side.once_only),
        "services": str(both.said.services),
        "accepted": accepted,
        "dismissed": dict(both.said.dismissed),
        "references": sorted(set(references)),
        "measured": None if before.log is None else {"cases": before.log.cases},
    }


def _pair(
    before: Side, after: Side, ask: Callable[[Side], Decimal | None]
) -> dict[str, str | None]:
    said = {"before": ask(before), "after": ask(after)}
    return {name: None if value is None else str(value) for name, value in said.items()}


def diagrams_of(
    drawings: tuple[bytes, bytes],
    before: Side,
    after: Side,
    simulated: Mapping[str, Mapping[str, float]],
) -> dict[str, Any]:
    """Both drawings with what was removed, added or changed, and how long a case waits at each element.

    `simulated`: side → element → mean wait in seconds. Where the log measured the wait of how it is, that is told.
    """
    found = difference(
        *(
            State(side.parts.model, side.parts.process_id, side.parts.forms)
            for side in (before, after)
        )
    )
    measured = {} if before.log is None else before.log.tasks
    waits = {
        side: {name: {"seconds": spent} for name, spent in simulated.get(side, {}).items()}
        for side in ("as_is", "to_be")
    }
    for name, seen in measured.items():
        waits["as_is"][name] = {"seconds": seen.mean_wait, "count": seen.count}
    changed = {name: ["changed", *about] for name, about in found.changed.items()}
    return {
        "as_is": sketch(drawings[0])
        | {"marks": {name: ["removed"] for name in found.removed} | changed}
        | {"waits": waits["as_is"]},
        "to_be": sketch(drawings[1])
        | {"marks": {name: ["added"] for name in found.added} | changed}
        | {"waits": waits["to_be"]},
    }
