"""Negative silence protects a named good, by a named norm, for a said reason."""

from collections.abc import Iterator

from designer.findings.finding import Place, finding
from designer.findings.subject import Subject
from engine.sheet import Assessment


@finding(
    "error",
    todo="Say which good is protected, by which norm and why; otherwise silence is positive.",
    reference="Ley 27444, art. 34",
    gain="Nothing in minutes or money: an applicant whom nobody answers in time gets what was asked for.",
)
def check(subject: Subject) -> Iterator[Place]:
    """In “{name}” silence is negative, but the sheet does not say which good that protects, by which norm or why."""
    for modality in subject.sheet.modalities:
        if modality.assessment != Assessment.NEGATIVE_SILENCE or not modality.is_assessment_said:
            continue
        if not (modality.justification and modality.legal_basis and modality.protected_good):
            yield Place(values={"name": modality.name or subject.sheet.name})
