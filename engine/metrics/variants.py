"""The ways cases take: variants and their coverage, which step leads to which end, what the slow ones share."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from engine.case_fields import fields_of_version, values_of
from engine.metrics.kinds import Kind
from engine.metrics.measure import measure
from engine.metrics.numbers import Numbers
from engine.metrics.spread import Ranked
from engine.models import MeasuredCase, Procedure, Variant

MOST_COMPARED = 4_000  # cases whose fields are compared with those of the slow ones
LEAST_SLOW = 5


@dataclass(frozen=True, slots=True)
class Way:
    """A variant: names of the steps, how many cases took it, which share with those before, the mean seconds."""

    id: int
    steps: tuple[str, ...]
    length: int  # steps may be cut
    count: int
    coverage: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Branch:
    """An element that cases of an outcome pass more or less often than others."""

    element_id: str
    name: str
    outcome: str
    share: float  # of the cases that passed here, which ended so
    share_of_all: float
    count: int  # that passed here


@dataclass(frozen=True, slots=True)
class Trait:
    """A value that is found more often among the slow cases than among all."""

    field: str
    label: str
    value: str
    share: float
    share_of_all: float
    count: int


@dataclass(frozen=True, slots=True)
class Slow:
    """Cases beyond the limit (seconds), what they have in common, and how many were looked at in all."""

    limit: float
    count: int
    looked_at: int
    traits: tuple[Trait, ...]


@measure("Trace variants: van der Aalst, Process Mining, 2016, ch. 9")
def variants(numbers: Numbers, *, most: int = 20) -> list[Way]:
    """The different orders in which the tasks of completed cases were done. Few variants that cover most cases mean a
    procedure that is followed; many mean exceptions, or a diagram that is not the real one.

    Most frequent first.
    """
    sums = [one for one in numbers.sums(Kind.VARIANT, by=("a",))[Kind.VARIANT] if one.n > 0]
    sums.sort(key=lambda one: (-one.n, one.a))
    every = sum(one.n for one in sums)
    shown = sums[:most]
    told = {
        row.id: row
        for row in numbers.session.scalars(
            select(Variant).where(Variant.id.in_([one.a for one in shown]))
        )
    }
    names = {one.element_id: one.name for one in numbers.activities.values()}
    ways, covered = [], 0
    for one in shown:
        covered += one.n
        variant = told.get(one.a)
        steps = tuple(names.get(step, step) for step in variant.steps) if variant else ()
        length = variant.length if variant else 0
        ways.append(Way(one.a, steps, length, one.n, covered / every, one.total / one.n))
    return ways


def number_of_variants(numbers: Numbers) -> int:
    """How many different ways completed cases took."""
    return sum(1 for one in numbers.sums(Kind.VARIANT, by=("a",))[Kind.VARIANT] if one.n > 0)


@measure("Lift: Agrawal, Imieliński, Swami, 1993; Tax et al. on decision points")
def branches(numbers: Numbers, *, least: int = 5) -> list[Branch]:
    """Which step leads to which end: of the cases that passed a task, the share that ended with an outcome, beside the
    share of all cases that did.

    Those that differ most first; elements that fewer than `least` cases passed, or all, are left out.
    """
    ended = {
        outcome: sum(one.n for one in sums if one.a == 1)
        for outcome, sums in numbers.by_outcome(Kind.ENDED, by=("a",)).items()
    }
    every = sum(ended.values())
    passed: dict[str, Counter[str]] = {}
    for outcome, sums in numbers.by_outcome(Kind.VISITED, by=("a",)).items():
        for one in sums:
            activity = numbers.activities.get(one.a)
            if activity is not None:
                passed.setdefault(activity.element_id, Counter())[outcome] += one.n
    names = {one.element_id: one.name for one in numbers.activities.values()}
    found = []
    for element_id, counts in passed.items():
        here = counts.total()
        if here < least or here >= every:
            continue
        for outcome, many in ended.items():
            if many and outcome:
                share, of_all = counts[outcome] / here, many / every
                found.append(Branch(element_id, names[element_id], outcome, share, of_all, here))
    return sorted(found, key=lambda one: -abs(one.share - one.share_of_all))


@measure("Tukey, Exploratory Data Analysis, 1977: beyond the third quartile plus 1.5 times the box")
def slow_cases(numbers: Numbers) -> Slow | None:
    """Cases that took far longer than usual, and what is found more often among them than among the others: their
    channel, version, outcome and case fields.

    None when there are too few. Looks at the newest cases only, at most MOST_COMPARED.
    """
    ranked = Ranked(numbers.durations(Kind.CYCLE))
    if ranked.count < 4 * LEAST_SLOW:
        return None
    low, high = ranked.percentile(0.25), ranked.percentile(0.75)
    limit = high + 1.5 * (high - low)
    start, end = numbers.seconds()
    terms = [MeasuredCase.status == "completed", *numbers.conditions]
    if start is not None:
        terms.append(MeasuredCase.ended_at >= start)
    if end is not None:
        terms.append(MeasuredCase.ended_at < end)
    rows = numbers.session.execute(
        select(
            MeasuredCase.case_id,
            MeasuredCase.ended_at - MeasuredCase.started_at,
            MeasuredCase.channel,
            MeasuredCase.outcome,
            MeasuredCase.version_id,
        )
        .where(*terms)
        .order_by(MeasuredCase.ended_at.desc())
        .limit(MOST_COMPARED)
    ).all()
    slow = {row[0] for row in rows if (row[1] or 0) > limit}
    values = {row.case_id: {"channel": row.channel, "outcome": row.outcome} for row in rows}
    labels = _add_fields(numbers, values)
    return Slow(limit, len(slow), len(rows), tuple(_traits(values, slow, labels)))


def _add_fields(numbers: Numbers, values: Mapping[int, dict[str, str]]) -> dict[str, str]:
    procedure = numbers.session.get_one(Procedure, numbers.question.procedure_id)
    version_id = numbers.question.version_id or procedure.current_version_id
    if version_id is None:
        return {}
    fields = fields_of_version(numbers.session, version_id)
    labels = {one.name: one.label for one in fields}
    for case_id, own in values_of(numbers.session, values, labels).items():
        values[case_id].update(own)
    return labels


def _traits(
    values: Mapping[int, Mapping[str, str]], slow: set[int], labels: Mapping[str, str]
) -> list[Trait]:
    if len(slow) < LEAST_SLOW:
        return []
    of_all: Counter[tuple[str, str]] = Counter()
    of_slow: Counter[tuple[str, str]] = Counter()
    for case_id, own in values.items():
        pairs = [(name, value) for name, value in own.items() if value]
        of_all.update(pairs)
        if case_id in slow:
            of_slow.update(pairs)
    traits = [
        Trait(
            name, labels.get(name, name), value, n / len(slow), of_all[name, value] / len(values), n
        )
        for (name, value), n in of_slow.items()
        if n >= LEAST_SLOW
    ]
    found = [trait for trait in traits if trait.share > 1.25 * trait.share_of_all]
    return sorted(found, key=lambda trait: -(trait.share - trait.share_of_all))[:8]
