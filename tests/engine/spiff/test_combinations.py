"""Combinations of elements drawn by hand, which the random models do not make; each is loaded anew after every step."""

from typing import Any

import pytest

from engine.bpmn import read
from engine.spiff import compile_model
from tests.engine.spiff.diagrams import (
    Play,
    compiled,
    condition,
    definition,
    many,
    play,
    timer,
)
from tests.engine.spiff.test_compensation import UNDO, played, with_undo

ROOTS = (
    '<bpmn:message id="m" name="paid"/><bpmn:error id="er" errorCode="E1"/>'
    '<bpmn:escalation id="esc" escalationCode="X1"/>'
)
HANDLER = "sub h triggeredByEvent=true {{\nstart hs : {}\nuser fix\nhs -> fix\n}}\n"
PAID = definition("message", "m")


def test_a_handler_interrupts_one_instance_inside_a_transaction_and_all_that_was_done_is_undone() -> (
    None
):
    text = (
        "start s\ntransaction t {\nstart ts\nsub each { " + many("items", "item")
        + "\nstart ms\nuser a\n" + UNDO.format("a") + "user b\nms -> a -> b\n"
        + HANDLER.format(PAID) + "}\nuser last\nend tc : " + definition("cancel")
        + "\nts -> each -> last -> tc\n}\nboundary k on t : " + definition("cancel")
        + "\nuser out\nuser ok\ns -> t -> ok\nk -> out"
    )  # fmt: skip
    process = b'<bpmn:process id="main"'
    source = with_undo(text, "a").replace(process, ROOTS.encode() + process)
    case = Play(compile_model(read(source)), items=["x", "y"])
    case.do("a", n=1).do("a", n=2)
    assert sorted(case.open) == ["b", "b", "hs", "hs"]
    assert case.message("paid")
    assert sorted(case.open) == ["b", "fix", "hs"]
    assert case.wait("fix").variables["item"] == "x"
    assert case.do("fix").do("b").open == ["last"]
    case.do("last")
    undone = []
    while case.open == ["undo_a"]:
        seen = case.wait("undo_a").variables
        undone.append((seen["item"], seen["n"]))
        case.do("undo_a")
    assert undone == [("y", 2), ("x", 1)]
    assert case.open == ["out"]
    assert case.case.positions == ["out"]


def test_an_interrupting_handler_ends_an_ad_hoc_sub_process() -> None:
    case = play(
        "start s\nadhoc p {\nuser a\nuser b\n" + HANDLER.format(PAID) + "}\nuser z\ns -> p -> z",
        ROOTS,
    )
    case.do("p", "a")
    assert case.message("paid")
    assert case.open == ["fix"]
    assert case.do("fix").open == ["z"]


def test_a_handler_beside_an_ad_hoc_sub_process_leaves_it_open() -> None:
    text = HANDLER.format(PAID).replace("start hs", "start hs isInterrupting=false")
    case = play("start s\nadhoc p {\nuser a\nuser b\n" + text + "}\nuser z\ns -> p -> z", ROOTS)
    assert case.message("paid")
    assert case.do("fix").do("p", "a").do("a").do("p", "done").open == ["z"]


def test_an_end_event_that_undoes_and_terminates_does_both() -> None:
    text = (
        "start s\nuser a\nuser w\nand g\n" + UNDO.format("a") + "end e : "
        + definition("compensation") + definition("terminate") + "\ns -> g\ng -> a -> e\ng -> w"
    )  # fmt: skip
    case = played(with_undo(text, "a")).do("a")
    assert sorted(case.open) == ["undo_a", "w"]
    assert case.do("undo_a").status == "completed"
    assert case.facts[-2:] == ["case_terminated e", "case_completed e"]


def called(outer: str, *inner: str, **variables: Any) -> Play:
    """A case of `outer`, which calls one; that calls two, and so on."""
    names = ("one", "two")
    others = [compiled(text, ROOTS, process=name) for name, text in zip(names, inner, strict=False)]
    return Play(compiled(outer, ROOTS), *others, **variables)


def test_an_error_leaves_two_called_processes_by_the_border_of_a_sub_process() -> None:
    case = called(
        "start s\nsub p {\ncall c calledElement=one\n}\nboundary b on p : "
        + definition("error", "er") + "\nuser x\ns -> p\nb -> x",
        "start s\ncall c1 calledElement=two\nuser after\ns -> c1 -> after",
        "start s\nuser a\nand g\nuser w\nend e : " + definition("error", "er")
        + "\ns -> g\ng -> a -> e\ng -> w",
    )  # fmt: skip
    assert case.do("a").open == ["x"]
    assert case.case.positions == ["x"]


