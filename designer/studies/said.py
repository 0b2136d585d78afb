"""What an analyst says on a study's pages, as values, and as the JSON that is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from designer.amounts import amount
from designer.asme import ActivityType, Override, Value
from designer.burden import Applicants, Assumption, Visit
from designer.cost import Consumable

Which = Literal["as_is", "to_be"]
SIDES: tuple[Which, ...] = ("as_is", "to_be")
Overrides = Mapping[str, Override]
NOBODY = Applicants(Decimal(0), Decimal(1), Decimal(0))


@dataclass(frozen=True, slots=True)
class Said:
    """Everything said about a study beside its two diagrams."""

    overrides: Mapping[Which, Overrides] = field(default_factory=dict)
    consumables: Mapping[Which, tuple[Consumable, ...]] = field(default_factory=dict)
    services: Decimal = Decimal(0)  # a year
    applicants: Applicants = NOBODY
    assumptions: Mapping[str, Assumption] = field(default_factory=dict)  # requirement → …
    visits: Mapping[Which, Visit] = field(default_factory=dict)
    ways: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # gateway → flow → weight
    modalities: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict
    )  # modality → gateway → the way it takes, "" where it takes any
    accepted: tuple[Mapping[str, Any], ...] = ()  # findings, as they read when accepted
    dismissed: Mapping[str, str] = field(default_factory=dict)  # key of a finding → reason


def read_said(data: Mapping[str, Any]) -> Said:
    """The values out of a study's JSON."""
    sides: list[Which] = [side for side in SIDES if side in data]
    applicants = data.get("applicants", {})
    return Said(
        overrides={
            side: {row: _override(said) for row, said in data[side].get("overrides", {}).items()}
            for side in sides
        },
        consumables={
            side: tuple(
                Consumable(one["name"], amount(one["quantity"]), amount(one["unit_cost"]))
                for one in data[side].get("consumables", [])
            )
            for side in sides
        },
        services=amount(data.get("services", 0)),
        applicants=Applicants(
            population=amount(applicants.get("population", 0)),
            frequency=amount(applicants.get("frequency", 1)),
            hourly_wage=amount(applicants.get("hourly_wage", 0)),
        ),
        assumptions={key: _assumption(said) for key, said in data.get("assumptions", {}).items()},
        visits={
            side: Visit(
                amount(data[side]["visits"].get("number", 0)),
                _assumption(data[side]["visits"]),
            )
            for side in sides
            if "visits" in data[side]
        },
        ways={
            gateway: {flow: float(amount(weight)) for flow, weight in each.items()}
            for gateway, each in data.get("ways", {}).items()
        },
        modalities={name: dict(ways) for name, ways in data.get("modalities", {}).items()},
        accepted=tuple(data.get("accepted", [])),
        dismissed=dict(data.get("dismissed", {})),
    )


def override_json(override: Override) -> dict[str, Any]:
    """What an override says, without what it leaves as derived."""
    said: dict[str, Any] = {
        "activity": override.activity,
        "office": override.office,
        "minutes": None if override.minutes is None else str(override.minutes),
        "type": override.type,
        "value": override.value,
        "share": None if override.share is None else str(override.share),
        "staff": None
        if override.staff is None
        else {post: str(number) for post, number in override.staff.items()},
        "resources": None if override.resources is None else list(override.resources),
        "is_excluded": override.is_excluded,
        "is_added": override.is_added or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def assumption_json(assumption: Assumption) -> dict[str, str]:
    """An assumption with its amounts as texts, so that they stay exact."""
    return {
        "minutes": str(assumption.minutes),
        "out_of_pocket": str(assumption.out_of_pocket),
        "usual_share": str(assumption.usual_share),
        "share": str(assumption.share),
    }


def _override(said: Mapping[str, Any]) -> Override:
    staff, resources = said.get("staff"), said.get("resources")
    return Override(
        activity=said.get("activity"),
        office=said.get("office"),
        minutes=_amount(said.get("minutes")),
        type=ActivityType(said["type"]) if "type" in said else None,
        value=Value(said["value"]) if "value" in said else None,
        share=_amount(said.get("share")),
        staff=None if staff is None else {post: amount(number) for post, number in staff.items()},
        resources=None if resources is None else tuple(resources),
        is_excluded=said.get("is_excluded"),
        is_added=bool(said.get("is_added")),
    )


def _amount(said: object) -> Decimal | None:
    return None if said is None else amount(said)


def _assumption(said: Mapping[str, Any]) -> Assumption:
    return Assumption(
        minutes=amount(said.get("minutes", 0)),
        out_of_pocket=amount(said.get("out_of_pocket", 0)),
        usual_share=min(amount(said.get("usual_share", 0)), Decimal(1)),
        share=min(amount(said.get("share", 1)), Decimal(1)),
    )
