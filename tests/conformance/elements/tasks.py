"""Tasks, sub-processes, call activities, loops and data."""

from engine.bpmn.model import Kind
from tests.conformance.elements.proof import Proof
from tests.engine.spiff.diagrams import MI, Play, definition, many

LINE = "start s\n{0}\nend e\ns -> x -> e"
CALLED = (
    '<bpmn:process id="other" isExecutable="true"><bpmn:startEvent id="os"/><bpmn:userTask id="oa"/>'
    '<bpmn:sequenceFlow id="o1" sourceRef="os" targetRef="oa"/></bpmn:process>'
)
DECISION = (
    '<bpmn:extensionElements><zeebe:calledDecision decisionId="fee" resultVariable="price"/>'
    "</bpmn:extensionElements>"
)
LOOP = (
    "<bpmn:standardLoopCharacteristics{0}><bpmn:loopCondition>{1}</bpmn:loopCondition>"
    "</bpmn:standardLoopCharacteristics>"
)
STORED = (
    '<bpmn:userTask id="x"></bpmn:userTask>',
    '<bpmn:dataStoreReference id="dr" name="kept" dataStoreRef="ds"/>'
    '<bpmn:userTask id="x"><bpmn:dataOutputAssociation id="da"><bpmn:targetRef>dr</bpmn:targetRef>'
    "</bpmn:dataOutputAssociation></bpmn:userTask>",
)
OBJECT = '<bpmn:dataObject id="do"/>' + STORED[1].replace(
    "dataStoreReference", "dataObjectReference"
).replace('name="kept" dataStoreRef="ds"', 'name="invoice" dataObjectRef="do"')


def _line(row: str, word: str, kind: Kind, inside: str = "") -> Proof:
    text = LINE.format(f"{word} x" + (f" : {inside}" if inside else ""))
    return Proof(row, text, lambda case: case.do("x", done=True), kind)


def _stored(case: Play) -> None:
    case.do("x", kept=5)
    assert case.library.stores == {"ds": 5} or 5 in case.library.stores.values()


def _rule(case: Play) -> None:
    assert case.variables["price"] == 8


def _many(case: Play, *order: int) -> None:
    for number in order:
        case.do("x", number=number)


def _enough(case: Play) -> None:
    case.do("x", number=1, enough=True)


def _chosen(case: Play) -> None:
    case.do("x", "a", "b").do("b").do("x", "done")
    assert "task_cancelled a" in case.facts


def _script(case: Play) -> None:
    assert case.variables["y"] == 3


