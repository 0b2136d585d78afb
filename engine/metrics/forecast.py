"""What will be: when so many cases will be done, which open ones will be late; and how right such forecasts were."""

import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from engine.metrics.days import as_day
from engine.metrics.kinds import Kind
from engine.metrics.measure import measure
from engine.metrics.numbers import Numbers, open_cases
from engine.metrics.question import Question
from engine.metrics.spread import Ranked
from engine.metrics.sql import epoch_of
from engine.models import Case
from engine.visibility import visible_cases

TRIALS = 500
WINDOW = 84  # days of past throughput that the future is drawn from
HORIZON = 28  # days a backtest looks ahead
BACKTESTS = 12
LONGEST = 3_650
MOST_OPEN = 2_000  # open cases, those due next


@dataclass(frozen=True, slots=True)
class WhenDone:
    """Days (dates) by which so many cases are done in 50, 85 and 95 of 100 trials; None: not within ten years."""

    count: int
    p50: date | None
    p85: date | None
    p95: date | None


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Of forecasts made in the past, how many came true: at least as many cases ended as 85 of 100 trials said."""

    made: int
    kept: int

    @property
    def share(self) -> float | None:
        return self.kept / self.made if self.made else None


@dataclass(frozen=True, slots=True)
class Outlook:
    """An open case: when it will probably have ended, and how likely it is answered after its due date."""

    number: str
    applicant: str
    started_at: datetime
    due_at: datetime
    likely_on: datetime  # half of comparable cases ended by then
    safe_on: datetime  # 85 %
    risk: float


@measure(
    "Monte Carlo from throughput: Vacanti 2015, ch. 14; Magennis, Forecasting and Simulating Software, 2011"
)
def when_done(numbers: Numbers, count: int, *, today: date) -> WhenDone | None:
    """By which day so many cases will have ended, if each coming day is like some day of the last twelve weeks,
    drawn at random, hundreds of times.

    None when nothing ended in those weeks.
    """
    past = _ended_per_day(numbers, today)
    window = past[-WINDOW:]
    if not any(window):
        return None
    expected = (
        count * len(window) / sum(window)
    )  # days; the longer it takes, the less chance matters
    trials = max(50, min(TRIALS, int(50_000 / max(1.0, expected))))
    needed = sorted(_days_needed(window, count, random.Random(trial)) for trial in range(trials))

    def on(share: float) -> date | None:
        days = needed[min(trials - 1, int(share * trials))]
        return None if days >= LONGEST else today + timedelta(days=days)

    return WhenDone(count, on(0.5), on(0.85), on(0.95))


@measure("Backtesting: Hyndman, Athanasopoulos, Forecasting: Principles and Practice, 2021, 5.10")
def accuracy(numbers: Numbers, *, today: date) -> Accuracy:
    """How right the forecast would have been: made on twelve days of the past, each four weeks before the next fact was
    known, it should be kept about 85 times of 100."""
    past = _ended_per_day(numbers, today, BACKTESTS * 7 + HORIZON + WINDOW)
    made = kept = 0
    for back in range(BACKTESTS):
        end = len(past) - back * 7
        start = end - HORIZON
        window = past[max(0, start - WINDOW) : start]
        if len(window) < WINDOW or not any(window):
            continue
        chance = random.Random(back)
        totals = sorted(sum(chance.choices(window, k=HORIZON)) for _ in range(200))
        promised = totals[int(0.15 * len(totals))]
        made += 1
        kept += sum(past[start:end]) >= promised
    return Accuracy(made, kept)


@measure("Conditional survival: Kleinbaum, Klein, Survival Analysis, 2012; ageing: Vacanti 2015")
def outlook(numbers: Numbers, question: Question, *, at: datetime, most: int = 20) -> list[Outlook]:
    """Open cases and when they will probably end, judged by the completed cases of these days that took at least as
    long; and how likely each will be answered after its due date, judged by when those were answered.

    The likeliest to be late first; those that are late already, or answered, are not in it. Empty when nothing
    was completed.
    """
    judged = _judged(numbers, question, at)
    ranked = Ranked(numbers.durations(Kind.CYCLE))
    risks = {case_id: risk for risk, case_id in judged[:most]}
    rows = numbers.session.execute(
        select(Case.id, Case.number, Case.applicant_name, Case.started_at, Case.due_at).where(
            Case.id.in_(risks), visible_cases(question.person)
        )
    )
    found = []
    for case_id, number, applicant, started_at, due_at in rows:
        assert due_at is not None  # it was judged by it
        age = max(0.0, (at - started_at).total_seconds())
        likely, safe = (remaining(ranked, age, share) for share in (0.5, 0.85))
        found.append(
            Outlook(
                number,
                applicant,
                started_at,
                due_at,
                started_at + timedelta(seconds=likely),
                started_at + timedelta(seconds=safe),
                risks[case_id],
            )
        )
    return sorted(found, key=lambda one: (-one.risk, one.started_at))


def likely_late(numbers: Numbers, question: Question, *, at: datetime) -> int:
    """How many open cases are likelier to be answered after their due date than before, judged as in `outlook`."""
    return sum(1 for risk, _ in _judged(numbers, question, at) if risk > 0.5)


def _judged(numbers: Numbers, question: Question, at: datetime) -> list[tuple[float, int]]:
    """Risk and id of open cases due from now on, the likeliest to be late first; of very many those due next."""
    ranked = Ranked(numbers.durations(Kind.ANSWER))  # who has a due date still has no answer
    if not ranked.count:
        return []
    now, judged = int(at.timestamp()), []
    columns = (Case.id, epoch_of(Case.started_at), epoch_of(Case.due_at))
    rows = numbers.session.execute(
        open_cases(numbers.session, question, *columns)
        .where(Case.due_at >= at)
        .order_by(Case.due_at)
        .limit(MOST_OPEN)
    )
    for case_id, started_at, due_at in rows:
        alive = 1 - ranked.share_within(max(0.0, now - started_at))
        late = 1 - ranked.share_within(due_at - started_at)
        judged.append((late / alive if alive > 0 else 1.0, started_at, case_id))
    judged.sort(key=lambda one: (-one[0], one[1]))
    return [(risk, case_id) for risk, _, case_id in judged]


def remaining(ranked: Ranked, age: float, share: float) -> float:
    """How old in all (seconds) a case of this age becomes with this probability; at least its age."""
    passed = ranked.share_within(age)
    if passed >= 1:
        return age  # older than any before: nothing is known
    return max(age, ranked.percentile(passed + (1 - passed) * share))


def _ended_per_day(numbers: Numbers, today: date, days: int = WINDOW) -> list[int]:
    """Cases ended on each of the last days, whatever the range of the question; the last is yesterday."""
    last = as_day(today) - 1
    asked = Numbers(numbers.session, _whenever(numbers.question, today, days))
    counts = [0] * days
    for one in asked.sums(Kind.ENDED, by=("period",))[Kind.ENDED]:
        place = one.period - (last - days + 1)
        if 0 <= place < days:
            counts[place] += one.n
    begun = bisect_left([1 if any(counts[: place + 1]) else 0 for place in range(days)], 1)
    return counts[begun:] if days > WINDOW else counts


def _whenever(question: Question, today: date, days: int) -> Question:
    return replace(question, since=today - timedelta(days=days), until=today)


def _days_needed(window: Sequence[int], count: int, chance: random.Random) -> int:
    done = days = 0
    while done < count and days < LONGEST:
        done += chance.choice(window)
        days += 1
    return days
