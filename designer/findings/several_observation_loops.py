"""Deficiencies are stated once."""

from collections.abc import Iterator

from designer.findings.finding import Change, Place, finding
from designer.findings.jurisdiction import plain
from designer.findings.savings import without_activity
from designer.findings.subject import Subject

_CORRECTS = ("subsan", "correg", "levanta observ", "levantar observ", "correct", "rectif")


@finding(
    "warning",
    todo="State all deficiencies in one act, at the beginning, and take this loop out.",
    reference="Ley 27444, art. 126",
    gain="The minutes and the wait of this activity, once the activity table says how long they are.",
)
def check(subject: Subject) -> Iterator[Place]:
    """Applicants are sent back more than once: “{name}” is one of {count} loops of correction."""
    loops = [
        name
        for name in subject.next_work
        if any(word in plain(subject.name_of(name)) for word in _CORRECTS)
        and _comes_back(subject, name)
    ]
    for name in loops[1:]:
        yield Place(
            element=name,
            values={"name": subject.name_of(name), "count": str(len(loops))},
            saving=without_activity(subject, name),
            change=Change("remove_activity", {"element": name}),
        )


def _comes_back(subject: Subject, start: str) -> bool:
    pending, seen = list(subject.following.get(start, ())), set[str]()
    while pending:
        name = pending.pop()
        if name == start:
            return True
        if name not in seen:
            seen.add(name)
            pending.extend(subject.following.get(name, ()))
    return False
