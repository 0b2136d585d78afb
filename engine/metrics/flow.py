"""How cases flow: what is where now and was where each day, how old it is, who hands over to whom."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, cast, func, select

from engine.directory import office_names, people_names
from engine.metrics.cycle_time import first_day, last_day
from engine.metrics.days import as_date, as_day
from engine.metrics.kinds import WIDTH, Kind
from engine.metrics.measure import measure
from engine.metrics.numbers import Numbers
from engine.metrics.summing import Sum
from engine.models import MeasuredCase, Resource, WorkItem


@dataclass(frozen=True, slots=True)
class Stage:
    """What stands at one element now: ages in seconds and how many each, the oldest last. Of many, those within 4 % of
    an age are told together."""

    element_id: str
    name: str
    ages: tuple[tuple[float, int], ...]

    @property
    def count(self) -> int:
        return sum(n for _, n in self.ages)

    @property
    def oldest(self) -> float:
        return self.ages[-1][0]


@dataclass(frozen=True, slots=True)
class Pile:
    """How much stood at one element at the end of each day."""

    element_id: str
    name: str
    count: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Flowed:
    """Cases piled up by element, day by day, with all that had arrived and all that had ended by then."""

    days: tuple[date, ...]
    arrived: tuple[int, ...]
    ended: tuple[int, ...]
    piles: tuple[Pile, ...]

    def from_first_case(self) -> "Flowed":
        """Without the days at its beginning on which nothing stood anywhere and nothing had arrived or ended yet: of a
        procedure younger than the range asked for they would be most of a picture."""
        counts = [self.arrived, self.ended, *(pile.count for pile in self.piles)]
        places = range(len(self.days))
        first = next((at for at in places if any(count[at] for count in counts)), 0)
        return Flowed(
            self.days[first:],
            self.arrived[first:],
            self.ended[first:],
            tuple(Pile(one.element_id, one.name, one.count[first:]) for one in self.piles),
        )


@dataclass(frozen=True, slots=True)
class Step:
    """From one element directly to another (empty: start or end): how often, and the mean seconds between."""

    source: str
    target: str
    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ToAndFro:
    """From one element to another and back to it: how often there, of how many that left it, and how often back."""

    source: str
    target: str
    there: int
    left: int
    back: int


@dataclass(frozen=True, slots=True)
class Handover:
    """From one office or person to another; `seconds` is the mean time between."""

    source: str
    target: str
    source_id: int
    target_id: int
    count: int
    seconds: float


@measure("Cumulative flow: Anderson, Kanban, 2010; Vacanti 2015")
def cumulative_flow(numbers: Numbers, *, today: date) -> Flowed:
    """For each day, how many cases had arrived and how many had ended since the range began, and between the two lines
    the tasks that stood open at its end. Where a band widens, work piles up.

    Reckoned back from what is open now, so that no day needs the whole past.
    """
    first, last = as_day(first_day(numbers, today)), as_day(last_day(numbers, today))
    sums = numbers.sums(
        Kind.STARTED, Kind.ENDED, Kind.ARRIVED, Kind.DEPARTED, by=("period", "a"), until_now=True
    )
    flows = numbers.sums(Kind.FLOW, by=("period", "b"), until_now=True)[Kind.FLOW]
    change: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    names = {one.element_id: one.name for one in numbers.activities.values()}
    moves = [(one.a, one.period, one.n) for one in sums[Kind.ARRIVED]]
    moves += [(one.a, one.period, -one.n) for one in sums[Kind.DEPARTED]]
    moves += [(one.b, one.period, -one.n) for one in flows if one.b]
    for activity_id, day, n in moves:
        activity = numbers.activities.get(activity_id)
        if activity is not None:
            change[activity.element_id][day] += n
    now = _open_now(numbers)
    days = range(first, last + 1)
    piles = []
    for element_id in {*change, *now}:
        levels = _backwards(now.get(element_id, 0), change.get(element_id, {}), days, as_day(today))
        if any(levels):
            piles.append(Pile(element_id, names.get(element_id, element_id), levels))
    piles.sort(key=lambda pile: -sum(pile.count))
    return Flowed(
        days=tuple(map(as_date, days)),
        arrived=_running(_per_day(sums[Kind.STARTED]), days),
        ended=_running(_per_day(sums[Kind.ENDED]), days),
        piles=tuple(piles),
    )


@measure("Aging work in progress: Vacanti 2015")
def ageing(numbers: Numbers, *, at: datetime) -> list[Stage]:
    """What stands at each task at this moment, and how long it has stood there. What is older than 85 of 100 of what
    was done before is likely to be late.

    Stages with most first; ages in seconds.
    """
    now, item = int(at.timestamp()), WorkItem
    age: ColumnElement[Any] = case((item.enabled_at < now, now - item.enabled_at), else_=0)
    if not numbers.is_exact:
        age = cast(func.round(func.ln(1.0 + age) / WIDTH), Integer)
    found: dict[str, Counter[float]] = {}
    for activity_id, many, oldest in _open_items(
        numbers, func.count(), func.min(item.enabled_at), by=(age,)
    ):
        ages = found.setdefault(numbers.activities[activity_id].element_id, Counter())
        ages[float(max(0, now - oldest))] += many
    names = {one.element_id: one.name for one in numbers.activities.values()}
    stages = [Stage(id, names[id], tuple(sorted(ages.items()))) for id, ages in found.items()]
    return sorted(stages, key=lambda stage: (-stage.count, stage.name))


@measure("Directly-follows graph: van der Aalst, Process Mining, 2016, ch. 6; IEEE 1849 (XES)")
def directly_follows(numbers: Numbers) -> list[Step]:
    """How often one task was completed directly after another in these days, and the mean time from the end of the one
    until the other was begun.

    Most frequent first.
    """
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for one in numbers.sums(Kind.FLOW, by=("a", "b"))[Kind.FLOW]:
        sums = found[_element(numbers, one.a), _element(numbers, one.b)]
        sums[0] += one.n
        sums[1] += one.total
    steps = [Step(*pair, n, total / n) for pair, (n, total) in found.items() if n > 0]
    return sorted(steps, key=lambda step: (-step.count, step.source, step.target))


@measure("Ping-pong of cases: loops of length two, Weijters and van der Aalst, 2003")
def to_and_fro(steps: Iterable[Step]) -> list[ToAndFro]:
    """Where files are sent back: after a task another was done, and right after that the first one again. Of all that
    went on from the first task, the share that was sent that way.

    Takes the steps of `directly_follows`; most often sent there first.
    """
    counts = {(step.source, step.target): step.count for step in steps}
    left: Counter[str] = Counter()
    for (source, _), n in counts.items():
        left[source] += n
    found = []
    for (source, target), there in counts.items():
        back = counts.get((target, source), 0)
        # every round begins with the one that sends, which is also done by cases that are not sent there
        is_sender = (there, left[source], source) > (back, left[target], target)
        if source and target and source != target and back and is_sender:
            found.append(ToAndFro(source, target, there, left[source], back))
    return sorted(found, key=lambda one: (-one.there, one.source, one.target))


@measure(
    "Handover of work: van der Aalst, Reijers, Song, Discovering Social Networks from Event Logs, 2005"
)
def handovers_of_offices(numbers: Numbers) -> list[Handover]:
    """How often a case went from one office to another in these days, and the mean time it lay between the two."""
    found: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for one in numbers.sums(Kind.FLOW, by=("a", "b"))[Kind.FLOW]:
        before, after = numbers.activities.get(one.a), numbers.activities.get(one.b)
        if before is None or after is None or before.office_id == after.office_id:
            continue
        if before.office_id and after.office_id:
            sums = found[before.office_id, after.office_id]
            sums[0] += one.n
            sums[1] += one.total
    return _named(numbers, found, is_person=False)


@measure("Handover of work: van der Aalst, Reijers, Song, 2005")
def handovers_of_people(numbers: Numbers) -> list[Handover]:
    """How often a case went from one person to another in these days, and the mean time it lay between the two."""
    found: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for one in numbers.sums(Kind.HANDOVER, by=("a", "b"))[Kind.HANDOVER]:
        sums = found[one.a, one.b]
        sums[0] += one.n
        sums[1] += one.total
    return _named(numbers, found, is_person=True)


def people_done(numbers: Numbers) -> list[tuple[str, int, int, float]]:
    """Person, their id, tasks completed in the range and seconds they had them; most first."""
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for one in numbers.sums(Kind.PERSON, by=("a",))[Kind.PERSON]:
        found[one.a][0] += one.n
        found[one.a][1] += one.total
    names = names_of(numbers, set(found), is_person=True)
    rows = [(names.get(id, "–"), id, n, float(total)) for id, (n, total) in found.items() if n > 0]
    return sorted(rows, key=lambda row: (-row[2], row[0]))


def names_of(numbers: Numbers, ids: set[int], *, is_person: bool) -> dict[int, str]:
    """Names of people or offices, those of imported logs as well."""
    known = (people_names if is_person else office_names)(numbers.session, list(ids))
    missing = [id for id in ids if id not in known]
    if missing:
        rows = numbers.session.execute(
            select(Resource.id, Resource.name).where(Resource.id.in_(missing))
        )
        known = {**known, **{row.id: row.name for row in rows}}
    return known


def offices_of_elements(numbers: Numbers) -> dict[str, str]:
    """Names of the offices that do each element; without those of no office."""
    found: dict[str, set[int]] = defaultdict(set)
    for one in numbers.activities.values():
        if one.office_id:
            found[one.element_id].add(one.office_id)
    names = names_of(numbers, {id for ids in found.values() for id in ids}, is_person=False)
    return {
        element_id: ", ".join(sorted(names[id] for id in ids if id in names))
        for element_id, ids in found.items()
    }


def _named(
    numbers: Numbers, found: dict[tuple[int, int], list[int]], *, is_person: bool
) -> list[Handover]:
    names = names_of(numbers, {id for pair in found for id in pair}, is_person=is_person)
    rows = [
        Handover(names.get(a, "–"), names.get(b, "–"), a, b, n, total / n)
        for (a, b), (n, total) in found.items()
        if n > 0
    ]
    return sorted(rows, key=lambda row: (-row.count, row.source, row.target))


def _element(numbers: Numbers, activity_id: int) -> str:
    activity = numbers.activities.get(activity_id)
    return activity.element_id if activity is not None else ""


def _open_now(numbers: Numbers) -> Counter[str]:
    """How many items are open, by element."""
    found: Counter[str] = Counter()
    for activity_id, many in _open_items(numbers, func.count()):
        found[numbers.activities[activity_id].element_id] += many
    return found


def _open_items(
    numbers: Numbers, *sums: ColumnElement[Any], by: tuple[ColumnElement[Any], ...] = ()
) -> Iterable[Any]:
    """Activity and sums of open items, whenever they were enabled."""
    asked = select(WorkItem.activity_id, *sums).where(
        WorkItem.activity_id.in_(list(numbers.activities)), WorkItem.ended_at.is_(None)
    )
    if not numbers.is_whole:
        # What is open is in open cases; said, so that a database looks at those alone.
        asked = asked.join(MeasuredCase, MeasuredCase.case_id == WorkItem.case_id).where(
            MeasuredCase.ended_at.is_(None), *numbers.conditions
        )
    return numbers.session.execute(asked.group_by(WorkItem.activity_id, *by))


def _backwards(now: int, change: dict[int, int], days: range, today: int) -> tuple[int, ...]:
    level, levels = now, {}
    for day in range(max(today, days[-1]) if days else today, days[0] - 1, -1):
        levels[day] = max(0, level)
        level -= change.get(day, 0)
    return tuple(levels.get(day, 0) for day in days)


def _running(per_day: dict[int, int], days: range) -> tuple[int, ...]:
    total, found = 0, []
    for day in days:
        total += per_day.get(day, 0)
        found.append(total)
    return tuple(found)


def _per_day(sums: list[Sum]) -> dict[int, int]:
    days: dict[int, int] = defaultdict(int)
    for one in sums:
        days[one.period] += one.n
    return days
