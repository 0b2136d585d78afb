"""When a condition that reads the clock is looked at again, though nothing moves its case.

What else a condition reads changes only when the case moves. So it is tried out in memory for every quarter of an hour
of the day to come (for midnight alone where it reads only `today()`), and the case is looked at when that changes it,
or at the end of that day: a case that waits costs one look a day. Midnight is a quarter of an hour in every zone, so
`today()` is never late and `now()` by a quarter at most; what holds for less than a quarter may be missed.

All tries of one command share one budget, in units of work and not of time, so that the same commands give the same
case. Where it ends, a condition is looked at when it could not be tried any further, by the worker and not while
somebody waits; one that takes nearly all of a budget by itself, once a day.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from itertools import pairwise

from engine.feel import Limits, Run, clock_set_to, limited_to, local_clock
from engine.feel.errors import LimitReached
from engine.spiff.context import common_to, variables_of
from engine.spiff.rules import Rule
from engine.spiff.token import Token

QUARTER = 15 * 60  # seconds
AHEAD = 96  # quarters of an hour: a day
BUDGET = Limits(work=50_000)  # of all tries of one command
TRY = 100  # units that every try costs, besides those that its expression asks for
FEW = 4  # a condition for which a whole budget allows no more tries is too costly to be tried out
# internal data of a token: when it is looked at again (seconds since 1970), and what that was found from
LOOK = "look"
# internal data of a token whose condition holds, and has to become false before it can become true again
HELD = "was"
# Of a case that an earlier release left without a time to look at it: at once.
LONG_DUE = datetime(2000, 1, 1, tzinfo=UTC)


class Outlook:
    """What one command looks ahead: at one cost together, with answers that tokens share."""

    def __init__(self, at: datetime, zone: tzinfo) -> None:
        self._begin = int(at.timestamp()) // QUARTER * QUARTER
        self._zone = zone
        self._found: dict[int, int] = {}
        self._marks: dict[tuple[int, int, bool], int] = {}
        self._run = Run()
        with limited_to(BUDGET):
            self._run.charge(0)  # the budget begins

    def mark(self, token: Token, rule: Rule, held: bool) -> int:
        """A number that is the same as long as the rule, all that it reads, and whether it `held` are."""
        common = common_to(token, rule.reads)
        if common is None:
            return rule.mark(variables_of(token), held)
        key = id(rule), common, held
        if key not in self._marks:
            self._marks[key] = rule.mark(variables_of(token), held)
        return self._marks[key]

    def change(self, rule: Rule, seen: dict[str, object], held: bool, mark: int) -> int:
        """When to look (seconds since 1970) at a condition that holds now, or does not; `mark`: of all it reads."""
        if mark not in self._found:
            self._found[mark] = self._search(rule, seen, held)
        return self._found[mark]

    def _search(self, rule: Rule, seen: dict[str, object], held: bool) -> int:
        tries = self._midnights if rule.reads_days_only else self._quarters[1:]
        tomorrow = self._begin + AHEAD * QUARTER
        known = self._begin
        try:
            for moment, clock in tries:
                self._run.charge(TRY)
                with clock_set_to(clock):
                    if bool(rule.tried(seen, self._run)) != held:
                        return moment
                known = moment
        except LimitReached:
            if not self._found and known < self._begin + FEW * QUARTER:
                return tomorrow
            return max(known, self._begin + QUARTER)
        return tomorrow

    @cached_property
    def _quarters(self) -> Sequence[tuple[int, datetime]]:
        return [
            (moment, local_clock(datetime.fromtimestamp(moment, UTC), self._zone))
            for moment in range(self._begin, self._begin + (AHEAD + 1) * QUARTER, QUARTER)
        ]

    @cached_property
    def _midnights(self) -> Sequence[tuple[int, datetime]]:
        # a day may begin at one o'clock
        return [
            now for before, now in pairwise(self._quarters) if before[1].date() != now[1].date()
        ]


def watch(token: Token, rule: Rule, outlook: Outlook) -> None:
    """Find out when this condition is looked at again; at once where all it reads is as it was."""
    at = token.case.at
    assert at is not None
    if not rule.reads_clock:
        token.internal_data.pop(LOOK, None)
        return
    held = bool(token.internal_data.get(HELD))
    mark = outlook.mark(token, rule, held)
    known = token.internal_data.get(LOOK)
    if known is None or known[1] != mark or known[0] <= at.timestamp():
        token.internal_data[LOOK] = [outlook.change(rule, variables_of(token), held, mark), mark]


def look_at(token: Token, rule: Rule) -> datetime | None:
    """When this condition is looked at; None where only a move of the case can change it."""
    if not rule.reads_clock:
        return None
    known = token.internal_data.get(LOOK)
    return LONG_DUE if known is None else datetime.fromtimestamp(known[0], UTC)
