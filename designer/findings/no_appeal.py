"""Who is refused can appeal."""

from collections.abc import Iterator

from designer.findings.finding import Place, finding
from designer.findings.subject import Subject
from engine.sheet import Assessment


@finding(
    "error",
    todo="Say in the sheet who decides reconsiderations and appeals, and within which terms.",
    reference="Ley 27444, art. 207",
    gain="Nothing in minutes or money: who is refused can object without going to court first.",
)
def check(subject: Subject) -> Iterator[Place]:
    """The sheet names no way to appeal against a refusal."""
    refuses = any(
        modality.assessment != Assessment.AUTOMATIC for modality in subject.sheet.modalities
    )
    if refuses and not subject.sheet.appeals:
        yield Place()
