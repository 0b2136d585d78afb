"""How cases begin without a person, activities of every kind in rounds, and pools that talk."""

from collections.abc import Callable

from engine.bpmn.model import EventKind, Kind
from tests.conformance.elements.proof import Proof
from tests.conformance.elements.tasks import CALLED, LINE, LOOP
from tests.engine.spiff.diagrams import MI, Play, definition, timer

MESSAGE, SIGNAL = definition("message", "m"), definition("signal", "sg")
TWICE = MI.format(sequential="", inside="<bpmn:loopCardinality>2</bpmn:loopCardinality>")
IN_TURN = MI.format(
    sequential=' isSequential="true"', inside="<bpmn:loopCardinality>2</bpmn:loopCardinality>"
)
MAPPED = (
    '<bpmn:extensionElements><zeebe:ioMapping><zeebe:input source="=sum * 2" target="double"/>'
    '<zeebe:output source="=double + 1" target="more"/></zeebe:ioMapping></bpmn:extensionElements>'
)
TALK = (
    '<bpmn:process id="other" isExecutable="true"><bpmn:startEvent id="os">'
    '<bpmn:messageEventDefinition/></bpmn:startEvent><bpmn:sendTask id="ot"/>'
    '<bpmn:sequenceFlow id="o1" sourceRef="os" targetRef="ot"/></bpmn:process>'
    '<bpmn:collaboration id="talk"><bpmn:participant id="p1" name="Office" processRef="main"/>'
    '<bpmn:participant id="p2" name="Bank" processRef="other"/>'
    '<bpmn:messageFlow id="m1" name="Order" sourceRef="x" targetRef="os"/>'
    '<bpmn:messageFlow id="m2" name="Paid" sourceRef="ot" targetRef="r"/></bpmn:collaboration>'
)


def _ends_after(*tasks: str) -> Callable[[Play], object]:
    def do(case: Play) -> None:
        for task in tasks:
            case.do(task)

    return do


def _hour_then_b(case: Play) -> None:
    assert case.after(hours=1).open == ["b"]
    assert case.after(hours=9).do("b").status == "completed"


def _answered(case: Play) -> None:
    assert "message_sent x" in case.facts
    assert case.message("Paid")


def _added(case: Play) -> None:
    assert case.wait("x").variables["double"] == 8
    case.do("x")
    assert (case.variables["more"], "double" in case.variables) == (9, False)


def _one_after_the_other(case: Play) -> None:
    case.do("x", "a")
    assert case.open == ["a"]
    assert case.do("a").do("x", "b").do("b", enough=True).status == "completed"


def _undone_beside(case: Play) -> None:
    case.do("a")
    assert case.open == ["undo", "c"]
    case.do("c").do("undo")


