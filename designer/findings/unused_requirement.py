"""A requirement is used by a decision or a document."""

from collections.abc import Iterator

from designer.findings.finding import Change, Place, finding
from designer.findings.savings import without_requirement
from designer.findings.subject import Subject


@finding(
    "warning",
    todo="Stop asking for it, or say in the sheet which decision uses it.",
    reference="Ley 27444, art. 45 (artículo por verificar)",
    gain="The office no longer has to receive, check and keep it; applicants do not bring it as it is.",
)
def check(subject: Subject) -> Iterator[Place]:
    """“{name}” is asked, but no decision and no document of the diagram uses it."""
    for one in subject.sheet.requirements:
        if not subject.is_used(one):
            yield Place(
                requirement=one.key,
                values={"name": one.name},
                saving=without_requirement(subject, one),
                change=Change("remove_requirement", {"requirement": one.key}),
            )
