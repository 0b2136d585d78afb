import pytest

from engine.bpmn.reader import read
from engine.routing.earlier import earlier_tasks
from tests.engine.office import diagram

LOOP = (
    '<startEvent id="s"/><userTask id="ask" name="Ask"/><userTask id="check" name="Check"/>'
    '<exclusiveGateway id="ok" default="yes"/><userTask id="sign" name="Sign"/><endEvent id="e"/>'
)
INSIDE = (
    '<startEvent id="s"/><userTask id="ask" name="Ask"/><subProcess id="sub">%s<startEvent id="si"/>'
    '<userTask id="one"/><userTask id="two"/><endEvent id="ei"/>'
    '<sequenceFlow id="i1" sourceRef="si" targetRef="one"/><sequenceFlow id="i2" sourceRef="one" targetRef="two"/>'
    '<sequenceFlow id="i3" sourceRef="two" targetRef="ei"/></subProcess><userTask id="sign"/><endEvent id="e"/>'
)
EACH = (
    "<multiInstanceLoopCharacteristics isSequential='true'><loopCardinality>2</loopCardinality>"
    "</multiInstanceLoopCharacteristics>"
)


def earlier(body: str, flows: str, element: str) -> list[str]:
    nodes = {}
    for process in read(diagram(body, flows=flows)).processes:
        nodes = {node.id: node for _, node in process.scope.everything()}
    return earlier_tasks(nodes, element)


@pytest.mark.parametrize(
    ("element", "found"),
    [("ask", []), ("check", ["ask", "check"]), ("sign", ["ask", "check"])],
)
def test_what_only_comes_later_is_not_earlier_and_a_loop_leads_back(
    element: str, found: list[str]
) -> None:
    flows = "s>ask ask>check check>ok ok>sign ok>check sign>e"
    assert earlier(LOOP, flows, element) == found


def test_what_runs_beside_it_may_be_done_before() -> None:
    body = (
        '<startEvent id="s"/><parallelGateway id="g"/><userTask id="left"/><userTask id="right"/>'
        '<endEvent id="e"/>'
    )
    flows = "s>g g>left g>right left>e right>e"
    assert earlier(body, flows, "left") == ["right"]


@pytest.mark.parametrize(
    ("mark", "element", "found"),
    [
        ("", "one", ["ask"]),
        ("", "sign", ["ask", "one", "two"]),
        (EACH, "one", ["ask", "one", "two"]),
        (EACH, "ask", []),
    ],
)
def test_inside_a_sub_process_the_next_round_comes_after_the_last(
    mark: str, element: str, found: list[str]
) -> None:
    assert sorted(earlier(INSIDE % mark, "s>ask ask>sub sub>sign sign>e", element)) == found


def test_where_an_event_may_have_led_anything_may_be_earlier() -> None:
    body = (
        '<startEvent id="s"/><userTask id="ask"/><userTask id="sign"/><endEvent id="e"/>'
        '<subProcess id="sub" triggeredByEvent="true"><startEvent id="si" isInterrupting="false">'
        "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></startEvent>"
        '<userTask id="remind"/><endEvent id="ei"/><sequenceFlow id="i1" sourceRef="si" targetRef="remind"/>'
        '<sequenceFlow id="i2" sourceRef="remind" targetRef="ei"/></subProcess>'
    )
    assert earlier(body, "s>ask ask>sign sign>e", "ask") == ["sign", "remind"]
