"""Events: what each can be (start, catch, throw, boundary, end, of an event sub-process) and does there."""

from collections.abc import Callable

from engine.bpmn.model import EventKind, Kind, Node
from tests.conformance.elements.proof import Proof
from tests.engine.spiff.diagrams import Play, condition, definition, timer

MESSAGE, SIGNAL = definition("message", "m"), definition("signal", "sg")
ERROR, ESCALATION = definition("error", "er"), definition("escalation", "es")
LINK = definition("link", "L")
HOUR, CYCLE = timer("Duration", "PT1H"), timer("Cycle", "R2/PT1H")
E = EventKind
Do = Callable[[Play], object]


def _go(case: Play) -> None:
    case.case.change({"go": True}, case.now)
    case._reload()


def _hour(case: Play) -> None:
    case.after(hours=1)


def _message(case: Play) -> None:
    assert case.message("M")


def _signal(case: Play) -> None:
    assert case.signal("S") == 1


# what is waited for: name, definition, kind, how it happens
TRIGGERS: list[tuple[str, str, EventKind, Do]] = [
    ("message", MESSAGE, E.MESSAGE, _message),
    ("timer, duration,", HOUR, E.TIMER, _hour),
    ("timer, date,", timer("Date", "2026-03-02T13:00:00Z"), E.TIMER, _hour),
    ("signal", SIGNAL, E.SIGNAL, _signal),
    ("conditional", condition("go = true"), E.CONDITIONAL, _go),
]


def _interrupts(node: Node) -> bool:
    return node.is_interrupting


def _stays(node: Node) -> bool:
    return not node.is_interrupting


def _then(happen: Do, *tasks: str) -> Do:
    def do(case: Play) -> None:
        happen(case)
        assert sorted(set(case.open) & {"a", "b"}) == sorted(tasks)
        for task in tasks:
            case.do(task)

    return do


def _triggered(name: str, what: str, kind: EventKind, happen: Do) -> list[Proof]:
    handler = (
        "start s\nuser a\nend e\ns -> a -> e\n"
        "sub h triggeredByEvent=true {{\nstart x{0} : " + what + "\nuser b\nx -> b\n}}"
    )
    boundary = (
        "start s\nuser a\nend e\nboundary x on a{0} : " + what + "\nuser b\ns -> a -> e\nx -> b"
    )
    return [
        Proof(
            f"{name} intermediate catch event",
            f"start s\ncatch x : {what}\nuser b\ns -> x -> b",
            _then(happen, "b"),
            Kind.INTERMEDIATE_CATCH_EVENT,
            (kind,),
        ),
        Proof(
            f"{name} boundary event, interrupting",
            boundary.format(""),
            _then(happen, "b"),
            Kind.BOUNDARY_EVENT,
            (kind,),
            _interrupts,
        ),
        Proof(
            f"{name} boundary event, not interrupting",
            boundary.format(" cancelActivity=false"),
            _then(happen, "a", "b"),
            Kind.BOUNDARY_EVENT,
            (kind,),
            _stays,
        ),
        Proof(
            f"{name} start of an event sub-process, interrupting",
            handler.format(""),
            _then(happen, "b"),
            Kind.START_EVENT,
            (kind,),
            _interrupts,
        ),
        Proof(
            f"{name} start of an event sub-process, not interrupting",
            handler.format(" isInterrupting=false"),
            _then(happen, "a", "b"),
            Kind.START_EVENT,
            (kind,),
            _stays,
        ),
    ]


def _start(name: str, what: str, *kinds: EventKind) -> Proof:
    inside = f" : {what}" if what else ""
    text = f"start x{inside}\nuser a\nend e\nx -> a -> e"
    return Proof(
        f"{name} start event", text, lambda c: c.do("a"), Kind.START_EVENT, kinds, start="x"
    )


def _told(fact: str, *tasks: str) -> Do:
    def do(case: Play) -> None:
        for task in tasks:
            case.do(task)
        assert f"{fact} x" in case.facts

    return do


def _cycle(case: Play) -> None:
    case.after(hours=1).after(hours=1).after(hours=5)
    assert case.open.count("b") == 2
    case.do("b").do("b").do("a")


def _both(case: Play) -> None:
    _message(case)
    assert case.open != ["b"]
    _signal(case)
    case.do("b")


def _terminated(case: Play) -> None:
    case.do("a")
    assert case.status == "completed"
    assert "task_cancelled b" in case.facts


UNDO = (
    '<bpmn:userTask id="undo" isForCompensation="true">',
    '<bpmn:association id="as" associationDirection="One" sourceRef="{0}" targetRef="undo"/>'
    '<bpmn:userTask id="undo" isForCompensation="true">',
)


def _undo(boundary: str) -> tuple[tuple[str, str], ...]:
    return ((UNDO[0], UNDO[1].format(boundary)),)


