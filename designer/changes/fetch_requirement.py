"""Fetch what a registry of the State holds, instead of asking the applicant for it."""

from dataclasses import replace

from designer.changes.parts import CannotChange, Parts
from designer.changes.remove_requirement import keys_of


def apply(parts: Parts, *, requirement: str, registry: str = "") -> Parts:
    """The parts with the requirement obtained from the registry. Raises CannotChange."""
    sheet = dict(parts.sheet)
    keys = keys_of(sheet)
    if requirement not in keys:
        raise CannotChange(name=requirement)
    sheet["requirements"] = [
        {**said, "source": "another_registry", "registry": registry or said.get("registry", "")}
        if key == requirement
        else said
        for key, said in zip(keys, sheet["requirements"], strict=True)
    ]
    return replace(parts, sheet=sheet)
