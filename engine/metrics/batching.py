"""Work done in batches: left to pile up and then done in one go."""

from dataclasses import dataclass

from sqlalchemy import select

from engine.metrics.measure import measure
from engine.metrics.numbers import Numbers
from engine.models import MeasuredCase, WorkItem

NEAR = 30 * 60  # seconds between ends, within which work belongs together
LEAST = 3  # executions make a batch
MOST_ITEMS = 5_000


@dataclass(frozen=True, slots=True)
class Batching:
    """Of a task's newest executions: which share was done in batches, the largest, the mean seconds a case waited."""

    element_id: str
    name: str
    count: int
    share: float
    largest: int


@measure("Batch processing: Martin et al., Batch Processing Analysis, BISE 2021")
def batching(numbers: Numbers) -> list[Batching]:
    """The share of a task's executions that one person ended within half an hour of each other, three or more in a row,
    though they had been there before: work that waited to be done in one go.

    Those most done in batches first; of the newest executions only.
    """
    start, end = numbers.seconds()
    terms = [WorkItem.is_completed, WorkItem.person_id != 0, *numbers.conditions]
    if start is not None:
        terms.append(WorkItem.ended_at >= start)
    if end is not None:
        terms.append(WorkItem.ended_at < end)
    found = []
    by_element: dict[str, list[int]] = {}
    for activity in numbers.activities.values():
        by_element.setdefault(activity.element_id, []).append(activity.id)
    for element_id, ids in by_element.items():
        rows = numbers.session.execute(
            select(WorkItem.person_id, WorkItem.ended_at, WorkItem.enabled_at)
            .join(MeasuredCase, MeasuredCase.case_id == WorkItem.case_id)
            .where(WorkItem.activity_id.in_(ids), *terms)
            .order_by(WorkItem.ended_at.desc())
            .limit(MOST_ITEMS // len(by_element))
        ).all()
        sizes = _sizes(sorted((row[0], row[1] or 0, row[2]) for row in rows))
        batched = sum(size for size in sizes if size >= LEAST)
        if rows and batched:
            name = numbers.activities[ids[-1]].name
            found.append(Batching(element_id, name, len(rows), batched / len(rows), max(sizes)))
    return sorted(found, key=lambda one: -one.share)


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
