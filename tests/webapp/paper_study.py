"""A study of a procedure drawn as it is done on paper."""

import io

from tests.webapp.conftest import Visitor

AS_IS = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">
<process id="p" isExecutable="true"><startEvent id="s"/><userTask id="a" name="Recibir"/>
<userTask id="v" name="Visar el expediente"/><userTask id="w" name="Revisar el expediente"/><endEvent id="e"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="v"/>
<sequenceFlow id="f3" sourceRef="v" targetRef="w"/><sequenceFlow id="f4" sourceRef="w" targetRef="e"/>
</process></definitions>"""


def begun_study(ana: Visitor) -> str:
    """Its address."""
    files = {"files": (io.BytesIO(AS_IS), "paper.bpmn")}
    shown = ana.post("/drafts", files, content_type="multipart/form-data")
    draft = shown.location.rpartition("/")[2]
    return str(ana.post("/studies", {"draft": draft}).location)
