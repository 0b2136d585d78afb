"""The questions of a draft or version, read from what lies beside its drawing."""

from collections.abc import Mapping
from typing import Any

from designer.models import Draft
from designer.questions import Question, questions
from engine import dmn


def questions_of(draft: Draft, gateway_id: str | None = None) -> dict[str, Question]:
    """Key → question: what a rule of the draft may read; with a gateway, by the time a case gets there."""
    return questions_asked(draft.report, draft.forms, draft.decisions, gateway_id)


def unknown_variables(draft: Draft) -> list[dict[str, Any]]:
    """What the draft reads and nothing in it gives: dicts of element, name, line, names; is_open, see names_given."""
    report = draft.report
    gives = report.get("gives", {"names": [], "is_open": True})
    known = {*questions_of(draft), *gives["names"]}
    return [
        said | {"names": names, "is_open": gives["is_open"]}
        for said in report.get("reads", ())
        if (names := [name for name in said["names"] if name not in known])
    ]


def questions_asked(
    report: Mapping[str, Any],
    forms: Mapping[str, Any],
    decisions: Mapping[str, str],
    gateway_id: str | None = None,
) -> dict[str, Question]:
    """Key → question: what the tasks of a report ask, by these forms and decision tables."""
    return questions(report, forms, dmn.load_all(decisions).values(), gateway_id)