COMPENSATED = (
    "start s\nuser a\nuser undo isForCompensation=true\nboundary {1} on a : "
    + definition("compensation")
    + "\n{0}\ns -> a -> {2}"
)
INSIDE = "start s\nsub p {{{{\nstart ps\nuser a\nend {0} : {{0}}\nps -> a -> {0}\n}}}}\n"
AROUND = "boundary {0} on p{{1}} : {{0}}\nuser c\nend e\ns -> p -> e\n{0} -> c"
WITH_HANDLER = INSIDE.format("x") + AROUND.format("b")
CAUGHT = INSIDE.format("t") + AROUND.format("x")
HANDLED = (
    "start s\nuser a\nend t : {0}\ns -> a -> t\n"
    "sub h triggeredByEvent=true {{\nstart x{1} : {0}\nuser c\nx -> c\n}}"
)
CANCELLED = (
    "start s\ntransaction p {{\nstart ps\nuser a\nend {0} : {2}\nps -> a -> {0}\n}}\n"
    "boundary {1} on p : {2}\nuser c\ns -> p\n{1} -> c"
)
FORK = "start s\nand f\nuser a\nuser b\n{0}\ns -> f\nf -> a -> x\nf -> b"
NOTICE = " cancelActivity=false"


def _a_then_c(case: Play) -> None:
    case.do("a").do("c")


def _a_undo(case: Play) -> None:
    case.do("a")
    assert case.open == ["undo"]
    case.do("undo")


