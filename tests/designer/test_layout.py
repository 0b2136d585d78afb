import re
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

from lxml import etree

from designer.discovery.drawing import draw
from designer.discovery.tree import NOTHING, exclusive, leaf, sequence
from designer.importer import import_model
from designer.layout import with_layout
from designer.rules import check
from engine.bpmn import read
from engine.bpmn.model import Bounds, Model

EVERYTHING = Path(__file__).parents[1] / "engine/bpmn/everything.bpmn"


def laid_out() -> tuple[bytes, Model]:
    written = with_layout(import_model(read(EVERYTHING.read_bytes())).model)
    return written, read(written)


def boxes(model: Model) -> dict[str, Bounds]:
    return {item.element: item for item in model.bounds}


def test_everything_is_drawn() -> None:
    _, model = laid_out()
    assert not [finding for finding in check(model) if finding.rule == "no-bpmndi"]
    pools = {pool.id for pool in model.participants}
    lanes = {lane.id for process in model.processes for lane in process.lanes}
    assert pools | lanes <= model.shapes


def test_nothing_is_drawn_over_something_else() -> None:
    _, model = laid_out()
    assert not [finding for finding in check(model) if finding.rule == "no-overlapping-elements"]


def test_a_sub_process_is_drawn_around_its_inside() -> None:
    _, model = laid_out()
    found = boxes(model)
    outer, inner = found["t"], found["t1"]
    assert outer.x < inner.x < inner.x + inner.width < outer.x + outer.width
    assert outer.y < inner.y < inner.y + inner.height < outer.y + outer.height


def test_flows_run_from_left_to_right_but_for_loops() -> None:
    _, model = laid_out()
    found = boxes(model)
    assert found["s"].x < found["u"].x < found["g"].x < found["j"].x


def test_a_file_with_generated_layout_is_valid_against_the_schema_of_the_standard() -> None:
    written, _ = laid_out()
    spec = find_spec("SpiffWorkflow")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "bpmn/parser/schema"
    schema = etree.XMLSchema(etree.parse(str(folder / "BPMN20.xsd")))
    assert schema.validate(etree.fromstring(written)), schema.error_log


def test_a_flow_past_something_runs_over_it_and_not_through_it() -> None:
    tree = sequence((leaf("a"), exclusive((NOTHING, sequence((leaf("b"), leaf("c"))))), leaf("d")))
    text = draw(tree, "Skips").decode()
    model = read(text.encode())
    (skip,) = [flow for flow in model.processes[0].scope.flows.values() if flow.name == "Skip"]
    edge = re.search(rf'bpmnElement="{skip.id}".*?</bpmndi:BPMNEdge>', text, re.DOTALL)
    assert edge
    points = [
        (float(x), float(y)) for x, y in re.findall(r'waypoint x="([^"]+)" y="([^"]+)"', edge[0])
    ]
    tasks = re.findall(
        r'bpmnElement="task_\d+".*?Bounds x="([^"]+)" y="([^"]+)" width="([^"]+)" height="([^"]+)"',
        text,
        re.DOTALL,
    )
    assert len(tasks) == 4
    for one, other in pairwise(points):
        for x, y, width, height in (map(float, task) for task in tasks):
            beside = max(one[0], other[0]) < x or min(one[0], other[0]) > x + width
            over = max(one[1], other[1]) < y or min(one[1], other[1]) > y + height
            assert beside or over
