from datetime import UTC, datetime, timedelta

import pytest

from designer.simulation.calendars import DAY, HOUR
from designer.simulation.distributions import exponential
from designer.simulation.fitting import fit as fitting
from designer.simulation.fitting.branches import beside, readied
from designer.simulation.fitting.fit import Fit, fitted
from designer.simulation.fitting.work import StillRunning, WorkItem, traces
from designer.simulation.replication import replicate
from designer.simulation.scenario import Arrivals, Scenario, TaskPlan
from engine.bpmn.model import Kind, Model, Node
from tests.designer.simulation.procedures import OFFICE_HOURS, drawn

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
NODES = [
    Node("s", Kind.START_EVENT), Node("a", Kind.TASK), Node("split", Kind.PARALLEL_GATEWAY),
    Node("b", Kind.TASK), Node("c", Kind.TASK), Node("d", Kind.TASK), Node("join", Kind.PARALLEL_GATEWAY),
    Node("e", Kind.TASK), Node("x", Kind.EXCLUSIVE_GATEWAY), Node("end", Kind.END_EVENT),
]  # fmt: skip
FLOWS = [
    ("s", "a"), ("a", "split"), ("split", "b"), ("split", "c"), ("c", "d"), ("b", "join"), ("d", "join"),
    ("join", "e"), ("e", "x"), ("x", "end"), ("x", "a"),
]  # fmt: skip


def side_by_side() -> Model:
    """a, then b beside c and d, then e, and sometimes all once more."""
    return drawn(NODES, FLOWS)


def test_work_of_two_branches_is_side_by_side_and_no_other_even_in_a_circle() -> None:
    found = beside(side_by_side().process("p").scope)
    assert found["b"] == {"c", "d"}
    assert found["c"] == {"b"}
    assert found["d"] == {"b"}
    assert not found.keys() & {"a", "e", "s", "split", "join"}


def test_work_is_ready_when_its_own_branch_is_not_when_the_other_one_is_done() -> None:
    at = [MONDAY + timedelta(hours=hour) for hour in range(6)]
    log = [
        WorkItem("1", name, "", None, None, at[hour])
        for name, hour in (("a", 1), ("c", 2), ("b", 3), ("strange", 4), ("d", 5))
    ]
    names = {name: name for name in "abcde"}
    [case] = readied(traces(log), names, side_by_side().process("p").scope)
    ready = {item.activity: item.enabled_at for item in case.items}
    assert ready["b"] == at[1]  # c was done meanwhile, which it did not wait for
    assert ready["d"] == at[2]  # neither for b nor for what the diagram does not know
    assert case.cycle == 4 * HOUR


def office(cases: int) -> list[WorkItem]:
    """The log of a simulated office that tells completions only."""
    nodes = [node for node in NODES if node.id != "x"]
    flows = [*FLOWS[:8], ("e", "end")]
    scenario = Scenario(
        start_at=MONDAY,
        arrivals=Arrivals(exponential(3 * HOUR), "office"),
        calendars={"office": OFFICE_HOURS},
        tasks={name: TaskPlan(duration=exponential(DAY)) for name in "abcde"},
    )
    model = drawn(nodes, flows)
    outcome = replicate(model, model.process("p"), scenario, cases=cases, seed=4, traced=cases)
    work = []
    for number in range(cases):
        steps = [step for step in outcome.steps if step.case == number]
        begun = MONDAY + timedelta(seconds=min(step.ready_at for step in steps))
        work.append(WorkItem(str(number), "came", "", None, None, begun))
        work += [
            WorkItem(
                str(number), s.element_id, "", None, None, MONDAY + timedelta(seconds=s.ended_at)
            )
            for s in steps
        ]
    return work


def fit_of(work: list[WorkItem], running: list[StillRunning] | None = None) -> Fit:
    """On the diagram that the office works by."""
    nodes = [node for node in NODES if node.id != "x"]
    model = drawn(nodes, [*FLOWS[:8], ("e", "end")])
    return fitted(model, "p", work, running=running or [], ids={name: name for name in "abcde"})


def test_a_log_of_completions_is_met_by_a_diagram_with_branches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    work = office(300)
    fit = fit_of(work)
    assert fit.whole.is_met, fit.whole
    assert delay_of_b(fit) == pytest.approx(DAY, rel=0.2)
    # As if b had waited for whatever was done before it, it would wait far too little.
    monkeypatch.setattr(fitting, "readied", lambda found, _names, _scope: found)
    assert delay_of_b(fit_of(work)) < 0.75 * DAY


def delay_of_b(fit: Fit) -> float:
    """Its mean in seconds over all kinds of cases."""
    shares = zip(fit.scenario.paces, fit.scenario.tasks["b"].delays, strict=True)
    return sum(share * one.mean() for share, one in shares)


def test_cases_that_still_run_make_the_fit_slower_too() -> None:
    work = office(300)
    cases = traces(work)
    slow = sorted(cases, key=lambda one: one.cycle)[-40:]
    running = [StillRunning(one.arrived_at, one.cycle / 2) for one in slow[::2]]
    left_out = {one.case for one in slow[::2]}
    fit = fit_of([item for item in work if item.case not in left_out], running)
    assert fit.whole.measured.running >= 19  # one may have come before the first that is left
    assert fit.whole.is_met, fit.whole
