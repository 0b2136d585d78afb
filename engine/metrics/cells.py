"""What a case adds to the cells: every number that is added up, defined once.

A cell is a kind, a slice of cases, a period, two subjects and a bucket; its values are a count and seconds. Adding a
case and taking it away again leaves every cell as it was, so that a case that went on is subtracted as it was and
added as it is. Cells of different days, slices and machines add up.
"""

import hashlib
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.metrics.days import DAY, QUARTER, block_of, monday, offsets_of
from engine.metrics.item import CAUSES, Cause, Item, Measured
from engine.metrics.kinds import CAUSE_KINDS, HISTOGRAMS, IN_BLOCKS, Kind, bucket_of
from engine.terms.answering import is_in_time

# kind, period, a, b, bucket
Key = tuple[int, int, int, int, int]
Last = tuple[int, int] | None  # the activity completed last, and when; None: there is none
CellRow = tuple[int, int, int, int, int, int, int, int]  # the columns of Cell


class Cells:
    """Counts and seconds per slice and key, each pair in one number (`packed`): there are millions of them."""

    __slots__ = ("broad", "values")

    def __init__(self) -> None:
        self.broad: dict[int, int] = {}  # fine slice → the broad one it is part of
        self.values: dict[int, dict[Key, int]] = {}

    def __len__(self) -> int:
        """How many cells of fine slices there are."""
        return sum(map(len, self.values.values()))

    def of(self, slices: tuple[int, int]) -> dict[Key, int]:
        """The cells of a fine slice, given with its broad one: what a case is added to."""
        broad, fine = slices
        if broad != fine:
            self.broad[fine] = broad
        own = self.values.get(fine)
        if own is None:
            own = self.values[fine] = defaultdict(int)
        return own

    def clear(self) -> None:
        """Forget them: they are written."""
        self.broad, self.values = {}, {}

    def rows(self) -> Iterator[CellRow]:
        """Columns of Cell, of fine and broad slices, without cells that stay as they are; then those of the blocks of
        histograms. Always in the same order."""
        blocks: dict[tuple[int, int, int, int, int, int], list[int]] = {}
        for row in self._own_rows():
            yield row
            kind, slice_id, period, a, b, bucket, n, total = row
            if kind in _HISTOGRAMS:
                key = (kind + IN_BLOCKS, slice_id, block_of(period), a, b, bucket)
                sums = blocks.get(key)
                if sums is None:
                    blocks[key] = [n, total]
                else:
                    sums[0] += n
                    sums[1] += total
        for key, (n, total) in sorted(blocks.items()):
            if n or total:
                yield *key, n, total

    def _own_rows(self) -> Iterator[CellRow]:
        every = dict(self.values)
        for fine, broad in self.broad.items():
            own, sums = self.values[fine], every.get(broad)
            if sums is None:
                every[broad] = own.copy()
                continue
            if sums is self.values.get(broad):
                sums = every[broad] = sums.copy()
            for key, value in own.items():
                sums[key] = sums.get(key, 0) + value
        for slice_id, values in sorted(every.items()):
            for key, value in sorted(values.items()):
                if value:
                    kind, period, a, b, bucket = key
                    n = ((value + _HALF) & _COUNT) - _HALF
                    yield kind, slice_id, period, a, b, bucket, n, (value - n) >> BITS


# A count in the lowest bits and the seconds above it: both are added, and taken away, by adding one number.
BITS = 40
_COUNT, _HALF = (1 << BITS) - 1, 1 << (BITS - 1)


# plain numbers: keys of cells are hashed by the million
_BY_CAUSE: dict[Cause, int] = {cause: int(Kind[cause.name]) for cause in CAUSES}
(
    _LEAD, _CYCLE, _LEGAL, _OFFICE, _ANSWER, _OFFICE_ANSWER, _STARTED, _ENDED, _TERM, _FIRST_TIME, _VARIANT, _VISITED,
    _TOUCH, _WAITING, _WHOLE, _REWORK, _ARRIVED, _DEPARTED, _FLOW, _PERSON, _HANDOVER,
) = (
    int(kind) for kind in Kind if kind not in CAUSE_KINDS
)  # fmt: skip
_HISTOGRAMS = frozenset(map(int, HISTOGRAMS))
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


@lru_cache(maxsize=65_536)
def number_of(*parts: object) -> int:
    """A number for what is said in words, the same everywhere and for ever: 53 bits of its hash."""
    text = "\x1f".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") % _MOST


@lru_cache(maxsize=65_536)
def activity_number(procedure_id: int, element_id: str, office_id: int) -> int:
    """The id of an activity."""
    return number_of("activity", procedure_id, element_id, office_id)


@lru_cache(maxsize=4_096)
def audience_number(offices: frozenset[int]) -> int:
    return number_of("audience", *sorted(offices))


