"""Conditions that read the clock become true by themselves, at the price of one look a day."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.feel import limits
from engine.spiff import Library, rules
from tests.engine.spiff.diagrams import NOON, Play, compiled, condition, many, play

UNTIL = "now() >= date and time(deadline)"


def waiting(text: str, **variables: Any) -> Play:
    return play("start s\ncatch c : " + condition(text) + "\nuser a\ns -> c -> a", **variables)


def test_a_condition_on_the_clock_is_met_within_a_quarter_of_an_hour() -> None:
    case = waiting(UNTIL, deadline="2026-03-20T12:07:00Z")
    while case.open == ["c"] and case.now < NOON + timedelta(days=900):
        due = case.wait("c").due_at
        assert due is not None
        assert case.now < due <= case.now + timedelta(days=1)
        case.after(seconds=(due - case.now).total_seconds())
    assert case.open == ["a"]
    assert case.now.isoformat() == "2026-03-20T12:15:00+00:00"


def test_a_case_that_waits_is_looked_at_once_a_day() -> None:
    case = waiting(UNTIL, deadline="2030-01-01T00:00:00Z")
    for _ in range(10 * 24):
        case.after(hours=1)
    assert case.looks == 10
    assert case.open == ["c"]


def test_other_conditions_are_not_looked_at_by_the_clock() -> None:
    case = waiting("amount > 3", amount=1)
    assert case.wait("c").due_at is None
    assert case.correct(amount=4).open == ["a"]


def test_a_new_deadline_counts_at_once() -> None:
    case = waiting(UNTIL, deadline="2030-01-01T00:00:00Z")
    case.correct(deadline=(NOON + timedelta(hours=1)).isoformat())
    assert case.wait("c").due_at == NOON + timedelta(hours=1)
    assert case.after(hours=1).open == ["a"]


def test_what_holds_has_to_become_false_before_it_is_met_again() -> None:
    # every full hour, for a quarter of an hour
    case = play(
        "start s\nuser t\nboundary b on t cancelActivity=false : "
        + condition("now().minute < 15")
        + "\nuser a\n"
        "s -> t\nb -> a"
    )
    met = case.open.count("a")
    for _ in range(16):
        case.after(minutes=15)
    assert case.open.count("a") == met + 4


@pytest.mark.parametrize(
    ("zone", "met_at"), [("America/Lima", 5), ("UTC", 0), ("Asia/Kolkata", 18.5)]
)
def test_the_day_begins_where_the_case_is(zone: str, met_at: float) -> None:
    version = compiled(
        "start s\ncatch c : " + condition("today() >= date(day)") + "\nuser a\ns -> c -> a"
    )
    library = Library(version)
    library.zone = ZoneInfo(zone)
    midnight = NOON.replace(hour=0) + timedelta(days=2)
    day = midnight.date() if met_at < 12 else midnight.date() + timedelta(days=1)
    case = Play(version, library=library, day=day.isoformat())
    while case.open == ["c"] and case.now < NOON + timedelta(days=9):
        case.after(minutes=15)
    assert case.now == midnight + timedelta(hours=met_at)


def test_a_condition_too_costly_to_try_out_is_looked_at_once_a_day() -> None:
    case = waiting(
        "count(for i in 1..60000 return i) > 0 and now() > date and time(deadline)",
        deadline=(NOON + timedelta(hours=1)).isoformat(),
    )
    assert case.wait("c").due_at == NOON + timedelta(days=1)
    assert case.after(days=1).open == ["a"]


def side_by_side(number: int, text: str, **variables: Any) -> Play:
    return play(
        f"start s\nuser q\nsub p {{ : {many(f'for i in 1..{number} return i')}\nstart ps\nuser a\n"
        f"boundary b on a : {condition(text)}\nuser z\nps -> a\nb -> z\n}}\nuser e\ns -> q -> p -> e",
        **variables,
    )


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many tries were made."""
    counted = [0]
    tried = rules.Rule.tried

    def counting(rule: rules.Rule, context: Any, run: limits.Run) -> bool | None:
        counted[0] += 1
        return tried(rule, context, run)

    monkeypatch.setattr(rules.Rule, "tried", counting)
    return counted


