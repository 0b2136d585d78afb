"""Weekly working hours as sums, so that the end of a piece of work is found by bisection, however far away it is.

Time is in seconds since Monday 00:00 of the week in which the simulation begins, in the office's own time.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

MINUTE, HOUR, DAY, WEEK = 60.0, 3600.0, 86_400.0, 604_800.0
MOST_PIECES = 100_000


@dataclass(frozen=True, slots=True)
class WeeklyCalendar:
    """Working hours that come back every week, less the `closed` spans (holidays, absence).

    `hours`: (start, end) in seconds since Monday 00:00. Overlaps are joined; ValueError where nothing is open.
    """

    hours: tuple[tuple[float, float], ...]
    closed: tuple[tuple[float, float], ...] = ()
    starts: list[float] = field(init=False, compare=False, repr=False)
    ends: list[float] = field(init=False, compare=False, repr=False)
    before: list[float] = field(init=False, compare=False, repr=False)  # hours done at each start
    done: list[float] = field(init=False, compare=False, repr=False)  # … and at each end
    total: float = field(init=False, compare=False, repr=False)
    closed_from: list[float] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Sum up once."""
        starts: list[float] = []
        ends: list[float] = []
        for start, end in joined(self.hours):
            starts.append(max(start, 0.0))
            ends.append(min(end, WEEK))
        before, done, total = [], [], 0.0
        for start, end in zip(starts, ends, strict=True):
            before.append(total)
            total += end - start
            done.append(total)
        if total <= 0:
            raise ValueError("a calendar without hours")
        closed = tuple(joined(self.closed))
        values = {
            "starts": starts, "ends": ends, "before": before, "done": done, "total": total,
            "closed": closed, "closed_from": [start for start, _ in closed],
        }  # fmt: skip
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def span(self, at: float, work: float) -> tuple[float, float]:
        """When `work` seconds that may begin at `at` do begin, and when they are done."""
        week, into = divmod(at, WEEK)
        place = bisect_right(self.starts, into) - 1
        if place >= 0 and into < self.ends[place]:
            if into + work <= self.ends[place] and not self.closed_from:
                return at, at + work
            start, position = at, self.before[place] + into - self.starts[place]
        else:
            place += 1
            if place == len(self.starts):
                place, week = 0, week + 1
            start, position = week * WEEK + self.starts[place], self.before[place]
        end = self._at(week, position + work) if work else start
        if self.closed_from and self._is_disturbed(start, end):
            return self._walk(at, work)
        return start, end

    def placed(self, at: float, work: float) -> tuple[float, float, float, float]:
        """`span` and, found by the same look, the open hours around its beginning."""
        if self.closed_from:
            start, end = self.span(at, work)
            return start, end, *self.hours_around(start)
        week, into = divmod(at, WEEK)
        place = bisect_right(self.starts, into) - 1
        if place < 0 or into >= self.ends[place]:
            place += 1
            if place == len(self.starts):
                place, week = 0, week + 1
            into = self.starts[place]
            at = week * WEEK + into
        until = week * WEEK + self.ends[place]
        since, end = at - into + self.starts[place], at + work
        if end > until:
            end = self._at(week, self.before[place] + into - self.starts[place] + work)
        return at, end, since, until

    def opening(self, at: float) -> float:
        """The first instant from `at` on at which somebody may begin."""
        return self.span(at, 0.0)[0]

    def hours_around(self, at: float) -> tuple[float, float]:
        """The open span around an instant; (0, 0) where nothing is open then."""
        week, into = divmod(at, WEEK)
        place = bisect_right(self.starts, into) - 1
        if place < 0 or into >= self.ends[place]:
            return 0.0, 0.0
        since, until = week * WEEK + self.starts[place], week * WEEK + self.ends[place]
        following = bisect_right(self.closed_from, at)
        if following:
            since = max(since, self.closed[following - 1][1])
        if following < len(self.closed):
            until = min(until, self.closed_from[following])
        return (since, until) if since <= at else (0.0, 0.0)

    def worked(self, start: float, end: float) -> float:
        """Working seconds between two instants."""
        if end <= start:
            return 0.0
        total = self._position(end) - self._position(start)
        for since, until in self.closed:
            low, high = max(since, start), min(until, end)
            if low < high:
                total -= self._position(high) - self._position(low)
        return total

    def without(self, closed: Iterable[tuple[float, float]]) -> "WeeklyCalendar":
        """The same hours with more spans closed."""
        return WeeklyCalendar(self.hours, (*self.closed, *closed))

    def _position(self, at: float) -> float:
        week, into = divmod(at, WEEK)
        place = bisect_right(self.starts, into) - 1
        inside = 0.0
        if place >= 0:
            inside = self.before[place] + min(into, self.ends[place]) - self.starts[place]
        return week * self.total + inside

    def _at(self, week: float, position: float) -> float:
        """The first instant at which so much of the week's (and following weeks') work is done."""
        weeks, rest = divmod(position, self.total)
        if rest <= 1e-9 and weeks:
            weeks, rest = weeks - 1, self.total
        place = min(bisect_left(self.done, rest - 1e-9), len(self.done) - 1)
        return (week + weeks) * WEEK + self.starts[place] + rest - self.before[place]

    def _is_disturbed(self, start: float, end: float) -> bool:
        place = bisect_right(self.closed_from, end) - 1
        return place >= 0 and self.closed[place][1] > start

    def _walk(self, at: float, work: float) -> tuple[float, float]:
        """Piece by piece between the closed spans."""
        begun: float | None = None
        left, now = work, at
        for _ in range(MOST_PIECES):
            place = bisect_right(self.closed_from, now) - 1
            if place >= 0 and self.closed[place][1] > now:
                now = self.closed[place][1]
                continue
            now = self._plain_opening(now)
            following = place + 1
            until = self.closed_from[following] if following < len(self.closed) else float("inf")
            if now >= until:
                continue
            begun = now if begun is None else begun
            end = self._at(now // WEEK, self._position(now) % self.total + left) if left else now
            if end <= until:
                return begun, end
            left -= self._position(until) - self._position(now)
            now = until
        raise ValueError("a calendar that is closed for ever")

    def _plain_opening(self, at: float) -> float:
        week, into = divmod(at, WEEK)
        place = bisect_right(self.starts, into) - 1
        if place >= 0 and into < self.ends[place]:
            return at
        place += 1
        if place == len(self.starts):
            return (week + 1) * WEEK + self.starts[0]
        return week * WEEK + self.starts[place]


def joined(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans in order, overlapping and touching ones as one."""
    found: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


ALWAYS = WeeklyCalendar(((0.0, WEEK),))
