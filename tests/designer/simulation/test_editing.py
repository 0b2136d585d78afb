"""A scenario edited as numbers and hours that people say: what is typed comes back, and holds in the simulation."""

import math
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from designer.simulation.calendars import DAY, HOUR, MINUTE
from designer.simulation.distributions import exponential
from designer.simulation.editing import NobodyDoesIt, spoken, with_hours, with_skills, with_spoken
from designer.simulation.experiments import simulate
from designer.simulation.hours import NoHours, read_hours, written
from designer.simulation.proposed import HOURS, proposed
from designer.simulation.scenario import Arrivals, Performance, Scenario, Staff, TaskPlan
from designer.simulation.scenario_json import read_scenario
from designer.simulation.scenario_writing import written as scenario_json
from engine.bpmn import read
from tests.designer.simulation.procedures import chain
from tests.engine.spiff.diagrams import xml

MODEL = read(xml("start s\nuser a\nuser b\nend e\ns -> a -> b -> e\n"))
PLAIN = proposed(MODEL.process("main"), on=date(2026, 1, 5))


def test_hours_are_written_as_people_say_them() -> None:
    assert written(HOURS) == "mon-fri 08:00-13:00 14:00-17:00"
    assert read_hours("lun-vie 8-13 14-17") == read_hours(written(HOURS))
    assert written(HOURS, "es") == "lun-vie 08:00-13:00 14:00-17:00"
    assert written([(2 * DAY, 3 * DAY)], "es") == "mié 00:00-24:00"
    assert written(HOURS, "qu") == written(HOURS)


def test_hours_that_come_back_as_they_were_written_change_nothing() -> None:
    """Whatever language they were written in, and though a text leaves seconds out."""
    odd = replace(PLAIN, calendars={"office": ((30.0, HOUR + 30.0), (2 * DAY, 2.5 * DAY))})
    for language in ("en", "es"):
        said = {"office": written(odd.calendars["office"], language)}
        assert with_hours(odd, said).calendars == odd.calendars
    assert with_hours(odd, {"office": "mar 8-9"}).calendars["office"] == (
        (DAY + 8 * HOUR, DAY + 9 * HOUR),
    )


@given(
    some.lists(
        some.tuples(some.integers(0, 6), some.integers(0, 22), some.integers(1, 2)), min_size=1
    )
)
def test_hours_that_are_written_are_read_back_the_same(spans: list[tuple[int, int, int]]) -> None:
    hours = [
        (day * DAY + hour * HOUR, day * DAY + (hour + long) * HOUR) for day, hour, long in spans
    ]
    text = written(hours)
    assert written(read_hours(text)) == text


@pytest.mark.parametrize(
    "text", ["", "mon", "mon 8", "mon 17-8", "lunes a viernes", "mon 8:70-9:00", "x-fri 8-9"]
)
def test_what_names_no_hours_is_refused(text: str) -> None:
    with pytest.raises(NoHours):
        read_hours(text)


def test_absence_urgency_and_gathering_are_kept_and_written() -> None:
    said = {"staff.staff.away": 20, "task.a.priority": 3, "task.b.batch": 5, "task.b.hours": 24}
    changed = with_spoken(PLAIN, said)
    assert changed.staff["staff"].absence_share == pytest.approx(0.2)
    assert changed.tasks["a"].priority == 3
    batch = changed.tasks["b"].batch
    assert batch is not None
    assert (batch.size, batch.longest) == (5, 24 * HOUR)
    again = read_scenario(scenario_json(changed))
    told = spoken(again)
    assert {name: told[name] for name in said} == pytest.approx(said)
    assert with_spoken(changed, {"task.b.batch": 1}).tasks["b"].batch is None


def test_a_batch_without_a_limit_waits_for_the_last() -> None:
    batch = with_spoken(PLAIN, {"task.b.batch": 4}).tasks["b"].batch
    assert batch is not None
    assert math.isinf(batch.longest)


def test_gathering_makes_cases_wait_and_shorter_hours_too() -> None:
    def waiting(scenario: object) -> float:
        found = simulate(MODEL, "main", scenario, cases=200, replications=3)  # type: ignore[arg-type]
        return found.measures["cycle_mean"].value

    plain = waiting(PLAIN)
    assert waiting(with_spoken(PLAIN, {"task.b.batch": 5, "task.b.hours": 200})) > plain
    assert waiting(with_hours(PLAIN, {"office": "mon 09:00-12:00"})) > plain
    assert with_hours(PLAIN, {"office": written(HOURS), "nobody": "x"}) == replace(PLAIN)


def test_who_else_may_do_a_task_shortens_its_queue_and_nobody_is_refused() -> None:
    def one_each(name: str) -> TaskPlan:
        return TaskPlan(by=(Performance(name, exponential(50 * MINUTE)),))

    scenario = Scenario(
        arrivals=Arrivals(exponential(HOUR)),
        staff={name: Staff(name) for name in ("ann", "bob")},
        tasks={"a": one_each("ann"), "b": one_each("ann")},
    )
    helped = with_skills(scenario, {"a": ["ann", "bob", "stranger"], "gone": ["bob"]})
    assert [one.staff for one in helped.tasks["a"].by] == ["ann", "bob"]
    assert [one.staff for one in with_skills(helped, {"a": ["bob"]}).tasks["a"].by] == ["bob"]
    moved = with_skills(scenario, {"b": ["bob"]})
    model = chain("a", "b")
    found = {
        name: simulate(model, "p", one, cases=200, replications=3).measures["cycle_mean"].value
        for name, one in (("alone", scenario), ("moved", moved))
    }
    assert found["moved"] < 0.5 * found["alone"]
    with pytest.raises(NobodyDoesIt, match="at least one"):
        with_skills(scenario, {"a": ["stranger"]})
