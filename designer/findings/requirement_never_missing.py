"""What nobody ever lacks need not be checked by an official."""

from collections.abc import Iterator

from designer.findings.finding import Change, Evidence, Place, finding
from designer.findings.log import ENOUGH, interval
from designer.findings.savings import without_requirement
from designer.findings.subject import Subject
from engine.errors import N_
from engine.sheet import Source

_MISSING = N_(
    "Seen in {number} cases: with 95 per cent confidence, it is missing or wrong in at most {high} of all cases."
)


@finding(
    "info",
    todo="Replace it by a sworn statement and check a sample afterwards.",
    reference="Ley 27444, arts. 33, 49 (artículos por verificar)",
    gain="The office no longer has to receive, check and keep it; applicants do not bring it as it is.",
)
def check(subject: Subject) -> Iterator[Place]:
    """“{name}” was never missing or wrong in {count} cases."""
    log = subject.log
    if log is None or log.judged < ENOUGH or not log.missing:
        return  # without a single notice nothing is known about any requirement
    for one in subject.sheet.requirements:
        if one.source != Source.APPLICANT or log.missing.get(one.key, 0):
            continue
        low, high = interval(0, log.judged)
        yield Place(
            requirement=one.key,
            values={"name": one.name, "count": str(log.judged)},
            saving=without_requirement(subject, one),
            evidence=Evidence(log.judged, 0.0, low, high, _MISSING),
            change=Change("remove_requirement", {"requirement": one.key}),
        )
