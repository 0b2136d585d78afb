"""What cells count: their kinds, those that are histograms, and the buckets of these."""

import math
from enum import IntEnum

from engine.metrics.item import CAUSES, Cause

WIDTH = 0.04  # of a bucket, in natural logarithms: within it durations differ by 4 %, so its middle errs by 2 %


class Kind(IntEnum):
    """What a cell counts. `a` and `b` are 0 where they are not named, and so is the bucket where it is no histogram."""

    # of ended cases, in the week of their end
    LEAD = 1  # histogram: filing → end
    CYCLE = 2  # histogram: start → end
    LEGAL = 3  # histogram: the law's clock, a business day as 86,400 seconds
    OFFICE = 4  # histogram: start → end without waiting for the applicant
    ANSWER = 5  # histogram: start → answer, which is the end where nothing else is told
    OFFICE_ANSWER = 6  # histogram: the same without waiting for the applicant
    # of cases, per day
    STARTED = 10
    ENDED = 11  # a: 1 completed, 2 otherwise; seconds from start to end
    # of completed cases, in the week of their end
    TERM = 12  # a: 1 within the term, 2 late, 3 without one; b: 1 by silence
    FIRST_TIME = 13  # a: 1 right the first time, 0 not
    VARIANT = 14  # a: variant; seconds from start to end
    VISITED = 15  # a: activity the case passed, however often; seconds from start to end
    # of completed items, in the week of their end; a: activity
    TOUCH = 20  # histogram
    WAITING = 21  # histogram: everything but touch
    WHOLE = 22  # histogram: enabled → ended
    UNCLAIMED = 23  # of those that waited so (Cause); seconds spent
    APPLICANT = 24
    OTHER_OFFICE = 25
    TIMER = 26
    SUSPENDED = 27
    MACHINE = 28
    REWORK = 29  # done again in the same case; seconds of these executions
    # per day; a: activity
    ARRIVED = 30
    DEPARTED = 31  # taken away; what was completed departs in FLOW, as its b
    # directly-follows, per day; a: completed activity, 0 the start; b: the next completed, 0 the end; seconds between
    FLOW = 40
    # of completed items, in the week of their end
    PERSON = 50  # a: person, b: office; seconds of touch
    HANDOVER = 51  # a: who had the case before, b: who had it next, another person


CAUSE_KINDS = tuple(Kind[cause.name] for cause in CAUSES if cause is not Cause.TOUCH)
HISTOGRAMS = frozenset(
    {
        Kind.LEAD,
        Kind.CYCLE,
        Kind.LEGAL,
        Kind.OFFICE,
        Kind.ANSWER,
        Kind.OFFICE_ANSWER,
        Kind.TOUCH,
        Kind.WAITING,
        Kind.WHOLE,
    }
)
# Their weeks are added up a second time, in blocks of 13, under kinds of their own: three years of weeks have ten times
# as many buckets as their blocks, and nobody looks at them week by week. Near the square root of the weeks of three
# years, blocks and the weeks left over at both ends are fewest.
IN_BLOCKS = 100
ALL_KINDS = (*map(int, Kind), *(kind + IN_BLOCKS for kind in sorted(HISTOGRAMS)))


def bucket_of(seconds: int) -> int:
    """The bucket of a duration: round(ln(1 + seconds) / 0.04)."""
    return int(math.log1p(seconds) / WIDTH + 0.5) if seconds > 0 else 0


def middle_of(bucket: int) -> float:
    """The duration in seconds that stands for a bucket; errs by 2 % at most, plus half a second near nothing."""
    return math.expm1(bucket * WIDTH)
