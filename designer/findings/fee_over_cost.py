"""Nobody pays more than the service costs."""

from collections.abc import Iterator
from decimal import Decimal

from designer.findings.finding import Money, Place, Saving, finding
from designer.findings.subject import Subject


@finding(
    "error",
    todo="Lower the fee to what the service costs.",
    reference="D.S. 064-2010-PCM; Ley 27444, arts. 53, 54 (artículos por verificar)",
    gain="What applicants pay too much, once it is said how many services there are a year.",
)
def check(subject: Subject) -> Iterator[Place]:
    """Applicants pay {fee}, but the service costs {cost}."""
    fee = subject.sheet.fee
    if fee is None or subject.unit_cost is None or fee.amount <= subject.unit_cost:
        return
    cost = subject.unit_cost.quantize(Decimal("0.01"))
    over = (fee.amount - cost) * subject.services
    values = {"fee": Money(fee.amount, fee.currency), "cost": Money(cost, fee.currency)}
    yield Place(values=values, saving=Saving(money=over))
