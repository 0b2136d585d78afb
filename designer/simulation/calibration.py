"""Whether the simulated as-is meets what was measured: without that, no figure of a simulation is to be believed."""

from collections.abc import Sequence
from dataclasses import dataclass

from designer.simulation.outcomes import Results
from designer.simulation.tally import quantile
from designer.survival import survival

TOLERANCE = 0.10
FEWEST = 30  # measured cases


@dataclass(frozen=True, slots=True)
class Measured:
    """Cycle times of real cases, in seconds.

    `is_known` False: so many still run that a value is only the longest that was seen.
    """

    count: int
    p50: float
    p85: float
    running: int = 0
    is_known: bool = True


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
    if not running:
        ordered = sorted(cycles)
        return Measured(len(ordered), quantile(ordered, 0.5), quantile(ordered, 0.85))
    curve, longest = survival(cycles, running), max(*cycles, *running)
    found = [curve.quantile(share) for share in (0.5, 0.85)]
    p50, p85 = (longest if one is None else one.value for one in found)
    return Measured(len(cycles), p50, p85, len(running), None not in found)


def calibrated(results: Results, measured: Measured) -> Calibration:
    """The simulated as-is beside what was measured."""
    p50, p85 = results.measures["cycle_p50"].value, results.measures["cycle_p85"].value
    return Calibration(measured, p50, p85, _gap(p50, measured.p50), _gap(p85, measured.p85))


def _gap(simulated: float, measured: float) -> float:
    if measured <= 0:
        return 0.0 if simulated <= 0 else float("inf")
    return simulated / measured - 1
