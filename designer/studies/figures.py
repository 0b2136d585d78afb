"""What a report says without simulating: the foot of both tables, cost, burden, findings, references, both diagrams."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from designer.asme import compare
from designer.burden import Assumption, Visit
from designer.diff import State, difference
from designer.models import Study
from designer.sketch import sketch
from designer.studies.said import Said, assumption_json
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
        "borne": borne(both.said, before, after),
        "applicants": {
            "population": str(both.said.applicants.population),
            "frequency": str(both.said.applicants.frequency),
            "hourly_wage": str(both.said.applicants.hourly_wage),
        },
        "names": {**_names(before), **_names(after)},
        "services": str(both.said.services),
        "accepted": accepted,
        "dismissed": dict(both.said.dismissed),
        "references": sorted(set(references)),
        "measured": None if before.log is None else {"cases": before.log.cases},
    }


def borne(said: Said, before: Side, after: Side) -> list[dict[str, Any]]:
    """What each requirement, and coming to the office, costs applicants a year on both sides, the heaviest first.

    `yearly`: None where a side does not ask for it; `is_fetched`: the State obtains it itself. With what was assumed
    of it, so that whoever signs sees what the sum rests on. The key of visits is empty.
    """
    sides = {"before": before, "after": after}
    asked = {
        name: {one.key: one for one in side.sheet.requirements} for name, side in sides.items()
    }
    parts = {name: {one.key: one for one in side.burden.parts} for name, side in sides.items()}
    keys = dict.fromkeys(
        key for name in sides for found in (parts[name], asked[name]) for key in found
    )
    rows: list[dict[str, Any]] = []
    for key in keys:
        known = asked["before"].get(key) or asked["after"].get(key)
        row: dict[str, Any] = {"key": key, "name": "" if known is None else known.name}
        for name in sides:
            part = parts[name].get(key)
            is_fetched = part is None and key in asked[name]
            row[name] = {
                "yearly": str(part.yearly) if part else "0" if is_fetched else None,
                "is_fetched": is_fetched,
            }
        visit = said.visits.get("as_is") or said.visits.get("to_be") or Visit()
        row["assumed"] = assumption_json(
            said.assumptions.get(key, Assumption()) if key else visit.assumption
        )
        rows.append(row)
    return sorted(rows, key=lambda row: -max(Decimal(row[name]["yearly"] or 0) for name in sides))


def _names(side: Side) -> dict[str, str]:
    """What elements are called."""
    scope = side.parts.model.process(side.parts.process_id).scope
    return {node.id: node.name for _, node in scope.everything() if node.name}


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

    `simulated`: side → element → mean wait in seconds. Where nothing was simulated, what a log measured of how it is:
    one beside the other would compare cases that have ended with all of them.
    """
    waits: dict[str, dict[str, Any]] = {
        side: {name: {"seconds": spent} for name, spent in simulated.get(side, {}).items()}
        for side in ("as_is", "to_be")
    }
    if not waits["as_is"]:
        waits["as_is"] = measured_waits(before)
    return drawn(drawings, before, after, waits)


def measured_waits(side: Side) -> dict[str, Any]:
    """Element → how long a case waited there on average, in seconds, and how often that was seen."""
    measured = {} if side.log is None else side.log.tasks
    return {
        name: {"seconds": seen.mean_wait, "count": seen.count} for name, seen in measured.items()
    }


def drawn(
    drawings: tuple[bytes, bytes], before: Side, after: Side, waits: Mapping[str, Any]
) -> dict[str, Any]:
    """Both drawings with what was removed, added or changed between them and these waits."""
    found = difference(
        *(
            State(side.parts.model, side.parts.process_id, side.parts.forms)
            for side in (before, after)
        )
    )
    changed = {name: ["changed", *about] for name, about in found.changed.items()}
    return {
        "as_is": sketch(drawings[0])
        | {"marks": {name: ["removed"] for name in found.removed} | changed}
        | {"waits": waits["as_is"]},
        "to_be": sketch(drawings[1])
        | {"marks": {name: ["added"] for name in found.added} | changed}
        | {"waits": waits["to_be"]},
    }
