"""The questions and decision tables of a draft or version, read from what lies beside its drawing."""

from collections.abc import Mapping
from typing import Any

from designer.models import Draft
from designer.questions import Question, questions
from engine import dmn
from engine.errors import Refusal


def models_of(decisions: Mapping[str, str]) -> dict[str, dmn.Model]:
    """File name → decision model, of the files that can be read."""
    found = {}
    for name, text in decisions.items():
        try:
            found[name] = dmn.load(text)
        except Refusal:
            continue
    return found


def tables_of(decisions: Mapping[str, str]) -> list[tuple[str, str]]:
    """File and decision of every decision table."""
    return [
        (file, name)
        for file, model in models_of(decisions).items()
        for name in model.decisions
        if model.table(name) is not None
    ]


def questions_of(draft: Draft) -> dict[str, Question]:
    """Key → question: what a rule of the draft may read."""
    return questions_asked(draft.report, draft.forms, draft.decisions)


def questions_asked(
    report: Mapping[str, Any], forms: Mapping[str, Any], decisions: Mapping[str, str]
) -> dict[str, Question]:
    """Key → question: what the tasks of a report ask, by these forms and decision tables."""
    return questions(report, forms, models_of(decisions).values())
