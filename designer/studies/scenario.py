"""A scenario out of one side of a study: its table's minutes, its log's ways, the ledger's persons."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from math import log

from designer.asme import Origin, Row
from designer.asme.table import WAIT
from designer.cost import Ledger, cost_a_minute
from designer.simulation.calendars import HOUR, MINUTE
from designer.simulation.distributions import Distribution, exponential
from designer.simulation.proposed import OFFICE, proposed
from designer.simulation.scenario import Arrivals, Performance, Scenario, Staff, TaskPlan
from designer.studies.said import Said
from designer.studies.sides import Side

WORKING_SECONDS = 264 * 8 * HOUR  # of a year, as the method counts them
_HALF = log(2)


def scenario_of(side: Side, said: Said, book: Ledger, *, on: date) -> Scenario:
    """What the study says of a side, as the simulator wants it; what nobody said stays assumed and is told.

    Work and waiting vary exponentially around what was measured (medians) or said (means): the least that can be
    assumed of them without a log of each.
    """
    process = side.parts.model.process(side.parts.process_id)
    scenario = proposed(process, side.sheet, on=on)
    rows = {row.id: row for row in side.table.rows if row.is_counted}
    staff, keys = _staff(rows, scenario, book)
    tasks: dict[str, TaskPlan] = {}
    for name, plan in scenario.tasks.items():
        row = rows.get(name)
        if row is None:
            tasks[name] = plan
            continue
        waiting = rows.get(f"{WAIT}{name}")
        duration = _spread(row) or exponential(MINUTE / 60)
        tasks[name] = replace(
            plan,
            by=(Performance(keys[row.office.value], duration),),
            delay=None if waiting is None else _spread(waiting),
        )
    arrivals = scenario.arrivals
    if said.services:
        arrivals = Arrivals(exponential(WORKING_SECONDS / float(said.services)), OFFICE)
    return replace(
        scenario,
        name=side.which,
        arrivals=arrivals,
        staff=staff,
        tasks=tasks,
        gateways=_ways(side, said, scenario.gateways),
        assumed=frozenset(_assumed(side, said, scenario, rows)),
    )


def _staff(
    rows: Mapping[str, Row], scenario: Scenario, book: Ledger
) -> tuple[dict[str, Staff], dict[str, str]]:
    """Everybody of an office as one group; its key by the office's name."""
    offices = sorted({row.office.value for name, row in rows.items() if name in scenario.tasks})
    prices: dict[str, list[float]] = {}
    for post in book.posts:
        prices.setdefault(post.office, []).append(float(cost_a_minute(post)) * 60)
    staff, keys = dict(scenario.staff), {}
    for office in offices:
        key = keys[office] = office or "staff"
        paid = prices.get(office, [0.0])
        count = max(1, int(book.persons.get(office, 1)))
        staff[key] = Staff(key, office, office, count, OFFICE, sum(paid) / len(paid))
    return staff, keys


def _spread(row: Row) -> Distribution | None:
    """How long a row takes, in seconds; None for nothing. A measured median is ln 2 of an exponential's mean."""
    seconds = float(row.minutes.value) * MINUTE
    if not seconds:
        return None
    return exponential(seconds / _HALF if row.minutes.origin == Origin.LOG else seconds)


def _ways(
    side: Side, said: Said, otherwise: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    """How likely each way is: as often as the log saw it, as the study says, else all alike."""
    flows = {} if side.log is None else side.log.flows
    found: dict[str, dict[str, float]] = {}
    for gateway, ways in otherwise.items():
        weights = {flow: float(flows.get(flow, 0)) for flow in ways}
        if not sum(weights.values()):
            told = said.ways.get(gateway, {})
            weights = {flow: told.get(flow, 0.0) for flow in ways}
        total = sum(weights.values())
        found[gateway] = (
            {flow: weight / total for flow, weight in weights.items()} if total else dict(ways)
        )
    return found


def _assumed(side: Side, said: Said, scenario: Scenario, rows: Mapping[str, Row]) -> set[str]:
    """What is still assumed: neither measured nor said."""
    known = {
        f"tasks.{name}.duration"
        for name, row in rows.items()
        if row.minutes.origin in (Origin.LOG, Origin.ANALYST)
    }
    known |= {f"gateways.{name}" for name in said.ways}
    if side.log is not None:
        known |= {f"gateways.{name}" for name in scenario.gateways}
    if said.services:
        known.add("arrivals")
    return {
        name for name in scenario.assumed if name not in known and not name.startswith("staff.")
    }