PROOFS = [
    _start("none", ""),
    _start("message", MESSAGE, E.MESSAGE),
    _start("timer", timer("Cycle", "R/P1D"), E.TIMER),
    _start("signal", SIGNAL, E.SIGNAL),
    _start("conditional", condition("go = true"), E.CONDITIONAL),
    _start("multiple", MESSAGE + SIGNAL, E.MESSAGE, E.SIGNAL),
    *(proof for trigger in TRIGGERS for proof in _triggered(*trigger)),
    Proof(
        "timer, cycle, boundary event, not interrupting",
        "start s\nuser a\nend e\nboundary x on a cancelActivity=false : "
        + CYCLE
        + "\nuser b\ns -> a -> e\nx -> b",
        _cycle,
        Kind.BOUNDARY_EVENT,
        (E.TIMER,),
    ),
    Proof(
        "multiple intermediate catch event",
        f"start s\ncatch x : {MESSAGE}{SIGNAL}\nuser b\ns -> x -> b",
        _then(_signal, "b"),
        Kind.INTERMEDIATE_CATCH_EVENT,
        (E.MESSAGE, E.SIGNAL),
    ),
    Proof(
        "parallel multiple intermediate catch event",
        f"start s\ncatch x parallelMultiple=true : {MESSAGE}{SIGNAL}\nuser b\ns -> x -> b",
        _both,
        Kind.INTERMEDIATE_CATCH_EVENT,
        (E.MESSAGE, E.SIGNAL),
        lambda node: node.is_parallel_multiple,
    ),
    Proof(
        "multiple boundary event",
        f"start s\nuser a\nboundary x on a : {MESSAGE}{SIGNAL}\nuser b\ns -> a\nx -> b",
        _then(_signal, "b"),
        Kind.BOUNDARY_EVENT,
        (E.MESSAGE, E.SIGNAL),
    ),
    Proof(
        "none intermediate throw event",
        "start s\nthrow x\nuser a\ns -> x -> a",
        lambda c: c.do("a"),
        Kind.INTERMEDIATE_THROW_EVENT,
    ),
    Proof(
        "message intermediate throw event",
        f"start s\nthrow x : {MESSAGE}\nuser a\ns -> x -> a",
        _told("message_sent", "a"),
        Kind.INTERMEDIATE_THROW_EVENT,
        (E.MESSAGE,),
    ),
    Proof(
        "signal intermediate throw event",
        FORK.format(f"throw x : {SIGNAL}\nboundary l on b : {SIGNAL}\nuser c") + "\nl -> c",
        lambda c: (c.do("a"), c.do("c")),
        Kind.INTERMEDIATE_THROW_EVENT,
        (E.SIGNAL,),
    ),
    Proof(
        "escalation intermediate throw event",
        "start s\nsub p {\nstart ps\nthrow x : "
        + ESCALATION
        + "\nuser a\nps -> x -> a\n}\nboundary b on p cancelActivity=false : "
        + ESCALATION
        + "\nuser c\ns -> p\nb -> c",
        _a_then_c,
        Kind.INTERMEDIATE_THROW_EVENT,
        (E.ESCALATION,),
    ),
    Proof(
        "link events",
        f"start s\nuser a\nthrow x : {LINK}\ncatch l : {LINK}\nuser c\ns -> a -> x\nl -> c",
        _a_then_c,
        Kind.INTERMEDIATE_THROW_EVENT,
        (E.LINK,),
    ),
    Proof(
        "compensation intermediate throw event",
        COMPENSATED.format("throw x : " + definition("compensation"), "k", "x"),
        _a_undo,
        Kind.INTERMEDIATE_THROW_EVENT,
        (E.COMPENSATION,),
        replaced=_undo("k"),
    ),
    Proof(
        "multiple intermediate throw event",
        f"start s\nthrow x : {MESSAGE}{SIGNAL}\nuser a\ns -> x -> a",
        _told("signal_sent", "a"),
        Kind.INTERMEDIATE_THROW_EVENT,
        (E.MESSAGE, E.SIGNAL),
    ),
    Proof(
        "error boundary event",
        CAUGHT.format(ERROR, ""),
        _a_then_c,
        Kind.BOUNDARY_EVENT,
        (E.ERROR,),
    ),
    Proof(
        "escalation boundary event, interrupting",
        CAUGHT.format(ESCALATION, ""),
        _a_then_c,
        Kind.BOUNDARY_EVENT,
        (E.ESCALATION,),
        _interrupts,
    ),
    Proof(
        "escalation boundary event, not interrupting",
        CAUGHT.format(ESCALATION, NOTICE),
        _a_then_c,
        Kind.BOUNDARY_EVENT,
        (E.ESCALATION,),
        _stays,
    ),
    Proof(
        "cancel boundary event",
        CANCELLED.format("t", "x", definition("cancel")),
        _a_then_c,
        Kind.BOUNDARY_EVENT,
        (E.CANCEL,),
    ),
    Proof(
        "compensation boundary event",
        COMPENSATED.format("end t : " + definition("compensation"), "x", "t"),
        _a_undo,
        Kind.BOUNDARY_EVENT,
        (E.COMPENSATION,),
        lambda node: node.compensation_handler == "undo",
        replaced=_undo("x"),
        shown="undo",
    ),
    Proof(
        "error start of an event sub-process",
        HANDLED.format(ERROR, ""),
        _a_then_c,
        Kind.START_EVENT,
        (E.ERROR,),
    ),
    Proof(
        "escalation start of an event sub-process, interrupting",
        HANDLED.format(ESCALATION, ""),
        _a_then_c,
        Kind.START_EVENT,
        (E.ESCALATION,),
        _interrupts,
    ),
    Proof(
        "escalation start of an event sub-process, not interrupting",
        HANDLED.format(ESCALATION, " isInterrupting=false"),
        _a_then_c,
        Kind.START_EVENT,
        (E.ESCALATION,),
        _stays,
    ),
    Proof(
        "compensation start of an event sub-process",
        "start s\nsub p {\nuser a\nsub h triggeredByEvent=true {\nstart x : "
        + definition("compensation")
        + "\nuser c\nx -> c\n}\n}\nthrow t : "
        + definition("compensation", "p")
        + "\ns -> p -> t",
        _a_then_c,
        Kind.START_EVENT,
        (E.COMPENSATION,),
    ),
    Proof(
        "none end event", "start s\nuser a\nend x\ns -> a -> x", lambda c: c.do("a"), Kind.END_EVENT
    ),
    Proof(
        "message end event",
        f"start s\nuser a\nend x : {MESSAGE}\ns -> a -> x",
        _told("message_sent", "a"),
        Kind.END_EVENT,
        (E.MESSAGE,),
    ),
    Proof(
        "signal end event",
        FORK.format(f"end x : {SIGNAL}\nboundary l on b : {SIGNAL}\nuser c") + "\nl -> c",
        lambda c: (c.do("a"), c.do("c")),
        Kind.END_EVENT,
        (E.SIGNAL,),
    ),
    Proof("error end event", WITH_HANDLER.format(ERROR, ""), _a_then_c, Kind.END_EVENT, (E.ERROR,)),
    Proof(
        "escalation end event",
        WITH_HANDLER.format(ESCALATION, NOTICE),
        _a_then_c,
        Kind.END_EVENT,
        (E.ESCALATION,),
    ),
    Proof(
        "terminate end event",
        FORK.format(f"end x : {definition('terminate')}"),
        _terminated,
        Kind.END_EVENT,
        (E.TERMINATE,),
    ),
    Proof(
        "cancel end event",
        CANCELLED.format("x", "k", definition("cancel")),
        _a_then_c,
        Kind.END_EVENT,
        (E.CANCEL,),
    ),
    Proof(
        "compensation end event",
        COMPENSATED.format("end x : " + definition("compensation"), "k", "x"),
        _a_undo,
        Kind.END_EVENT,
        (E.COMPENSATION,),
        replaced=_undo("k"),
    ),
    Proof(
        "multiple end event with terminate",
        FORK.format(f"end x : {MESSAGE}{definition('terminate')}"),
        _terminated,
        Kind.END_EVENT,
        (E.MESSAGE, E.TERMINATE),
    ),
]
