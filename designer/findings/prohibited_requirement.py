"""A requirement is none of those that may not be asked."""

from collections.abc import Iterator

from designer.findings.finding import Change, Place, finding
from designer.findings.jurisdiction import prohibitions
from designer.findings.savings import without_requirement
from designer.findings.subject import Subject
from engine.sheet import Source


@finding(
    "error",
    todo="Stop asking for it, or fetch it from the registry that holds it.",
    reference="D.Leg. 1246; Ley 27444, art. 46 (artículo por verificar)",
    gain="The office no longer has to receive, check and keep it; applicants do not bring it as it is.",
)
def check(subject: Subject) -> Iterator[Place]:
    """“{name}” looks like something that an office may not ask of anybody: {kind}."""
    for one in subject.sheet.requirements:
        if one.source in (Source.OWN_REGISTRY, Source.ANOTHER_REGISTRY):
            continue  # the State brings it itself
        for prohibited in prohibitions(subject.sheet.jurisdiction):
            if prohibited.is_met_by(one.name):
                # which registry has it is known best on the sheet
                registry = one.registry or prohibited.registry
                yield Place(
                    requirement=one.key,
                    values={"name": one.name, "kind": prohibited.words, "registry": registry},
                    saving=without_requirement(subject, one),
                    change=Change(
                        "fetch_requirement", {"requirement": one.key, "registry": registry}
                    )
                    if registry
                    else Change("remove_requirement", {"requirement": one.key}),
                )
                break
