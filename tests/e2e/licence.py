"""A licence drawn in two tasks, published for the walks that only need some procedure."""

from typing import Any

from sqlalchemy.orm import Session

from engine.deployments import deploy
from engine.models import Version
from engine.people import office_named, person_by_name
from tests.clock import START

LICENCE = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
 xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:e="urn:expedito:bpmn:1" id="d" targetNamespace="urn:test">
<process id="p" isExecutable="true">
<startEvent id="start" name="Request"/><userTask id="receive" name="Receive the request" e:formKey="receive"/>
<exclusiveGateway id="complete" name="Is it complete?"/><userTask id="inspect" name="Inspect the shop"/>
<endEvent id="granted" name="Granted"/><endEvent id="rejected" name="Rejected"/>
<sequenceFlow id="f1" sourceRef="start" targetRef="receive"/>
<sequenceFlow id="f2" sourceRef="receive" targetRef="complete"/>
<sequenceFlow id="yes" name="Yes, go on" sourceRef="complete" targetRef="inspect"/>
<sequenceFlow id="no" name="No, reject" sourceRef="complete" targetRef="rejected"/>
<sequenceFlow id="f3" sourceRef="inspect" targetRef="granted"/></process>
<bpmndi:BPMNDiagram id="dia"><bpmndi:BPMNPlane id="plane" bpmnElement="p">
<bpmndi:BPMNShape id="s1" bpmnElement="start"><dc:Bounds x="100" y="120" width="36" height="36"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="s2" bpmnElement="receive"><dc:Bounds x="180" y="98" width="100" height="80"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="s3" bpmnElement="complete"><dc:Bounds x="330" y="113" width="50" height="50"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="s4" bpmnElement="inspect"><dc:Bounds x="430" y="98" width="100" height="80"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="s5" bpmnElement="granted"><dc:Bounds x="580" y="120" width="36" height="36"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="s6" bpmnElement="rejected"><dc:Bounds x="337" y="240" width="36" height="36"/></bpmndi:BPMNShape>
<bpmndi:BPMNEdge id="e2" bpmnElement="f2"><di:waypoint x="280" y="138"/><di:waypoint x="330" y="138"/></bpmndi:BPMNEdge>
</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>"""


def publish(
    session: Session,
    model: bytes = LICENCE,
    *,
    key: str = "licence",
    name: str = "Licence to operate",
    office: str = "Mesa de partes",
    forms: dict[str, Any] | None = None,
    by: str = "carlos",
) -> Version:
    """A version of it by that person, whose tasks without a lane are that office's."""
    version = deploy(
        session,
        key,
        name,
        drawing=model,
        model=model,
        process_id="p",
        forms=forms,
        by=person_by_name(session, by),
        at=START,
    )
    version.procedure.office_id = office_named(session, office, at=START).id
    return version