PROOFS = [
    *[
        Proof(
            f"timer, {name}, start event",
            f"start x : {timer(kind, text)}\nuser a\nx -> a",
            lambda c: c.do("a"),
            Kind.START_EVENT,
            (EventKind.TIMER,),
            start="x",
        )
        for name, kind, text in (
            ("date", "Date", "2026-03-02T13:00:00Z"),
            ("repetitions", "Cycle", "R3/PT1H"),
            ("repetitions from a date", "Cycle", "R3/2026-03-02T13:00:00Z/P1M"),
        )
    ],
    Proof(
        "event-based gateway that starts a case",
        f"event x instantiate=true\ncatch c1 : {MESSAGE}\ncatch c2 : {SIGNAL}\nuser a\nuser b\n"
        "x -> c1 -> a\nx -> c2 -> b",
        lambda c: c.do("b"),
        Kind.EVENT_BASED_GATEWAY,
        is_so=lambda node: node.instantiates,
        start="c2",
        shown="c2",
    ),
    Proof(
        "receive task that starts a case",
        "receive x instantiate=true messageRef=m\nuser a\nx -> a",
        lambda c: c.do("a"),
        Kind.RECEIVE_TASK,
        is_so=lambda node: node.instantiates,
        start="x",
    ),
    Proof(
        "timer, cycle, intermediate catch event",
        f"start s\ncatch x : {timer('Cycle', 'R3/PT1H')}\nuser b\ns -> x -> b",
        _hour_then_b,
        Kind.INTERMEDIATE_CATCH_EVENT,
        (EventKind.TIMER,),
    ),
    Proof(
        "timer, cycle, boundary event, interrupting",
        f"start s\nuser a\nboundary x on a : {timer('Cycle', 'R3/PT1H')}\nuser b\ns -> a\nx -> b",
        _hour_then_b,
        Kind.BOUNDARY_EVENT,
        (EventKind.TIMER,),
        lambda node: node.is_interrupting,
    ),
    Proof(
        "link intermediate catch event",
        f"start s\nuser a\nthrow t : {definition('link', 'L')}\nthrow u : {definition('link', 'L')}\n"
        f"catch x : {definition('link', 'L')}\nuser b\nxor g\ns -> a -> g\ng -> t [go]\ng -> u *\nx -> b",
        lambda c: c.do("a", go=False).do("b"),
        Kind.INTERMEDIATE_CATCH_EVENT,
        (EventKind.LINK,),
        shown="b",
    ),
    Proof(
        "multiple end event",
        f"start s\nuser a\nend x : {MESSAGE}{SIGNAL}\ns -> a -> x",
        lambda c: c.do("a"),
        Kind.END_EVENT,
        (EventKind.MESSAGE, EventKind.SIGNAL),
    ),
    Proof(
        "compensation of one activity, not waited for",
        "start s\nuser a\nuser undo isForCompensation=true\nboundary k on a : "
        + definition("compensation")
        + "\nthrow x : "
        + definition("compensation", "a")
        + "\nuser c\ns -> a -> x -> c",
        _undone_beside,
        Kind.INTERMEDIATE_THROW_EVENT,
        (EventKind.COMPENSATION,),
        replaced=(
            (
                'activityRef="a"',
                'activityRef="a" waitForCompletion="false"',
            ),
            (
                '<bpmn:userTask id="undo" isForCompensation="true">',
                '<bpmn:association id="as" associationDirection="One" sourceRef="k" targetRef="undo"/>'
                '<bpmn:userTask id="undo" isForCompensation="true">',
            ),
        ),
    ),
    Proof(
        "multi-instance sub-process, sequential",
        LINE.format("sub x {" + IN_TURN + "\nuser a\n}"),
        _ends_after("a", "a"),
        Kind.SUB_PROCESS,
    ),
    Proof(
        "multi-instance transaction",
        LINE.format("transaction x {" + TWICE + "\nuser a\n}"),
        _ends_after("a", "a"),
        Kind.TRANSACTION,
    ),
    Proof(
        "multi-instance call activity",
        LINE.format("call x calledElement=other : " + TWICE),
        _ends_after("oa", "oa"),
        Kind.CALL_ACTIVITY,
        others=CALLED,
    ),
    Proof(
        "multi-instance service task",
        LINE.format("service x : " + TWICE),
        lambda c: c.serve("x").serve("x"),
        Kind.SERVICE_TASK,
    ),
    Proof(
        "standard loop, sub-process",
        LINE.format("sub x {" + LOOP.format("", "more") + "\nuser a\n}"),
        lambda c: c.do("a", more=True).do("a", more=False),
        Kind.SUB_PROCESS,
    ),
    Proof(
        "ad-hoc sub-process, one after the other, until a condition holds",
        LINE.format(
            "adhoc x ordering=Sequential {<bpmn:completionCondition>enough</bpmn:completionCondition>"
            "\nuser a\nuser b\n}"
        ),
        _one_after_the_other,
        Kind.AD_HOC_SUB_PROCESS,
        is_so=lambda node: not node.is_parallel_ad_hoc,
    ),
    Proof(
        "mapped variables",
        LINE.format("user x : " + MAPPED),
        _added,
        Kind.USER_TASK,
        variables={"sum": 4},
    ),
    Proof(
        "collaboration with message flows",
        f"start s\nsend x\ncatch r : {definition('message')}\nend e\ns -> x -> r -> e",
        _answered,
        Kind.SEND_TASK,
        others=TALK,
    ),
]
