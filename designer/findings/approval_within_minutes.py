"""An approval that takes minutes looks at nothing."""

from collections.abc import Iterator

from designer.asme import ActivityType
from designer.findings.finding import Change, Evidence, Place, Time, finding
from designer.findings.log import ENOUGH, QUICK_MINUTES, interval
from designer.findings.savings import without_activity
from designer.findings.subject import Subject
from engine.errors import N_

ALMOST_ALWAYS = 0.9
_QUICK = N_(
    "Seen in {number} cases: with 95 per cent confidence, {low} to {high} of all of these approvals are that quick."
)


@finding(
    "warning",
    todo="Let the one who prepares it decide it, or take the approval out.",
    reference="D.S. 007-2011-PCM",
    gain="The minutes and the wait of this activity, once the activity table says how long they are.",
)
def check(subject: Subject) -> Iterator[Place]:
    """“{name}” was done within {minutes} minutes in {quick} of {count} cases, yet cases wait {wait} for it."""
    if subject.log is None:
        return
    for name, seen in subject.log.tasks.items():
        if seen.count < ENOUGH or not subject.is_kind(name, ActivityType.REVIEW):
            continue
        low, high = interval(seen.quick, seen.count)
        if low < ALMOST_ALWAYS:
            continue
        saving = without_activity(subject, name)
        yield Place(
            element=name,
            values={
                "name": subject.name_of(name),
                "minutes": str(QUICK_MINUTES),
                "quick": str(seen.quick),
                "count": str(seen.count),
                "wait": Time(saving.days),
            },
            saving=saving,
            evidence=Evidence(seen.count, seen.quick / seen.count, low, high, _QUICK),
            change=_change(subject, name),
        )


def _change(subject: Subject, name: str) -> Change:
    """Whoever prepares it takes over its questions, where that is one activity."""
    before = [one for one, after in subject.next_work.items() if name in after and one != name]
    if len(before) == 1:
        return Change("merge_activities", {"first": before[0], "second": name})
    return Change("remove_activity", {"element": name})
