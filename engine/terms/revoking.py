"""A decision is revoked: the letters that tell it have no effect any more, and say so to whoever checks them."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine.deployments import blueprint
from engine.events import Happened
from engine.models import Case, CaseTerm, Letter
from engine.record.facts import Fact, record
from engine.terms.clock import calendar_of


def revoke(session: Session, case: Case, term: CaseTerm, *, at: datetime) -> list[str]:
    """Take the decision of a held case out of effect; numbers of the letters that told it. The fact is recorded.

    They are those that the deciding or notifying elements of the diagram made; where the sheet names none, those made
    when the case ended.
    """
    marks = blueprint(session, case.version_id).sheet.clock
    elements = (*marks.decided_by, *marks.notified_by)
    made: ColumnElement[bool] = Letter.element_id.in_(elements)
    if not elements and case.ended_at is not None:
        made = Letter.issued_at == case.ended_at
    letters = session.scalars(
        select(Letter).where(Letter.case_id == case.id, Letter.voided_on.is_(None), made)
    ).all()
    today: date = calendar_of(session, term).day_of(at)
    for letter in letters:
        letter.voided_on = today
    numbers = [letter.number for letter in letters]
    data = {"outcome": case.outcome, "letters": numbers}
    record(session, case, [Fact(Happened.DECISION_REVOKED, data=data)], by=None, at=at)
    return numbers