def test_the_border_of_a_call_activity_looks_at_the_callers_variables() -> None:
    outer = (
        "start s\nuser o\nand g\ncall c calledElement=one\nboundary b on c : "
        + condition("stop") + "\nuser x\ns -> g\ng -> c\ng -> o\nb -> x"
    )  # fmt: skip
    case = called(outer, "start s\nuser a\ns -> a", stop=False)
    case.correct(token=case.case.locals()[0].token, stop=True)
    assert sorted(case.open) == ["a", "b", "o"]
    assert case.do("o", stop=True).open == ["x"]


def test_an_ad_hoc_sub_process_escalates_as_often_as_it_is_picked() -> None:
    case = play(
        "start s\nadhoc p {\nuser a\nthrow t : " + definition("escalation", "esc")
        + "\na -> t\n}\nboundary b on p cancelActivity=false : " + definition("escalation", "esc")
        + "\nuser x\nuser z\ns -> p -> z\nb -> x",
        ROOTS,
    )  # fmt: skip
    assert sorted(case.do("p", "a").do("a").open) == ["p", "x"]
    assert sorted(case.do("p", "a").do("a").open) == ["p", "x", "x"]
    assert sorted(case.do("p", "done").open) == ["x", "x", "z"]


def test_three_rounds_of_a_cycle_are_three_also_over_reloads() -> None:
    case = play(
        "start s\nuser a\nboundary b on a cancelActivity=false : "
        + timer("Cycle", "R3/PT1H") + "\nuser x\ns -> a\nb -> x"
    )  # fmt: skip
    for rounds in (1, 2, 3):
        assert case.after(hours=1).open.count("x") == rounds
    assert sorted(case.after(hours=5).open) == ["a", "x", "x", "x"]
    assert case.do("a").do("x").do("x").do("x").status == "completed"


def test_links_go_on_inside_each_instance() -> None:
    case = play(
        "start s\nsub p { " + many("items", "item") + "\nstart ps\nthrow l1 : "
        + definition("link", "L") + "\ncatch l2 : " + definition("link", "L")
        + "\nuser a\nps -> l1\nl2 -> a\n}\nuser z\ns -> p -> z",
        items=[1, 2],
    )  # fmt: skip
    assert case.open == ["a", "a"]
    assert case.do("a", number=1).do("a").open == ["z"]


def test_no_instances_gather_nothing_and_arm_nothing() -> None:
    case = play(
        "start s\nuser a : " + many("items", "item", output="found", gather="said")
        + "\nboundary b on a : " + timer("Duration", "P1D") + "\nuser x\nuser z\ns -> a -> z\nb -> x",
        items=[],
    )  # fmt: skip
    assert case.open == ["z"]
    assert case.variables["found"] == []


def test_a_completion_condition_that_holds_at_once_ends_all_with_the_first() -> None:
    case = play(
        "start s\nuser a : "
        + many("items", "item", until="true", output="found", gather="said")
        + "\nuser z\ns -> a -> z",
        items=[1, 2, 3],
    )
    assert case.open == ["a", "a", "a"]
    assert case.do("a", number=1, said="y").open == ["z"]
    assert case.variables["found"] == [None, "y", None]


@pytest.mark.parametrize(("before", "then"), [("true", ["z"]), ("false", ["a"])])
def test_a_loop_that_may_not_run_does_not_where_it_is_tested_before(
    before: str, then: list[str]
) -> None:
    loop = f'<bpmn:standardLoopCharacteristics testBefore="{before}" loopMaximum="0"/>'
    case = play("start s\nuser a : " + loop + "\nuser z\ns -> a -> z")
    assert case.open == then
    if then == ["a"]:
        assert case.do("a").open == ["z"]


def test_a_token_moved_into_a_sub_process_sees_what_is_mapped_into_it() -> None:
    mapped = (
        '<bpmn:extensionElements><zeebe:ioMapping><zeebe:input source="=fee*2" target="sum"/>'
        "</zeebe:ioMapping></bpmn:extensionElements>"
    )
    case = play(
        "start s\nuser o\nsub p { " + mapped + "\nuser a\nuser b\na -> b\n}\ns -> o -> p", fee=3
    )
    case.case.move(case.wait("o").token, "b", case.now)
    case._reload()
    assert case.wait("b").variables == {"sum": 6}
    assert case.do("b").status == "completed"
    assert case.variables == {"fee": 3}
