"""A case does not go to another office and straight back."""

from collections.abc import Iterator

from designer.findings.finding import Place, finding
from designer.findings.savings import without_activity
from designer.findings.subject import Subject


@finding(
    "info",
    todo="Let the first office do it, or do everything of the second office in one visit.",
    reference="D.S. 007-2011-PCM",
    gain="The minutes and the wait of this activity, once the activity table says how long they are.",
)
def check(subject: Subject) -> Iterator[Place]:
    """The case goes from {office} to {other} for “{name}” and straight back."""
    told: set[str] = set()
    for first, following in subject.next_work.items():
        office = subject.office_of(first)
        for middle in following:
            other = subject.office_of(middle)
            back = [after for after in subject.next_work.get(middle, ()) if after != first]
            returns = any(subject.office_of(after) == office for after in back)
            if not office or not other or office == other or not returns or middle in told:
                continue
            told.add(middle)
            yield Place(
                element=middle,
                values={"office": office, "other": other, "name": subject.name_of(middle)},
                saving=without_activity(subject, middle),
            )
