"""ISO 8601 dates, durations and repeating intervals: when a timer is due."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from engine.bpmn.model import TimerKind

_DURATION = re.compile(
    r"(?P<sign>-)?P(?=.)(?:(?P<years>\d{1,6})Y)?(?:(?P<months>\d{1,6})M)?(?:(?P<weeks>\d{1,6})W)?"
    r"(?:(?P<days>\d{1,7})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?"
    r"(?:(?P<seconds>\d{1,10})(?:[.,](?P<fraction>\d{1,9}))?S)?)?",
    re.ASCII,
)
ENDLESS = -1
# a cycle that would fire more often than this is a mistake or an attack
SHORTEST_ROUND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Duration:
    """An ISO 8601 duration: months and days of the calendar, and an exact part in hours and less.

    “A day later” is the same time on the clock of a place, also where its clocks are changed in between; 24 hours later
    may not be (ISO 8601-1:2019, 3.1.1.9, nominal duration; RFC 5545, 3.3.6).
    """

    months: int
    days: int
    rest: timedelta

    @property
    def length(self) -> timedelta:
        """Days and what is less, as long as days usually are; months come on top."""
        return timedelta(days=self.days) + self.rest

    def after(self, start: datetime, times: int = 1) -> datetime:
        """`start` plus this duration `times` over, in UTC; calendar days are those of the zone of `start`.

        A day that its month does not have is the month's last (XSD 1.1, E.3.3); a time that the clock leaves out is as
        much later, one that it shows twice the first. OverflowError beyond the year 9999.
        """
        moved = start
        if self.months or self.days:
            months = start.year * 12 + start.month - 1 + self.months * times
            year, month = divmod(months, 12)
            if not 1 <= year <= 9999:
                raise OverflowError("year out of range")
            day = min(start.day, _days_in(year, month + 1))
            moved = start.replace(year=year, month=month + 1, day=day, fold=0)
            # on the clock of its zone: datetime leaves the offset aside
            moved += timedelta(days=self.days * times)
        return moved.astimezone(UTC) + self.rest * times


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a timer is due (aware, UTC) and, for cycles, the rounds left with this one (-1: without end)."""

    due_at: datetime
    repetitions: int | None = None
    period: str | None = None
    # Rounds are counted from here: 31 January plus months must not creep.
    anchor: datetime | None = None
    round: int = 0
    until: datetime | None = None

    def following(self, zone: tzinfo) -> "Schedule | None":
        """The next round of a cycle, whose days are those of `zone`; None when there is none."""
        if self.period is None or self.repetitions is None or self.anchor is None:
            return None
        left = self.repetitions if self.repetitions == ENDLESS else self.repetitions - 1
        if left == 0:
            return None
        duration = parse_duration(self.period)
        assert duration is not None
        number = self.round + 1
        try:
            due = duration.after(self.anchor.astimezone(zone), number)
        except OverflowError:
            return None
        if self.until is not None and due > self.until:
            return None
        return Schedule(due, left, self.period, self.anchor, number, self.until)

    def to_json(self) -> Any:
        """As short JSON."""
        if self.period is None:
            return self.due_at.isoformat()
        return [
            self.due_at.isoformat(),
            self.repetitions,
            self.period,
            self.anchor and self.anchor.isoformat(),
            self.round,
            self.until and self.until.isoformat(),
        ]

    @classmethod
    def from_json(cls, value: Any) -> "Schedule":
        """Back from JSON."""
        if isinstance(value, str):
            return cls(datetime.fromisoformat(value))
        due, repetitions, period, anchor, number, until = value
        return cls(
            datetime.fromisoformat(due),
            repetitions,
            period,
            anchor and datetime.fromisoformat(anchor),
            number,
            until and datetime.fromisoformat(until),
        )


def schedule(kind: TimerKind, text: str, at: datetime) -> Schedule | None:
    """When a timer with this text, set at `at` (aware), is due; None where the text is no such time.

    Dates without an offset, and the days of durations, are those of the zone of `at`. A text of another kind than
    declared is taken for what it is.
    """
    text = text.strip().strip("\"'")
    try:
        if text.startswith("R"):
            return _cycle(text, at)
        duration = parse_duration(text)
        if duration is not None:
            if kind == TimerKind.CYCLE:
                # a bare period repeats without end
                return _repeating(ENDLESS, text, at, None)
            return Schedule(max(duration.after(at), at.astimezone(UTC)))
        moment = parse_instant(text, at)
        return None if moment is None else Schedule(moment)
    except (OverflowError, ValueError):
        return None


def parse_duration(text: str) -> Duration | None:
    """An ISO 8601 duration; None where the text is none."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    part = {
        name: int(value)
        for name, value in match.groupdict("0").items()
        if name != "sign" and name != "fraction"
    }
    fraction = match["fraction"] or ""
    sign = -1 if match["sign"] else 1
    try:
        rest = timedelta(
            hours=part["hours"],
            minutes=part["minutes"],
            seconds=part["seconds"],
            microseconds=int(f"{fraction:0<6}"[:6]) if fraction else 0,
        )
    except OverflowError:
        return None
    months, days = part["years"] * 12 + part["months"], part["weeks"] * 7 + part["days"]
    return Duration(sign * months, sign * days, sign * rest)


def parse_instant(text: str, at: datetime) -> datetime | None:
    """An ISO 8601 date or date and time as an instant in UTC; None where the text is none."""
    # FEEL writes the zone's name after an @ (2026-01-01T00:00:00@America/Lima)
    text, _, zone = text.partition("@")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_zone(zone) if zone else at.tzinfo)
    return moment.astimezone(UTC)


def _zone(name: str) -> Any:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def _cycle(text: str, at: datetime) -> Schedule | None:
    parts = text.split("/")
    count = parts[0][1:]
    if (count and not (count.isascii() and count.isdigit())) or len(parts) not in (2, 3):
        return None
    repetitions = int(count) if count else ENDLESS
    if repetitions == 0 or len(count) > 9:
        return None
    if len(parts) == 2:
        return _repeating(repetitions, parts[1], at, None)
    if parse_duration(parts[1]) is not None:
        # period/end: rounds until the end
        return _repeating(repetitions, parts[1], at, parse_instant(parts[2], at))
    start = parse_instant(parts[1], at)
    if start is None:
        return None
    if parse_duration(parts[2]) is None:
        # start/end: the distance between them is the period
        end = parse_instant(parts[2], at)
        if end is None or end <= start:
            return None
        seconds = int((end - start).total_seconds())
        return Schedule(start, repetitions, f"PT{seconds}S", start) if seconds else None
    if not _is_long_enough(parts[2]):
        return None
    return Schedule(start, repetitions, parts[2], start)


def _repeating(count: int, period: str, at: datetime, until: datetime | None) -> Schedule | None:
    duration = parse_duration(period)
    if duration is None or not _is_long_enough(period):
        return None
    due = duration.after(at)
    if until is not None and due > until:
        return None
    return Schedule(due, count, period, at.astimezone(UTC), 1, until)


def _is_long_enough(period: str) -> bool:
    duration = parse_duration(period)
    return duration is not None and (duration.months > 0 or duration.length >= SHORTEST_ROUND)


def _days_in(year: int, month: int) -> int:
    if month == 12:
        return 31
    return (date(year, month + 1, 1) - date(year, month, 1)).days
