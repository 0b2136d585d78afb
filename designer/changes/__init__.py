"""What accepting a finding, or editing the activity table, does to a draft: one change per file, found by its name."""

from collections.abc import Mapping
from importlib import import_module

from designer.changes.parts import CannotChange, Parts

KINDS = (
    "change_type",
    "decide_by_table",
    "fetch_requirement",
    "merge_activities",
    "move_to_office",
    "remove_activity",
    "remove_requirement",
    "swap_activities",
)


def apply(parts: Parts, kind: str, arguments: Mapping[str, str]) -> Parts:
    """The draft's parts after a change. Raises CannotChange, with a sentence, where the draft has no room for it."""
    if kind not in KINDS:
        raise CannotChange(name=kind)
    changed: Parts = import_module(f"{__name__}.{kind}").apply(parts, **arguments)
    return changed


__all__ = ["KINDS", "CannotChange", "Parts", "apply"]