PROOFS = [
    _line("task", "task", Kind.TASK),
    _line("user task", "user", Kind.USER_TASK),
    _line("manual task", "manual", Kind.MANUAL_TASK),
    Proof(
        "script task",
        LINE.format("script x : <bpmn:script>y = 1 + 2</bpmn:script>"),
        _script,
        Kind.SCRIPT_TASK,
    ),
    Proof("service task", LINE.format("service x"), lambda c: c.serve("x", r=1), Kind.SERVICE_TASK),
    Proof("send task", LINE.format("send x messageRef=m"), lambda c: None, Kind.SEND_TASK),
    Proof(
        "receive task",
        LINE.format("receive x messageRef=m"),
        lambda c: c.message("M", n=1),
        Kind.RECEIVE_TASK,
    ),
    Proof(
        "business rule task",
        LINE.format("rule x : " + DECISION),
        _rule,
        Kind.BUSINESS_RULE_TASK,
        is_so=lambda node: node.extension.decision == "fee",
    ),
    Proof(
        "sub-process",
        LINE.format("sub x {\nstart ps\nuser a\nend pe\nps -> a -> pe\n}"),
        lambda c: c.do("a"),
        Kind.SUB_PROCESS,
    ),
    Proof(
        "sub-process without start and end events",
        LINE.format("sub x {\nuser a\nuser b\na -> b\n}"),
        lambda c: c.do("a").do("b"),
        Kind.SUB_PROCESS,
    ),
    Proof(
        "transaction",
        LINE.format("transaction x {\nuser a\n}"),
        lambda c: c.do("a"),
        Kind.TRANSACTION,
    ),
    Proof(
        "ad-hoc sub-process",
        LINE.format("adhoc x {\nuser a\nuser b\n}"),
        _chosen,
        Kind.AD_HOC_SUB_PROCESS,
    ),
    Proof(
        "call activity",
        LINE.format("call x calledElement=other"),
        lambda c: c.do("oa"),
        Kind.CALL_ACTIVITY,
        others=CALLED,
    ),
    Proof(
        "multi-instance, parallel",
        LINE.format("user x : " + many(count="3")),
        lambda c: _many(c, 2, 0, 0),
        Kind.USER_TASK,
        is_so=lambda node: bool(node.loop and not node.loop.is_sequential),
    ),
    Proof(
        "multi-instance, sequential",
        LINE.format("user x : " + many(count="3", sequential="yes")),
        lambda c: _many(c, 0, 0, 0),
        Kind.USER_TASK,
        is_so=lambda node: bool(node.loop and node.loop.is_sequential),
    ),
    Proof(
        "multi-instance over a collection",
        LINE.format("user x : " + many("people", "person")),
        lambda c: _many(c, 1, 0),
        Kind.USER_TASK,
        is_so=lambda node: bool(node.loop and node.loop.collection),
        variables={"people": ["Ana", "Luis"]},
    ),
    Proof(
        "multi-instance with completion condition",
        LINE.format("user x : " + many(count="3", until="enough")),
        _enough,
        Kind.USER_TASK,
        is_so=lambda node: bool(node.loop and node.loop.completion),
    ),
    Proof(
        "multi-instance sub-process",
        LINE.format(
            "sub x {"
            + MI.format(sequential="", inside="<bpmn:loopCardinality>2</bpmn:loopCardinality>")
            + "\nuser a\n}"
        ),
        lambda c: c.do("a", number=1).do("a"),
        Kind.SUB_PROCESS,
        is_so=lambda node: bool(node.loop and node.loop.is_multi_instance),
    ),
    Proof(
        "standard loop",
        LINE.format("user x : " + LOOP.format("", "more")),
        lambda c: c.do("x", more=True).do("x", more=False),
        Kind.USER_TASK,
        is_so=lambda node: bool(node.loop and not node.loop.is_multi_instance),
    ),
    Proof(
        "standard loop, tested before, with maximum",
        LINE.format("user x : " + LOOP.format(' testBefore="true" loopMaximum="2"', "true")),
        lambda c: c.do("x").do("x"),
        Kind.USER_TASK,
        is_so=lambda node: bool(node.loop and node.loop.test_before and node.loop.maximum == 2),
    ),
    Proof(
        "data store",
        LINE.format("user x"),
        _stored,
        Kind.USER_TASK,
        is_so=lambda node: node.data_outputs == ("dr",),
        replaced=(STORED,),
    ),
    Proof(
        "data object",
        LINE.format("user x"),
        lambda c: c.do("x", invoice=5),
        Kind.USER_TASK,
        is_so=lambda node: node.data_outputs == ("dr",),
        replaced=((STORED[0], OBJECT),),
    ),
    Proof(
        "lane",
        LINE.format("user x"),
        lambda c: c.do("x"),
        Kind.USER_TASK,
        is_so=lambda node: node.lane == "lane1",
        replaced=(
            (
                '<bpmn:startEvent id="s">',
                '<bpmn:laneSet id="ls"><bpmn:lane id="lane1" name="Office"><bpmn:flowNodeRef>x</bpmn:flowNodeRef>'
                '</bpmn:lane></bpmn:laneSet><bpmn:startEvent id="s">',
            ),
        ),
    ),
    Proof(
        "error of a service to its boundary",
        "start s\nservice x\nboundary b on x : "
        + definition("error", "er")
        + "\nuser a\ns -> x\nb -> a",
        lambda c: (c.fail("x", "E"), c.do("a")),
        Kind.SERVICE_TASK,
    ),
]
