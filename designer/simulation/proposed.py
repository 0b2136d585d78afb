"""A first scenario of a procedure that nobody has measured: everything in it is assumed, and says so."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from designer.simulation.calendars import DAY, HOUR
from designer.simulation.distributions import Distribution, Family, exponential, fixed
from designer.simulation.scenario import (
    Arrivals,
    Deadline,
    EventPlan,
    Performance,
    Scenario,
    Staff,
    TaskPlan,
)
from engine.bpmn.model import EventKind, Kind, Node, Process
from engine.sheet import Assessment, Sheet

OFFICE = "office"
ANYONE = "staff"  # who does what lies in no lane
HOURS = tuple(
    (day * DAY + start * HOUR, day * DAY + end * HOUR)
    for day in range(5)
    for start, end in ((8, 13), (14, 17))
)
MINUTES = 20.0
WAITED = frozenset({EventKind.MESSAGE, EventKind.SIGNAL, EventKind.CONDITIONAL})
PEOPLE = frozenset({Kind.TASK, Kind.USER_TASK, Kind.MANUAL_TASK, Kind.CALL_ACTIVITY})
BRANCHING = frozenset({Kind.EXCLUSIVE_GATEWAY, Kind.INCLUSIVE_GATEWAY})


def proposed(
    process: Process, sheet: Sheet | None = None, *, on: date, holidays: Iterable[date] = ()
) -> Scenario:
    """One person per lane, twenty minutes per task, every way on as likely, ten cases a week."""
    assumed: set[str] = {"arrivals"}
    lanes = {lane.id: lane.name or lane.id for lane in process.lanes}
    parents = {lane.id: lane.parent for lane in process.lanes}
    offices = dict(sheet.lanes) if sheet is not None else {}
    staff: dict[str, Staff] = {}
    tasks: dict[str, TaskPlan] = {}
    gateways: dict[str, dict[str, float]] = {}
    events: dict[str, EventPlan] = {}
    instances: dict[str, Distribution] = {}
    again: dict[str, float] = {}
    outer: dict[str, str | None] = {}
    for _, node in process.scope.everything():
        lane = node.lane or outer.get(node.id)
        if node.body is not None:
            outer |= dict.fromkeys(node.body.nodes, lane)
        if node.kind in PEOPLE and not node.is_for_compensation:
            name = lanes.get(lane or "") or _named_above(lane, lanes, parents)
            key = name or ANYONE
            staff.setdefault(
                key, Staff(key, name or "", offices.get(name or "", name or ""), 1, OFFICE)
            )
            duration = Distribution(Family.GAMMA, (MINUTES * 60, MINUTES * 40))
            tasks[node.id] = TaskPlan(by=(Performance(key, duration),))
            assumed |= {f"tasks.{node.id}.duration", f"staff.{key}"}
        if node.kind in BRANCHING and len(node.outgoing) > 1:
            gateways[node.id] = dict.fromkeys(node.outgoing, round(1 / len(node.outgoing), 4))
            assumed.add(f"gateways.{node.id}")
        if node.loop is not None and node.loop.is_multi_instance:
            instances[node.id] = fixed(2)
            assumed.add(f"instances.{node.id}")
        elif node.loop is not None:
            again[node.id] = 0.2
            assumed.add(f"again.{node.id}")
        if _is_awaited(node):
            events[node.id] = EventPlan(exponential(3 * DAY))
            assumed.add(f"events.{node.id}")
    return Scenario(
        start_at=datetime.combine(on, time(), UTC),
        arrivals=Arrivals(exponential(4 * HOUR), OFFICE),
        calendars={OFFICE: HOURS},
        holidays=frozenset(holidays),
        staff=staff,
        tasks=tasks,
        gateways=gateways,
        events=events,
        instances=instances,
        again=again,
        deadline=deadline_of(sheet),
        assumed=frozenset(assumed),
    )


def deadline_of(sheet: Sheet | None) -> Deadline | None:
    """The term of the sheet's strictest way through, kept once it is decided; None where it promises none."""
    modalities = [one for one in sheet.modalities if one.term is not None] if sheet else []
    if not modalities:
        return None
    last = modalities[-1]  # the one that applies when no other does
    assert last.term is not None
    decided_by = (
        frozenset({*sheet.clock.decided_by, *sheet.clock.notified_by}) if sheet else frozenset()
    )
    is_positive = last.assessment is Assessment.POSITIVE_SILENCE
    return Deadline(last.term, is_positive, decided_by=decided_by)


def _named_above(
    lane: str | None, lanes: dict[str, str], parents: dict[str, str | None]
) -> str | None:
    while lane is not None:
        if lanes.get(lane):
            return lanes[lane]
        lane = parents.get(lane)
    return None


def _is_awaited(node: Node) -> bool:
    if node.kind is Kind.RECEIVE_TASK:
        return True
    is_waiting = node.kind is Kind.INTERMEDIATE_CATCH_EVENT
    return is_waiting and any(event.kind in WAITED for event in node.events)