LATER = 'now() >= date and time(deadline) + duration("PT" + string(item) + "H")'


def test_tries_of_one_command_are_bounded_however_many_conditions_there_are(
    tries: list[int],
) -> None:
    case = side_by_side(20, LATER, deadline=NOON.isoformat()).do("q")
    assert tries[0] <= 500 < 20 * 21 / 2 * 4
    # what could not be tried any more is left to the worker, and none of it is late
    left = [w.due_at for w in case.case.waits() if w.kind == "condition"]
    assert left.count(NOON + timedelta(minutes=15)) > 2
    case.after(minutes=15)
    due = [w.due_at for w in case.case.waits() if w.kind == "condition"]
    met = [NOON + timedelta(hours=hours) for hours in range(1, 21)]
    assert all(look <= at for look, at in zip(due, met, strict=True))  # type: ignore[operator]  # none is None
    assert due[:10] == met[:10]


def test_tokens_share_what_was_found_from_the_same(tries: list[int]) -> None:
    case = side_by_side(20, UNTIL, deadline="2026-05-20T00:00:00Z").do("q")
    assert tries[0] == 96
    assert {wait.due_at for wait in case.case.waits() if wait.kind == "condition"} == {
        NOON + timedelta(days=1)
    }


def test_a_condition_on_the_day_alone_is_tried_at_midnight(tries: list[int]) -> None:
    waiting("today() >= date(day)", day="2026-05-20")
    assert tries[0] == 1


def test_a_costly_condition_is_tried_as_far_as_the_budget_goes() -> None:
    case = waiting(
        "count(for i in 1..2000 return i) > 0 and now() > date and time(deadline)",
        deadline="2026-05-20T00:00:00Z",
    )
    due = case.wait("c").due_at
    assert due is not None
    assert NOON + timedelta(hours=1) < due < NOON + timedelta(days=1)


def test_a_condition_that_holds_and_is_too_costly_is_looked_at_once_a_day() -> None:
    case = play(
        "start s\nuser t\nboundary b on t cancelActivity=false : "
        + condition("count(for i in 1..60000 return i) > 0 and now() > date and time(since)")
        + "\nuser a\ns -> t\nb -> a",
        since="2020-01-01T00:00:00Z",
    )
    assert case.open.count("a") == 1
    for _ in range(3 * 24):
        case.after(hours=1)
    assert case.looks == 3


@pytest.mark.parametrize(
    ("text", "asked"), [("paid", 1), (UNTIL, 1), ("item > limit", 20), (LATER, 20)]
)
def test_a_condition_that_reads_the_same_everywhere_is_asked_once_a_round(
    text: str, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"deadline": "2026-05-20T00:00:00Z", "paid": False, "limit": 30}
    case = side_by_side(20, text, **values).do("q")
    counted = [0]
    holds = rules.Rule.holds

    def counting(rule: rules.Rule, context: Any) -> bool | None:
        counted[0] += 1
        return holds(rule, context)

    monkeypatch.setattr(rules.Rule, "holds", counting)
    case.correct(other=1)
    assert counted[0] == asked
    assert case.correct(paid=True, deadline="2020-01-01T00:00:00Z", limit=0).open.count("z") == 20


def test_an_instance_with_a_name_of_its_own_is_asked_by_itself() -> None:
    case = side_by_side(3, "paid", paid=False).do("q")
    second = [wait for wait in case.case.waits() if wait.element_id == "a"][1]
    instance = case.case._case.tokens[second.token].workflow.owner
    assert instance is not None
    case.correct(token=instance.id, paid=True)
    assert case.open.count("z") == 1
