"""What a case adds to the cells: every number that is added up, defined once.

A cell is a kind, a slice of cases, a period, two subjects and a bucket; its values are a count and seconds. Adding a
case and taking it away again leaves every cell as it was, so that a case that went on is subtracted as it was and
added as it is. Cells of different days, slices and machines add up.
"""

import hashlib
import math
from collections.abc import Callable, Iterator
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.metrics.days import day_of, monday
from engine.metrics.item import CAUSES, Cause, Item, Measured

WIDTH = 0.04  # of a bucket, in natural logarithms: within it durations differ by 4 %, so its middle errs by 2 %
# kind, period, a, b, bucket
Key = tuple[int, int, int, int, int]


class Cells:
    """Counts and seconds per slice and key. Plain numbers in plain dictionaries: there are millions of them."""

    __slots__ = ("broad", "counts", "totals")

    def __init__(self) -> None:
        self.broad: dict[int, int] = {}  # fine slice → the broad one it is part of
        self.counts: dict[int, dict[Key, int]] = {}
        self.totals: dict[int, dict[Key, int]] = {}

    def rows(self) -> Iterator[tuple[int, int, int, int, int, int, int, int]]:
        """Columns of Cell, of fine and broad slices, without cells that stay as they are; always in the same order."""
        every = {id: (counts, self.totals[id]) for id, counts in self.counts.items()}
        for fine, broad in self.broad.items():
            sums = every.setdefault(broad, ({}, {}))
            for kept, more in zip(sums, (self.counts[fine], self.totals[fine]), strict=True):
                for key, value in more.items():
                    kept[key] = kept.get(key, 0) + value
        for slice_id, (counts, totals) in sorted(every.items()):
            for key in sorted(counts):
                n, total = counts[key], totals.get(key, 0)
                if n or total:
                    yield (key[0], slice_id, *key[1:], n, total)


class Kind(IntEnum):
    """What a cell counts. `a` and `b` are 0 where they are not named, and so is the bucket where it is no histogram."""

    # of ended cases, in the week of their end
    LEAD = 1  # histogram: filing → end
    CYCLE = 2  # histogram: start → end
    LEGAL = 3  # histogram: the law's clock, a business day as 86,400 seconds
    OFFICE = 4  # histogram: start → end without waiting for the applicant
    # of cases, per day
    STARTED = 10
    ENDED = 11  # a: 1 completed, 2 otherwise; seconds from start to end
    # of completed cases, in the week of their end
    TERM = 12  # a: 1 within the term, 2 late, 3 without one; b: 1 by silence
    FIRST_TIME = 13  # a: 1 right the first time, 0 not
    VARIANT = 14  # a: variant; seconds from start to end
    VISITED = 15  # a: activity the case passed, however often; seconds from start to end
    # of completed items, in the week of their end; a: activity
    TOUCH = 20  # histogram
    WAITING = 21  # histogram: everything but touch
    WHOLE = 22  # histogram: enabled → ended
    UNCLAIMED = 23  # of those that waited so (Cause); seconds spent
    APPLICANT = 24
    OTHER_OFFICE = 25
    TIMER = 26
    SUSPENDED = 27
    MACHINE = 28
    REWORK = 29  # done again in the same case; seconds of these executions
    # per day; a: activity
    ARRIVED = 30
    DEPARTED = 31  # taken away; what was completed departs in FLOW, as its b
    # directly-follows, per day; a: completed activity, 0 the start; b: the next completed, 0 the end; seconds between
    FLOW = 40
    # of completed items, in the week of their end
    PERSON = 50  # a: person, b: office; seconds of touch
    HANDOVER = 51  # a: who had the case before, b: who had it next, another person


# plain numbers: keys of cells are hashed by the million
_BY_CAUSE: dict[Cause, int] = {cause: int(Kind[cause.name]) for cause in CAUSES}
CAUSE_KINDS = tuple(Kind[cause.name] for cause in CAUSES if cause is not Cause.TOUCH)
HISTOGRAMS = frozenset(
    {Kind.LEAD, Kind.CYCLE, Kind.LEGAL, Kind.OFFICE, Kind.TOUCH, Kind.WAITING, Kind.WHOLE}
)
_COMPLETED = "completed"
_MOST = 1 << 53


