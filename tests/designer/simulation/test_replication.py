import tracemalloc
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from designer.simulation import building
from designer.simulation.calendars import DAY, HOUR
from designer.simulation.distributions import Choices, Distribution, Family, exponential, fixed
from designer.simulation.experiments import compared, simulate
from designer.simulation.outcomes import Outcome
from designer.simulation.refusals import CannotSimulate, EndlessCircle
from designer.simulation.replication import replicate
from designer.simulation.scenario import (
    Absence,
    Arrivals,
    Batch,
    BatchKind,
    Deadline,
    EventPlan,
    Performance,
    Priority,
    Rule,
    Scenario,
    Source,
    Staff,
    TaskPlan,
)
from engine.bpmn.model import EventDefinition, EventKind, Expression, Kind, Model, Node, TimerKind
from engine.sheet import Term, TermUnit
from tests.designer.simulation.procedures import OFFICE_HOURS, chain, drawn, served


def outcome(model: Model, scenario: Scenario, cases: int = 200, traced: int = 0) -> Outcome:
    process = model.process("p")
    return replicate(model, process, scenario, cases=cases, seed=1, traced=traced)


def deterministic(*at: float, minutes: float = 60, count: int = 1, calendar: str = "") -> Scenario:
    """One task for `count` clerks, always as long; cases arrive at these seconds."""
    return Scenario(
        start_at=datetime(2026, 1, 5, tzinfo=UTC),
        arrivals=Arrivals(at=at),
        calendars={"office": OFFICE_HOURS},
        staff={"clerks": Staff("clerks", count=count, calendar=calendar, cost_per_hour=30)},
        tasks={"review": TaskPlan(by=(Performance("clerks", fixed(minutes * 60)),))},
    )


def spans(found: Outcome) -> list[tuple[int, float, float, float]]:
    return [
        (s.case, s.ready_at / HOUR, s.started_at / HOUR, s.ended_at / HOUR) for s in found.steps
    ]


def test_who_comes_first_is_served_first_and_the_night_is_waited_for() -> None:
    scenario = deterministic(8 * HOUR, 8.5 * HOUR, 16.5 * HOUR, calendar="office")
    found = outcome(chain("review"), scenario, traced=3)
    assert spans(found) == [(0, 8, 8, 9), (1, 8.5, 9, 10), (2, 16.5, 16.5, 32.5)]
    assert found.cost.mean == 30
    assert found.tasks[0].waiting == pytest.approx(0.5 * HOUR / 3)
    assert found.working.mean == HOUR


def test_holidays_and_absence_are_nobodys_working_time() -> None:
    scenario = deterministic(8 * HOUR, 8 * HOUR, count=2, calendar="office")
    away = replace(
        scenario.staff["clerks"], absences=(Absence(date(2026, 1, 5), date(2026, 1, 7)),)
    )
    found = outcome(chain("review"), replace(scenario, staff={"clerks": away}), traced=2)
    assert [start for _, _, start, _ in spans(found)] == [8, 9]
    closed = replace(scenario, holidays=frozenset({date(2026, 1, 5)}))
    assert [s for _, _, s, _ in spans(outcome(chain("review"), closed, traced=2))] == [32, 32]


def test_the_more_urgent_overtake_those_who_wait() -> None:
    scenario = replace(
        deterministic(0, 60, 120),
        data=(("urgent", Source(feel="false")),),
        priorities=(Priority("true", 50),),
    )
    assert [s for *_, s, _ in spans(outcome(chain("review"), scenario, traced=3))] == [0, 1, 2]
    kinds = Choices((True, False), (0.5, 0.5))
    mixed = replace(
        deterministic(*range(60)),
        data=(("urgent", Source(choices=kinds)),),
        priorities=(Priority("urgent", 1),),
    )
    order = [
        case
        for case, *_ in sorted(
            spans(outcome(chain("review"), mixed, traced=60)), key=lambda s: s[2]
        )
    ]
    assert order != sorted(order)
    assert len({case < 30 for case in order[:20]}) == 2  # late but urgent ones are early


def test_queue_and_booking_are_the_same_where_both_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    model = chain("t0", "t1", "t2")
    scenario = served(
        (2, exponential(900)),
        (1, exponential(400)),
        (3, exponential(1500)),
        every=600,
        calendar="office",
    )
    monkeypatch.setattr(building, "_is_cutting", lambda *given: False)
    booked = outcome(model, scenario, cases=2000)
    monkeypatch.setattr(building, "_is_cutting", lambda *given: True)
    queued = outcome(model, scenario, cases=2000)
    assert queued.cycle.mean == pytest.approx(booked.cycle.mean)
    assert queued.durations == pytest.approx(booked.durations)
    # Who of two that are free at the same instant takes it is open where several may.
    skilled = TaskPlan(
        by=(Performance("clerks0", exponential(300)), Performance("clerks2", exponential(300)))
    )
    shared = replace(scenario, tasks={**scenario.tasks, "t1": skilled})
    queued = outcome(model, shared, cases=2000)
    monkeypatch.setattr(building, "_is_cutting", lambda *given: False)
    booked = outcome(model, shared, cases=2000)
    assert queued.cycle.mean == pytest.approx(booked.cycle.mean, rel=0.005)


