"""Instants as seconds and back: when timers of the diagram are due, what the calendars of a scenario say."""

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from designer.simulation.calendars import DAY, WeeklyCalendar
from designer.simulation.scenario import Scenario
from designer.simulation.waits import Wait, by_clock, by_date
from engine.bpmn.model import EventDefinition, EventKind, Node, TimerKind
from engine.spiff.timers import parse_duration, schedule


class Timing:
    """The clock of one scenario: second 0 is the Monday 00:00 of the week in which it begins."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        start = scenario.start_at
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
        self.monday = midnight - timedelta(days=start.weekday())
        self.start = self.seconds(start)
        self._calendars: dict[str, WeeklyCalendar] = {}

    def seconds(self, moment: datetime) -> float:
        """An instant as seconds since that Monday."""
        return (moment - self.monday).total_seconds()

    def moment(self, seconds: float) -> datetime:
        """Seconds as an instant."""
        return self.monday + timedelta(seconds=seconds)

    def day(self, on: date) -> float:
        """The beginning of a day."""
        return (on - self.monday.date()).days * DAY

    def calendar(self, key: str) -> WeeklyCalendar | None:
        """A calendar of the scenario with its holidays; None: always open."""
        if not key or key not in self.scenario.calendars:
            return None
        if key not in self._calendars:
            closed = tuple((self.day(on), self.day(on) + DAY) for on in self.scenario.holidays)
            self._calendars[key] = WeeklyCalendar(tuple(self.scenario.calendars[key]), closed)
        return self._calendars[key]

    def wait(self, node: Node) -> Wait | None:
        """When the timers of an event are due: the first of them; None where nothing says so."""
        waits = [
            self._timer(event) if event.kind is EventKind.TIMER else None for event in node.events
        ]
        known = [wait for wait in waits if wait is not None]
        if not known or (len(known) < len(waits) and not node.attached_to):
            return None
        if len(known) == 1:
            return known[0]
        return lambda case, visit, at: min(wait(case, visit, at) for wait in known)

    def _timer(self, event: EventDefinition) -> Wait | None:
        text = event.expression.text.strip().strip("\"'") if event.expression else ""
        kind = event.timer or TimerKind.DURATION
        duration = parse_duration(text)
        if duration is not None and not duration.months:
            return by_clock(max(0.0, duration.length.total_seconds()))
        if schedule(kind, text, self.monday.astimezone(UTC)) is None:
            return None

        def due(at: float) -> float | None:
            found = schedule(kind, text, self.moment(at))
            return None if found is None else self.seconds(found.due_at)

        return by_date(due)


def following_of(node: Node, timing: Timing) -> Callable[[float, int], float | None] | None:
    """Of a timer that rings again and again: when it was armed, how often it rang → when it rings next."""
    for event in node.events:
        if event.kind is not EventKind.TIMER or event.expression is None:
            continue
        text = event.expression.text.strip().strip("\"'")
        kind = event.timer or TimerKind.DURATION
        first = schedule(kind, text, timing.monday.astimezone(UTC))
        if first is None or first.period is None:
            continue

        return _ringing(kind, text, timing)
    return None


def _ringing(kind: TimerKind, text: str, timing: Timing) -> Callable[[float, int], float | None]:
    def following(armed_at: float, times: int) -> float | None:
        moment = timing.moment(armed_at)
        assert moment.tzinfo is not None
        now = schedule(kind, text, moment)
        for _ in range(times):
            now = now.following(moment.tzinfo) if now is not None else None
        return None if now is None else timing.seconds(now.due_at)

    return following


class BusinessDays:
    """Terms in business days: Monday to Friday without the scenario's holidays.

    The first day counted is the one after filing; a term ends with its last day.
    """

    def __init__(self, timing: Timing) -> None:
        self.timing = timing
        self.holidays = timing.scenario.holidays
        self._end = lru_cache(maxsize=4096)(self._count)

    def end(self, at: float, days: int) -> float:
        """The last instant of a term of so many business days, for who files at `at`."""
        return self._end(math.floor(at / DAY), days)

    def _count(self, index: int, days: int) -> float:
        day = self.timing.monday.date() + timedelta(days=index)
        while not self.is_business(day):
            day += timedelta(days=1)
        left = days
        while left > 0:
            day += timedelta(days=1)
            left -= self.is_business(day)
        return self.timing.day(day) + DAY

    def is_business(self, day: date) -> bool:
        """Whether offices work on this day."""
        return day.weekday() < 5 and day not in self.holidays
