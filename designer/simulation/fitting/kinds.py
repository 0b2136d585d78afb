"""Kinds of cases: those that took about as long, and waited longest before the same work."""

from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

FEWEST = 30  # cases of one band
SIMILAR = 10  # cases of one kind
# Of the cycle times of which each band is; the calibration gate's 0.5 and 0.85 among them.
ENDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class CaseKind:
    """Cases that are alike. `band`: of cycle times, the quickest being 0; `share`: of all cases; `cases`: places of
    those whose waiting stands for it."""

    band: int
    share: float
    cases: tuple[int, ...]


def kinds(
    cycles: Sequence[float], expected: Sequence[float], longest: Sequence[str]
) -> list[CaseKind]:
    """The kinds that completed cases are of, the quickest first.

    A case that waits at one step waits at others too, and what kept it long is one of its waits more often than all of
    them: delays drawn one by one would make all cases alike. `cycles`: the seconds that each case took; `longest`: the
    element before which each waited longest. `expected`: sorted cycle times of all cases with those that still run: the
    slower a case, the likelier it still runs, so that slow ones are too rare among the completed.
    """
    count = len(expected)
    ends = [end for end in ENDS if len(cycles) * min(end, 1 - end) >= FEWEST]
    limits = [expected[min(int(end * count), count - 1)] for end in ends]
    of_all = Counter(bisect(limits, cycle) for cycle in expected)
    found: list[CaseKind] = []
    like: list[list[int]] = [list(range(len(cycles)))]
    for band in range(len(limits) + 1):
        own = [place for place, cycle in enumerate(cycles) if bisect(limits, cycle) == band]
        if len(own) >= SIMILAR:
            like = _alike(
                own, longest
            )  # where too few have ended, those of the band before stand for them
        whole = sum(len(cases) for cases in like)
        share = of_all[band] / count
        if share:
            found += (CaseKind(band, share * len(cases) / whole, tuple(cases)) for cases in like)
    return found


def _alike(cases: Sequence[int], longest: Sequence[str]) -> list[list[int]]:
    groups: dict[str, list[int]] = {}
    for place in cases:
        groups.setdefault(longest[place], []).append(place)
    large = sorted((one for one in groups.values() if len(one) >= SIMILAR), key=len)
    rest = [place for one in groups.values() if len(one) < SIMILAR for place in one]
    if large and len(rest) < SIMILAR:
        large[-1] += rest
        return large
    return [*large, rest] if rest else large
