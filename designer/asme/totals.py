"""The foot of the table: minutes by type and by value, hand-overs and papers; and two tables side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from designer.asme.table import ActivityType, Origin, Row, Table, Value

_NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Totals:
    """What one case takes on average; minutes. `touch` is work, `cycle` is work and waiting together."""

    by_type: Mapping[ActivityType, Decimal]
    by_value: Mapping[Value, Decimal]
    number_by_type: Mapping[ActivityType, int]
    touch: Decimal
    wait: Decimal
    activities: int
    offices: int
    hand_overs: int
    requirements: int
    documents: int
    visits: Decimal
    unknown: int  # activities whose minutes nobody has said or measured

    @property
    def cycle(self) -> Decimal:
        """Minutes from beginning to end when nothing overlaps."""
        return self.touch + self.wait

    @property
    def value_added_share(self) -> Decimal | None:
        """The part of all minutes that adds value, 0 to 1; None when there are no minutes."""
        return self.by_value[Value.VALUE_ADDED] / self.cycle if self.cycle else None

    @property
    def wait_share(self) -> Decimal | None:
        """The part of all minutes in which nobody works on it, 0 to 1; None when there are no minutes."""
        return self.wait / self.cycle if self.cycle else None


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of two tables; `change` is to-be less as-is, `share` of as-is (None when that was nothing)."""

    measure: str
    before: Decimal
    after: Decimal

    @property
    def change(self) -> Decimal:
        """Less than nothing: it went down."""
        return self.after - self.before

    @property
    def share(self) -> Decimal | None:
        """The change as a part of what was."""
        return self.change / self.before if self.before else None


def totals(table: Table) -> Totals:
    """Add up the rows that count; a row that happens in half of the cases counts half its minutes."""
    rows = [row for row in table.rows if row.is_counted]
    by_type = dict.fromkeys(ActivityType, _NONE)
    by_value = dict.fromkeys(Value, _NONE)
    number = dict.fromkeys(ActivityType, 0)
    for row in rows:
        minutes = minutes_a_case(row)
        by_type[row.type.value] += minutes
        by_value[row.value.value] += minutes
        number[row.type.value] += 1
    wait = by_type[ActivityType.WAIT]
    return Totals(
        by_type=by_type,
        by_value=by_value,
        number_by_type=number,
        touch=sum(by_type.values(), _NONE) - wait,
        wait=wait,
        activities=sum(row.type.value not in _BETWEEN for row in rows),
        offices=len({row.office.value for row in rows if row.office.value}),
        hand_overs=number[ActivityType.TRANSFER],
        requirements=table.requirements,
        documents=table.documents,
        visits=table.visits,
        unknown=sum(
            row.minutes.origin == Origin.NOBODY and row.type.value not in _BETWEEN for row in rows
        ),
    )


def minutes_a_case(row: Row) -> Decimal:
    """The minutes of a row, as often as it happens in a case."""
    return row.minutes.value * row.share.value


def compare(before: Totals, after: Totals) -> list[Difference]:
    """As-is and to-be, figure by figure, in the order in which the method prints them."""
    pairs: list[tuple[str, Decimal | int, Decimal | int]] = [
        ("cycle", before.cycle, after.cycle),
        ("touch", before.touch, after.touch),
        ("wait", before.wait, after.wait),
    ]
    pairs += [
        (f"minutes_{kind}", before.by_type[kind], after.by_type[kind]) for kind in ActivityType
    ]
    pairs += [
        (f"minutes_{value}", before.by_value[value], after.by_value[value]) for value in Value
    ]
    pairs += [
        (name, getattr(before, name), getattr(after, name))
        for name in ("activities", "offices", "hand_overs", "requirements", "documents", "visits")
    ]
    return [Difference(name, Decimal(old), Decimal(new)) for name, old, new in pairs]


_BETWEEN = frozenset({ActivityType.WAIT, ActivityType.TRANSFER})
