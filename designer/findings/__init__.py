"""Findings on a procedure: what its sheet, diagram and log together say could go; one per file, found by itself."""

from collections.abc import Iterable

from designer.findings.finding import (
    Change,
    Check,
    Evidence,
    Finding,
    Money,
    Place,
    Saving,
    Time,
    Value,
    all_checks,
)
from designer.findings.log import Log, TaskLog
from designer.findings.subject import Subject

_ORDER = {"error": 0, "warning": 1, "info": 2}


def look(subject: Subject) -> list[Finding]:
    """Everything that is found: errors first, then what saves most."""
    found = [one for check in all_checks() for one in check.findings(subject)]
    return sorted(
        found,
        key=lambda one: (_ORDER[one.severity], -one.saving.money, -one.saving.minutes, one.key),
    )


def by_subject(found: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """Findings about one requirement together, and those that would change one element, where the first of them stood.

    A requirement can be forbidden, lack a norm and be used by nothing: three reasons, one thing to do.
    """
    groups: dict[str, list[Finding]] = {}
    for one in found:
        place = f"k:{one.key}"
        if one.requirement is not None:
            place = f"r:{one.requirement}"
        elif one.element is not None and one.change is not None:
            place = f"e:{one.element}"
        groups.setdefault(place, []).append(one)
    return [tuple(group) for group in groups.values()]


def different_changes(group: Iterable[Finding]) -> list[Finding]:
    """The findings of a group that can be carried out, each change once."""
    found: list[Finding] = []
    for one in group:
        if one.change is not None and one.change not in [other.change for other in found]:
            found.append(one)
    return found


__all__ = [
    "Change",
    "Check",
    "Evidence",
    "Finding",
    "Log",
    "Money",
    "Place",
    "Saving",
    "Subject",
    "TaskLog",
    "Time",
    "Value",
    "all_checks",
    "by_subject",
    "different_changes",
    "look",
]
