"""Times of whole cases: how long they take, by four clocks, how they end, and how many per week."""

from datetime import date, timedelta

from engine.metrics.days import as_date, monday
from engine.metrics.kinds import Kind
from engine.metrics.measure import measure
from engine.metrics.numbers import Numbers, week_of
from engine.metrics.spread import Spread, spread_of_counts
from engine.metrics.summing import Sum

LONG_AGO = 3 * 365  # days: what a range without a beginning is taken for


@measure("ISO 22400-2 “throughput time”; Reinertsen, Principles of Product Development Flow")
def cycle_time(numbers: Numbers) -> Spread:
    """From start to end of cases completed in these days, on the wall clock: nights and holidays count. Cancelled cases
    are left out: they say how soon people give up.

    Seconds.
    """
    return _spread(numbers, Kind.CYCLE)


@measure("Lead time: Vacanti, Actionable Agile Metrics for Predictability, 2015")
def lead_time(numbers: Numbers) -> Spread:
    """From the day of filing to the end of cases completed in these days: what the applicant lives through, also where
    the office began later.

    Seconds.
    """
    return _spread(numbers, Kind.LEAD)


@measure("Ley 27444 (TUO) 144, 145, 151: business days; the day of filing does not count")
def legal_time(numbers: Numbers) -> Spread:
    """Business days from filing to the answer, or to the end where nobody notes the answer, by the calendar that sets
    due dates and in the time zone of the office that answers, without the days the case was suspended.

    A business day is 86,400 seconds here.
    """
    return _spread(numbers, Kind.LEGAL)


@measure("Usual practice of service standards: the clock stops while the applicant has the ball")
def office_time(numbers: Numbers) -> Spread:
    """From start to end of completed cases without the time the office waited for the applicant.

    Seconds.
    """
    return _spread(numbers, Kind.OFFICE)


@measure("Service level expectation: The Kanban Guide, 2020")
def service_level(numbers: Numbers, seconds: float) -> float | None:
    """The share of cases completed in these days that took no longer than a given time; 85 of 100 is what a service
    level expectation usually promises.

    None when there are none.
    """
    durations = numbers.durations(Kind.CYCLE)
    count = sum(n for _, n in durations)
    return sum(n for took, n in durations if took <= seconds) / count if count else None


def outcomes(numbers: Numbers) -> list[tuple[str | None, int]]:
    """How cases completed in the range ended (the end event's name), most frequent first."""
    found: dict[str, int] = {}
    for outcome, sums in numbers.by_outcome(Kind.ENDED, by=("a",)).items():
        many = sum(one.n for one in sums if one.a == 1)
        if many:
            found[outcome] = many
    ordered = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(outcome or None, many) for outcome, many in ordered]


@measure("Throughput and arrival rate: Little, A Proof for the Queuing Formula L = λW, 1961")
def throughput(numbers: Numbers) -> list[tuple[date, int, int]]:
    """Cases started and cases ended in each week. Where more start than end, the pile grows. Days and weeks begin at
    midnight of this installation's time zone, also for offices that have another: a sum over offices needs one.

    The Monday, started, ended; without gaps, oldest first.
    """
    sums = numbers.sums(Kind.STARTED, Kind.ENDED, by=("period",))
    started, ended = (_per_week(sums[kind]) for kind in (Kind.STARTED, Kind.ENDED))
    weeks = sorted(started.keys() | ended.keys())
    if not weeks:
        return []
    return [
        (as_date(week), started.get(week, 0), ended.get(week, 0))
        for week in range(weeks[0], weeks[-1] + 1, 7)
    ]


@measure("Arrival patterns: Little, A Proof for the Queuing Formula L = λW, 1961")
def weekdays(numbers: Numbers) -> list[tuple[int, int]]:
    """Cases started and cases ended in these days, by the day of the week on which they were. Where one day brings far
    more than the others, work piles up behind it.

    Started and ended, Monday first.
    """
    days = [[0, 0] for _ in range(7)]
    sums = numbers.sums(Kind.STARTED, Kind.ENDED, by=("period",))
    for place, kind in enumerate((Kind.STARTED, Kind.ENDED)):
        for one in sums[kind]:
            days[one.period - monday(one.period)][place] += one.n
    return [(started, ended) for started, ended in days]


def weekly_durations(
    numbers: Numbers, kind: Kind = Kind.CYCLE, *, today: date
) -> list[tuple[date, list[tuple[float, int]]]]:
    """Per week of their end: durations of cases (seconds) and how many each; for a scatter plot. Of more than a year, a
    few weeks are told together."""
    first = numbers.question.since
    span = LONG_AGO if first is None else (last_day(numbers, today) - first).days
    length = 1 if numbers.is_exact else max(1, -(-span // 365))
    weeks: dict[int, list[tuple[float, int]]] = {}
    value_of = numbers.value_of
    for one in numbers.sums(kind, by=("period", "bucket"), weeks=length)[kind]:
        day = one.period if numbers.is_exact else one.period + 7 * length // 2
        weeks.setdefault(day, []).append((value_of(one.bucket), one.n))
    return [(as_date(day), weeks[day]) for day in sorted(weeks)]


def last_day(numbers: Numbers, today: date) -> date:
    """The last day of the range, today at the latest."""
    until = numbers.question.until
    return today if until is None or until > today else until


def first_day(numbers: Numbers, today: date) -> date:
    """The first day of the range; without one, half a year before its last day."""
    since = numbers.question.since
    return since if since is not None else last_day(numbers, today) - timedelta(days=182)


def _per_week(sums: list[Sum]) -> dict[int, int]:
    weeks: dict[int, int] = {}
    for one in sums:
        week = week_of(one)
        weeks[week] = weeks.get(week, 0) + one.n
    return weeks


def _spread(numbers: Numbers, kind: Kind) -> Spread:
    sums = numbers.sums(kind, by=("bucket",))[kind]
    value_of = numbers.value_of
    counted = [(value_of(one.bucket), one.n) for one in sums]
    return spread_of_counts(counted, total=float(sum(one.total for one in sums)))
