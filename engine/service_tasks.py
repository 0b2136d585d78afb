"""Service tasks: what another machine gave or why it failed, told to the case that waits for it."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.errors import Said
from engine.events import Happened
from engine.models import Case, CaseStatus
from engine.progress import Held, advance, hold
from engine.record.facts import Fact
from engine.spiff import Wait, WaitKind
from engine.told import shortened


class ServiceFailed(Exception):
    """Raised by what does a service task: the other side says what the diagram may have an answer to, by `code`."""

    def __init__(self, code: str | None, message: Said | str) -> None:
        self.code = code
        super().__init__(message)


class ServiceEscalated(Exception):
    """Raised by what does a service task: it is done and gave `outputs`, and somebody has to know of it, by `code`."""

    def __init__(self, code: str | None, outputs: dict[str, Any]) -> None:
        self.code, self.outputs = code, outputs
        super().__init__(code)


def awaited_service(
    session: Session, case_id: int, token: int, *, at: datetime
) -> tuple[Held, Wait] | None:
    """The case, held, and what it asks for; None when it does not ask any more."""
    held = hold(session, case_id, at=at)
    wait = held.before.get(token)
    if held.case.status != CaseStatus.OPEN or wait is None or wait.kind != WaitKind.SERVICE:
        return None
    return held, wait


def finish_service(
    session: Session, case_id: int, token: int, outputs: dict[str, Any], *, at: datetime
) -> Case | None:
    """The service is done and gave `outputs`; None when nobody waits for it any more (it was done before)."""
    found = awaited_service(session, case_id, token, at=at)
    if found is None:
        return None
    held, wait = found
    held.execution.finish_service(token, outputs, at)
    data = {"answers": shortened(outputs)} if outputs else None
    main = Fact(Happened.SERVICE_COMPLETED, wait.element_id, token, data=data)
    advance(session, held, main, by=None, at=at)
    return held.case


def escalate_service(
    session: Session,
    case_id: int,
    token: int,
    code: str | None,
    outputs: dict[str, Any],
    *,
    at: datetime,
) -> Case | None:
    """The service escalates and is done, unless an escalation event that interrupts it takes the case on.

    An escalation that nothing catches changes nothing (BPMN 2.0.2, 10.5.6). None when nobody waits for it any more.
    """
    found = awaited_service(session, case_id, token, at=at)
    if found is None:
        return None
    held, wait = found
    held.execution.escalate(token, code, at)
    main = Fact(Happened.ESCALATION_THROWN, wait.element_id, token, data={"code": code})
    if any(one.token == token and one.kind == WaitKind.SERVICE for one in held.execution.waits()):
        held.execution.finish_service(token, outputs, at)
        answers = {"answers": shortened(outputs)} if outputs else None
        main = Fact(Happened.SERVICE_COMPLETED, wait.element_id, token, data=answers)
    advance(session, held, main, by=None, at=at)
    return held.case


def fail_service(
    session: Session, case_id: int, token: int, code: str | None, message: str, *, at: datetime
) -> bool | None:
    """The service failed in a way the diagram may know by `code`; True when an error event caught it.

    None when nobody waits for it any more.
    """
    found = awaited_service(session, case_id, token, at=at)
    if found is None:
        return None
    held, wait = found
    is_caught = held.execution.fail_service(token, code, message, at)
    data = {"code": code, "message": message[:500]}
    main = Fact(Happened.SERVICE_FAILED, wait.element_id, token, data=data)
    advance(session, held, main, by=None, at=at)
    return is_caught
