"""Two procedures with their scenarios in the published Prosimos JSON, written for this bench: a loan and a purchase.

The package on PyPI ships none of its own examples, and its repository has no licence; these have the same traits:
several pools with hours of their own, shared and differing skills, parallel work, loops, rare branches.
"""

from collections.abc import Mapping
from typing import Any

from engine.bpmn.model import Flow, Kind, Model, Node, Process, Scope

Json = dict[str, Any]
_KINDS = {
    "s": Kind.START_EVENT,
    "e": Kind.END_EVENT,
    "x": Kind.EXCLUSIVE_GATEWAY,
    "p": Kind.PARALLEL_GATEWAY,
}


def _model(flows: list[tuple[str, str]]) -> Model:
    """Names: s… start, e… end, x… exclusive, p… parallel, all others tasks."""
    names = list(dict.fromkeys(name for flow in flows for name in flow))
    made = [Flow(f"{source}_{target}", source, target) for source, target in flows]
    nodes = {
        name: Node(
            name,
            _KINDS.get(name[0], Kind.TASK) if name[1:].isdigit() else Kind.TASK,
            name,
            incoming=tuple(flow.id for flow in made if flow.target == name),
            outgoing=tuple(flow.id for flow in made if flow.source == name),
        )
        for name in names
    }
    scope = Scope(nodes, {flow.id: flow for flow in made})
    return Model(id="bench", processes=(Process("bench", is_executable=True, scope=scope),))


def _distribution(name: str, *parameters: float) -> Json:
    return {
        "distribution_name": name,
        "distribution_params": [{"value": value} for value in parameters],
    }


def _hours(first: str, last: str, *hours: tuple[str, str]) -> list[Json]:
    return [
        {"from": first, "to": last, "beginTime": f"{start}:00:00", "endTime": f"{end}:00:00"}
        for start, end in hours
    ]


def _scenario(
    arrivals: Json,
    pools: Mapping[str, tuple[int, str, float]],
    tasks: Mapping[str, tuple[tuple[str, ...], Json]],
    gateways: Mapping[str, Mapping[str, float]],
) -> Json:
    office = _hours("MONDAY", "FRIDAY", ("09", "17"))
    long = _hours("MONDAY", "SATURDAY", ("08", "12"), ("13", "19"))
    return {
        "resource_profiles": [
            {
                "id": pool,
                "name": pool,
                "resource_list": [
                    {
                        "id": f"{pool}_{number}",
                        "name": f"{pool} {number}",
                        "cost_per_hour": cost,
                        "amount": 1,
                        "calendar": calendar,
                        "assignedTasks": [task for task, (by, _) in tasks.items() if pool in by],
                    }
                    for number in range(count)
                ],
            }
            for pool, (count, calendar, cost) in pools.items()
        ],
        "arrival_time_distribution": arrivals,
        "arrival_time_calendar": office,
        "gateway_branching_probabilities": [
            {
                "gateway_id": gateway,
                "probabilities": [
                    {"path_id": f"{gateway}_{target}", "value": share}
                    for target, share in shares.items()
                ],
            }
            for gateway, shares in gateways.items()
        ],
        "task_resource_distribution": [
            {
                "task_id": task,
                "resources": [
                    {"resource_id": f"{pool}_{number}", **duration}
                    for pool in by
                    for number in range(pools[pool][0])
                ],
            }
            for task, (by, duration) in tasks.items()
        ],
        "resource_calendars": [
            {"id": "office", "name": "office", "time_periods": office},
            {"id": "long", "name": "long", "time_periods": long},
        ],
        "event_distribution": [],
        "batch_processing": [],
        "case_attributes": [],
        "prioritisation_rules": [],
    }


