"""Small procedures and scenarios to simulate."""

from dataclasses import dataclass, replace
from itertools import pairwise

from designer.simulation.calendars import DAY, HOUR
from designer.simulation.distributions import Distribution, exponential
from designer.simulation.scenario import Arrivals, Performance, Scenario, Staff, TaskPlan
from engine.bpmn.model import Flow, Kind, Model, Node, Process, Scope

OFFICE_HOURS = tuple((day * DAY + 8 * HOUR, day * DAY + 17 * HOUR) for day in range(5))


def drawn(nodes: list[Node], flows: list[tuple[str, str]]) -> Model:
    """A process “p” of these nodes; flows are called f0, f1, …"""
    made = [Flow(f"f{place}", source, target) for place, (source, target) in enumerate(flows)]
    scope = Scope(
        nodes={
            node.id: replace(
                node,
                incoming=tuple(flow.id for flow in made if flow.target == node.id),
                outgoing=tuple(flow.id for flow in made if flow.source == node.id),
            )
            for node in nodes
        },
        flows={flow.id: flow for flow in made},
    )
    return Model(processes=(Process("p", is_executable=True, scope=scope),))


def chain(*tasks: str) -> Model:
    """Start, these tasks one after another, end."""
    names = ["start", *tasks, "end"]
    kinds = {"start": Kind.START_EVENT, "end": Kind.END_EVENT}
    nodes = [Node(name, kinds.get(name, Kind.USER_TASK), name) for name in names]
    return drawn(nodes, list(pairwise(names)))


def served(*stations: tuple[int, Distribution], every: float, calendar: str = "") -> Scenario:
    """Tasks t0, t1, …, each with so many clerks of its own; cases arrive without memory."""
    return Scenario(
        arrivals=Arrivals(exponential(every), calendar),
        calendars={"office": OFFICE_HOURS},
        staff={
            f"clerks{place}": Staff(f"clerks{place}", count=count, calendar=calendar)
            for place, (count, _) in enumerate(stations)
        },
        tasks={
            f"t{place}": TaskPlan(by=(Performance(f"clerks{place}", duration),))
            for place, (_, duration) in enumerate(stations)
        },
    )


@dataclass
class Ticks:
    """A clock of seconds that goes when it is told to."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now
