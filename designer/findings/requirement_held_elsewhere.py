"""What another registry of the State holds is fetched, not asked."""

from collections.abc import Iterator

from designer.findings.finding import Change, Place, finding
from designer.findings.savings import without_requirement
from designer.findings.subject import Subject
from engine.sheet import Source


@finding(
    "warning",
    todo="Fetch it from the registry, with the applicant's consent.",
    reference="D.Leg. 1246, arts. 2, 3 (artículos por verificar)",
    gain="The office no longer has to receive, check and keep it; applicants do not bring it as it is.",
)
def check(subject: Subject) -> Iterator[Place]:
    """“{name}” can be fetched from a registry, but applicants still bring it."""
    for one in subject.sheet.requirements:
        if one.registry and one.source == Source.APPLICANT:
            yield Place(
                requirement=one.key,
                values={"name": one.name},
                saving=without_requirement(subject, one),
                change=Change(
                    "fetch_requirement", {"requirement": one.key, "registry": one.registry}
                ),
            )
