from pathlib import Path

import pytest

from designer.importer import Imported, import_model
from designer.importer.repair import all_repairs
from engine.bpmn import read, write
from engine.bpmn.model import Kind, Node
from engine.spiff import compile_model

DIAGRAMS = Path(__file__).parent / "diagrams"
NAMES = [repair.name for repair in all_repairs()]


def imported(name: str) -> Imported:
    return import_model(read((DIAGRAMS / f"{name}.bpmn").read_bytes()))


def nodes(result: Imported) -> dict[str, Node]:
    return {n.id: n for p in result.model.processes for _, n in p.scope.everything()}


def test_every_repair_has_a_diagram() -> None:
    assert {path.stem for path in DIAGRAMS.iterdir()} == {*NAMES, "clean"}


def test_a_clean_drawing_is_left_as_it_is() -> None:
    result = imported("clean")
    assert result.notes == ()
    assert result.model == read((DIAGRAMS / "clean.bpmn").read_bytes())


@pytest.mark.parametrize("name", NAMES)
def test_a_repair_says_what_it_mended(name: str) -> None:
    notes = [note for note in imported(name).notes if note.rule == name]
    assert notes
    assert all("{" not in note.message for note in notes)


@pytest.mark.parametrize("name", NAMES)
def test_a_mended_drawing_can_be_compiled(name: str) -> None:
    result = imported(name)
    compile_model(result.model, result.process_id)


@pytest.mark.parametrize("name", NAMES)
def test_importing_what_was_imported_changes_nothing(name: str) -> None:
    result = imported(name)
    written = write(result.model)
    again = import_model(read(written))
    assert again.notes == ()
    assert write(again.model) == written


def test_every_repair_names_its_reason() -> None:
    assert all(len(repair.reference) > 20 for repair in all_repairs())


def test_a_gateway_without_conditions_is_decided_by_a_person() -> None:
    found = nodes(imported("decisions"))
    assert found["g"].extension.is_decided_by_person


def test_a_prose_condition_becomes_the_name_of_its_flow() -> None:
    (process,) = imported("decisions").model.processes
    assert process.scope.flows["g_b"].name == "falls unvollständig"
    assert process.scope.flows["g_b"].condition is None


def test_a_missing_called_process_is_done_by_a_person_who_reads_why() -> None:
    node = nodes(imported("called_processes"))["x"]
    assert node.kind is Kind.USER_TASK
    assert "elsewhere" in (node.extension.note or "")


def test_a_published_called_process_stays_a_call() -> None:
    drawn = read((DIAGRAMS / "called_processes.bpmn").read_bytes())
    node = nodes(import_model(drawn, published={"elsewhere"}))["x"]
    assert node.kind is Kind.CALL_ACTIVITY


def test_a_script_that_is_no_assignment_is_shown_and_not_kept_to_run() -> None:
    node = nodes(imported("scripts"))["x"]
    assert node.kind is Kind.USER_TASK
    assert node.script is None
    assert "File" in (node.extension.note or "")


def test_a_service_with_a_connector_here_stays_automatic() -> None:
    drawn = read((DIAGRAMS / "machines.bpmn").read_bytes())
    node = nodes(import_model(drawn, connectors={"org.example.Call"}))["x"]
    assert node.kind is Kind.SERVICE_TASK


def test_a_lone_node_is_not_run_and_a_fragment_is_another_start() -> None:
    result = imported("islands")
    found = nodes(result)
    assert "lone" not in found
    assert found["f1"].incoming
    assert {note.element for note in result.decisions} == {"lone", "f1"}


def test_sender_and_receiver_of_a_message_flow_share_its_message() -> None:
    found = nodes(imported("message_flows"))
    assert found["t"].events[0].reference == found["s2"].events[0].reference is not None


def test_the_number_of_instances_is_asked_before_the_activity() -> None:
    found = nodes(imported("loops"))
    question = found["a_count"]
    assert question.extension.form_fields[0].key == "a_count"
    loop = found["a"].loop
    assert loop is not None
    assert loop.cardinality is not None
    assert loop.cardinality.text == "a_count"


def test_a_plain_number_or_name_says_how_often() -> None:
    result = imported("loops")
    loop = nodes(result)["b"].loop
    assert loop is not None
    assert loop.cardinality is not None
    assert loop.cardinality.text == "2"
    text = (DIAGRAMS / "loops.bpmn").read_text().replace(">2<", ">${servicio.cuantos()}<")
    lost = import_model(read(text.encode()))
    assert "“servicio.cuantos()” cannot be worked out here" in " ".join(
        n.message for n in lost.notes
    )
    assert any(note.rule == "loops" for note in lost.decisions)


def test_feel_behind_its_sign_is_no_repair() -> None:
    text = (DIAGRAMS / "clean.bpmn").read_text()
    forked = text.replace(
        '<sequenceFlow id="a_e" sourceRef="a" targetRef="e" />',
        '<exclusiveGateway id="g" default="g_e"/><sequenceFlow id="a_g" sourceRef="a" targetRef="g" />'
        '<sequenceFlow id="g_e" sourceRef="g" targetRef="e" /><sequenceFlow id="g_a" sourceRef="g" targetRef="a">'
        "<conditionExpression>= x = 1</conditionExpression></sequenceFlow>",
    )
    assert forked != text
    assert [note.message for note in import_model(read(forked.encode())).notes] == []


