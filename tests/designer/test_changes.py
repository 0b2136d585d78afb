"""Accepting a finding changes a draft's parts, and what comes out still runs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from designer.asme import derive
from designer.asme.derivation import kind_of_work
from designer.changes import CannotChange, Parts, apply
from designer.changes.change_type import AlreadyThat, AsksSomething, NoDuration
from designer.changes.move_to_office import NoLanes
from designer.changes.parts import SeveralWays
from designer.changes.remove_activity import DecidesAWay
from designer.changes.swap_activities import NotNeighbours
from designer.diff import State, difference
from designer.layout import with_layout
from designer.library import read_folder
from designer.tryout import try_file
from engine import dmn
from engine.bpmn import read
from engine.bpmn.model import Kind
from engine.sheet import Source, read_sheet
from tests.engine.office import diagram as drawn_in_lanes
from tests.engine.spiff.diagrams import xml

FOLDER = read_folder(Path(__file__).parents[2] / "processes" / "licencia-funcionamiento")
LICENCE = Parts(
    read(FOLDER.drawing), "licencia_funcionamiento", FOLDER.sheet, FOLDER.forms, FOLDER.decisions
)


def parts(diagram: str, **more: Any) -> Parts:
    return replace(Parts(read(xml(diagram)), "main", {}, {}, {}), **more)


def nodes(changed: Parts) -> set[str]:
    return {
        node.id for process in changed.model.processes for _, node in process.scope.everything()
    }


def still_runs(changed: Parts) -> str:
    return try_file(with_layout(changed.model), seed=1).outcome


CHOICE = """
start s
user prep "Preparar" camunda:formKey=prep
user r "Revisar" camunda:formKey=review
xor g "¿Conforme?"
user ok "Emitir"
user no "Denegar"
end e
end f
s -> prep -> r -> g
g -> ok [x = 1]
g -> no *
ok -> e
no -> f
"""


def test_an_activity_goes_and_who_came_before_goes_straight_on() -> None:
    changed = apply(
        parts("start s\nuser a\nuser b\nend e\ns -> a -> b -> e"),
        "remove_activity",
        {"element": "a"},
    )
    [process] = changed.model.processes
    assert [(flow.source, flow.target) for flow in process.scope.flows.values()] == [
        ("s", "b"),
        ("b", "e"),
    ]
    assert still_runs(changed) == "completed"


def test_what_only_led_away_from_a_deadline_of_the_activity_goes_with_it() -> None:
    diagram = (
        "start s\nuser a\nboundary late on a : <bpmn:timerEventDefinition><bpmn:timeDuration>PT1H"
        "</bpmn:timeDuration></bpmn:timerEventDefinition>\nuser remind\nend e\nend f\n"
        "s -> a -> e\nlate -> remind -> f"
    )
    assert nodes(apply(parts(diagram), "remove_activity", {"element": "a"})) == {"s", "e"}


def test_an_activity_that_decides_a_way_is_not_simply_removed() -> None:
    with pytest.raises(DecidesAWay, match=r"decides the way at “¿Conforme\?”"):
        apply(parts(CHOICE), "remove_activity", {"element": "r"})


def test_an_activity_with_several_ways_of_its_own_is_not_removed() -> None:
    diagram = (
        "start s\nuser a\nuser b\nuser c\nend e\nend f\ns -> a\na -> b\na -> c\nb -> e\nc -> f"
    )
    with pytest.raises(SeveralWays):
        apply(parts(diagram), "remove_activity", {"element": "a"})


def test_the_one_that_stays_asks_what_the_other_asked() -> None:
    forms = {
        "prep": {"type": "default", "components": [{"type": "textfield", "key": "t", "id": "F1"}]},
        "review": {
            "type": "default",
            "components": [
                {"type": "number", "key": "x", "id": "F1"},
                {"type": "textfield", "key": "t", "id": "F2"},
            ],
        },
    }
    changed = apply(
        parts(CHOICE, forms=forms), "merge_activities", {"first": "prep", "second": "r"}
    )
    assert "r" not in nodes(changed)
    [stays] = [
        node for node in changed.model.processes[0].scope.nodes.values() if node.id == "prep"
    ]
    merged = changed.forms[str(stays.extension.form_key)]
    assert [one["key"] for one in merged["components"]] == ["t", "x"]
    assert len({one["id"] for one in merged["components"]}) == 2
    assert changed.forms["prep"] == forms["prep"]  # other activities may use it


def test_a_table_decides_what_always_happened_until_the_analyst_refines_it() -> None:
    changed = apply(parts(CHOICE), "decide_by_table", {"element": "r", "flow": "f_g_ok"})
    scope = changed.model.processes[0].scope
    assert scope.nodes["r"].kind == Kind.BUSINESS_RULE_TASK
    assert scope.nodes["g"].default == "f_g_ok"
    [text] = changed.decisions.values()
    result = dmn.load(text).decide("Revisar", {})
    assert result == "Emitir"
    assert scope.flows["f_g_no"].condition is not None
    assert scope.flows["f_g_no"].condition.text == 'way_g = "Denegar"'
    assert still_runs(changed) == "completed"


def test_a_requirement_goes_with_its_field_and_the_others_keep_their_keys() -> None:
    sheet = {
        "requirements": [
            {"name": "b", "order": 2, "fields": ["b", "shared"]},
            {"name": "a", "order": 1, "fields": ["shared"]},
        ]
    }
    form = {"components": [{"key": "b"}, {"key": "shared"}, {"key": "other"}]}
    before = parts("start s\nend e\ns -> e", sheet=sheet, forms={"start": form})
    keys = {one.name: one.key for one in read_sheet(sheet).requirements}
    changed = apply(before, "remove_requirement", {"requirement": keys["b"]})
    [left] = read_sheet(changed.sheet).requirements
    assert (left.name, left.key) == ("a", keys["a"])
    assert [one["key"] for one in changed.forms["start"]["components"]] == ["shared", "other"]
    assert len(sheet["requirements"]) == 2  # what was given stays as it was


def test_what_a_registry_holds_is_fetched() -> None:
    first = read_sheet(LICENCE.sheet).requirements[0]
    changed = apply(
        LICENCE, "fetch_requirement", {"requirement": first.key, "registry": "identity"}
    )
    after = read_sheet(changed.sheet).requirements[0]
    assert (after.source, after.registry, after.name) == (
        Source.ANOTHER_REGISTRY,
        "identity",
        first.name,
    )


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("remove_activity", {"element": "gone"}),
        ("merge_activities", {"first": "Registrar", "second": "gone"}),
        ("decide_by_table", {"element": "Registrar", "flow": "gone"}),
        ("remove_requirement", {"requirement": "gone"}),
        ("fetch_requirement", {"requirement": "gone"}),
        ("__import__", {}),
    ],
)
def test_what_has_gone_meanwhile_is_told(kind: str, arguments: dict[str, str]) -> None:
    with pytest.raises(CannotChange, match="Reload the page"):
        apply(LICENCE, kind, arguments)


def test_the_sample_procedure_still_runs_without_its_second_look() -> None:
    changed = apply(LICENCE, "merge_activities", {"first": "Evaluar", "second": "Resolver"})
    assert "Resolver" not in nodes(changed)
    assert still_runs(changed) in {"completed", "waiting"}


LANES = drawn_in_lanes(
    '<startEvent id="s"/><userTask id="a" name="Recibir"/><userTask id="b" name="Visar"/>'
    '<userTask id="c" name="Emitir"/><endEvent id="e"/>',
    flows="s>a a>b b>c c>e",
    process_id="main",
    lanes='<laneSet id="l"><lane id="l1" name="Mesa"><flowNodeRef>a</flowNodeRef></lane>'
    '<lane id="l2" name="Gerencia"><flowNodeRef>b</flowNodeRef><flowNodeRef>c</flowNodeRef></lane></laneSet>',
)


def order(changed: Parts) -> list[str]:
    scope = changed.model.process(changed.process_id).scope
    found, name = [], "s"
    while scope.nodes[name].outgoing:
        name = scope.flows[scope.nodes[name].outgoing[0]].target
        found.append(name)
    return found


def test_two_neighbours_change_places_and_it_still_runs() -> None:
    line = parts("start s\nuser a\nuser b\nuser c\nend e\ns -> a -> b -> c -> e")
    changed = apply(line, "swap_activities", {"first": "b", "second": "c"})
    assert order(changed) == ["a", "c", "b", "e"]
    assert still_runs(changed) == "completed"
    assert order(apply(changed, "swap_activities", {"first": "c", "second": "b"})) == order(line)


def test_what_branches_between_two_keeps_their_order() -> None:
    for first, second in (("prep", "ok"), ("r", "prep"), ("r", "ok")):
        with pytest.raises(NotNeighbours):
            apply(parts(CHOICE), "swap_activities", {"first": first, "second": second})


def test_an_activity_moves_to_the_lane_of_another_office() -> None:
    drawn = Parts(read(LANES), "main", {}, {}, {})
    changed = apply(drawn, "move_to_office", {"element": "b", "office": "mesa"})
    lanes = {lane.name: set(lane.nodes) for lane in changed.model.process("main").lanes}
    assert "b" in lanes["Mesa"]
    assert "b" not in lanes["Gerencia"]
    assert still_runs(changed) == "completed"
    broken = Parts(
        read(LANES.replace(b'name="Mesa"', b'name="Mesa&#10;de Partes"')), "main", {}, {}, {}
    )
    again = apply(broken, "move_to_office", {"element": "b", "office": "Mesa de Partes"})
    assert len(again.model.process("main").lanes) == len(drawn.model.process("main").lanes)
    new = apply(drawn, "move_to_office", {"element": "b", "office": "Archivo"})
    assert {lane.name for lane in new.model.process("main").lanes} == {
        "Mesa",
        "Gerencia",
        "Archivo",
    }
    line = parts("start s\nuser a\nend e\ns -> a -> e")
    with pytest.raises(NoLanes):
        apply(line, "move_to_office", {"element": "a", "office": "X"})


def test_work_becomes_a_wait_of_its_minutes_and_work_again() -> None:
    line = parts('start s\nuser a "Esperar el pago"\nuser b\nend e\ns -> a -> b -> e')
    waits = apply(line, "change_type", {"element": "a", "type": "wait", "minutes": "90"})
    node = waits.model.process("main").scope.nodes["a"]
    assert node.kind == Kind.INTERMEDIATE_CATCH_EVENT
    assert node.events[0].expression is not None
    assert node.events[0].expression.text == "PT90M"
    assert still_runs(waits) == "completed"
    works = apply(waits, "change_type", {"element": "a", "type": "operation"})
    assert works.model.process("main").scope.nodes["a"].kind == Kind.USER_TASK
    assert still_runs(works) == "completed"


@pytest.mark.parametrize("kind", ["review", "transfer", "filing", "operation"])
def test_a_task_is_marked_with_its_type_and_the_drawing_carries_the_mark(kind: str) -> None:
    name = "Aprobar" if kind == "operation" else "Preparar"
    line = parts(f'start s\nuser a "{name}"\nend e\ns -> a -> e')
    marked = apply(line, "change_type", {"element": "a", "type": kind})
    written = read(with_layout(marked.model))
    [row] = [one for one in derive(written, "main").rows if one.id == "a"]
    assert row.type.value == kind
    assert still_runs(marked) == "completed"
    states = [State(one.model, "main", {}) for one in (line, marked)]
    assert difference(*states).changed == {"a": ("kind",)}
    # back to what its name says: nothing is left of the mark
    own = kind_of_work(name)
    back = apply(marked, "change_type", {"element": "a", "type": own})
    assert back.model.process("main").scope.nodes["a"].extension.properties == ()


def test_a_wait_becomes_a_review_of_that_name() -> None:
    line = parts('start s\nuser a "Esperar"\nuser b\nend e\ns -> a -> b -> e')
    waits = apply(line, "change_type", {"element": "a", "type": "wait", "minutes": "90"})
    works = apply(waits, "change_type", {"element": "a", "type": "review"})
    assert [one.type.value for one in derive(works.model, "main").rows] == ["review", "operation"]


def test_a_type_that_it_has_already_or_that_cannot_be_changes_nothing() -> None:
    line = parts("start s\nuser a\nend e\ns -> a -> e")
    with pytest.raises(AlreadyThat):
        apply(line, "change_type", {"element": "a", "type": "operation"})
    with pytest.raises(NoDuration):
        apply(line, "change_type", {"element": "a", "type": "wait"})
    with pytest.raises(AsksSomething):
        apply(parts(CHOICE), "change_type", {"element": "prep", "type": "wait", "minutes": "5"})
