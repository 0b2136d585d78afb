"""Cases of a log that says of its events no more than that they were done: placed, counted and written in one pass.

Most logs are such. What comes of it is what `cells.place` and `cells.add` make of items that took no time, at a fifth
of the price; the tests hold the one against the other.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Table
from sqlalchemy.orm import Session

from engine.metrics.bulk import Shape, insert_rows, insert_short
from engine.metrics.cells import (
    BITS,
    Cells,
    Done,
    activity_number,
    add_as_whole,
    audience_number,
    changes,
    number_of,
    slices_among,
)
from engine.metrics.days import DAY, QUARTER, monday, offsets_of
from engine.metrics.item import CAUSES, ItemKind, Measured
from engine.metrics.keeping import resource_number
from engine.metrics.kinds import Kind
from engine.models import Activity, Resource, WorkItem

# what was done, when (seconds since 1970), transition, by whom, in which group, which execution
Event = tuple[str, int, str, str | None, str | None, str | None]
Row = tuple[int, int, int, int, int, int, int, int, int]
# what stands in the columns of WorkItem, by its place in a Row
_GIVEN = {
    "case_id": 0, "seq": 1, "activity_id": 2, "previous_id": 3, "gap": 4, "office_id": 5, "person_id": 6,
    "enabled_at": 7, "assigned_at": 7, "started_at": 7, "ended_at": 7, "round": 8,
    "token": "NULL", "due_at": "NULL", "is_completed": "TRUE", **{cause.value: "0" for cause in CAUSES},
}  # fmt: skip
_ITEMS: Table = WorkItem.__table__  # type: ignore[assignment]  # the stubs say FromClause
_ACTIVITIES: Table = Activity.__table__  # type: ignore[assignment]  # the stubs say FromClause
_RESOURCES: Table = Resource.__table__  # type: ignore[assignment]  # the stubs say FromClause
_SHAPE: Shape = tuple(_GIVEN[column.name] for column in _ITEMS.columns)  # type: ignore[misc]  # str or int
_MOST_NAMES = 50_000  # are remembered
_ARRIVED, _TOUCH, _WAITING, _WHOLE, _REWORK, _FLOW, _PERSON, _HANDOVER = (
    int(kind)
    for kind in (
        Kind.ARRIVED, Kind.TOUCH, Kind.WAITING, Kind.WHOLE, Kind.REWORK, Kind.FLOW, Kind.PERSON, Kind.HANDOVER,
    )
)  # fmt: skip
_EVENT = ItemKind.EVENT.value
_COUNT = (1 << BITS) - 1


class Written:
    """What is to be written of some cases: rows of items, and of the names that were new in them."""

    __slots__ = ("activities", "resources", "rows")

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.activities: list[tuple[int, int, str, str, str, int]] = []
        self.resources: list[tuple[int, int, str]] = []

    def write(self, session: Session) -> None:
        """Insert it; a name that is written already stays."""
        insert_rows(session, _ACTIVITIES, self.activities, "DO NOTHING")
        insert_rows(session, _RESOURCES, self.resources, "DO NOTHING")
        insert_short(session, _ITEMS, _SHAPE, self.rows)


class Completions:
    """The short way for the cases of one log. Give `cells` their due with `settle` before they are looked at."""

    def __init__(self, procedure_id: int, cells: Cells, zone: ZoneInfo) -> None:
        self._procedure_id = procedure_id
        self._cells = cells
        self._zone = zone
        self._offsets = offsets_of(zone)
        self._written = Written()
        self._activities: dict[tuple[str, str | None], tuple[int, int]] = {}
        self._people: dict[str, int] = {}
        # by slices: (week, person before, person, office) → the same
        self._moves: defaultdict[tuple[int, int], defaultdict[tuple[int, int, int, int], int]]
        self._moves = defaultdict(lambda: defaultdict(int))
        # by slices: (day, activity before, activity) → how often, and the seconds between (packed as in cells)
        self._flows: defaultdict[tuple[int, int], defaultdict[tuple[int, int, int], int]]
        self._flows = defaultdict(lambda: defaultdict(int))

    def __len__(self) -> int:
        return sum(map(len, self._flows.values())) + sum(map(len, self._moves.values()))

    def taken(self) -> Written:
        """What has come together to be written since it was asked the last time."""
        written, self._written = self._written, Written()
        return written

    def add(self, case: Measured, events: Sequence[Event]) -> Done:
        """Place and count a case; `case` says all but its items, `events` are in the order of the log."""
        numbered = list(enumerate(events, 1))
        instants = [event[1] for event in events]
        if instants != sorted(instants):
            numbered.sort(
                key=lambda one: one[1][1]
            )  # those of one second keep the order of the log
        audience_id = audience_number(case.offices)
        slices = slices_among(case, audience_id)
        own, flows, moves = self._cells.of(slices), self._flows[slices], self._moves[slices]
        case_id, since = case.case_id, case.started_at
        activities, people, offsets = self._activities, self._people, self._offsets
        add_row = self._written.rows.append
        previous_id = person_before = rework = 0
        firsts: dict[str, int] = {}  # activity → when it was done first
        times: dict[str, list[int]] = {}  # of what was done again
        offices: list[int] = []
        for seq, (activity, at, _, resource, group, _) in numbered:
            known = activities.get((activity, group))
            activity_id, office_id = known or self._new_activity(activity, group)
            person_id = (people.get(resource) or self._new_person(resource)) if resource else 0
            gap = at - since if at > since else 0
            since = at
            day = (at + offsets[at // QUARTER]) // DAY
            flows[day, previous_id, activity_id] += (gap << BITS) + 1
            if person_id:
                week = day - (day + 3) % 7
                moves[week, person_before, person_id, office_id] += (gap << BITS) + 1
            number = 1
            if activity in firsts:
                if activity not in times:
                    times[activity] = [firsts[activity]]
                earlier = times[activity]
                number += bisect_left(earlier, at)
                earlier.append(at)
                if number > 1:
                    rework += 1
                    own[_REWORK, monday(day), activity_id, 0, 0] += 1
            else:
                firsts[activity] = at
            add_row((case_id, seq, activity_id, previous_id, gap, office_id, person_id, at, number))
            previous_id, person_before = activity_id, person_id
            if office_id:
                offices.append(office_id)
        rows = self._written.rows
        passed = {row[2] for row in rows[-len(numbered) :]}
        steps = [event[0] for _, event in numbered]
        variant_id = number_of("variant", self._procedure_id, *steps)
        moved = changes(offices) if len(case.offices) > 1 else 0
        done = Done(case, (), audience_id, variant_id, tuple(steps), rework, moved, 0)
        last = (previous_id, since) if numbered else None
        add_as_whole(own, done, passed, last, self._zone)
        return done

    def settle(self) -> None:
        """Add to the cells what the flows between activities say of each activity as well."""
        for slices, flows in self._flows.items():
            own = self._cells.of(slices)
            for (day, before_id, activity_id), value in flows.items():
                n, week = value & _COUNT, monday(day)
                own[_FLOW, day, before_id, activity_id, 0] += value
                own[_ARRIVED, day, activity_id, 0, 0] += n
                for kind in (_TOUCH, _WAITING, _WHOLE):
                    own[kind, week, activity_id, 0, 0] += n
        for slices, moves in self._moves.items():
            own = self._cells.of(slices)
            for (week, before, person_id, office_id), value in moves.items():
                own[_PERSON, week, person_id, office_id, 0] += value & _COUNT
                if 0 != before != person_id:
                    own[_HANDOVER, week, before, person_id, 0] += value
        self._flows.clear()
        self._moves.clear()

    def _new_activity(self, name: str, group: str | None) -> tuple[int, int]:
        office_id = 0
        if group:
            office_id = resource_number(self._procedure_id, group[:200])
            self._written.resources.append((office_id, self._procedure_id, group[:200]))
        number = activity_number(self._procedure_id, name, office_id)
        row = (number, self._procedure_id, name, name[:300], _EVENT, office_id)
        self._written.activities.append(row)
        if len(self._activities) >= _MOST_NAMES:
            self._activities.clear()  # a name that is written twice is written once
        self._activities[name, group] = number, office_id
        return number, office_id

    def _new_person(self, name: str) -> int:
        number = resource_number(self._procedure_id, name[:200])
        self._written.resources.append((number, self._procedure_id, name[:200]))
        if len(self._people) >= _MOST_NAMES:
            self._people.clear()
        self._people[name] = number
        return number
