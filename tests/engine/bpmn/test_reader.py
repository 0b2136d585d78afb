from engine.bpmn import Model, read
from engine.bpmn.model import EventKind, Kind, TimerKind

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:tns="urn:x" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:flowable="http://flowable.org/bpmn" targetNamespace="urn:x">'
)


def model(process: str, before: str = "", after: str = "") -> Model:
    text = f'{HEAD}{before}<process id="p">{process}</process>{after}</definitions>'
    return read(text.encode())


def test_flows_without_an_id_are_kept_and_get_the_same_one_every_time() -> None:
    text = '<startEvent id="s"/><endEvent id="e"/><sequenceFlow sourceRef="s" targetRef="e"/>'
    first, second = model(text).processes[0].scope, model(text).processes[0].scope
    assert first == second
    (flow,) = first.flows.values()
    assert first.nodes["s"].outgoing == (flow.id,)
    assert first.nodes["e"].incoming == (flow.id,)


def test_an_id_used_twice_is_noted_and_made_unique() -> None:
    found = model('<task id="a" name="One"/><task id="a" name="Two"/>')
    assert [node.name for node in found.processes[0].scope.nodes.values()] == ["One", "Two"]
    assert any("“a”" in item.what for item in found.unread)


def test_a_made_up_id_never_takes_one_that_is_drawn_later() -> None:
    scope = model('<task name="One"/><task id="Task_1" name="Two"/>').processes[0].scope
    assert scope.nodes["Task_1"].name == "Two"
    assert len(scope.nodes) == 2


def test_flows_drawn_in_the_process_belong_to_the_sub_process_of_their_nodes() -> None:
    found = model(
        '<subProcess id="x"><startEvent id="s"/><endEvent id="e"/></subProcess>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="e"/>'
    )
    body = found.processes[0].scope.nodes["x"].body
    assert body is not None
    assert list(body.flows) == ["f"]
    assert not found.processes[0].scope.flows


def test_ends_of_a_flow_are_taken_from_the_nodes_when_the_flow_has_none() -> None:
    scope = (
        model(
            '<startEvent id="s"><outgoing>f</outgoing></startEvent>'
            '<endEvent id="e"><incoming>f</incoming></endEvent><sequenceFlow id="f"/>'
        )
        .processes[0]
        .scope
    )
    assert (scope.flows["f"].source, scope.flows["f"].target) == ("s", "e")


def test_references_may_carry_a_prefix() -> None:
    found = model(
        '<callActivity id="c" calledElement="tns:other"/><receiveTask id="r" messageRef="tns:m"/>',
        before='<message id="m" name="Answer"/>',
    )
    nodes = found.processes[0].scope.nodes
    assert nodes["c"].called_element == "other"
    assert nodes["r"].message == "m"


def test_events_say_what_they_wait_for() -> None:
    nodes = (
        model(
            '<intermediateCatchEvent id="t"><timerEventDefinition><timeCycle>R3/PT1H</timeCycle>'
            "</timerEventDefinition></intermediateCatchEvent>"
            '<boundaryEvent id="b" attachedToRef="a" cancelActivity="false">'
            '<escalationEventDefinition escalationRef="x"/></boundaryEvent><task id="a"/>'
        )
        .processes[0]
        .scope.nodes
    )
    (timer,) = nodes["t"].events
    assert (timer.kind, timer.timer) == (EventKind.TIMER, TimerKind.CYCLE)
    assert timer.expression is not None
    assert timer.expression.text == "R3/PT1H"
    assert nodes["b"].attached_to == "a"
    assert nodes["b"].is_interrupting is False


def test_an_event_definition_at_the_top_is_found_by_its_reference() -> None:
    node = (
        model(
            '<startEvent id="s"><eventDefinitionRef>d</eventDefinitionRef></startEvent>',
            before='<signalEventDefinition id="d" signalRef="g"/><signal id="g" name="Go"/>',
        )
        .processes[0]
        .scope.nodes["s"]
    )
    assert [(event.kind, event.reference) for event in node.events] == [(EventKind.SIGNAL, "g")]


def test_a_compensation_handler_is_found_over_its_association() -> None:
    nodes = (
        model(
            '<task id="a"/><boundaryEvent id="b" attachedToRef="a"><compensateEventDefinition/>'
            '</boundaryEvent><task id="h" isForCompensation="true"/>'
            '<association id="x" sourceRef="b" targetRef="h"/>'
        )
        .processes[0]
        .scope.nodes
    )
    assert nodes["b"].compensation_handler == "h"
    assert nodes["h"].is_for_compensation


def test_a_node_knows_its_innermost_lane() -> None:
    (process,) = model(
        '<laneSet id="ls"><lane id="outer" name="Municipality"><flowNodeRef>a</flowNodeRef>'
        '<childLaneSet id="c"><lane id="inner" name="Mesa de Partes"><flowNodeRef>a</flowNodeRef>'
        '</lane></childLaneSet></lane></laneSet><task id="a"/>'
    ).processes
    assert process.scope.nodes["a"].lane == "inner"
    assert [(lane.id, lane.parent) for lane in process.lanes] == [
        ("outer", None),
        ("inner", "outer"),
    ]


def test_what_is_drawn_in_a_sub_process_is_in_the_lane_that_the_sub_process_is_in() -> None:
    process = model(
        '<laneSet id="ls"><lane id="desk"><flowNodeRef>x</flowNodeRef></lane>'
        '<lane id="board"><flowNodeRef>c</flowNodeRef></lane></laneSet><subProcess id="x">'
        '<task id="a"/><subProcess id="y"><task id="b"/><task id="c"/></subProcess></subProcess>'
        '<subProcess id="z"><task id="d"/></subProcess>'
    ).processes[0]
    lanes = {node.id: node.lane for _, node in process.scope.everything()}
    assert lanes == {"x": "desk", "a": "desk", "y": "desk", "b": "desk", "c": "board"} | {
        "z": None,
        "d": None,
    }


def test_an_element_outside_bpmn_that_flows_reach_is_a_task_and_noted() -> None:
    found = model(
        '<startEvent id="s"/><flowable:robot id="r" name="Robot"/>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="r"/>'
    )
    assert found.processes[0].scope.nodes["r"].kind is Kind.TASK
    assert any(item.element == "r" for item in found.unread)


def test_a_pool_whose_process_is_missing_is_a_black_box() -> None:
    found = model(
        "", before='<collaboration id="c"><participant id="x" processRef="gone"/></collaboration>'
    )
    assert found.participants[0].process is None


def test_a_diagram_wrapped_in_another_element_is_found() -> None:
    text = f'<export>{HEAD}<process id="p"><task id="t"/></process></definitions></export>'
    assert read(text.encode()).processes[0].id == "p"


def test_bounds_of_shapes_are_read_and_nonsense_is_not() -> None:
    di = (
        '<d:BPMNDiagram xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI" '
        'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"><d:BPMNPlane>'
        '<d:BPMNShape bpmnElement="a"><dc:Bounds x="1" y="2" width="100" height="80"/></d:BPMNShape>'
        '<d:BPMNShape bpmnElement="b"><dc:Bounds x="NaN" y="2" width="1e99" height="80"/></d:BPMNShape>'
        "</d:BPMNPlane></d:BPMNDiagram>"
    )
    found = model('<task id="a"/><task id="b"/>', after=di)
    assert [item.element for item in found.bounds] == ["a"]
    assert found.shapes == {"a", "b"}