class Done(NamedTuple):
    """A case ready to be added: its items in order, each with its activity and the one before."""

    case: Measured
    items: tuple["Placed", ...]
    audience_id: int
    variant_id: int
    steps: tuple[str, ...]
    rework: int
    handovers: int
    applicant: int  # seconds


class Placed(NamedTuple):
    """An item in its case; `gap` are the seconds from the end of the item completed before until this one began."""

    item: Item
    activity_id: int
    previous_id: int
    previous: Item | None
    gap: int
    round: int


def bucket_of(seconds: int) -> int:
    """The bucket of a duration: round(ln(1 + seconds) / 0.04)."""
    return round(math.log1p(max(0, seconds)) / WIDTH)


def middle_of(bucket: int) -> float:
    """The duration in seconds that stands for a bucket; errs by 2 % at most, plus half a second near nothing."""
    return math.expm1(bucket * WIDTH)


@lru_cache(maxsize=65_536)
def number_of(*parts: object) -> int:
    """A number for what is said in words, the same everywhere and for ever: 53 bits of its hash."""
    text = "\x1f".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") % _MOST


def place(case: Measured) -> Done:
    """The case with everything that is said of it as a whole.

    Completed items follow each other in order of completion. An execution is a round of rework when an earlier one of
    the same element had ended before it was enabled; those of a multiple instance run side by side and are none.
    """
    completed = [item for item in case.items if item.is_completed]
    completed.sort(key=_by_end)
    places: dict[int, tuple[Item | None, int]] = {}
    ended: dict[str, list[int]] = {}
    previous: Item | None = None
    for item in completed:
        begun = item.ended_at if item.started_at is None else item.started_at
        since = case.started_at if previous is None else previous.ended_at
        places[id(item)] = (previous, max(0, (begun or 0) - (since or 0)))
        ended.setdefault(item.element_id, []).append(item.ended_at or 0)
        previous = item
    placed, rework, applicant = [], 0, 0
    activities: dict[tuple[str, int], int] = {}

    def activity(of: Item | None) -> int:
        if of is None:
            return 0
        key = (of.element_id, of.office_id)
        found = activities.get(key)
        if found is None:
            found = activities[key] = activity_number(case.procedure_id, *key)
        return found

    for item in case.items:
        before, gap = places.get(id(item)) or (previous, 0)
        again = ended.get(item.element_id, ())
        number = 1 + sum(
            1
            for end in again
            if end <= item.enabled_at and (item.ended_at is None or end < item.ended_at)
        )
        rework += number > 1
        applicant += item.spent.get(Cause.APPLICANT, 0)
        placed.append(Placed(item, activity(item), activity(before), before, gap, number))
    steps = tuple(item.element_id for item in completed)
    offices = sorted(case.offices or {item.office_id for item in case.items})
    return Done(
        case=case,
        items=tuple(placed),
        audience_id=number_of("audience", *offices),
        variant_id=number_of("variant", case.procedure_id, *steps),
        steps=steps,
        rework=rework,
        handovers=_office_changes(completed),
        applicant=applicant,
    )


def activity_number(procedure_id: int, element_id: str, office_id: int) -> int:
    """The id of an activity."""
    return number_of("activity", procedure_id, element_id, office_id)


def slices_of(done: Done) -> tuple[int, int]:
    """The ids of the broad and of the fine slice that the case belongs to."""
    case = done.case
    broad = number_of("slice", case.procedure_id, done.audience_id)
    fine = number_of(
        "slice", case.procedure_id, done.audience_id, case.version_id, case.channel, case.outcome
    )
    return broad, fine


def add(
    cells: Cells,
    done: Done,
    slices: tuple[int, int],
    zone: ZoneInfo,
    sign: int = 1,
    *,
    is_exact: bool = False,
) -> None:
    """Add the case to the cells of its slices, or with `sign` -1 take it away.

    `is_exact`, for cells that nobody keeps: weeks are days, and a bucket is a second wide.
    """
    own: _Own = []
    how = _EXACT if is_exact else _ROUNDED
    _add_case(own, done, zone, how)
    for placed in done.items:
        _add_item(own, placed, zone, how)
    broad, fine = slices
    if broad != fine:
        cells.broad[fine] = broad
    counts = cells.counts.setdefault(fine, {})
    totals = cells.totals.setdefault(fine, {})
    for key, total in own:
        counts[key] = counts.get(key, 0) + sign
        if total:
            totals[key] = totals.get(key, 0) + sign * total


