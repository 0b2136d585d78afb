"""Between two reviews somebody does something."""

import re
from collections.abc import Iterator

from designer.asme import ActivityType
from designer.findings.finding import Change, Place, Saving, finding
from designer.findings.savings import without_activity
from designer.findings.subject import Subject
from engine.errors import N_

_SIGNED = N_("“{second}” reviews what “{first}” reviews next; nothing is done in between.")
_SIGNING = re.compile(r"\b(firm(?:ar?|e)|suscrib\w*|sign(?:s|ing|ature)?)\b", re.IGNORECASE)


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
            if second == first or not subject.is_kind(second, ActivityType.REVIEW):
                continue
            # Who signs decides: the signature stays, and the review right before it goes.
            is_signed = _signs(subject, second) and not _signs(subject, first)
            # What a gateway between them asks must be answered before it.
            is_apart = is_signed and second not in subject.following.get(first, ())
            stays, goes = (second, first) if is_signed else (first, second)
            if goes in seen:
                continue
            seen.add(goes)
            yield Place(
                element=goes,
                sentence=_SIGNED if is_signed else None,
                values={"first": subject.name_of(stays), "second": subject.name_of(goes)},
                saving=Saving() if is_apart else without_activity(subject, goes),
                change=None
                if is_apart
                else Change("merge_activities", {"first": stays, "second": goes}),
            )


def _signs(subject: Subject, name: str) -> bool:
    return bool(_SIGNING.search(subject.name_of(name)))
