"""The token interpreter itself, where the standard leaves no doubt; worked out by hand."""

from datetime import UTC, datetime, timedelta
from itertools import islice

from engine.bpmn import read
from tests.conformance.oracle import Case, due_times
from tests.engine.spiff.diagrams import definition, xml

AT = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)


def begun(text: str, roots: str = "", **variables: object) -> Case:
    machine = Case(read(xml(text, roots)), "main", variables)
    machine.start(AT)
    return machine


def shown(machine: Case) -> list[str]:
    return [watch.element for watch in machine.watches.values()]


def do(machine: Case, element: str) -> list[str]:
    watch = next(w for w in machine.watches.values() if w.element == element)
    machine.complete(watch, {}, {}, AT)
    return shown(machine)


def test_months_are_counted_from_the_beginning_and_clipped() -> None:
    days = [due.day for due in islice(due_times("R/P1M", AT), 3)]
    assert days == [28, 31, 30]


def test_a_cycle_has_as_many_rounds_as_it_says() -> None:
    assert list(due_times("R2/PT1H", AT)) == [AT + timedelta(hours=1), AT + timedelta(hours=2)]
    assert list(due_times("no time", AT)) == []


def test_a_parallel_join_takes_one_token_from_each_flow() -> None:
    machine = begun(
        "start s\nand f\nuser a\nuser b\nuser c\nxor m\nand j\nuser z\n"
        "s -> f\nf -> a -> m\nf -> b -> m\nm -> j\nf -> c -> j\nj -> z"
    )
    assert do(machine, "a") == ["b", "c"]
    assert do(machine, "b") == ["c"]
    assert do(machine, "c") == ["z"]
    assert do(machine, "z") == []
    assert machine.is_stuck


def test_an_inclusive_join_waits_for_every_token_that_can_still_reach_it() -> None:
    machine = begun(
        "start s\nor f\nuser a\nuser b\nuser c\nor j\nuser z\ns -> f\n"
        "f -> a [true]\nf -> b [true]\nf -> c [false]\na -> j\nb -> j\nc -> j\nj -> z"
    )
    assert do(machine, "b") == ["a"]
    assert do(machine, "a") == ["z"]


def test_terminate_ends_its_own_scope_only() -> None:
    machine = begun(
        "start s\nsub p {\nand f\nuser a\nuser b\nend x : " + definition("terminate")
        + "\nf -> a -> x\nf -> b\n}\nuser z\ns -> p -> z"
    )  # fmt: skip
    assert do(machine, "a") == ["z"]
    assert machine.status == "running"


def test_an_error_interrupts_and_an_escalation_need_not() -> None:
    text = (
        "start s\nsub p {{\nand f\nuser a\nuser b\nend x : {0}\nf -> a -> x\nf -> b\n}}\n"
        "boundary k on p{1} : {0}\nuser z\ns -> p\nk -> z"
    )
    error = begun(text.format(definition("error", "e"), ""), '<bpmn:error id="e" errorCode="E"/>')
    assert do(error, "a") == ["z"]
    escalation = begun(
        text.format(definition("escalation", "e"), " cancelActivity=false"),
        '<bpmn:escalation id="e" escalationCode="E"/>',
    )
    assert sorted(do(escalation, "a")) == ["b", "z"]
