"""Nobody said what happens when the office does not answer in time."""

from collections.abc import Iterator

from designer.findings.finding import Place, finding
from designer.findings.subject import Subject

_NO_MODALITY = (
    "The sheet names neither a term to decide in nor what silence means, "
    "so nobody can hold the office to either."
)


@finding(
    "error",
    todo="Say on the sheet whether it is automatic, or silence is positive or negative, and by which norm.",
    reference="Ley 27444, art. 32 (artículo por verificar)",
    gain="Nothing in minutes or money: applicants know what an answer that does not come means.",
)
def check(subject: Subject) -> Iterator[Place]:
    """The sheet does not say what silence means in “{name}”: meanwhile it counts as negative, which promises least."""
    if not subject.sheet.modalities:
        yield Place(sentence=_NO_MODALITY)
    for modality in subject.sheet.modalities:
        if not modality.is_assessment_said:
            yield Place(values={"name": modality.name or subject.sheet.name})
