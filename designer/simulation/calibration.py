"""Whether the simulated as-is meets what was measured: without that, no figure of a simulation is to be believed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from designer.simulation.outcomes import Results
from designer.simulation.tally import quantile
from designer.survival import survival

TOLERANCE = 0.10
FEWEST = 30  # measured cases


@dataclass(frozen=True, slots=True)
class Measured:
    """Cycle times of real cases, in seconds.

    `is_known` False: so many still run that a value is only the longest that was seen. `range50`, `range85`: their
    95 % intervals, an upper end of None not being known yet.
    """

    count: int
    p50: float
    p85: float
    running: int = 0
    is_known: bool = True
    range50: tuple[float, float | None] = (0.0, None)
    range85: tuple[float, float | None] = (0.0, None)

    @property
    def is_sharp(self) -> bool:
        """Whether the values are known so well that something else can be told to meet them within the tolerance."""
        return all(
            high is not None and low >= value * (1 - TOLERANCE) and high <= value * (1 + TOLERANCE)
            for value, (low, high) in ((self.p50, self.range50), (self.p85, self.range85))
        )


@dataclass(frozen=True, slots=True)
class Calibration:
    """Measured beside simulated. `gap50`, `gap85`: simulated over measured, less one."""

    measured: Measured
    p50: float
    p85: float
    gap50: float
    gap85: float

    @property
    def is_met(self) -> bool:
        """Whether both are within 10 %, on enough cases, of which enough have ended to know them."""
        is_near = abs(self.gap50) <= TOLERANCE and abs(self.gap85) <= TOLERANCE
        return is_near and self.measured.count >= FEWEST and self.measured.is_known


def measured_of(cycles: Sequence[float], running: Sequence[float] = ()) -> Measured | None:
    """What was measured, from the cycle times of completed cases; None without any.

    `running` are the seconds that cases have run which have not ended. They count as longer than that: leaving them
    out would flatter the latest cases, of which only the quick ones have ended.
    """
    if not cycles:
        return None
    curve, longest = survival(cycles, running), max(*cycles, *running, 0.0)
    found = [curve.quantile(share) for share in (0.5, 0.85)]
    known = [one.value for one in found if one is not None]
    values = [longest if one is None else one.value for one in found]
    if not running:
        ordered = sorted(cycles)
        values = [quantile(ordered, 0.5), quantile(ordered, 0.85)]
    ranges = [(0.0, None) if one is None else (one.low, one.high) for one in found]
    return Measured(
        len(cycles), values[0], values[1], len(running), len(known) == len(found), *ranges
    )


def spread(cycles: Sequence[float], running: Sequence[float] = ()) -> list[float]:
    """As many cycle times as there are cases, ended or running, spread as was measured: sorted, in seconds.

    Running ones count as in `measured_of`; where so many run that nobody knows how long the slowest take, those take as
    long as the longest seen.
    """
    if not running:
        return sorted(cycles)
    curve, count = survival(cycles, running), len(cycles) + len(running)
    longest = max(*cycles, *running)
    found = (curve.quantile((place + 0.5) / count) for place in range(count))
    return [longest if one is None else one.value for one in found]


def calibrated(results: Results, measured: Measured) -> Calibration:
    """The simulated as-is beside what was measured."""
    p50, p85 = results.measures["cycle_p50"].value, results.measures["cycle_p85"].value
    return Calibration(measured, p50, p85, _gap(p50, measured.p50), _gap(p85, measured.p85))


def gate_json(gate: Calibration) -> dict[str, Any]:
    """The gate as it is kept."""
    return asdict(gate) | {"is_met": gate.is_met, "is_sharp": gate.measured.is_sharp}


def _gap(simulated: float, measured: float) -> float:
    if measured <= 0:
        return 0.0 if simulated <= 0 else float("inf")
    return simulated / measured - 1
