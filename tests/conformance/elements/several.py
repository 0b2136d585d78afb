"""Events that wait for several things, or for one again and again."""

from collections.abc import Callable

from engine.bpmn.model import EventKind as E
from engine.bpmn.model import Kind, Node
from tests.conformance.elements.proof import Proof
from tests.engine.spiff.diagrams import Play, definition, timer

MESSAGE, SIGNAL = definition("message", "m"), definition("signal", "sg")
NOTICE = " cancelActivity=false"
BESIDE = f"start s\nuser a\nboundary x on a{{0}} : {MESSAGE}{SIGNAL}\nuser b\ns -> a\nx -> b"
HANDLER = (
    "start s\nuser a\nend e\ns -> a -> e\n"
    f"sub h triggeredByEvent=true {{{{\nstart x{{0}} : {MESSAGE}{SIGNAL}\nuser b\nx -> b\n}}}}"
)


def _rest(case: Play) -> None:
    while set(case.open) & {"a", "b"}:
        case.do(next(name for name in case.open if name in ("a", "b")))


def _either_then_b(case: Play) -> None:
    case.signal("S")
    assert "b" in case.open
    _rest(case)


def _both_then_b(case: Play) -> None:
    case.signal("S")
    assert "b" not in case.open
    case.message("M")
    assert "b" in case.open
    _rest(case)


def _twice(case: Play) -> None:
    for _ in range(2):
        case.after(hours=1).do("b")
    assert case.after(hours=5).open == ["a"]
    case.do("a")


def _stays(node: Node) -> bool:
    return not node.is_interrupting


def _is_so(is_all: bool, stays: bool) -> Callable[[Node], bool]:
    return lambda node: node.is_parallel_multiple == is_all and node.is_interrupting != stays


PROOFS = [
    *[
        Proof(
            f"{name} {where}",
            text.format(attribute + more),
            happens,
            kind,
            (E.MESSAGE, E.SIGNAL),
            _is_so(bool(attribute), bool(more)),
        )
        for name, attribute, happens in (
            ("multiple", "", _either_then_b),
            ("parallel multiple", " parallelMultiple=true", _both_then_b),
        )
        for where, text, kind, more in (
            ("boundary event, not interrupting", BESIDE, Kind.BOUNDARY_EVENT, NOTICE),
            ("start of an event sub-process", HANDLER, Kind.START_EVENT, ""),
            (
                "start of an event sub-process, not interrupting",
                HANDLER,
                Kind.START_EVENT,
                " isInterrupting=false",
            ),
        )
    ],
    Proof(
        "parallel multiple boundary event, interrupting",
        BESIDE.format(" parallelMultiple=true"),
        _both_then_b,
        Kind.BOUNDARY_EVENT,
        (E.MESSAGE, E.SIGNAL),
        lambda node: node.is_parallel_multiple,
    ),
    Proof(
        "timer, cycle, start of an event sub-process, not interrupting",
        "start s\nuser a\nend e\ns -> a -> e\nsub h triggeredByEvent=true {\nstart x isInterrupting=false : "
        + timer("Cycle", "R2/PT1H")
        + "\nuser b\nx -> b\n}",
        _twice,
        Kind.START_EVENT,
        (E.TIMER,),
        _stays,
    ),
    *[
        Proof(
            f"timer, cycle {name}, boundary event, not interrupting",
            "start s\nuser a\nend e\nboundary x on a cancelActivity=false : "
            + timer("Cycle", text)
            + "\nuser b\ns -> a -> e\nx -> b",
            _twice,
            Kind.BOUNDARY_EVENT,
            (E.TIMER,),
            _stays,
        )
        for name, text in (
            ("with a start", "R2/2026-03-02T13:00:00Z/PT1H"),
            ("with an end", "R/PT1H/2026-03-02T14:30:00Z"),
        )
    ],
]