def place(case: Measured) -> Done:
    """The case with everything that is said of it as a whole.

    Completed items follow each other in order of completion. An execution is a round of rework when an earlier one of
    the same element had ended before it was enabled; those of a multiple instance run side by side and are none.
    """
    procedure_id, items = case.procedure_id, case.items
    completed = [item for item in items if item.is_completed]
    completed.sort(key=_by_end)
    before: dict[int, tuple[Item | None, int, int]] = {}  # seq → previous, its activity, gap
    ended: dict[str, list[int]] = {}
    steps: list[str] = []
    previous, previous_id, since = None, 0, case.started_at
    for item in completed:
        element_id, end = item.element_id, item.ended_at or 0
        begun = end if item.started_at is None else item.started_at
        before[item.seq] = (previous, previous_id, begun - since if begun > since else 0)
        previous, since = item, end
        previous_id = activity_number(procedure_id, element_id, item.office_id)
        steps.append(element_id)
        if element_id in ended:
            ended[element_id].append(end)
        else:
            ended[element_id] = [end]
    last = (previous, previous_id, 0)
    placed, rework, applicant = [], 0, 0
    for item in items:
        element_id = item.element_id
        number = 1
        again = ended.get(element_id)
        if again is not None and (len(again) > 1 or not item.is_completed):
            start = item.enabled_at
            until = math.inf if item.ended_at is None else item.ended_at
            number += sum(1 for one in again if one <= start and one < until)
            rework += number > 1
        if item.spent:
            applicant += item.spent.get(_APPLICANT, 0)
        activity_id = activity_number(procedure_id, element_id, item.office_id)
        earlier, earlier_id, gap = before.get(item.seq, last)
        placed.append(_new(Placed, (item, activity_id, earlier_id, earlier, gap, number)))
    offices = case.offices or frozenset([item.office_id for item in items])
    return Done(
        case,
        tuple(placed),
        audience_number(offices),
        number_of("variant", procedure_id, *steps),
        tuple(steps),
        rework,
        _office_changes(completed) if len(offices) > 1 else 0,
        applicant,
    )


def slices_of(done: Done) -> tuple[int, int]:
    """The ids of the broad and of the fine slice that the case belongs to."""
    return slices_among(done.case, done.audience_id)


def slices_among(case: Measured, audience_id: int) -> tuple[int, int]:
    """The same of a case of this audience."""
    return _slices(case.procedure_id, audience_id, case.version_id, case.channel, case.outcome)


@lru_cache(maxsize=16_384)
def _slices(
    procedure_id: int, audience_id: int, version_id: int, channel: str, outcome: str
) -> tuple[int, int]:
    broad = number_of("slice", procedure_id, audience_id)
    fine = number_of("slice", procedure_id, audience_id, version_id, channel, outcome)
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
    own = cells.of(slices)
    how = _EXACT if is_exact else _ROUNDED
    offsets = offsets_of(zone)
    passed, last = _passed(done.items)
    _add_case(own, done, passed, last, offsets, sign, how)
    _add_items(own, done.items, offsets, sign, how)


def add_as_whole(
    own: dict[Key, int], done: Done, passed: Iterable[int], last: Last, zone: ZoneInfo
) -> None:
    """Add what is said of a case as a whole, by the activities it completed and the last of them; not its items."""
    _add_case(own, done, passed, last, offsets_of(zone), 1, _ROUNDED)


_How = tuple[Callable[[int], int], Callable[[int], int]]  # week of a day, bucket of seconds
_ROUNDED: _How = (monday, bucket_of)
_EXACT: _How = (int, int)


def _passed(items: tuple[Placed, ...]) -> tuple[set[int], Last]:
    """The activities completed, and the last of them with its end."""
    passed = set()
    last, last_id, last_end = None, 0, 0
    for item, activity_id, *_ in items:
        if item.is_completed:
            passed.add(activity_id)
            end = item.ended_at or 0
            if last is None or end > last_end or (end == last_end and item.seq > last.seq):
                last, last_id, last_end = item, activity_id, end
    return passed, None if last is None else (last_id, last_end)


