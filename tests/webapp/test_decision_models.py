"""Decisions without a table of their own, services, and models that import one another, as the product uses them."""

import io

from tests.webapp.conftest import Town, Visitor

DRAWING = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:c="http://camunda.org/schema/1.0/bpmn"
 id="d" targetNamespace="urn:t"><process id="fee" name="Fee" isExecutable="true"><startEvent id="s"/>
<userTask id="ask" name="Ask"><extensionElements><c:formData><c:formField id="area" label="Area" type="long"/>
<c:formField id="UIT" label="Tax unit" type="long"/></c:formData></extensionElements></userTask>
<businessRuleTask id="work" name="Work it out" c:decisionRef="bill" c:resultVariable="bill"/>
<userTask id="pay" name="Pay"/><endEvent id="e"/><sequenceFlow id="f1" sourceRef="s" targetRef="ask"/>
<sequenceFlow id="f2" sourceRef="ask" targetRef="work"/><sequenceFlow id="f3" sourceRef="work" targetRef="pay"/>
<sequenceFlow id="f4" sourceRef="pay" targetRef="e"/></process></definitions>"""

DMN = 'xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"'
RATES = f"""<definitions {DMN} name="rates" namespace="urn:rates"><inputData id="u" name="UIT"><variable name="UIT"
 typeRef="number"/></inputData><decision id="rate" name="rate"><variable name="rate"/><informationRequirement>
<requiredInput href="#u"/></informationRequirement><literalExpression><text>UIT / 100</text></literalExpression>
</decision></definitions>"""
BILL = f"""<definitions {DMN} name="bill" namespace="urn:bill">
<import name="rates" namespace="urn:rates" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>
<inputData id="area" name="area"><variable name="area" typeRef="number"/></inputData>
<inputData id="on" name="paid on"><variable name="paid on" typeRef="date"/></inputData>
<decision id="risk" name="risk"><variable name="risk"/><informationRequirement><requiredInput href="#area"/>
</informationRequirement><decisionTable hitPolicy="UNIQUE"><input id="i"><inputExpression typeRef="number">
<text>area</text></inputExpression></input><output id="o" name="risk"/>
<rule id="r1"><inputEntry><text>&lt; 100</text></inputEntry>
<outputEntry><text>1</text></outputEntry></rule><rule id="r2"><inputEntry><text>&gt;= 100</text></inputEntry>
<outputEntry><text>3</text></outputEntry></rule></decisionTable></decision>
<decision id="bill" name="bill"><variable name="bill"/>
<informationRequirement><requiredDecision href="#risk"/></informationRequirement>
<informationRequirement><requiredDecision href="urn:rates#rate"/></informationRequirement>
<informationRequirement><requiredInput href="#on"/></informationRequirement>
<context><contextEntry><variable name="total"/><literalExpression><text>rates.rate * risk</text></literalExpression>
</contextEntry><contextEntry><variable name="until"/><literalExpression><text>paid on + duration("P15D")</text>
</literalExpression></contextEntry></context></decision>
<decisionService id="level" name="level"><variable name="level"/><outputDecision href="#risk"/>
<inputData href="#area"/></decisionService></definitions>"""


def drafted(town: Town) -> tuple[Visitor, str]:
    """ana, and the address of her draft with both models, the importing one sent first."""
    ana = town.visitor("ana")
    drawing = {"files": (io.BytesIO(DRAWING), "fee.bpmn")}
    address = ana.post("/drafts", drawing).headers["Location"]
    files = [(io.BytesIO(BILL.encode()), "bill.dmn"), (io.BytesIO(RATES.encode()), "rates.dmn")]
    assert ana.post(f"{address}/parts", {"files": files}).status_code == 303
    return ana, address


def test_every_decision_and_service_of_a_draft_is_tried_on_a_page(town: Town) -> None:
    ana, address = drafted(town)
    shown = ana.get(address).text
    for name in ("risk", "bill", "level", "rate"):
        assert f"decision={name}" in shown
    tried = f"{address}/table?file=bill.dmn&try=1&try.area=120"
    assert "<strong>3</strong>" in ana.get(f"{tried}&decision=level").text
    page = ana.get(f"{tried}&decision=bill&try.rates.UIT=5500&try.paid on=2026-12-01").text
    assert '<th scope="row">total</th><td>165</td>' in page
    assert '<th scope="row">until</th><td>2026-12-16</td>' in page
    assert "Rules that apply: 2" in page
    assert "decision=risk" in page  # from where the table that was asked can be tried alike
    assert "bill, line" in ana.get(f"{tried}&decision=bill").text  # what is missing, and where
    posted = ana.post(f"{address}/table?file=bill.dmn&decision=bill", {"do": "add"})
    assert posted.status_code == 404


def test_a_case_is_decided_by_a_model_that_imports_another(town: Town) -> None:
    ana, address = drafted(town)
    ana.post(f"{address}/publish", {"name": "Fee", "key": "fee"})
    ana.post("/procedures/fee/lanes", {"home": str(town.person("carla").memberships[0].office_id)})
    assert "Decision service “level”" in ana.get("/procedures/fee").text
    carla = town.visitor("carla")
    case = carla.post("/cases/start/fee", {"applicant_name": "Rosa"}).headers["Location"]
    task = town.task(case.rpartition("/")[2])
    done = carla.post(f"/tasks/{task}/complete", {"area": "120", "UIT": "5500"})
    assert done.status_code == 303
    shown = carla.get(case).text
    assert "Total: 165" in shown
    why = carla.get(case + "/decisions/" + shown.partition("/decisions/")[2].partition('"')[0]).text
    assert "data-fired" in why
    assert "Total: 165</strong>" in why
    assert "<strong>120</strong>" in why
