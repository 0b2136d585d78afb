"""The table derived from a diagram, and its minutes from what was measured.

User and manual tasks are operations; those that approve, check or sign are reviews; a flow into another lane is a
transfer; a timer or receiving event a wait; an archive or a data store written to is filing (DOMAIN.md).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from designer.asme.table import ActivityType, Cell, Origin, Row, Table, Value
from engine.bpmn.model import EventKind, Expression, Kind, Model, Node, Process, Scope, TimerKind
from engine.feel import DaysTime, evaluate
from engine.sheet import Sheet, Source

_WORK = {
    Kind.TASK,
    Kind.USER_TASK,
    Kind.MANUAL_TASK,
    Kind.SEND_TASK,
    Kind.SERVICE_TASK,
    Kind.SCRIPT_TASK,
    Kind.BUSINESS_RULE_TASK,
    Kind.CALL_ACTIVITY,
}
_BY_MACHINE = {Kind.SERVICE_TASK, Kind.SCRIPT_TASK, Kind.BUSINESS_RULE_TASK}
# Words a task's name begins with or has in it, in Spanish and English; an analyst corrects what they miss. Who
# reviews is named as well where nothing is reviewed: “Assign approver”, “Designar al verificador”.
_REVIEWS = re.compile(
    r"\b(aprob(?!ador)\w*|apruebe|revis(?!or)\w*|verific(?!ador)\w*|vis(?:ar|acion|to bueno)|v\W*b|"
    r"firm(?:ar?|e)\b|control(?!ador|ler)\w*|valid(?!ador)\w*|conform(?:ar|idad)|supervis(?!or)\w*|"
    r"autoriz\w*|suscrib\w*|"
    r"approv(?!er)\w*|check(?!list|er)\w*|review(?!er)\w*|verif(?!icador|ier)\w*|sign(?:s|ing)?\b|authori[sz]\w*|"
    r"inspect(?!or)\w*|audit(?!or)\w*)"
)
_FILINGS = re.compile(r"\b(archiv\w*|custodi\w*|file away|filing|archive\w*)")
_TRANSFERS = re.compile(
    r"\b(deriv(?:ar|a|e)\b|remit\w*|trasla\w*|elev(?:ar|a|e)\b|forward\w*|route\b|transfer\w*|send on)"
)
MARK = "activity-type"  # the property of a task that says what it is, whatever its name
_NANOS_A_MINUTE = Decimal(60_000_000_000)
_VALUES = {
    ActivityType.OPERATION: Value.VALUE_ADDED,
    ActivityType.REVIEW: Value.CONTROL,
    ActivityType.TRANSFER: Value.NO_VALUE,
    ActivityType.WAIT: Value.NO_VALUE,
    ActivityType.FILING: Value.NO_VALUE,
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What the log says about one element: minutes from claim to completion and from ready to claim, medians.

    `share` is executions per case.
    """

    touch: Decimal
    wait: Decimal
    share: Decimal
    count: int


def derive(
    model: Model,
    process_id: str,
    sheet: Sheet | None = None,
    measured: Mapping[str, Measured] | None = None,
) -> Table:
    """The table of one process. `measured` is by element id; with it, waiting for a task becomes a row before it."""
    process = model.process(process_id)
    offices = _Offices(process, sheet)
    log = measured or {}
    rows: list[Row] = []
    for scope, node in _in_order(process.scope):
        office = offices.of(node)
        for flow_id in node.incoming:
            source = scope.nodes[scope.flows[flow_id].source]
            if (row := _transfer(flow_id, offices.of(source), office, node)) is not None:
                rows.append(row)
        if (seen := log.get(node.id)) is not None and seen.wait > 0 and node.kind in _WORK:
            rows.append(_waiting(node, office, seen))
        if (row := _activity(node, office, log.get(node.id), process)) is not None:
            rows.append(row)
    rows += [_message(flow.id, flow.name or "") for flow in model.message_flows]
    required = () if sheet is None else sheet.requirements
    return Table(
        rows=tuple({row.id: row for row in rows}.values()),
        requirements=len(required),
        documents=sum(one.source == Source.APPLICANT for one in required),
        visits=_visits(sheet),
    )


def kind_of_work(name: str) -> ActivityType:
    """Operation, review, transfer or filing, by the words of a task's name."""
    plain = unicodedata.normalize("NFKD", name.lower())
    words = "".join(letter for letter in plain if not unicodedata.combining(letter))
    if _FILINGS.search(words):
        return ActivityType.FILING
    if _TRANSFERS.match(words):
        return ActivityType.TRANSFER
    return ActivityType.REVIEW if _REVIEWS.search(words) else ActivityType.OPERATION


def work_type(node: Node) -> ActivityType:
    """What a task is: as the drawing marks it, else by the words of its name."""
    said = dict(node.extension.properties).get(MARK)
    if said in set(ActivityType) and said != ActivityType.WAIT:
        return ActivityType(said)
    if node.kind == Kind.BUSINESS_RULE_TASK:
        return ActivityType.OPERATION  # whatever it is called, nobody reviews anything there
    return kind_of_work(node.name or node.id)


def minutes_of(timer: Expression | None) -> Decimal | None:
    """The minutes of a timer's constant duration; None when only a case can tell."""
    if timer is None:
        return None
    text = timer.text.strip().strip("\"'")
    value = evaluate(f'duration("{text}")', {}) if '"' not in text else None
    if isinstance(value, DaysTime):
        return Decimal(value.nanoseconds) / _NANOS_A_MINUTE
    return None


