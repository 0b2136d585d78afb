"""Whether a text in a drawing is FEEL, or can be made FEEL."""

from functools import lru_cache

from engine.expressions import read_expression

from designer.importer.drawing import Drawing
from engine import feel
from engine.bpmn.model import Expression
from engine.errors import Refusal


def feel_text(expression: Expression, drawing: Drawing) -> str | None:
    """The expression in FEEL; None where it cannot be understood or does not compile."""
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
