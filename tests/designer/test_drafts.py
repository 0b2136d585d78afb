"""Drafts as commands: what lies beside a drawing is kept, refused in a sentence, and never lost by a newer drawing."""

import subprocess
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from designer.drafts import NotAPart, add_parts, draft_by_id, replace_drawing, save_draft, set_rule
from designer.publishing import publish_draft
from engine.dmn import load_all
from engine.dmn.refusals import MissingImport, NotADecisionModel
from engine.errors import NotFound
from engine.forms import UnreadableForm
from tests.clock import START

DRAWING = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">
<process id="p"><startEvent id="s"/><userTask id="ask" name="Ask"/><exclusiveGateway id="g" name="Which?"/>
<endEvent id="a"/><endEvent id="b"/><sequenceFlow id="f0" sourceRef="s" targetRef="ask"/>
<sequenceFlow id="f1" sourceRef="ask" targetRef="g"/><sequenceFlow id="fa" name="A" sourceRef="g" targetRef="a"/>
<sequenceFlow id="fb" name="B" sourceRef="g" targetRef="b"/></process></definitions>"""


@pytest.fixture
def draft_id(session: Session) -> int:
    """A draft with one choice."""
    return save_draft(session, "choice.bpmn", DRAWING, by=None, at=START).id


def test_a_newer_drawing_keeps_the_rules_of_flows_that_are_still_there(
    session: Session, draft_id: int
) -> None:
    set_rule(session, draft_id, "fa", "area > 1", at=START)
    newer = DRAWING.replace(b'name="Ask"', b'name="Ask again"')
    draft = replace_drawing(session, draft_id, "newer.bpmn", newer, at=START)
    (gateway,) = draft.report["gateways"]
    assert gateway["flows"][0]["condition"] == "area > 1"
    assert draft.drawing == newer


def test_whoever_publishes_what_was_just_seen_does_not_wait_for_it_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    run = subprocess.run

    def counted(command: list[str], **how: Any) -> Any:
        asked.append(command)
        return run(command, **how)

    monkeypatch.setattr(subprocess, "run", counted)
    drawing = DRAWING.replace(b"urn:t", f"urn:{uuid4()}".encode())  # nobody has seen it yet
    draft = save_draft(session, "choice.bpmn", drawing, by=None, at=START)
    set_rule(session, draft.id, "fa", "area > 1", at=START)
    set_rule(session, draft.id, "fb", "area <= 1", at=START)
    seen = len(asked)
    assert seen > 1  # what is decided beside the drawing is another question
    publish_draft(session, draft.id, key="choice", name="Choice", by=None, at=START)
    assert len(asked) == seen


def test_what_a_tool_calls_a_process_that_nobody_named_is_no_name(session: Session) -> None:
    made_up = b'<process id="p" name="sid-78cf0368-c97e-4dea-885f-0e535c20d6c7">'
    drawing = DRAWING.replace(b'<process id="p">', made_up)
    assert save_draft(session, "Invoices.bpmn", drawing, by=None, at=START).name == "Invoices"


def test_a_form_is_kept_under_its_id(session: Session, draft_id: int) -> None:
    schema = b'{"type": "default", "id": "ask", "components": []}'
    add_parts(session, draft_id, [("any name.form", schema)], at=START)
    assert list(draft_by_id(session, draft_id).forms) == ["ask"]


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"{broken", NotAPart),
        (b"\xff\xfe\x00", NotAPart),
        (b'{"components": 7}', UnreadableForm),
        (DRAWING, NotADecisionModel),
    ],
)
def test_a_file_that_belongs_to_no_drawing_is_refused(
    session: Session, draft_id: int, data: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        add_parts(session, draft_id, [("part.json", data)], at=START)


def model(name: str, body: str) -> tuple[str, bytes]:
    dmn = "https://www.omg.org/spec/DMN/20191111/MODEL/"
    xml = f'<definitions xmlns="{dmn}" name="{name}" namespace="urn:{name}">{body}</definitions>'
    return f"{name}.dmn", xml.encode()


FEE = model(
    "fee",
    """<import name="rate" namespace="urn:rate" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>
<decision id="d" name="d"><variable name="d"/><informationRequirement><requiredDecision href="urn:rate#r"/>
</informationRequirement><literalExpression><text>rate.r + 1</text></literalExpression></decision>""",
)
RATE = model(
    "rate",
    '<decision id="r" name="r"><variable name="r"/><literalExpression><text>41</text></literalExpression></decision>',
)


def test_a_model_comes_with_the_one_it_imports(session: Session, draft_id: int) -> None:
    with pytest.raises(MissingImport):
        add_parts(session, draft_id, [FEE], at=START)
    add_parts(session, draft_id, [FEE, RATE], at=START)
    kept = draft_by_id(session, draft_id).decisions
    assert load_all(kept)["fee.dmn"].decide("d", {}) == 42
    with pytest.raises(MissingImport):  # what others import is not taken from under them
        add_parts(session, draft_id, [("rate.dmn", model("other", "")[1])], at=START)
    assert draft_by_id(session, draft_id).decisions == kept


def test_a_draft_that_is_not_there_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        draft_by_id(session, 1)
