"""Work done in batches: left to pile up and then done in one go."""

from dataclasses import dataclass

from sqlalchemy import select

from engine.metrics.measure import measure
from engine.metrics.numbers import Numbers
from engine.models import MeasuredCase, WorkItem

NEAR = 30 * 60  # seconds between ends, within which work belongs together
LEAST = 3  # executions make a batch
MOST_CASES = 2_000


@dataclass(frozen=True, slots=True)
class Batching:
    """Of a task in the cases that ended last: executions, the share done in batches, the largest batch."""

    element_id: str
    name: str
    count: int
    share: float
    largest: int


@measure("Batch processing: Martin et al., Batch Processing Analysis, BISE 2021")
def batching(numbers: Numbers) -> list[Batching]:
    """The share of a task's executions that one person ended within half an hour of each other, three or more in a row,
    though they had been there before: work that waited to be done in one go.

    Those most done in batches first; in the cases that ended last only.
    """
    start, end = numbers.seconds()
    terms = [MeasuredCase.ended_at.is_not(None), *numbers.conditions]
    if start is not None:
        terms.append(MeasuredCase.ended_at >= start)
    if end is not None:
        terms.append(MeasuredCase.ended_at < end)
    newest = (
        select(MeasuredCase.case_id)
        .where(*terms)
        .order_by(MeasuredCase.ended_at.desc())
        .limit(MOST_CASES)
        .subquery()
    )
    rows = numbers.session.execute(
        select(WorkItem.activity_id, WorkItem.person_id, WorkItem.ended_at, WorkItem.enabled_at)
        .join(newest, newest.c.case_id == WorkItem.case_id)
        .where(WorkItem.is_completed, WorkItem.person_id != 0)
    )
    ends: dict[str, list[tuple[int, int, int]]] = {}
    names = {activity.element_id: activity.name for activity in numbers.activities.values()}
    for activity_id, person, ended, enabled in rows:
        element_id = numbers.activities[activity_id].element_id
        ends.setdefault(element_id, []).append((person, ended or 0, enabled))
    found = []
    for element_id, own in ends.items():
        sizes = _sizes(sorted(own))
        batched = sum(size for size in sizes if size >= LEAST)
        if batched:
            share = batched / len(own)
            found.append(Batching(element_id, names[element_id], len(own), share, max(sizes)))
    return sorted(found, key=lambda one: (-one.share, one.name))


def _sizes(ends: list[tuple[int, int, int]]) -> list[int]:
    """Sizes of runs: the same person, ends near each other, and each there before the run began."""
    sizes: list[int] = []
    person, last, begun = 0, 0, 0
    for who, ended, enabled in ends:
        if sizes and who == person and ended - last <= NEAR and enabled <= begun:
            sizes[-1] += 1
        else:
            sizes.append(1)
            person, begun = who, ended
        last = ended
    return sizes
