"""A case is handed to who works on it, not to who hands it on."""

from collections.abc import Iterator

from designer.asme import ActivityType
from designer.findings.finding import Change, Place, finding
from designer.findings.savings import without_activity
from designer.findings.subject import Subject


@finding(
    "warning",
    todo="Hand the case straight to the office that works on it.",
    reference="D.S. 007-2011-PCM",
    gain="The minutes and the wait of this activity, once the activity table says how long they are.",
)
def check(subject: Subject) -> Iterator[Place]:
    """“{name}” only hands the case on to “{next}”."""
    for name, following in subject.next_work.items():
        if not subject.is_kind(name, ActivityType.TRANSFER):
            continue
        after = ", ".join(subject.name_of(one) for one in following)
        yield Place(
            element=name,
            values={"name": subject.name_of(name), "next": after or "—"},
            saving=without_activity(subject, name),
            change=Change("remove_activity", {"element": name}),
        )
