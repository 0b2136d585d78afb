"""The terms of the tasks fit into the term of the procedure."""

from collections.abc import Iterator
from decimal import Decimal

from designer.asme.derivation import minutes_of
from designer.findings.finding import Place, Value, finding
from designer.findings.savings import MINUTES_A_DAY
from designer.findings.subject import Subject
from engine.bpmn.model import Expression
from engine.sheet import TermUnit

_NONE = Decimal(0)


@finding(
    "error",
    todo="Shorten the terms of the tasks on this way, or take tasks out of it.",
    reference="Ley 27444, arts. 132, 142",
    gain="Up to {over} days of waiting for applicants whose case takes all of its time.",
)
def check(subject: Subject) -> Iterator[Place]:
    """Its tasks may take {days} days one after the other, but “{name}” must be decided within {term}."""
    terms = [
        (modality.term.amount, modality)
        for modality in subject.sheet.modalities
        if modality.term is not None
        and modality.term.unit in (TermUnit.BUSINESS_DAYS, TermUnit.CALENDAR_DAYS)
    ]
    if not terms:
        return
    # The longest way belongs to the modality with the longest term: shorter ones may not take it.
    allowed, modality = max(terms, key=lambda pair: pair[0])
    days, last = _longest_way(subject)
    if days > allowed:
        values: dict[str, Value] = {
            "days": days,
            "name": modality.name,
            "term": str(allowed),
            "over": days - allowed,
        }
        yield Place(element=last, values=values)


def _longest_way(subject: Subject) -> tuple[Decimal, str | None]:
    """Days of the longest way to a decision that meets no node twice, and the task it ends with."""
    clock = subject.sheet.clock
    # The term is the one to decide in: what comes after is not in it, such as handing the licence out.
    decided = {*clock.decided_by, *clock.notified_by}
    following = {
        name: () if name in decided else subject.following.get(name, ()) for name in subject.nodes
    }
    own = {name: _days(subject, name) for name in subject.nodes}
    # Back flows are left out in the order of a walk in depth, so that each node is counted once.
    done: dict[str, tuple[Decimal, str | None]] = {}
    on_way: set[str] = set()
    pending = [(name, False) for name in reversed(subject.nodes)]
    while pending:
        name, is_leaving = pending.pop()
        if is_leaving:
            ahead = [done[after] for after in following[name] if after in done]
            rest, last = max(ahead, key=lambda way: way[0], default=(_NONE, None))
            done[name] = (own[name] + rest, last or (name if own[name] else None))
            on_way.discard(name)
        elif name not in done and name not in on_way:
            on_way.add(name)
            pending.append((name, True))
            pending += [(after, False) for after in following[name] if after not in done]
    led_to = {after for ahead in subject.following.values() for after in ahead}
    begins = [way for name, way in done.items() if name not in led_to] or list(done.values())
    return max(begins, key=lambda way: way[0], default=(_NONE, None))


def _days(subject: Subject, name: str) -> Decimal:
    due = subject.nodes[name].extension.due_date
    minutes = minutes_of(Expression(due)) if due else None
    return _NONE if minutes is None else minutes / MINUTES_A_DAY