def _add_case(
    own: dict[Key, int],
    done: Done,
    passed: Iterable[int],
    last: Last,
    offsets: dict[int, int],
    sign: int,
    how: _How,
) -> None:
    week_of, bucket = how
    case, started = done.case, done.case.started_at
    own[_STARTED, (started + offsets[started // QUARTER]) // DAY, 0, 0, 0] += sign
    ended = case.ended_at
    if ended is None:
        return
    day = (ended + offsets[ended // QUARTER]) // DAY
    cycle = ended - started if ended > started else 0
    value = sign * ((cycle << BITS) + 1)
    if case.status != _COMPLETED:
        own[_ENDED, day, 2, 0, 0] += value
        return
    own[_ENDED, day, 1, 0, 0] += value
    week = week_of(day)
    filed = started if case.filed_at is None else case.filed_at
    lead = ended - filed if ended > filed else 0
    office = cycle - done.applicant if cycle > done.applicant else 0
    cycles = bucket(cycle)
    own[_CYCLE, week, 0, 0, cycles] += value
    own[_LEAD, week, 0, 0, cycles if lead == cycle else bucket(lead)] += sign * ((lead << BITS) + 1)
    own[_OFFICE, week, 0, 0, cycles if office == cycle else bucket(office)] += sign * (
        (office << BITS) + 1
    )
    if case.legal_days is not None:
        legal = case.legal_days * DAY
        own[_LEGAL, week, 0, 0, bucket(legal)] += sign * ((legal << BITS) + 1)
    answered = case.answered_at
    if answered is None or answered >= ended:
        answered, answer, replied = ended, cycle, office
    else:
        answer = answered - started if answered > started else 0
        replied = answer - case.answer_wait if answer > case.answer_wait else 0
    own[_ANSWER, week, 0, 0, cycles if answer == cycle else bucket(answer)] += sign * (
        (answer << BITS) + 1
    )
    own[_OFFICE_ANSWER, week, 0, 0, cycles if replied == cycle else bucket(replied)] += sign * (
        (replied << BITS) + 1
    )
    kept = 3 if case.due_at is None else 1 if is_in_time(answered, case.due_at) else 2
    own[_TERM, week, kept, int(case.is_silent), 0] += value
    own[_FIRST_TIME, week, int(done.rework == 0 == done.applicant), 0, 0] += value
    own[_VARIANT, week, done.variant_id, 0, 0] += value
    for activity_id in passed:
        own[_VISITED, week, activity_id, 0, 0] += value
    if last is not None:
        last_id, last_end = last
        gap = ended - last_end if ended > last_end else 0
        own[_FLOW, day, last_id, 0, 0] += sign * ((gap << BITS) + 1)


def _add_items(
    own: dict[Key, int],
    items: tuple[Placed, ...],
    offsets: dict[int, int],
    sign: int,
    how: _How,
) -> None:
    week_of, bucket = how
    for item, activity_id, previous_id, previous, gap, number in items:
        enabled, ended = item.enabled_at, item.ended_at
        day = (enabled + offsets[enabled // QUARTER]) // DAY
        own[_ARRIVED, day, activity_id, 0, 0] += sign
        if ended is None:
            continue
        if ended != enabled:
            day = (ended + offsets[ended // QUARTER]) // DAY
        if not item.is_completed:
            own[_DEPARTED, day, activity_id, 0, 0] += sign
            continue
        week = week_of(day)
        touch = 0
        for cause, seconds in item.spent.items():
            if cause is _TOUCHING:
                touch = seconds
            elif seconds:
                own[_BY_CAUSE[cause], week, activity_id, 0, 0] += sign * ((seconds << BITS) + 1)
        whole = ended - enabled if ended > enabled else 0
        waiting = whole - touch if whole > touch else 0
        touches = bucket(touch) if touch else 0
        waits = bucket(waiting) if waiting else 0
        wholes = waits if whole == waiting else bucket(whole)
        own[_TOUCH, week, activity_id, 0, touches] += sign * ((touch << BITS) + 1)
        own[_WAITING, week, activity_id, 0, waits] += sign * ((waiting << BITS) + 1)
        own[_WHOLE, week, activity_id, 0, wholes] += sign * ((whole << BITS) + 1)
        own[_FLOW, day, previous_id, activity_id, 0] += sign * ((gap << BITS) + 1)
        if number > 1:
            own[_REWORK, week, activity_id, 0, 0] += sign * ((whole << BITS) + 1)
        person = item.person_id
        if person:
            own[_PERSON, week, person, item.office_id, 0] += sign * ((touch << BITS) + 1)
            if previous is not None and 0 != previous.person_id != person:
                key = (_HANDOVER, week, previous.person_id, person, 0)
                own[key] += sign * ((gap << BITS) + 1)


def _by_end(item: Item) -> tuple[int, int]:
    return item.ended_at or 0, item.seq


def _office_changes(completed: list[Item]) -> int:
    return changes([item.office_id for item in completed])


def changes(offices: list[int]) -> int:
    """How often a case went from one office to another; 0 is none."""
    offices = [office_id for office_id in offices if office_id]
    return sum(1 for before, after in pairwise(offices) if before != after)


_TOUCHING, _APPLICANT = Cause.TOUCH, Cause.APPLICANT
_new = tuple.__new__  # of a named tuple, half as dear as its own way
