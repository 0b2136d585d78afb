"""What a procedure costs the people who need it, by the Standard Cost Model, requirement by requirement.

The method: SCM Network, “International Standard Cost Model Manual” (2005): administrative burden = price × quantity,
without what people would do anyway (“business as usual”). Money is in units of the currency, time in minutes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.sheet import Requirement, Source

MINUTES_AN_HOUR = Decimal(60)
_ONE = Decimal(1)
_NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Assumption:
    """What one requirement, visit or form takes of one applicant; all of it is for the analyst to see and change.

    `usual_share` is the part of applicants who would do it without being asked (0 to 1); `share` the part of whom it
    is asked at all.
    """

    minutes: Decimal = _NONE
    out_of_pocket: Decimal = _NONE
    usual_share: Decimal = _NONE
    share: Decimal = _ONE


@dataclass(frozen=True, slots=True)
class Applicants:
    """Who asks: how many people or firms, how often each a year, and what an hour of theirs is worth."""

    population: Decimal
    frequency: Decimal
    hourly_wage: Decimal


@dataclass(frozen=True, slots=True)
class Visit:
    """How often people must come, and what coming once takes."""

    number: Decimal = _NONE
    assumption: Assumption = Assumption()


@dataclass(frozen=True, slots=True)
class Burden:
    """What one thing costs: each time, and all applicants a year. `key` is the requirement's; empty for visits."""

    key: str
    name: str
    price: Decimal  # each time it is done
    quantity: Decimal  # a year
    yearly: Decimal
    minutes_yearly: Decimal


@dataclass(frozen=True, slots=True)
class TotalBurden:
    """All of a procedure: the heaviest first."""

    parts: tuple[Burden, ...]

    @property
    def yearly(self) -> Decimal:
        """Currency units that all applicants bear in a year."""
        return sum((part.yearly for part in self.parts), _NONE)

    @property
    def minutes_yearly(self) -> Decimal:
        """Minutes that all applicants spend in a year."""
        return sum((part.minutes_yearly for part in self.parts), _NONE)


def burden(
    requirements: Iterable[Requirement],
    assumptions: Mapping[str, Assumption],
    applicants: Applicants,
    visit: Visit = Visit(),
) -> TotalBurden:
    """What each requirement and the visits cost. What the State obtains itself costs the applicant nothing."""
    parts = [
        _part(one.key, one.name, assumptions.get(one.key, Assumption()), _ONE, applicants)
        for one in requirements
        if one.source == Source.APPLICANT or one.source == Source.ANOTHER_PROCEDURE
    ]
    if visit.number:
        parts.append(_part("", "", visit.assumption, visit.number, applicants))
    return TotalBurden(tuple(sorted(parts, key=lambda part: -part.yearly)))


def once_only_ratio(requirements: Iterable[Requirement]) -> Decimal | None:
    """The part of the requirements that the State obtains itself, 0 to 1; None when nothing is required."""
    every = list(requirements)
    if not every:
        return None
    own = sum(one.source in (Source.OWN_REGISTRY, Source.ANOTHER_REGISTRY) for one in every)
    return Decimal(own) / Decimal(len(every))


def _part(
    key: str, name: str, assumed: Assumption, times: Decimal, applicants: Applicants
) -> Burden:
    price = applicants.hourly_wage * assumed.minutes / MINUTES_AN_HOUR + assumed.out_of_pocket
    quantity = applicants.population * applicants.frequency * assumed.share * times
    burdened = quantity * (_ONE - assumed.usual_share)
    return Burden(key, name, price, quantity, price * burdened, assumed.minutes * burdened)
