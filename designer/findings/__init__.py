"""Findings on a procedure: what its sheet, diagram and log together say could go; one per file, found by itself."""

from designer.findings.finding import Change, Check, Evidence, Finding, Place, Saving, all_checks
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


__all__ = [
    "Change",
    "Check",
    "Evidence",
    "Finding",
    "Log",
    "Place",
    "Saving",
    "Subject",
    "TaskLog",
    "all_checks",
    "look",
]
