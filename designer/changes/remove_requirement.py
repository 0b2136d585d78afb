"""Stop asking for a requirement: it leaves the sheet, and its fields leave the form for applicants."""

from dataclasses import replace
from typing import Any

from designer.changes.parts import CannotChange, Parts
from designer.findings.subject import applicants_form
from engine.sheet import read_sheet


def apply(parts: Parts, *, requirement: str, registry: str = "") -> Parts:
    """The parts without the requirement. Raises CannotChange."""
    sheet = dict(parts.sheet)
    known = read_sheet(sheet).requirements
    gone = next((one for one in known if one.key == requirement), None)
    if gone is None:
        raise CannotChange(name=requirement)
    # Keys that a sheet does not say are counted from its order: what stays keeps the key it had.
    kept = [
        {**said, "key": key}
        for key, said in zip(keys_of(sheet), sheet["requirements"], strict=True)
        if key != requirement
    ]
    others = {key for one in known if one.key != requirement for key in one.fields}
    sheet["requirements"] = kept
    forms = dict(parts.forms)
    asked = applicants_form(sheet)
    if asked in forms:
        forms[asked] = _without(forms[asked], set(gone.fields) - others)
    return replace(parts, sheet=sheet, forms=forms)


def keys_of(sheet: dict[str, Any]) -> list[str]:
    """The key of each requirement in the order in which the sheet says them."""
    said = sheet.get("requirements") or []
    return [read_sheet({"requirements": said}).requirements[place].key for place in places_of(said)]


def places_of(said: list[Any]) -> list[int]:
    """The place, from 0, that each requirement of a sheet has in their order."""
    orders = [
        one.get("order") if isinstance(one.get("order"), int) else n
        for n, one in enumerate(said, 1)
    ]
    ranked = sorted(range(len(said)), key=lambda place: orders[place])
    return [ranked.index(place) for place in range(len(said))]


def _without(schema: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    components = [
        _without(one, keys) if "components" in one else one
        for one in schema.get("components", [])
        if one.get("key") not in keys
    ]
    return {**schema, "components": components}