def test_who_is_free_first_may_begin_later_than_who_is_on_duty() -> None:
    scenario = Scenario(
        arrivals=Arrivals(at=(20 * HOUR, 20 * HOUR + 60)),
        calendars={
            "day": OFFICE_HOURS,
            "night": tuple((d * DAY + 19 * HOUR, d * DAY + 23 * HOUR) for d in range(5)),
        },
        staff={"day": Staff("day", calendar="day"), "night": Staff("night", calendar="night")},
        tasks={
            "review": TaskPlan(
                by=(Performance("day", fixed(HOUR)), Performance("night", fixed(HOUR)))
            )
        },
    )
    assert [s for *_, s, _ in spans(outcome(chain("review"), scenario, traced=2))] == pytest.approx(
        [20, 21]
    )
    free = replace(scenario, rule=Rule.EARLIEST_FREE)
    assert {s for *_, s, _ in spans(outcome(chain("review"), free, traced=2))} == {20 + 1 / 60, 32}


def test_a_boundary_timer_that_interrupts_frees_who_was_at_work() -> None:
    timer = EventDefinition(
        EventKind.TIMER, timer=TimerKind.DURATION, expression=Expression("PT2H")
    )
    model = drawn(
        [
            Node("start", Kind.START_EVENT),
            Node("review", Kind.USER_TASK),
            Node("late", Kind.BOUNDARY_EVENT, attached_to="review", events=(timer,)),
            Node("end", Kind.END_EVENT),
        ],
        [("start", "review"), ("review", "end"), ("late", "end")],
    )
    found = outcome(model, deterministic(0, 0, 0, minutes=180, count=1))
    # The first is cut short after two hours, and so are, without ever being begun, the two that waited.
    assert found.cycle.mean == 2 * HOUR
    assert found.staff[0].busy == 2 * HOUR
    later = outcome(model, deterministic(0, HOUR, minutes=90, count=1), traced=2)
    assert spans(later) == [(0, 0, 0, 1.5), (1, 1, 1.5, 3)]


def test_cases_gathered_for_a_task_are_worked_on_together() -> None:
    scenario = deterministic(0, HOUR, 2 * HOUR, 3 * HOUR)
    plan = replace(scenario.tasks["review"], batch=Batch(2, longest=10 * HOUR))
    found = outcome(chain("review"), replace(scenario, tasks={"review": plan}))
    assert found.staff[0].busy == 2 * HOUR
    assert found.cycle.mean == 1.5 * HOUR
    alone = replace(plan, batch=Batch(3, longest=4 * HOUR, kind=BatchKind.ONE_BY_ONE))
    found = outcome(chain("review"), replace(scenario, tasks={"review": alone}), traced=4)
    assert sorted(s for *_, s, _ in spans(found)) == [2, 3, 4, 7]


def test_residual_delay_is_waiting_that_is_nobodys_work() -> None:
    scenario = deterministic(0, 0)
    plan = replace(scenario.tasks["review"], delay=fixed(DAY))
    found = outcome(chain("review"), replace(scenario, tasks={"review": plan}))
    assert found.waiting.mean == DAY + HOUR / 2
    assert found.staff[0].busy == 2 * HOUR


def test_the_term_runs_in_business_days_and_stands_still_where_the_scenario_says() -> None:
    model = drawn(
        [
            Node("start", Kind.START_EVENT),
            Node("wait", Kind.RECEIVE_TASK),
            Node("end", Kind.END_EVENT),
        ],
        [("start", "wait"), ("wait", "end")],
    )
    term = Deadline(Term(2, TermUnit.BUSINESS_DAYS))
    friday = datetime(2026, 1, 9, 10, tzinfo=UTC)

    def late(days: float, deadline: Deadline = term) -> tuple[float | None, float | None]:
        scenario = Scenario(
            start_at=friday,
            arrivals=Arrivals(at=(0.0,)),
            events={"wait": EventPlan(fixed(days * DAY))},
            deadline=deadline,
        )
        found = outcome(model, scenario)
        return found.late, found.silent

    assert late(4.5) == (0, 0)  # Tuesday evening
    assert late(5) == (1, 0)
    assert late(12) == (1, 1)  # five business days more, and over
    assert late(12, replace(term, stops=frozenset({"wait"}))) == (0, 0)


