"""Gateways, and conditions on flows."""

from engine.bpmn.model import Kind
from tests.conformance.elements.proof import Proof
from tests.engine.spiff.diagrams import Play, definition, timer

SPLIT = "start s\n{0} x\nuser a\nuser b\nend e\ns -> x\nx -> a{1}\nx -> b{2}\na -> e\nb -> e"
JOIN = "start s\nand f\nuser a\nuser b\n{0} x\nuser z\ns -> f\nf -> a -> x\nf -> b -> x\nx -> z"
TWO_TIMERS = (
    f"start s\nevent x\ncatch c1 : {timer('Duration', 'PT1H')}\ncatch c2 : {timer('Duration', 'PT2H')}\n"
    "user a\nuser b\ns -> x\nx -> c1 -> a\nx -> c2 -> b"
)


def _timers(case: Play) -> None:
    due = {wait.element_id: wait.due_at for wait in case.case.waits()}
    assert due["c1"] != due["c2"]
    case.after(hours=1).do("a")


def _either(case: Play) -> None:
    assert case.open == ["b"]
    case.do("b")


PROOFS = [
    Proof(
        "exclusive gateway",
        SPLIT.format("xor", " [n = 1]", " *"),
        _either,
        Kind.EXCLUSIVE_GATEWAY,
        is_so=lambda node: node.default is not None,
        variables={"n": 2},
    ),
    Proof(
        "exclusive gateway decided by a person",
        "start s\nuser t\nxor x\nuser a\nuser b\ns -> t -> x\nx -> a\nx -> b",
        lambda c: c.do("t", "f_x_b").do("b"),
        Kind.EXCLUSIVE_GATEWAY,
    ),
    Proof(
        "parallel gateway, split",
        SPLIT.format("and", "", ""),
        lambda c: c.do("b").do("a"),
        Kind.PARALLEL_GATEWAY,
    ),
    Proof(
        "parallel gateway, join",
        JOIN.format("and"),
        lambda c: c.do("b").do("a").do("z"),
        Kind.PARALLEL_GATEWAY,
    ),
    Proof(
        "inclusive gateway, split",
        SPLIT.format("or", " [n > 0]", " [n > 1]"),
        lambda c: c.do("b").do("a"),
        Kind.INCLUSIVE_GATEWAY,
        variables={"n": 2},
    ),
    Proof(
        "inclusive gateway, join",
        JOIN.format("or"),
        lambda c: c.do("b").do("a").do("z"),
        Kind.INCLUSIVE_GATEWAY,
    ),
    Proof(
        "complex gateway",
        JOIN.format("complex"),
        lambda c: c.do("b").do("z").do("a"),
        Kind.COMPLEX_GATEWAY,
        replaced=(
            (
                '<bpmn:complexGateway id="x">',
                '<bpmn:complexGateway id="x"><bpmn:activationCondition>activationCount &gt;= 1'
                "</bpmn:activationCondition>",
            ),
        ),
    ),
    Proof(
        "event-based gateway",
        "start s\nevent x\ncatch c1 : "
        + definition("message", "m")
        + "\ncatch c2 : "
        + definition("signal", "sg")
        + "\nuser a\nuser b\ns -> x\nx -> c1 -> a\nx -> c2 -> b",
        lambda c: (c.signal("S"), c.do("b")),
        Kind.EVENT_BASED_GATEWAY,
    ),
    Proof("event-based gateway, two timers", TWO_TIMERS, _timers, Kind.EVENT_BASED_GATEWAY),
    Proof(
        "event-based gateway, receive task",
        "start s\nevent x\nreceive r messageRef=m\ncatch c : "
        + timer("Duration", "PT1H")
        + "\nuser a\nuser b\ns -> x\nx -> r -> a\nx -> c -> b",
        lambda c: (c.message("M"), c.do("a")),
        Kind.EVENT_BASED_GATEWAY,
    ),
    Proof(
        "conditional and default flows leaving a task",
        "start s\nuser x\nuser a\nuser b\ns -> x\nx -> a [go]\nx -> b *",
        lambda c: c.do("x", go=False).do("b"),
        Kind.USER_TASK,
        is_so=lambda node: node.default is not None,
    ),
]
