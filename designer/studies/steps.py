"""What was done on a study, step by step, so that the last can be taken back: in the table, and on the draft.

A step keeps what it replaced: the keys of the study's JSON, and the draft as it stood. Steps are taken back in turn,
the latest first. A draft that was changed elsewhere meanwhile is not overwritten.
"""

import hashlib
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from designer.drafts import changeable_draft, examined_again
from designer.findings.finding import kept_values, read_values
from designer.models import Draft, Study, StudyStep
from engine.errors import Refusal, Said
from engine.models import Person

MOST = 30  # steps of a study that can be taken back
_PARTS = ("sheet", "forms", "decisions", "rules", "gateway_tables", "services")


class NothingToUndo(Refusal):
    """A study on which nothing was done, or whose steps were all taken back."""

    sentence = "There is nothing to take back."


class NotTheLast(Refusal):
    """A step after which another was taken, or that was taken back already."""

    sentence = (
        "That is no longer what was done last on this study. "
        "Look at what stands beside Undo now, and press it again."
    )


class ChangedElsewhere(Refusal):
    """A draft that somebody changed on its own pages after the step."""

    sentence = (
        "The draft was changed on its own page after this step: {step} "
        "Taking it back would lose those changes: undo it in the drawing instead."
    )


def keep_step(
    session: Session,
    study: Study,
    told: Said,
    before: Mapping[str, Any],
    *,
    draft: Draft | None = None,
    draft_before: bytes | None = None,
    by: Person | None,
    at: datetime,
) -> None:
    """Remember a step. `before`: the study's JSON as it was; `draft_before`: the draft's `snapshot` as it was."""
    changed = {
        key: before.get(key)
        for key in {*before, *study.data}
        if before.get(key) != study.data.get(key)
    }
    if not changed and draft_before is None:
        return
    last = _last_number(session, study.id)
    session.add(
        StudyStep(
            study_id=study.id,
            number=last + 1,
            sentence=told.sentence,
            values=kept_values(told.values),
            before=changed,
            draft_id=None if draft is None else draft.id,
            draft=draft_before,
            draft_after=None if draft is None else _seal(snapshot(draft)),
            by_id=None if by is None else by.id,
            at=at,
        )
    )
    session.execute(
        delete(StudyStep).where(StudyStep.study_id == study.id, StudyStep.number <= last + 1 - MOST)
    )
    session.flush()


def forget_steps(session: Session, study_id: int) -> None:
    """What was done so far is where the study begins: nothing of it is offered to be taken back."""
    session.execute(delete(StudyStep).where(StudyStep.study_id == study_id))


def last_step(session: Session, study_id: int) -> StudyStep | None:
    """The step that would be taken back next; None where there is none."""
    return session.scalars(
        select(StudyStep)
        .where(StudyStep.study_id == study_id)
        .order_by(StudyStep.number.desc())
        .limit(1)
    ).first()


def said_of_step(step: StudyStep) -> Said:
    """What was done, in words."""
    return Said(step.sentence, read_values(step.values))


def undo(session: Session, study: Study, number: int, *, at: datetime) -> Said:
    """Take the last step back if it is still this one; what it was, in words. The study is held by the caller.

    Raises NothingToUndo, NotTheLast, ChangedElsewhere, and what `designer.drafts.changeable_draft` raises.
    """
    step = last_step(session, study.id)
    if step is None:
        raise NothingToUndo()
    if step.number != number:
        raise NotTheLast()
    told = said_of_step(step)
    if step.draft is not None and step.draft_id is not None:
        draft = changeable_draft(session, step.draft_id)
        if _seal(snapshot(draft)) != step.draft_after:
            raise ChangedElsewhere(step=told)
        _restore(session, draft, step.draft, at)
    kept = {key: said for key, said in study.data.items() if key not in step.before}
    study.data = kept | {key: said for key, said in step.before.items() if said is not None}
    study.changed_at = at
    session.delete(step)
    session.flush()
    return told


def snapshot(draft: Draft) -> bytes:
    """The draft's drawing and what lies beside it, packed."""
    parts = {name: getattr(draft, name) for name in _PARTS}
    if not parts["services"]:
        del parts["services"]  # as steps were sealed before tasks could have services
    head = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    return zlib.compress(len(head).to_bytes(4, "big") + head + draft.drawing)


def _restore(session: Session, draft: Draft, packed: bytes, at: datetime) -> None:
    raw = zlib.decompress(packed)
    size = int.from_bytes(raw[:4], "big")
    for name, value in ({"services": {}} | orjson.loads(raw[4 : 4 + size])).items():
        setattr(draft, name, value)
    draft.drawing, draft.changed_at = raw[4 + size :], at
    examined = examined_again(session, draft)
    draft.report, draft.is_runnable = examined.report, examined.is_runnable
    session.flush()


def _seal(packed: bytes) -> str:
    return hashlib.sha256(zlib.decompress(packed)).hexdigest()


def _last_number(session: Session, study_id: int) -> int:
    asked = select(func.max(StudyStep.number)).where(StudyStep.study_id == study_id)
    return session.scalar(asked) or 0
