"""Distributions in scenario files: a duration alone, or a family with its named parameters."""

import math
from typing import Any

from designer.simulation.distributions import Distribution, Family, fixed
from designer.simulation.json_reading import Part
from engine.errors import N_

PARAMETERS: dict[Family, tuple[str, ...]] = {
    Family.FIXED: ("value",),
    Family.UNIFORM: ("minimum", "maximum"),
    Family.TRIANGULAR: ("minimum", "mode", "maximum"),
    Family.EXPONENTIAL: ("mean",),
    Family.NORMAL: ("mean", "deviation"),
    Family.NORMAL_EXPONENTIAL: ("mean", "deviation", "exponential"),
    Family.LOGNORMAL: ("mean", "deviation"),
    Family.GAMMA: ("mean", "deviation"),
    Family.WEIBULL: ("scale", "shape"),
    Family.SAMPLES: (),
    Family.ZERO_OR: ("zeros",),
}
_PLAIN = {"shape", "zeros"}  # not durations
_POSITIVE = {"scale", "shape"}


def read_distribution(part: Part, *, is_duration: bool = True) -> Distribution:
    """The distribution at this place of the file; faults are noted there."""
    if not isinstance(part.value, dict):
        return fixed(part.seconds() if is_duration else part.number(0.0, -math.inf))
    family = part.get("family").one_of(Family, Family.FIXED)
    if "family" not in part.value:
        part.fault(N_("{place} must name its family, such as gamma; it is {shown}."))
    names = PARAMETERS[family]
    with_values = family in (Family.SAMPLES, Family.ZERO_OR)
    part.table(
        "family",
        *dict.fromkeys((*names, "minimum", "maximum")),
        *(["values"] if with_values else []),
    )
    parameters = []
    for name in names:
        one = part.get(name)
        if not one.is_there:
            part.fault(N_("{place} needs “{name}”."), name=name)
        low = 1e-9 if name in _POSITIVE else 0.0
        is_plain = name in _PLAIN or not is_duration
        parameters.append(one.number(low, low) if is_plain else one.seconds())
    values = tuple(
        sorted(one.seconds() if is_duration else one.number() for one in part.get("values").items())
    )
    if with_values and not values:
        part.fault(N_("{place} needs “{name}”."), name="values")
        values = (0.0,)
    if list(parameters) != sorted(parameters) and family in (Family.UNIFORM, Family.TRIANGULAR):
        part.fault(N_("{place}: minimum, mode and maximum must be in this order."))
        parameters = sorted(parameters)
    if family is Family.ZERO_OR and parameters[0] >= 1:
        part.fault(N_("{place}: the share of zeros must be below 1."))
        parameters = [0.0]
    limits = [part.get("minimum"), part.get("maximum")]
    low, high = (
        one.seconds(default) if is_duration else one.number(default)
        for one, default in zip(limits, (0.0, math.inf), strict=True)
    )
    if family in (Family.UNIFORM, Family.TRIANGULAR):
        low, high = 0.0, math.inf  # they are parameters there
    if low > high:
        part.fault(N_("{place}: minimum, mode and maximum must be in this order."))
        low, high = high, low
    return Distribution(family, tuple(parameters), low, high, values)


def written_distribution(distribution: Distribution | None) -> Any:
    """The distribution as JSON; None stays None."""
    if distribution is None:
        return None
    d = distribution
    if d.family is Family.FIXED and d.minimum <= 0 and d.maximum == math.inf:
        return d.parameters[0]
    said: dict[str, Any] = {"family": str(d.family)}
    said |= dict(zip(PARAMETERS[d.family], d.parameters, strict=True))
    if d.minimum:
        said.setdefault("minimum", d.minimum)
    if d.maximum != math.inf:
        said.setdefault("maximum", d.maximum)
    if d.values:
        said["values"] = list(d.values)
    return said
