"""Between two reviews somebody does something."""

from collections.abc import Iterator

from designer.asme import ActivityType
from designer.findings.finding import Change, Place, finding
from designer.findings.savings import without_activity
from designer.findings.subject import Subject


@finding(
    "warning",
    todo="Let one review answer for both.",
    reference="D.S. 007-2011-PCM",
    gain="The minutes and the wait of this activity, once the activity table says how long they are.",
)
def check(subject: Subject) -> Iterator[Place]:
    """“{second}” reviews what “{first}” has just reviewed; nothing is done in between."""
    seen: set[str] = set()
    for first, following in subject.next_work.items():
        if not subject.is_kind(first, ActivityType.REVIEW):
            continue
        for second in following:
            if (
                second == first
                or second in seen
                or not subject.is_kind(second, ActivityType.REVIEW)
            ):
                continue
            seen.add(second)
            yield Place(
                element=second,
                values={"first": subject.name_of(first), "second": subject.name_of(second)},
                saving=without_activity(subject, second),
                change=Change("merge_activities", {"first": first, "second": second}),
            )
