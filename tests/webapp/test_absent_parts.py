"""What a drawing of another engine asks for beside itself: tables, forms and groups are said, added and matched."""

import io

from tests.webapp.conftest import Town
from tests.webapp.test_upload import draft_page

DRAWN = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:test"
 xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">
<process id="risk" name="Risk" isExecutable="true"><startEvent id="s"><extensionElements>
<zeebe:formDefinition formId="request"/></extensionElements></startEvent>
<businessRuleTask id="rate" name="Rate"><extensionElements>
<zeebe:calledDecision decisionId="rating" resultVariable="group"/></extensionElements></businessRuleTask>
<userTask id="check" name="Check"><extensionElements><zeebe:formDefinition formKey="checking"/>
<zeebe:assignmentDefinition candidateGroups="clerks"/></extensionElements></userTask><endEvent id="e"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="rate"/><sequenceFlow id="f2" sourceRef="rate" targetRef="check"/>
<sequenceFlow id="f3" sourceRef="check" targetRef="e"/></process></definitions>"""

TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="t" name="t" namespace="urn:t">
<decision id="rating" name="Rating"><literalExpression id="l"><text>"high"</text></literalExpression></decision>
</definitions>"""
FORM = b'{"type": "default", "id": "checking", "components": [{"type": "textfield", "key": "why", "label": "Why"}]}'


def test_a_table_and_forms_that_are_not_here_are_said_until_they_are_added(town: Town) -> None:
    ana = town.visitor("ana")
    address = draft_page(ana, DRAWN)
    text = ana.get(address).text
    assert "is decided by the table “rating”, which is not here" in text
    assert "asks by the form “checking”, which is not here" in text
    assert "asks by the form “request”, which is not here" in text
    added = [(io.BytesIO(FORM), "checking.form"), (io.BytesIO(TABLE), "rating.dmn")]
    ana.post(f"{address}/parts", {"files": added})
    text = ana.get(address).text
    assert "table “rating”, which is not here" not in text
    assert "form “checking”, which is not here" not in text
    assert "form “request”, which is not here" in text


def test_a_group_that_tasks_are_given_to_is_matched_with_an_office(town: Town) -> None:
    ana = town.visitor("ana")
    address = draft_page(ana, DRAWN)
    ana.post(f"{address}/publish", {"key": "risk", "name": "Risk"})
    text = ana.get("/procedures/risk/lanes").text
    assert "1 lane or group has no office yet: clerks." in text
    assert "Group that the drawing gives these to: Check" in text
    ana.post("/procedures/risk/lanes", {"lane.0.new": "Clerks of the town"})
    assert "Every lane and group has its office." in ana.get("/procedures/risk/lanes").text