_Own = list[tuple[Key, int]]
_How = tuple[Callable[[int], int], Callable[[int], int]]  # week of a day, bucket of seconds
_ROUNDED: _How = (monday, bucket_of)
_EXACT: _How = (int, int)


def _add_case(own: _Own, done: Done, zone: ZoneInfo, how: _How) -> None:
    week_of, bucket = how
    case = done.case
    own.append(((Kind.STARTED, day_of(case.started_at, zone), 0, 0, 0), 0))
    if case.ended_at is None:
        return
    day = day_of(case.ended_at, zone)
    cycle = max(0, case.ended_at - case.started_at)
    is_completed = case.status == _COMPLETED
    own.append(((Kind.ENDED, day, 1 if is_completed else 2, 0, 0), cycle))
    if not is_completed:
        return
    week = week_of(day)
    filed = case.started_at if case.filed_at is None else case.filed_at
    lead = max(0, case.ended_at - filed)
    own.append(((Kind.LEAD, week, 0, 0, bucket(lead)), lead))
    own.append(((Kind.CYCLE, week, 0, 0, bucket(cycle)), cycle))
    office = max(0, cycle - done.applicant)
    own.append(((Kind.OFFICE, week, 0, 0, bucket(office)), office))
    if case.legal_days is not None:
        legal = case.legal_days * 86_400
        own.append(((Kind.LEGAL, week, 0, 0, bucket(legal)), legal))
    kept = 3 if case.due_at is None else 1 if case.ended_at <= case.due_at else 2
    own.append(((Kind.TERM, week, kept, int(case.is_silent), 0), cycle))
    is_right = done.rework == 0 and done.applicant == 0
    own.append(((Kind.FIRST_TIME, week, int(is_right), 0, 0), cycle))
    own.append(((Kind.VARIANT, week, done.variant_id, 0, 0), cycle))
    passed = {placed.activity_id for placed in done.items if placed.item.is_completed}
    for activity_id in passed:
        own.append(((Kind.VISITED, week, activity_id, 0, 0), cycle))
    last = max(
        (placed for placed in done.items if placed.item.is_completed),
        key=lambda placed: _by_end(placed.item),
        default=None,
    )
    if last is not None:
        gap = max(0, case.ended_at - (last.item.ended_at or 0))
        own.append(((Kind.FLOW, day, last.activity_id, 0, 0), gap))


def _add_item(own: _Own, placed: Placed, zone: ZoneInfo, how: _How) -> None:
    week_of, bucket = how
    item, activity_id = placed.item, placed.activity_id
    own.append(((Kind.ARRIVED, day_of(item.enabled_at, zone), activity_id, 0, 0), 0))
    if item.ended_at is None:
        return
    day = day_of(item.ended_at, zone)
    if not item.is_completed:
        own.append(((Kind.DEPARTED, day, activity_id, 0, 0), 0))
        return
    week = week_of(day)
    whole = max(0, item.ended_at - item.enabled_at)
    touch = item.spent.get(Cause.TOUCH, 0)
    for cause, seconds in item.spent.items():
        if seconds and cause is not Cause.TOUCH:
            own.append(((_BY_CAUSE[cause], week, activity_id, 0, 0), seconds))
    own.append(((Kind.TOUCH, week, activity_id, 0, bucket(touch)), touch))
    waiting = max(0, whole - touch)
    own.append(((Kind.WAITING, week, activity_id, 0, bucket(waiting)), waiting))
    own.append(((Kind.WHOLE, week, activity_id, 0, bucket(whole)), whole))
    own.append(((Kind.FLOW, day, placed.previous_id, activity_id, 0), placed.gap))
    if placed.round > 1:
        own.append(((Kind.REWORK, week, activity_id, 0, 0), whole))
    if item.person_id:
        own.append(((Kind.PERSON, week, item.person_id, item.office_id, 0), touch))
    before = placed.previous
    if before is not None and before.person_id and 0 != item.person_id != before.person_id:
        own.append(((Kind.HANDOVER, week, before.person_id, item.person_id, 0), placed.gap))


def _by_end(item: Item) -> tuple[int, int]:
    return item.ended_at or 0, item.seq


def _office_changes(completed: list[Item]) -> int:
    offices = [item.office_id for item in completed if item.office_id]
    return sum(1 for before, after in pairwise(offices) if before != after)
