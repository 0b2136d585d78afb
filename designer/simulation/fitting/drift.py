"""What changed between the two halves of a log, so that a fit on the one can be held against the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from designer.simulation.fitting.work import Trace
from designer.simulation.tally import quantile
from engine.errors import N_

RARE = 5  # work seen less often says nothing of a half


@dataclass(frozen=True, slots=True)
class Drift:
    """Something that differs between the halves of the log; durations in seconds. `what` is a template."""

    what: str
    about: str
    first: float
    second: float

    @property
    def change(self) -> float:
        """Second over first, less one."""
        return self.second / self.first - 1 if self.first else 0.0


def drifts(first: Sequence[Trace], second: Sequence[Trace]) -> Iterable[Drift]:
    """What differs between the halves: arrivals, cycle times, work per case, and each activity."""

    def per_week(found: Sequence[Trace]) -> float:
        span = (found[-1].arrived_at - found[0].arrived_at).total_seconds()
        return len(found) / (span / 604_800) if span else 0.0

    yield Drift(N_("Arrivals per week"), "", per_week(first), per_week(second))
    for share, what in (
        (0.5, N_("Cycle time, half within")),
        (0.85, N_("Cycle time, 85 % within")),
    ):
        yield Drift(
            what,
            "",
            quantile(sorted(trace.cycle for trace in first), share),
            quantile(sorted(trace.cycle for trace in second), share),
        )
    yield Drift(
        N_("Pieces of work per case"),
        "",
        sum(len(trace.items) for trace in first) / len(first),
        sum(len(trace.items) for trace in second) / len(second),
    )
    spent = [_elapsed(half) for half in (first, second)]
    for activity in sorted(spent[0].keys() & spent[1].keys()):
        one, other = (half[activity] for half in spent)
        if min(one[1], other[1]) >= RARE:
            yield Drift(
                N_("From ready to done: {about}"), activity, one[0] / one[1], other[0] / other[1]
            )


def _elapsed(found: Sequence[Trace]) -> dict[str, tuple[float, int]]:
    sums: dict[str, tuple[float, int]] = {}
    for trace in found:
        for item in trace.items:
            assert item.enabled_at is not None
            seconds, count = sums.get(item.activity, (0.0, 0))
            sums[item.activity] = (
                seconds + (item.ended_at - item.enabled_at).total_seconds(),
                count + 1,
            )
    return sums
