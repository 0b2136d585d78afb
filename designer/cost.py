"""What one service of a procedure costs its office: staff, consumables and its part of what is shared.

The method is Peru's (D.S. 064-2010-PCM, methodology for the costs of administrative procedures); DOMAIN.md “Cost of a
procedure” has its formulas. `truncating` cuts to two decimals where the decree does, `exact` nowhere, for analysis.
Money is in units of the currency, time in minutes, everything exact decimals.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Context, Decimal, localcontext

MINUTES_A_MONTH = Decimal(14_400)
MONTHS = Decimal(12)
MINUTES_A_YEAR = Decimal(8 * 264 * 60)  # of one person: 8 hours on 264 days
_CENT = Decimal("0.01")
_EXACT = Context(prec=40)

Rounding = Callable[[Decimal], Decimal]


def truncating(amount: Decimal) -> Decimal:
    """Cut to two decimals, as the decree says; never rounded up."""
    return amount.quantize(_CENT, rounding=ROUND_DOWN)


def exact(amount: Decimal) -> Decimal:
    """Leave an amount as it is."""
    return amount


@dataclass(frozen=True, slots=True)
class Post:
    """A kind of position in an office and what one of its holders costs a year."""

    name: str
    office: str
    annual_cost: Decimal


@dataclass(frozen=True, slots=True)
class SharedResource:
    """A cost that several offices share: energy, rent, cleaning. `drivers` says by how much, per office.

    `offices` are those whose activities use it; empty: the activities that name it.
    """

    name: str
    annual_cost: Decimal
    drivers: Mapping[str, Decimal]
    offices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consumable:
    """What one service uses up: sheets of paper, a plastic card."""

    name: str
    quantity: Decimal
    unit_cost: Decimal


@dataclass(frozen=True, slots=True)
class CostedActivity:
    """One row of the activity table as far as it costs. `staff` is how many holders of which post it takes.

    `share` is how often it happens in one service on average.
    """

    name: str
    office: str
    minutes: Decimal
    staff: Mapping[str, Decimal] = field(default_factory=dict)
    resources: tuple[str, ...] = ()
    is_wait: bool = False
    share: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class CostTable:
    """A procedure, or one modality of it: its activities, what they use up, and services a year."""

    name: str
    services: Decimal
    activities: tuple[CostedActivity, ...]
    consumables: tuple[Consumable, ...] = ()


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the whole entity pays: posts, shared resources, and how many persons each office has."""

    posts: tuple[Post, ...] = ()
    resources: tuple[SharedResource, ...] = ()
    persons: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StaffCost:
    """What the work of one activity costs."""

    activity: str
    office: str
    post: str
    minutes: Decimal
    cost_a_minute: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class UnitCost:
    """What one service costs, and of what it is made; `missing` names what has no price and counts as nothing."""

    table: str
    staff: Decimal
    consumables: Decimal
    shared: Mapping[str, Decimal]  # resource → per service
    activities: tuple[StaffCost, ...]
    missing: tuple[str, ...]

    @property
    def total(self) -> Decimal:
        """Currency units per service."""
        return self.staff + self.consumables + sum(self.shared.values(), Decimal(0))


@dataclass(frozen=True, slots=True)
class Dedication:
    """The part of an office's working year that activities using a resource take: a fraction, 0.04 is 4 %."""

    resource: str
    office: str
    minutes: Decimal
    share: Decimal


def unit_costs(
    tables: Iterable[CostTable], ledger: Ledger, *, rounding: Rounding = truncating
) -> list[UnitCost]:
    """The unit cost of each table; shared resources are divided among all of them, so give all of the entity."""
    with localcontext(_EXACT):
        every = list(tables)
        dedicated = {(one.resource, one.office): one for one in _dedications(every, ledger)}
        return [_unit_cost(table, ledger, dedicated, rounding) for table in every]


