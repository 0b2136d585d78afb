"""Call activities to procedures that are published here stay calls; others are done by a person."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from designer.check import check_file
from designer.drafts import draft_by_id, examined_again, rehearsed, save_draft
from designer.publishing import publish_draft
from designer.tryout import try_file
from engine.bpmn import read
from engine.bpmn.model import Kind
from engine.procedures import callable_names

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)


def drawing(called: str, process: str = "main") -> bytes:
    return f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">
    <process id="{process}" isExecutable="true">
      <startEvent id="s"/><callActivity id="c" calledElement="{called}"/><userTask id="t"/><endEvent id="e"/>
      <sequenceFlow id="f1" sourceRef="s" targetRef="c"/><sequenceFlow id="f2" sourceRef="c" targetRef="t"/>
      <sequenceFlow id="f3" sourceRef="t" targetRef="e"/></process></definitions>""".encode()


PLAIN = drawing("nowhere", "inspection").replace(b"callActivity", b"userTask")


def test_a_call_to_nothing_published_is_said_to_be_done_by_a_person() -> None:
    report = check_file(drawing("inspection"), "a.bpmn")
    assert "called_processes" in {note.rule for note in report.repairs}


def test_a_call_to_a_published_process_is_not_mended_and_passed_by_in_a_rehearsal() -> None:
    report = check_file(drawing("inspection"), "a.bpmn", {"inspection"})
    assert report.is_runnable
    assert "called_processes" not in {note.rule for note in report.repairs}
    tried = try_file(drawing("inspection"), published={"inspection"})
    assert tried.outcome == "completed"
    assert {"c", "t", "e"} <= set(tried.visited)


def test_a_draft_keeps_its_calls_once_their_procedure_is_published(session: Session) -> None:
    caller = save_draft(session, "caller.bpmn", drawing("site-visit"), by=None, at=AT)
    before = examined_again(session, caller)
    assert before.model is not None
    assert read(before.model).process("main").scope.nodes["c"].kind is Kind.USER_TASK

    inspection = save_draft(session, "inspection.bpmn", PLAIN, by=None, at=AT)
    publish_draft(session, inspection.id, key="site-visit", name="Site visit", by=None, at=AT)
    assert callable_names(session) == ["inspection", "site-visit"]

    caller = draft_by_id(session, caller.id)
    assert rehearsed(session, caller, seed=1)["outcome"] == "completed"
    version = publish_draft(session, caller.id, key="caller", name="Caller", by=None, at=AT)
    call = read(version.model).process("main").scope.nodes["c"]
    assert (call.kind, call.called_element) == (Kind.CALL_ACTIVITY, "site-visit")


def test_what_is_not_used_is_listed_once_with_how_often(session: Session) -> None:
    odd = PLAIN.replace(b"<userTask", b'<userTask xmlns:w="urn:w4" w:style="x"')
    report = save_draft(session, "odd.bpmn", odd, by=None, at=AT).report
    listed = {row["what"]: row["count"] for row in report["unread"]}
    assert listed == {"@style": 2, "@calledElement": 1}
