"""One table per modality: the rows of the diagram that a case of it meets, each as often as it happens to such a case.

A modality is told by the way it takes at gateways. What only another way leads to is no part of it; what only its own
way leads to happens that much more often in a case of it than in any case.
"""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from designer.asme.table import Cell, Origin, Row, Table
from engine.bpmn.model import Kind, Node, Process, Scope
from engine.feel import FeelSyntaxError, evaluate
from engine.sheet import Sheet, Source

_ONE = Decimal(1)
MOST_NAMES, MOST_VALUES = 2, 20  # of rules that are compared by trying
_NAME = re.compile(r"[^\W\d]\w*")
_TEXT = re.compile(r'"[^"]*"')
_WORDS = frozenset({"and", "or", "in", "not", "true", "false", "null", "between"})


@dataclass(frozen=True, slots=True)
class Choice:
    """A gateway at which modalities may part: its ways by flow id, as they are named."""

    gateway: str
    name: str
    ways: Mapping[str, str]
    conditions: Mapping[str, str]  # flow id → its rule, where it has one


def choices(process: Process) -> list[Choice]:
    """The exclusive gateways with several ways, in document order."""
    found = []
    for scope, node in process.scope.everything():
        if node.kind != Kind.EXCLUSIVE_GATEWAY or len(node.outgoing) < 2:
            continue
        flows = [scope.flows[flow] for flow in node.outgoing]
        found.append(
            Choice(
                node.id,
                node.name or node.id,
                {flow.id: flow.name or _name(scope.nodes[flow.target]) for flow in flows},
                {flow.id: flow.condition.text for flow in flows if flow.condition is not None},
            )
        )
    return found


def guessed(process: Process, sheet: Sheet, modality: str) -> dict[str, str]:
    """Gateway → the way whose rule is the very condition under which the modality applies.

    Where a gateway has two ways and one is that of another modality, the other way is left.
    """
    own = _by_rule(process, sheet, modality)
    others = [
        _by_rule(process, sheet, one.name) for one in sheet.modalities if one.name != modality
    ]
    for one in choices(process):
        taken = {ways[one.gateway] for ways in others if one.gateway in ways}
        left = one.ways.keys() - taken
        if one.gateway not in own and taken and len(left) == 1:
            own[one.gateway] = next(iter(left))
    return own


def _by_rule(process: Process, sheet: Sheet, modality: str) -> dict[str, str]:
    wanted = next((one.applies_if for one in sheet.modalities if one.name == modality), "")
    return {
        one.gateway: flow
        for one in choices(process)
        for flow, rule in one.conditions.items()
        if wanted and _is_same(rule, wanted)
    }


def of_modality(
    table: Table,
    process: Process,
    sheet: Sheet,
    modality: str,
    ways: Mapping[str, str],
    shares: Mapping[str, Decimal],
) -> Table:
    """The table of one modality. `ways`: gateway → the flow it takes; `shares`: how often each flow is taken, 0 to 1.

    Requirements and documents are those of the modality.
    """
    closed = {
        flow
        for one in choices(process)
        if one.gateway in ways
        for flow in one.ways
        if flow != ways[one.gateway]
    }
    met = _reached(process.scope, closed)
    own = {flow: _reached(process.scope, {flow}) for flow in ways.values() if flow not in closed}
    rows = tuple(_row(row, met, own, shares) for row in table.rows)
    asked = [one for one in sheet.requirements if not one.modalities or modality in one.modalities]
    return replace(
        table,
        rows=rows,
        requirements=len(asked),
        documents=sum(one.source == Source.APPLICANT for one in asked),
    )


def share_of(ways: Mapping[str, str], shares: Mapping[str, Decimal]) -> Decimal:
    """How many cases are of the modality, 0 to 1: those that take all of its ways."""
    part = _ONE
    for flow in ways.values():
        part *= shares.get(flow, _ONE)
    return part


def _row(
    row: Row, met: Set[str], own: Mapping[str, Set[str]], shares: Mapping[str, Decimal]
) -> Row:
    place = row.element_id  # a case must pass it for the row to happen; None: no diagram says so
    if place is None:
        return row
    if place not in met:
        return replace(row, is_excluded=True)
    share = row.share.value
    for flow, without in own.items():
        taken = shares.get(flow, _ONE)
        if place not in without and taken:
            share = min(_ONE, share / taken) if share < _ONE else share
    return (
        row
        if share == row.share.value
        else replace(row, share=Cell(share, Origin.LOG, row.share.value))
    )


def _reached(scope: Scope, closed: Set[str]) -> set[str]:
    """Elements that a case can come to without the closed flows; sub-processes with all that they hold."""
    pending = [
        node.id for node in scope.nodes.values() if not node.incoming and not node.attached_to
    ]
    met: set[str] = set()
    while pending:
        name = pending.pop()
        if name in met:
            continue
        met.add(name)
        node = scope.nodes[name]
        if node.body is not None:
            met |= _reached(node.body, closed)
        pending += [one.id for one in scope.nodes.values() if one.attached_to == name]
        for flow in node.outgoing:
            if flow not in closed:
                met.add(flow)
                pending.append(scope.flows[flow].target)
    return met


def _name(node: Node) -> str:
    return node.name or node.id


def _is_same(rule: str, other: str) -> bool:
    """Whether two rules hold for the same answers, tried on every value that either of them names."""
    names = sorted(set(_NAME.findall(_TEXT.sub("", f"{rule} {other}"))) - _WORDS)
    texts = sorted({text for said in (rule, other) for text in _TEXT.findall(said)})
    values: list[object] = [text.strip('"') for text in texts] + [True, False, ""]
    if not 0 < len(names) <= MOST_NAMES or len(values) > MOST_VALUES:
        return "".join(rule.split()) == "".join(other.split())
    told = [dict(zip(names, one, strict=True)) for one in product(values, repeat=len(names))]
    try:
        answers = [(evaluate(rule, one), evaluate(other, one)) for one in told]
    except FeelSyntaxError:
        return False
    return all(one is two for one, two in answers) and any(one is True for one, _ in answers)
