"""How cases ended, by the person who did a task in them: who refuses never, and who nearly always."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from math import sqrt

from sqlalchemy import func, select

from engine.metrics.flow import names_of
from engine.metrics.measure import measure
from engine.metrics.numbers import Numbers
from engine.models import MeasuredCase, WorkItem

MOST_COUNTED = 2_000  # cases, the newest
LEAST_CASES = 5  # of a person at a task; fewer say nothing
FEW = 30  # cases, under which a share is told with a caution
_SURE = 1.96  # standard errors, for 95 %
# … for 99 %: a page marks differences among dozens of shares, of which one in twenty would differ by chance
_SURER = 2.576


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a person's cases ended with an outcome, with the 95 % interval of the share; and the share among
    the cases of the others at this task."""

    outcome: str
    count: int
    share: float
    low: float
    high: float
    share_of_others: float
    differs: int  # 1: more often than with the others, -1: more rarely, 0: chance may explain it


@dataclass(frozen=True, slots=True)
class Decider:
    """A person at a task, how many cases, and the share of each outcome, in the order of `Deciders.outcomes`."""

    person_id: int
    name: str
    cases: int
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Deciders:
    """Those who did one task, most cases first; `outcomes`: most frequent first."""

    element_id: str
    task: str
    cases: int
    outcomes: tuple[str, ...]
    people: tuple[Decider, ...]

    @property
    def striking(self) -> float:
        """The largest difference that chance does not explain; 0: none."""
        shares = (share for one in self.people for share in one.shares if share.differs)
        return max((abs(one.share - one.share_of_others) for one in shares), default=0.0)


@measure("Interval: Wilson 1927; Newcombe, Statistics in Medicine 17, 1998")
def deciders(numbers: Numbers) -> list[Deciders]:
    """Of the cases in which a person did a task, the share that ended with each outcome, beside the share among the
    cases of everybody else at the same task. The interval says how far chance alone may move a share of so few cases; a
    difference is marked when chance makes it less than once in a hundred times. It is a question to ask, not a verdict:
    people may be given different cases.

    Tasks that several people did, those with the largest clear difference first. Counts the newest completed cases
    only, at most MOST_COUNTED; people with fewer than LEAST_CASES at a task count among the others.
    """
    found: defaultdict[str, defaultdict[int, Counter[str]]]
    found = defaultdict(lambda: defaultdict(Counter))
    for activity_id, person_id, outcome, n in _counted(numbers):
        activity = numbers.activities.get(activity_id)
        if activity is not None:
            found[activity.element_id][person_id][outcome] += n
    names = names_of(numbers, {id for people in found.values() for id in people}, is_person=True)
    tasks = {one.element_id: one.name for one in numbers.activities.values()}
    every = [_of_task(id, tasks[id], people, names) for id, people in found.items()]
    told = [one for one in every if len(one.people) > 1 and len(one.outcomes) > 1]
    return sorted(told, key=lambda one: (-one.striking, -one.cases, one.task))


def _counted(numbers: Numbers) -> list[tuple[int, int, str, int]]:
    """Activity, person, outcome and in how many of the newest completed cases."""
    case, item = MeasuredCase, WorkItem
    start, end = numbers.seconds()
    terms = [case.status == "completed", *numbers.conditions]
    if start is not None:
        terms.append(case.ended_at >= start)
    if end is not None:
        terms.append(case.ended_at < end)
    newest = (
        select(case.case_id, case.outcome)
        .where(*terms)
        .order_by(case.ended_at.desc())
        .limit(MOST_COUNTED)
        .subquery()
    )
    rows = numbers.session.execute(
        select(
            item.activity_id,
            item.person_id,
            newest.c.outcome,
            func.count(item.case_id.distinct()),
        )
        .join_from(newest, item, item.case_id == newest.c.case_id)
        .where(item.is_completed, item.person_id != 0)
        .group_by(item.activity_id, item.person_id, newest.c.outcome)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _of_task(
    element_id: str, task: str, people: dict[int, Counter[str]], names: dict[int, str]
) -> Deciders:
    all_of_it: Counter[str] = Counter()
    for counts in people.values():
        all_of_it.update(counts)
    outcomes = tuple(sorted(all_of_it, key=lambda one: (-all_of_it[one], one)))
    told = []
    for person_id, counts in people.items():
        cases = counts.total()
        others = all_of_it.total() - cases
        if cases >= LEAST_CASES and others:
            shares = tuple(
                _share(
                    outcome, counts[outcome], cases, all_of_it[outcome] - counts[outcome], others
                )
                for outcome in outcomes
            )
            told.append(Decider(person_id, names.get(person_id, "–"), cases, shares))
    told.sort(key=lambda one: (-one.cases, one.name))
    return Deciders(element_id, task, all_of_it.total(), outcomes, tuple(told))


def _share(outcome: str, n: int, of: int, n_others: int, of_others: int) -> Share:
    share, share_of_others = n / of, n_others / of_others
    low, high = interval(n, of, _SURER)
    low_others, high_others = interval(n_others, of_others, _SURER)
    change = share - share_of_others  # its interval, by Newcombe’s method 10, leaves out 0 or not
    up = sqrt((share - low) ** 2 + (high_others - share_of_others) ** 2)
    down = sqrt((high - share) ** 2 + (share_of_others - low_others) ** 2)
    differs = (change > up) - (change < -down)
    return Share(outcome, n, share, *interval(n, of), share_of_others, differs)


def interval(n: int, of: int, sure: float = _SURE) -> tuple[float, float]:
    """The 95 % interval of a share that was `n` of `of`, by Wilson's score; it stays within 0 and 1, and is an
    interval even when none or all were."""
    share, square = n / of, sure * sure
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = sure * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return max(0.0, middle - half), min(1.0, middle + half)