def test_the_term_is_kept_once_it_is_decided_whatever_comes_after() -> None:
    """As an inspection after the licence: it is work of the case, and not of the term."""
    term = Deadline(Term(1, TermUnit.CALENDAR_DAYS), decided_by=frozenset({"a", "gone"}))
    plans = {"a": TaskPlan(duration=fixed(HOUR)), "b": TaskPlan(duration=fixed(30 * DAY))}
    scenario = Scenario(arrivals=Arrivals(fixed(HOUR)), tasks=plans, deadline=term)
    assert outcome(chain("a", "b"), scenario).late == 0
    # it ends with the first of them, and not at all where a case meets none
    assert outcome(chain("b", "a"), scenario).late == 1
    nobody = replace(scenario, deadline=replace(term, decided_by=frozenset({"gone"})))
    assert outcome(chain("a", "b"), nobody).late == 1


def test_what_nobody_said_is_asked_for_all_at_once() -> None:
    with pytest.raises(CannotSimulate) as refused:
        outcome(chain("review", "sign"), Scenario(arrivals=Arrivals(exponential(60))))
    assert [gap.message() for gap in refused.value.gaps] == [
        "Say who does “review” and how long it takes (tasks, review).",
        "Say who does “sign” and how long it takes (tasks, sign).",
    ]


def test_rules_of_the_diagram_decide_by_the_cases_data() -> None:
    nodes = [
        Node("start", Kind.START_EVENT),
        Node("risk", Kind.EXCLUSIVE_GATEWAY, default="f2"),
        Node("inspect", Kind.TASK),
        Node("end", Kind.END_EVENT),
    ]
    model = drawn(
        nodes, [("start", "risk"), ("risk", "inspect"), ("risk", "end"), ("inspect", "end")]
    )
    scope = model.process("p").scope
    scope.flows["f1"] = replace(scope.flows["f1"], condition=Expression('level = "high"'))
    scenario = Scenario(
        arrivals=Arrivals(exponential(60)),
        data=(("level", Source(choices=Choices(("high", "low"), (0.3, 0.7)))),),
        tasks={"inspect": TaskPlan(duration=fixed(60))},
    )
    found = outcome(model, scenario, cases=4000)
    assert found.visits["inspect"] / 4000 == pytest.approx(0.3, abs=0.03)


def test_a_circle_without_time_is_refused() -> None:
    nodes = [
        Node("start", Kind.START_EVENT),
        Node("a", Kind.EXCLUSIVE_GATEWAY),
        Node("b", Kind.EXCLUSIVE_GATEWAY),
        Node("end", Kind.END_EVENT),
    ]
    model = drawn(nodes, [("start", "a"), ("a", "b"), ("b", "a"), ("b", "end")])
    scenario = Scenario(arrivals=Arrivals(exponential(60)), gateways={"b": {"f2": 1.0}})
    with pytest.raises(EndlessCircle):
        outcome(model, scenario)


def test_a_case_that_can_never_end_is_counted_as_unfinished() -> None:
    nodes = [
        Node("start", Kind.START_EVENT),
        Node("either", Kind.EXCLUSIVE_GATEWAY),
        Node("both", Kind.PARALLEL_GATEWAY),
        Node("end", Kind.END_EVENT),
    ]
    model = drawn(
        nodes, [("start", "either"), ("either", "both"), ("either", "both"), ("both", "end")]
    )
    scenario = Scenario(arrivals=Arrivals(exponential(60)), gateways={"either": {"f1": 1, "f2": 1}})
    found = outcome(model, scenario, cases=50)
    assert (found.cases, found.unfinished) == (0, 50)


def test_the_same_seed_gives_the_same_figures_and_another_others() -> None:
    scenario = served((2, exponential(900)), every=600)
    first = outcome(chain("t0"), scenario)
    assert first == outcome(chain("t0"), scenario)
    model = chain("t0")
    assert replicate(model, model.process("p"), scenario, cases=200, seed=2).cycle != first.cycle


def test_one_more_clerk_is_proved_on_the_same_luck_with_a_narrow_interval() -> None:
    before = served((2, Distribution(Family.LOGNORMAL, (1000, 700))), every=600, calendar="office")
    more = {"clerks0": replace(before.staff["clerks0"], count=3)}
    model = chain("t0")
    one = simulate(model, "p", before, cases=400)
    other = simulate(model, "p", replace(before, staff=more), cases=400)
    change = next(d for d in compared(one, other) if d.measure == "cycle_mean").change
    assert change.is_clear
    assert change.high < 0
    # The work itself is the same to the second: what differs is only how long it waits.
    assert next(
        d for d in compared(one, other) if d.measure == "working_mean"
    ).change.value == pytest.approx(0)


def test_memory_does_not_grow_with_the_number_of_cases() -> None:
    def peak(cases: int) -> int:
        tracemalloc.start()
        outcome(chain("t0"), served((2, exponential(900)), every=600), cases=cases)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(1000)
    assert peak(16_000) < 1.25 * peak(8_000)