def loan() -> tuple[Model, Json]:
    """A loan: two checks side by side, an assessment that may ask for more, an offer that may be changed."""
    model = _model(
        [
            ("s1", "x1"), ("x1", "check_form"), ("check_form", "x2"), ("x2", "return_form"),
            ("return_form", "x1"), ("x2", "p1"), ("p1", "credit_history"), ("p1", "income"),
            ("credit_history", "p2"), ("income", "p2"), ("p2", "assess"), ("assess", "x3"),
            ("x3", "reject"), ("reject", "x9"), ("x3", "x4"), ("x4", "offer"), ("offer", "x5"),
            ("x5", "change_offer"), ("change_offer", "x4"), ("x5", "approve"), ("approve", "x9"),
            ("x5", "withdraw"), ("withdraw", "x9"),
            ("x9", "e1"),
        ]
    )  # fmt: skip
    norm = _distribution
    scenario = _scenario(
        norm("expon", 1800, 0, 90_000),
        {"clerk": (4, "office", 20), "officer": (6, "office", 35), "system": (3, "long", 0)},
        {
            "check_form": (("clerk",), norm("norm", 600, 120, 60, 3600)),
            "return_form": (("clerk",), norm("expon", 900, 60, 7200)),
            "credit_history": (("system", "clerk"), norm("gamma", 900, 160_000, 60, 7200)),
            "income": (("clerk", "officer"), norm("norm", 1200, 300, 60, 7200)),
            "assess": (("officer",), norm("lognorm", 2400, 1_440_000, 300, 20_000)),
            "reject": (("officer",), norm("fix", 600)),
            "offer": (("officer",), norm("uniform", 900, 2700)),
            "change_offer": (("officer",), norm("norm", 900, 200, 60, 3600)),
            "approve": (("officer", "clerk"), norm("expon", 600, 60, 7200)),
            "withdraw": (("clerk",), norm("fix", 300)),
        },
        {
            "x2": {"return_form": 0.2, "p1": 0.8},
            "x3": {"reject": 0.3, "x4": 0.7},
            "x5": {"change_offer": 0.15, "approve": 0.7, "withdraw": 0.15},
        },
    )
    return model, scenario


def purchase() -> tuple[Model, Json]:
    """A purchase: many short steps, a quotation that is asked for again, three papers that have to meet."""
    model = _model(
        [
            ("s1", "request"), ("request", "x1"), ("x1", "analyse"), ("analyse", "x2"), ("x2", "amend"),
            ("amend", "x1"), ("x2", "quote"), ("quote", "compare"), ("compare", "x3"), ("x3", "x4"),
            ("x3", "order"), ("x4", "settle"), ("settle", "order2"), ("order", "x5"), ("order2", "x5"),
            ("x5", "deliver"), ("deliver", "p1"), ("p1", "invoice"), ("p1", "goods"), ("p1", "archive"),
            ("invoice", "p2"), ("goods", "p2"), ("archive", "p2"), ("p2", "pay"), ("pay", "e1"),
        ]
    )  # fmt: skip
    norm = _distribution
    scenario = _scenario(
        norm("expon", 2700, 0, 100_000),
        {"requester": (5, "office", 10), "agent": (3, "long", 20), "finance": (2, "office", 30)},
        {
            "request": (("requester",), norm("norm", 1800, 400, 60, 7200)),
            "analyse": (("agent",), norm("gamma", 1500, 400_000, 60, 20_000)),
            "amend": (("requester",), norm("expon", 1200, 60, 20_000)),
            "quote": (("agent",), norm("fix", 900)),
            "compare": (("agent", "finance"), norm("uniform", 600, 2400)),
            "settle": (("requester",), norm("lognorm", 2700, 2_000_000, 60, 50_000)),
            "order": (("agent",), norm("norm", 900, 200, 60, 7200)),
            "order2": (("agent",), norm("norm", 1200, 200, 60, 7200)),
            "deliver": (("agent",), norm("fix", 600)),
            "invoice": (("finance",), norm("expon", 1200, 60, 20_000)),
            "goods": (("requester",), norm("norm", 600, 100, 60, 7200)),
            "archive": (("requester",), norm("fix", 300)),
            "pay": (("finance",), norm("gamma", 900, 90_000, 60, 7200)),
        },
        {"x2": {"amend": 0.25, "quote": 0.75}, "x3": {"x4": 0.3, "order": 0.7}},
    )
    return model, scenario


SCENARIOS = {"loan": loan, "purchase": purchase}
