"""Which modality of the sheet a case falls under: the first whose condition holds on the answers."""

from collections.abc import Mapping
from typing import Any

from engine.feel import FeelSyntaxError, compile_expression, names_within
from engine.sheet import Modality, Sheet


def modality_of(sheet: Sheet, answers: Mapping[str, Any]) -> Modality | None:
    """The modality that applies; None as long as none does, because what it depends on is not answered yet."""
    for modality in sheet.modalities:
        if not modality.applies_if or _holds(modality.applies_if, answers):
            return modality
    return None


def _holds(condition: str, answers: Mapping[str, Any]) -> bool:
    try:
        return compile_expression(condition, names_within(answers)).evaluate(dict(answers)) is True
    except FeelSyntaxError:
        return False  # the designer finds it; a case must not break on it
