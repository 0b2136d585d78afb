from engine.bpmn import read
from engine.bpmn.model import Extension, FormField, Model

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:flowable="http://flowable.org/bpmn" xmlns:activiti="http://activiti.org/bpmn" '
    'xmlns:expedito="urn:expedito:bpmn:1">'
)


def model(element: str, before: str = "") -> Model:
    return read(f'{HEAD}<process id="p">{before}{element}</process></definitions>'.encode())


def extension(element: str, before: str = "") -> Extension:
    return model(element, before).processes[0].scope.nodes["t"].extension


def within(inner: str, kind: str = "userTask") -> str:
    return f'<{kind} id="t"><extensionElements>{inner}</extensionElements></{kind}>'


def test_people_are_read_whichever_vendor_names_them() -> None:
    for vendor in ("camunda", "flowable", "activiti"):
        found = extension(
            f'<userTask id="t" {vendor}:assignee="ana" {vendor}:candidateGroups="mesa, legal" '
            f'{vendor}:candidateUsers="luis" {vendor}:formKey="f" {vendor}:dueDate="P3D"/>'
        )
        assert found.assignee == "ana"
        assert found.candidate_groups == ("mesa", "legal")
        assert found.candidate_users == ("luis",)
        assert (found.form_key, found.due_date) == ("f", "P3D")


def test_zeebe_says_the_same_in_elements() -> None:
    found = extension(
        within(
            '<zeebe:assignmentDefinition assignee="ana" candidateGroups="mesa"/>'
            '<zeebe:taskSchedule dueDate="P3D" followUpDate="P1D"/>'
            '<zeebe:ioMapping><zeebe:input source="= a + 1" target="b"/>'
            '<zeebe:output source="constant" target="c"/></zeebe:ioMapping>'
        )
    )
    assert (found.assignee, found.candidate_groups) == ("ana", ("mesa",))
    assert (found.due_date, found.follow_up_date) == ("P3D", "P1D")
    assert [(m.target, m.source.text) for m in found.inputs] == [("b", "= a + 1")]
    assert [(m.target, m.source.text) for m in found.outputs] == [("c", '"constant"')]


def test_a_form_embedded_in_the_file_comes_with_the_task_that_names_it() -> None:
    found = extension(
        within('<zeebe:formDefinition formKey="camunda-forms:bpmn:form_1"/>'),
        before='<extensionElements><zeebe:userTaskForm id="form_1">{"components": []}'
        "</zeebe:userTaskForm></extensionElements>",
    )
    assert found.form_schema == '{"components": []}'


def test_form_fields_keep_type_options_and_constraints() -> None:
    (field,) = extension(
        within(
            '<camunda:formData><camunda:formField id="risk" label="Risk" type="enum" '
            'defaultValue="low"><camunda:validation><camunda:constraint name="required"/>'
            '</camunda:validation><camunda:value id="low" name="Low"/>'
            '<camunda:value id="high" name="High"/></camunda:formField></camunda:formData>'
        )
    ).form_fields
    assert (field.key, field.label, field.type, field.default) == ("risk", "Risk", "enum", "low")
    assert field.is_required
    assert field.options == (("low", "Low"), ("high", "High"))


def test_potential_owners_of_the_standard_are_groups_and_users() -> None:
    found = extension(
        '<userTask id="t"><potentialOwner><resourceAssignmentExpression><formalExpression>'
        "user(ana), group(mesa)</formalExpression></resourceAssignmentExpression></potentialOwner>"
        "</userTask>"
    )
    assert (found.candidate_users, found.candidate_groups) == (("ana",), ("mesa",))


def test_an_expression_among_candidates_is_not_cut_at_its_commas() -> None:
    found = extension('<userTask id="t" camunda:candidateGroups="${f(a, b)}"/>')
    assert found.candidate_groups == ("${f(a, b)}",)


def test_what_is_not_understood_is_listed_with_its_element_and_line() -> None:
    found = model(within('<camunda:executionListener class="X" event="start"/>'))
    assert [(u.what, u.element, u.line) for u in found.unread] == [
        ("camunda:executionListener", "t", 1)
    ]


def test_own_marks_may_be_written_as_attributes_by_hand() -> None:
    found = extension('<exclusiveGateway id="t" expedito:decidedByPerson="true"/>')
    assert found.is_decided_by_person


def test_a_user_task_of_jbpm_asks_what_it_gives_back() -> None:
    model = read(
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t"'
        b' xmlns:drools="http://www.jboss.org/drools"><process id="p" isExecutable="true">'
        b'<property id="approved" itemSubjectRef="_approvedItem" name="approved"/><startEvent id="s"/>'
        b'<userTask id="t" name="Approve"><ioSpecification>'
        b'<dataInput id="in" drools:dtype="String" name="TaskName"/>'
        b'<dataOutput id="out" drools:dtype="Boolean" name="ActorApproves"/>'
        b'<dataOutput id="card" drools:dtype="pe.gob.Card" name="card"/></ioSpecification>'
        b"<dataOutputAssociation><sourceRef>out</sourceRef><targetRef>approved</targetRef></dataOutputAssociation>"
        b"<dataOutputAssociation><sourceRef>card</sourceRef><targetRef>card</targetRef></dataOutputAssociation>"
        b'</userTask><endEvent id="e"/><sequenceFlow id="a" sourceRef="s" targetRef="t"/>'
        b'<sequenceFlow id="b" sourceRef="t" targetRef="e"/></process></definitions>'
    )
    task = model.processes[0].scope.nodes["t"]
    assert task.extension.form_fields == (FormField("approved", "ActorApproves", "boolean"),)
