"""When a condition that reads the clock is looked at again, though nothing moves its case.

What else a condition reads changes only when the case moves. So it is tried out in memory for every quarter of an hour
of the day to come, and the case is looked at when it will hold, or at the end of that day: a case that waits costs one
look a day. Midnight is a quarter of an hour in every zone, so `today()` is never late and `now()` by a quarter at most.
"""

from datetime import UTC, datetime

from engine.feel import Limits, clock_set_to, limited_to
from engine.spiff.context import variables_of
from engine.spiff.rules import Rule
from engine.spiff.token import Token

QUARTER = 15 * 60  # seconds
AHEAD = 96  # quarters of an hour: a day
# Of one try; a condition that needs more is looked at once a day.
BUDGET = Limits(work=10_000)
# internal data of a token: when it is looked at again (seconds since 1970), and what that was found from
LOOK = "look"
# internal data of a token whose condition holds, and has to become false before it can become true again
HELD = "was"
# Of a case that an earlier release left without a time to look at it: at once.
LONG_DUE = datetime(2000, 1, 1, tzinfo=UTC)


def watch(token: Token, rule: Rule) -> None:
    """Find out when this condition is looked at again; at once where all it reads is as it was."""
    at = token.case.at
    assert at is not None
    if not rule.reads_clock:
        token.internal_data.pop(LOOK, None)
        return
    seen = variables_of(token)
    held = bool(token.internal_data.get(HELD))
    mark = rule.mark(seen) ^ held
    known = token.internal_data.get(LOOK)
    if known is None or known[1] != mark or known[0] <= at.timestamp():
        zone = token.case.resolver.zone
        moment = int(at.timestamp()) // QUARTER * QUARTER
        with limited_to(BUDGET):
            for _ in range(AHEAD):
                moment += QUARTER
                with clock_set_to(datetime.fromtimestamp(moment, zone)):
                    if bool(rule.holds(seen)) != held:
                        break
        token.internal_data[LOOK] = [moment, mark]


def look_at(token: Token, rule: Rule) -> datetime | None:
    """When this condition is looked at; None where only a move of the case can change it."""
    if not rule.reads_clock:
        return None
    known = token.internal_data.get(LOOK)
    return LONG_DUE if known is None else datetime.fromtimestamp(known[0], UTC)