class _Offices:
    """Which office does a node: that of its lane by the sheet, else the lane's name, else the procedure's."""

    def __init__(self, process: Process, sheet: Sheet | None) -> None:
        self.lanes = {lane.id: lane.name or "" for lane in process.lanes}
        self.by_node = {node: lane.name or "" for lane in process.lanes for node in lane.nodes}
        self.matched = {} if sheet is None else sheet.lanes
        self.home = "" if sheet is None else sheet.decides or sheet.receives

    def of(self, node: Node) -> str:
        lane = self.lanes.get(node.lane or "") or self.by_node.get(node.id, "")
        return _line(self.matched.get(lane, lane) or self.home)


def _line(name: str) -> str:
    """A name as one line, as a cell holds it and comes back: drawings break names to fit their shapes."""
    return " ".join(name.split())


def _in_order(scope: Scope) -> Iterator[tuple[Scope, Node]]:
    """Every node once, as a case meets them: along the flows from what starts, boundary events after their host."""
    hosted: dict[str, list[Node]] = {}
    for node in scope.nodes.values():
        if node.attached_to is not None:
            hosted.setdefault(node.attached_to, []).append(node)
    beginnings = [
        node for node in scope.nodes.values() if not node.incoming and not node.attached_to
    ]
    seen: set[str] = set()
    for beginning in [*beginnings, *scope.nodes.values()]:
        pending = [beginning]
        while pending:
            node = pending.pop()
            if node.id in seen:
                continue
            seen.add(node.id)
            yield scope, node
            if node.body is not None:
                yield from _in_order(node.body)
            after = [scope.nodes[scope.flows[flow].target] for flow in node.outgoing]
            # The main way first: boundary events lead aside.
            pending += [*reversed(hosted.get(node.id, [])), *reversed(after)]


def _activity(node: Node, office: str, seen: Measured | None, process: Process) -> Row | None:
    if node.kind in _WORK:
        return _work(node, office, seen, process)
    if node.kind == Kind.RECEIVE_TASK or _is_wait(node):
        return _wait(node, office)
    return None


def _work(node: Node, office: str, seen: Measured | None, process: Process) -> Row:
    name = node.name or node.id
    kind = work_type(node)
    is_marked = MARK in dict(node.extension.properties)
    if (
        kind == ActivityType.OPERATION
        and not is_marked
        and _writes_store(node, process)
        and node.kind in _BY_MACHINE
    ):
        kind = ActivityType.FILING
    if seen is not None:
        minutes = Cell(seen.touch, Origin.LOG)
    elif node.kind in _BY_MACHINE:
        minutes = Cell(Decimal(0), Origin.DIAGRAM)
    else:
        minutes = Cell(Decimal(0), Origin.NOBODY)
    return _row(node.id, name, office, minutes, kind, node.id, seen)


def _wait(node: Node, office: str) -> Row:
    event = node.events[0] if node.events else None
    drawn = None
    if event is not None and event.timer == TimerKind.DURATION:
        drawn = minutes_of(event.expression)
    minutes = Cell(drawn or Decimal(0), Origin.NOBODY if drawn is None else Origin.DIAGRAM)
    return _row(node.id, node.name or node.id, office, minutes, ActivityType.WAIT, node.id, None)


def _waiting(node: Node, office: str, seen: Measured) -> Row:
    minutes = Cell(seen.wait, Origin.LOG)
    name = node.name or node.id
    return _row(f"wait:{node.id}", name, office, minutes, ActivityType.WAIT, node.id, seen)


def _transfer(flow_id: str, giver: str, taker: str, node: Node) -> Row | None:
    if not giver or not taker or giver == taker:
        return None
    minutes = Cell(Decimal(0), Origin.NOBODY)
    name = f"{giver} → {taker}"
    return _row(f"transfer:{flow_id}", name, taker, minutes, ActivityType.TRANSFER, node.id, None)


def _message(flow_id: str, name: str) -> Row:
    minutes = Cell(Decimal(0), Origin.NOBODY)
    kind = ActivityType.TRANSFER
    return _row(f"transfer:{flow_id}", name or flow_id, "", minutes, kind, flow_id, None)


def _row(
    row_id: str,
    name: str,
    office: str,
    minutes: Cell[Decimal],
    kind: ActivityType,
    element_id: str,
    seen: Measured | None,
) -> Row:
    share = Cell(Decimal(1), Origin.DIAGRAM) if seen is None else Cell(seen.share, Origin.LOG)
    return Row(
        id=row_id,
        activity=Cell(_line(name), Origin.DIAGRAM),
        office=Cell(office, Origin.DIAGRAM),
        minutes=minutes,
        type=Cell(kind, Origin.DIAGRAM),
        value=Cell(_VALUES[kind], Origin.DIAGRAM),
        share=share,
        element_id=element_id,
    )


def _is_wait(node: Node) -> bool:
    """An event on the way where a case stands: boundary events only end a wait that is somewhere else."""
    waits = {EventKind.TIMER, EventKind.MESSAGE, EventKind.SIGNAL, EventKind.CONDITIONAL}
    return node.kind == Kind.INTERMEDIATE_CATCH_EVENT and any(
        event.kind in waits for event in node.events
    )


def _writes_store(node: Node, process: Process) -> bool:
    stores = {
        data.id
        for scope in _scopes(process.scope)
        for data in scope.data
        if data.kind == "dataStoreReference"
    }
    return bool(stores & set(node.data_outputs))


def _scopes(scope: Scope) -> Iterator[Scope]:
    yield scope
    for node in scope.nodes.values():
        if node.body is not None:
            yield from _scopes(node.body)


def _visits(sheet: Sheet | None) -> Decimal:
    said = None if sheet is None else sheet.raw.get("visits")
    return Decimal(said) if isinstance(said, int) and not isinstance(said, bool) else Decimal(0)
