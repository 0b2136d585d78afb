"""What many applicants get wrong costs everybody a round of correction."""

from collections.abc import Iterator

from designer.findings.finding import Change, Evidence, Place, finding
from designer.findings.log import ENOUGH, interval
from designer.findings.subject import Subject
from engine.errors import N_
from engine.sheet import Source

OFTEN = 0.10  # of cases, at the lower end of the interval

_MISSING = N_(
    "Seen in {number} cases: with 95 per cent confidence, it is missing or wrong in {low} to {high} of all cases."
)


@finding(
    "warning",
    todo=(
        "Fetch it from the registry that has it; otherwise say it in plain words, show an example "
        "and let the form check it."
    ),
    reference="Ley 27444, art. 126",
    gain="Up to {seen} rounds of correction in {count} cases; how long one takes is under Times.",
)
def check(subject: Subject) -> Iterator[Place]:
    """“{name}” was missing or wrong in {seen} of {count} cases, and each was sent back for it."""
    log = subject.log
    if log is None or log.judged < ENOUGH:
        return
    for one in subject.sheet.requirements:
        seen = min(log.missing.get(one.key, 0), log.judged)
        low, high = interval(seen, log.judged)
        if low <= OFTEN:
            continue
        can_be_fetched = bool(one.registry) and one.source == Source.APPLICANT
        yield Place(
            requirement=one.key,
            values={"name": one.name, "seen": str(seen), "count": str(log.judged)},
            evidence=Evidence(log.judged, seen / log.judged, low, high, _MISSING),
            change=Change("fetch_requirement", {"requirement": one.key, "registry": one.registry})
            if can_be_fetched
            else None,
        )
