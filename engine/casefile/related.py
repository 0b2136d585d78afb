"""Cases that have to do with each other: linked by hand with a reason, or of the same applicant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from engine.errors import Refusal
from engine.events import Happened
from engine.models import Case, CaseLink, Person, Procedure
from engine.progress import lock
from engine.record.facts import Fact, record
from engine.visibility import visible_cases

MOST = 50


@dataclass(frozen=True, slots=True)
class Related:
    """Another case that the person may see."""

    number: str
    procedure: str
    status: str
    reason: str | None  # None: it is the same applicant's


class LinkedToItself(Refusal):
    """A case has always to do with itself."""

    sentence = "Give the number of another case."


class LinkReasonMissing(Refusal):
    """A link that nobody will understand later."""

    sentence = "Say what the two cases have to do with each other: it is kept with both."


def link_cases(
    session: Session, case: Case, other: Case, reason: str, *, by: Person, at: datetime
) -> None:
    """Link two cases the person may see; a fact of both. LinkedToItself, LinkReasonMissing."""
    if case.id == other.id:
        raise LinkedToItself
    if not reason.strip():
        raise LinkReasonMissing
    first, second = sorted((case.id, other.id))
    held = {one: lock(session, one) for one in (first, second)}  # always in the same order
    if session.get(CaseLink, (first, second)) is not None:
        return
    session.add(
        CaseLink(
            case_id=first,
            other_id=second,
            reason=reason.strip()[:500],
            linked_by_id=by.id,
            linked_at=at,
        )
    )
    session.flush()
    for one, another in ((first, second), (second, first)):
        data = {"other": held[another].number, "reason": reason.strip()[:500]}
        record(session, held[one], [Fact(Happened.CASES_LINKED, data=data)], by=by, at=at)


def unlink_cases(session: Session, case: Case, other: Case, *, by: Person, at: datetime) -> None:
    """Take a link back; a fact of both."""
    first, second = sorted((case.id, other.id))
    held = {one: lock(session, one) for one in (first, second)}
    gone = delete(CaseLink).where(CaseLink.case_id == first, CaseLink.other_id == second)
    if not session.execute(gone).rowcount:  # type: ignore[attr-defined]  # a DELETE gives a CursorResult
        return
    for one, another in ((first, second), (second, first)):
        data = {"other": held[another].number, "is_undone": True}
        record(session, held[one], [Fact(Happened.CASES_LINKED, data=data)], by=by, at=at)


def related_cases(session: Session, person: Person, case: Case) -> list[Related]:
    """Other cases, of those the person may see: first the linked ones, then those of the same applicant."""
    linked = select(Case.number, Procedure.name, Case.status, CaseLink.reason).join(
        CaseLink,
        or_(
            (CaseLink.case_id == case.id) & (CaseLink.other_id == Case.id),
            (CaseLink.other_id == case.id) & (CaseLink.case_id == Case.id),
        ),
    )
    found = [Related(*row) for row in _seen(session, linked, person)]
    if case.applicant_document:
        known = {one.number for one in found} | {case.number}
        same = select(Case.number, Procedure.name, Case.status).where(
            Case.applicant_document == case.applicant_document
        )
        found += [
            Related(number, procedure, status, None)
            for number, procedure, status in _seen(session, same, person)
            if number not in known
        ]
    return found


def _seen(session: Session, asked: Any, person: Person) -> list[Any]:
    rows = session.execute(
        asked.join(Procedure, Procedure.id == Case.procedure_id)
        .where(visible_cases(person))
        .order_by(Case.id.desc())
        .limit(MOST)
    )
    return list(rows)
