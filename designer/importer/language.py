"""Whether a text in a drawing is FEEL, or can be made FEEL."""

import re
from functools import lru_cache

from designer.importer.drawing import Drawing
from engine import feel
from engine.bpmn.model import Expression
from engine.errors import Refusal
from engine.expressions import read_expression

# Words alone are what a person reads on a flow (“falls vollständig”), though FEEL would take them for names.
_WORDS = re.compile(r"[^\W\d][\w’'-]*(?:[\s,]+[\w’'-]+)+[\s.!?…]*|.*\?\s*")
_OPERATORS = frozenset({"and", "or", "not", "in", "between", "instance", "if", "true", "false"})
_ANSWERS = frozenset(
    {
        "yes",
        "no",
        "ja",
        "nein",
        "oui",
        "non",
        "si",
        "sí",
        "não",
        "sim",
        "ok",
        "else",
        "otherwise",
        "default",
        "sonst",
        "ansonsten",
        "andernfalls",
        "sinon",
        "autre",
        "other",
    }
)


def is_prose(text: str) -> bool:
    """Whether a condition is words for people and no expression."""
    words = text.lower().split()
    if len(words) == 1:
        return words[0].strip(".!?") in _ANSWERS
    return _WORDS.fullmatch(text) is not None and not _OPERATORS & set(words)


def feel_text(expression: Expression, drawing: Drawing) -> str | None:
    """The expression in FEEL; None where it cannot be understood or does not compile."""
    if expression.language != "feel" and is_prose(expression.text):
        return None
    language = expression.language or drawing.model.expression_language
    return _translated(expression.text, language)


@lru_cache(maxsize=4096)
def _translated(text: str, language: str | None) -> str | None:
    found = read_expression(text, language).feel
    if found is None:
        return None
    found = found.strip().removeprefix("=").strip()
    try:
        feel.compile_expression(found)
    except Refusal:
        return None
    return found
