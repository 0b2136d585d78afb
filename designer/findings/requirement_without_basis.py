"""A requirement has a legal basis."""

from collections.abc import Iterator

from designer.findings.finding import Change, Place, finding
from designer.findings.savings import without_requirement
from designer.findings.subject import Subject


@finding(
    "error",
    todo="Name the norm that allows it, or stop asking for it.",
    reference="Ley 27444, arts. 40, 45 (artículos por verificar)",
    gain="The office no longer has to receive, check and keep it; applicants do not bring it as it is.",
)
def check(subject: Subject) -> Iterator[Place]:
    """No norm is named for “{name}”, and what no norm requires may not be asked."""
    for one in subject.sheet.requirements:
        if not one.legal_basis:
            yield Place(
                requirement=one.key,
                values={"name": one.name},
                saving=without_requirement(subject, one),
                change=Change("remove_requirement", {"requirement": one.key}),
            )
