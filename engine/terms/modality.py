"""Which modality of the sheet a case falls under, and how long it takes: said once, for the guide and the clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.feel import FeelSyntaxError, compile_expression, names_within
from engine.sheet import Assessment, Modality, Sheet, Term
from engine.terms.law import Law


def modality_of(sheet: Sheet, answers: Mapping[str, Any]) -> Modality | None:
    """The modality that applies; None as long as none does, because what it depends on is not answered yet."""
    for modality in sheet.modalities:
        if not modality.applies_if or _holds(modality.applies_if, answers):
            return modality
    return None


@dataclass(frozen=True, slots=True)
class Times:
    """What the office has time for. `decide` is None where filing approves; then `notify` is for the paper."""

    decide: Term | None
    notify: Term


def times_of(modality: Modality | None, law: Law) -> Times:
    """How long a modality takes: as the sheet says, else the law; None: as long as no modality is known."""
    said = None if modality is None else modality.term
    if modality is None or modality.assessment != Assessment.AUTOMATIC:
        return Times(said or law.decide, law.notify)
    return Times(None, _shorter(said, law.issue))


def _shorter(said: Term | None, law: Term) -> Term:
    """The sheet may promise the paper sooner than the law asks for (31), not later."""
    return law if said is None or said.unit != law.unit or said.amount > law.amount else said


def _holds(condition: str, answers: Mapping[str, Any]) -> bool:
    try:
        return compile_expression(condition, names_within(answers)).evaluate(dict(answers)) is True
    except FeelSyntaxError:
        return False  # the designer finds it; a case must not break on it
