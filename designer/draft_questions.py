"""The questions and decision tables of a draft, read from what lies beside its drawing."""

from designer.models import Draft
from designer.questions import Question, questions
from engine import dmn
from engine.errors import Refusal


def models_of(draft: Draft) -> dict[str, dmn.Model]:
    """File name → decision model, of those that can be read; they may import each other."""
    found = {}
    for name, text in draft.decisions.items():
        try:
            found[name] = dmn.load(text)
        except Refusal:
            continue
    return found


def questions_of(draft: Draft) -> dict[str, Question]:
    """Key → question: what a rule of the draft may read."""
    return questions(draft.report, draft.forms, models_of(draft).values())
