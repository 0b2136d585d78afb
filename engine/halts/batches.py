"""What the worker does with a batch of a procedure's halt: lays open cases still, or sets them going again.

A batch is one transaction, then it leaves the next. A case that cannot be set going does not hold up the others.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from engine import buffer
from engine.batches import batch
from engine.cases import lay_still, wake
from engine.errors import Refusal
from engine.events import Happened
from engine.halts.commands import LAST_LOOK, enqueue_batch, person_of, resumed, suspended
from engine.models import Case, CaseStatus, Event, Halt, HaltStep
from engine.progress import hold, lock_all
from engine.record.facts import record

STOPPED_AT_ONCE = 50
RESUMED_AT_ONCE = 20


def carry_on(session: Session, payload: Mapping[str, Any], *, at: datetime) -> None:
    """Do one batch; one that was left before somebody changed their mind does nothing."""
    halt = session.scalar(select(Halt).where(Halt.id == payload["halt_id"]).with_for_update())
    if halt is None or halt.step == HaltStep.OVER:
        return
    is_resuming = halt.step == HaltStep.RESUMING
    if is_resuming != payload["is_resuming"]:
        return
    next_batch = payload["batch"] + 1
    if is_resuming:
        if _resume(session, halt, at):
            enqueue_batch(session, halt, next_batch, run_at=at, at=at)
    elif _stop(session, halt, at):
        enqueue_batch(session, halt, next_batch, run_at=at, at=at)
    else:
        halt.step = HaltStep.STANDING.value
        if at < halt.begun_at + LAST_LOOK:
            enqueue_batch(session, halt, next_batch, run_at=halt.begun_at + LAST_LOOK, at=at)
    session.flush()


def _stop(session: Session, halt: Halt, at: datetime) -> bool:
    """Lay some cases still; whether there may be more."""
    # what somebody has resumed by itself since goes on
    resumed_since = exists().where(
        Event.case_id == Case.id,
        Event.type == Happened.CASE_RESUMED.value,
        Event.at >= halt.begun_at,
        Event.data["halt"].as_string().is_(None),
    )
    ids = session.scalars(
        select(Case.id)
        .where(
            Case.procedure_id == halt.procedure_id,
            Case.status == CaseStatus.OPEN.value,
            ~resumed_since,
        )
        .limit(STOPPED_AT_ONCE)
    ).all()
    if not ids:
        # those that another halt had stopped, and nobody has set going since
        others = select(Halt.id).where(Halt.procedure_id == halt.procedure_id, Halt.id != halt.id)
        ids = session.scalars(
            select(Case.id).where(Case.halt_id.in_(others)).limit(STOPPED_AT_ONCE)
        ).all()
    by = person_of(session, halt.begun_by_id)
    cases = lock_all(session, ids)
    with batch(session):
        for case in cases:
            is_open = case.status == CaseStatus.OPEN
            if is_open or (case.status == CaseStatus.SUSPENDED and case.halt_id is not None):
                lay_still(session, case)
                case.halt_id = halt.id
                record(session, case, [suspended(halt)], by=by, at=at)
            else:
                case.halt_id = None
    return bool(ids)


def _resume(session: Session, halt: Halt, at: datetime) -> bool:
    """Set some cases going; whether there may be more. What came meanwhile and begins cases does so at the end."""
    ids = session.scalars(
        select(Case.id)
        .where(Case.halt_id == halt.id, Case.status == CaseStatus.SUSPENDED.value)
        .order_by(Case.id)
        .limit(RESUMED_AT_ONCE)
    ).all()
    for case_id in ids:
        try:
            with session.begin_nested():
                _set_going(session, halt, case_id, at)
        except Refusal as refusal:
            _keep(session, halt, case_id, refusal)
    if ids or buffer.hand_to_starts(session, halt.procedure_id, at=at):
        return True
    # what ended meanwhile stands nowhere
    ended = update(Case).where(Case.halt_id == halt.id).values(halt_id=None)
    session.execute(ended.execution_options(synchronize_session=False))
    halt.step = HaltStep.OVER.value
    return False


def _set_going(session: Session, halt: Halt, case_id: int, at: datetime) -> None:
    held = hold(session, case_id, at=at)
    case = held.case
    if case.halt_id != halt.id or case.status != CaseStatus.SUSPENDED:
        return  # somebody took it out of the halt, or it ended
    case.halt_id = None
    wake(session, held, at=at)
    record(session, case, [resumed(halt)], by=person_of(session, halt.ended_by_id), at=at)


def _keep(session: Session, halt: Halt, case_id: int, refusal: Refusal) -> None:
    """It stays suspended, by itself: whoever is in charge of it can mend and resume it."""
    case = session.get_one(Case, case_id, populate_existing=True)
    case.halt_id = None
    values = {name: str(value) for name, value in refusal.values.items()}
    told = {"number": case.number, "sentence": refusal.sentence, "values": values}
    halt.kept = [*halt.kept, told]