def test_quotes_around_a_time_are_taken_off() -> None:
    event = nodes(imported("timers"))["t"].events[0]
    assert event.expression is not None
    assert event.expression.text == "PT5M"


MODEL = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'


@pytest.mark.parametrize("inside", [True, False], ids=["in its sub-process", "in another process"])
def test_a_boundary_event_drawn_elsewhere_goes_beside_its_activity(inside: bool) -> None:
    event = (
        '<boundaryEvent id="b" attachedToRef="x"><messageEventDefinition/></boundaryEvent>'
        '<sequenceFlow id="f" sourceRef="b" targetRef="t"/>'
    )
    activity = f'<subProcess id="x"><task id="i"/>{event if inside else ""}</subProcess>'
    other = "" if inside else f'<process id="q"><task id="z"/>{event}</process>'
    drawn = f'{MODEL}<process id="p">{activity}<task id="t"/><task id="u"/></process>{other}</definitions>'
    result = import_model(read(drawn.encode()))
    scope = result.model.process("p").scope
    assert "b" in scope.nodes
    assert scope.flows["f"].target == "t"
    assert "b" in {note.element for note in result.notes if note.rule == "boundary_hosts"}


def test_links_that_a_tool_named_one_by_one_meet_by_the_names_of_their_events() -> None:
    drawn = (
        f'{MODEL}<process id="p"><startEvent id="s"/>'
        '<intermediateThrowEvent id="t" name="Page 2"><linkEventDefinition name="L1"/></intermediateThrowEvent>'
        '<intermediateCatchEvent id="c" name="Page 2"><linkEventDefinition name="L2"/></intermediateCatchEvent>'
        '<endEvent id="e"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/>'
        '<sequenceFlow id="g" sourceRef="c" targetRef="e"/></process></definitions>'
    )
    result = import_model(read(drawn.encode()))
    found = nodes(result)
    assert found["t"].events[0].reference == found["c"].events[0].reference == "L2"
    assert "t" in {note.element for note in result.decisions}


def test_an_event_gateway_with_conditions_and_no_events_is_decided_by_its_conditions() -> None:
    drawn = (
        f'{MODEL}<process id="p"><startEvent id="s"/><eventBasedGateway id="g"/><task id="a"/><task id="b"/>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="g"/>'
        '<sequenceFlow id="fa" sourceRef="g" targetRef="a"><conditionExpression>${x == 1}</conditionExpression>'
        '</sequenceFlow><sequenceFlow id="fb" sourceRef="g" targetRef="b">'
        "<conditionExpression>${x != 1}</conditionExpression></sequenceFlow></process></definitions>"
    )
    result = import_model(read(drawn.encode()))
    compile_model(result.model, result.process_id)
    gateway = nodes(result)["g"]
    assert (gateway.kind, gateway.extension.is_decided_by_person) == (Kind.EXCLUSIVE_GATEWAY, False)
    condition = result.model.process("p").scope.flows["fa"].condition
    assert condition is not None
    assert condition.text == "x = 1"


def test_what_would_run_otherwise_than_drawn_is_confirmed_by_the_analyst() -> None:
    for name in ("quantities", "loops", "compensation"):
        assert imported(name).decisions, name
    assert nodes(imported("quantities"))["a"].start_quantity == 1
    assert not nodes(imported("loops"))["b"].loop.tells  # type: ignore[union-attr]  # drawn so
    assert "b2" not in nodes(imported("compensation"))


def test_what_undoes_another_task_and_leads_back_to_itself_loses_its_flow_once() -> None:
    drawn = (DIAGRAMS / "compensation.bpmn").read_bytes()
    drawn = drawn.replace(
        b"</process>",
        b'<task id="u" name="Cancel"/><sequenceFlow id="u_u" sourceRef="u" targetRef="u"/>'
        b'<association id="x" sourceRef="b" targetRef="u" associationDirection="One"/></process>',
    )
    result = import_model(read(drawn))
    assert nodes(result)["u"].is_for_compensation
    assert "u_u" not in result.model.process("p").scope.flows


def test_who_does_a_task_is_kept_in_words_that_run_here() -> None:
    found = nodes(imported("people"))
    assert found["subsanar"].extension.assignee == "${quien}"
    assert found["evaluar"].extension.assignee == "${especialista}"
    assert found["evaluar"].extension.candidate_groups == ("Licencias", "${oficina}")
    assert found["opinar"].extension.assignee == '=if importe > 1000 then "gerente" else "tecnico"'
    assert found["opinar"].extension.candidate_groups == ()
    assert found["firmar"].extension.assignee == "= firmante.usuario"
    assert found["firmar"].extension.candidate_groups == ('=["Gerencia", "Alcaldía"]',)


def test_a_start_names_who_begins_where_a_task_goes_to_them() -> None:
    text = (DIAGRAMS / "people.bpmn").read_text().replace(' flowable:initiator="quien"', "")
    found = nodes(import_model(read(text.encode())))
    assert found["subsanar"].extension.assignee == "${initiator}"
    assert found["inicio"].extension.initiator == "initiator"


def test_due_dates_counted_from_now_are_terms() -> None:
    due = {name: node.extension.due_date for name, node in nodes(imported("terms")).items()}
    assert due["hoy"] == "P0D"
    assert due["dias"] == "P2D"
    assert due["horas"] == "PT4H"
    assert due["feel"] == "P5D"
    assert due["fecha"] == '=audiencia - duration("P1D")'
    assert due["variable"] == "${vence}"
    assert due["iso"] == "P3D"
    assert due["programa"] is None