def dedications(tables: Iterable[CostTable], ledger: Ledger) -> list[Dedication]:
    """How much of each office's year goes to the activities that use each shared resource."""
    with localcontext(_EXACT):
        return _dedications(list(tables), ledger)


def cost_a_minute(post: Post) -> Decimal:
    """What a minute of one holder of the post costs, exactly."""
    with localcontext(_EXACT):
        return post.annual_cost / (MINUTES_A_MONTH * MONTHS)


def fee_exceeds_cost(fee: Decimal, cost: UnitCost) -> bool:
    """Whether more is charged than the service costs, which the law forbids (Ley 27444)."""
    return fee > cost.total


def _unit_cost(
    table: CostTable,
    ledger: Ledger,
    dedicated: Mapping[tuple[str, str], Dedication],
    rounding: Rounding,
) -> UnitCost:
    posts = {(post.office, post.name): post for post in ledger.posts}
    missing: list[str] = []
    work: list[StaffCost] = []
    for activity in table.activities:
        if activity.is_wait:
            continue
        for name, quantity in activity.staff.items():
            post = posts.get((activity.office, name))
            if post is None:
                missing.append(f"{name} ({activity.office})")
                continue
            a_minute = rounding(cost_a_minute(post))
            minutes = rounding(activity.minutes)
            cost = rounding(quantity) * minutes * a_minute * activity.share
            work.append(StaffCost(activity.name, activity.office, name, minutes, a_minute, cost))
    used = sum((each.quantity * each.unit_cost for each in table.consumables), Decimal(0))
    shared = {
        resource.name: _shared(table, resource, ledger, dedicated, rounding)
        for resource in ledger.resources
    }
    return UnitCost(
        table=table.name,
        staff=sum((one.cost for one in work), Decimal(0)),
        consumables=rounding(used),
        shared={name: amount for name, amount in shared.items() if amount},
        activities=tuple(work),
        missing=tuple(dict.fromkeys(missing)),
    )


def _shared(
    table: CostTable,
    resource: SharedResource,
    ledger: Ledger,
    dedicated: Mapping[tuple[str, str], Dedication],
    rounding: Rounding,
) -> Decimal:
    """What one service bears of a shared resource."""
    if not table.services:
        return Decimal(0)
    drivers = sum(resource.drivers.values(), Decimal(0))
    whole = Decimal(0)
    for office, minutes in _minutes(table, resource).items():
        one = dedicated.get((resource.name, office))
        if one is None or not one.minutes or not drivers:
            continue
        driver = resource.drivers.get(office, Decimal(0))
        pool = resource.annual_cost * driver / drivers * one.share
        whole += pool * minutes / one.minutes
    return rounding(rounding(whole) / table.services)


def _dedications(tables: list[CostTable], ledger: Ledger) -> list[Dedication]:
    found = []
    for resource in ledger.resources:
        minutes: dict[str, Decimal] = {}
        for table in tables:
            for office, spent in _minutes(table, resource).items():
                minutes[office] = minutes.get(office, Decimal(0)) + spent
        for office, spent in minutes.items():
            persons = ledger.persons.get(office, Decimal(0))
            year = persons * MINUTES_A_YEAR
            found.append(
                Dedication(resource.name, office, spent, spent / year if year else Decimal(0))
            )
    return found


def _minutes(table: CostTable, resource: SharedResource) -> dict[str, Decimal]:
    """Minutes a year of each office's activities that use the resource; waits use nothing."""
    found: dict[str, Decimal] = {}
    for activity in table.activities:
        if activity.is_wait or not _uses(activity, resource):
            continue
        spent = activity.minutes * table.services * activity.share
        found[activity.office] = found.get(activity.office, Decimal(0)) + spent
    return {office: spent for office, spent in found.items() if spent}


def _uses(activity: CostedActivity, resource: SharedResource) -> bool:
    if resource.name in activity.resources:
        return True
    return activity.office in resource.offices
