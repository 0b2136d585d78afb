"""Which appeals a case has: as the sheet says that it was filed under, else the law of its jurisdiction."""

from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from engine.models import Case, CaseTerm
from engine.sheet import Appeal, Sheet, Term
from engine.terms.clock import sheet_of_term
from engine.terms.law import Law, business_days, law_of

RECONSIDERATION: Final = "reconsideration"
APPEAL: Final = "appeal"
COMPLAINT: Final = "complaint"
POSITIVE: Final = "positive"
NEGATIVE: Final = "negative"


def appeals_offered(sheet: Sheet, law: Law) -> dict[str, Appeal]:
    """Kind → terms, authority and silence: as the sheet says, else the law."""
    found = {}
    for appeal in sheet.appeals:
        usual = law.appeals.get(appeal.kind)
        found[appeal.kind] = replace(
            appeal,
            silence=appeal.silence or (usual.silence if usual else NEGATIVE),
            after_silence=appeal.after_silence or (usual.after_silence if usual else NEGATIVE),
        )
    return found or dict(law.appeals)


def offered(session: Session, case: Case, term: CaseTerm) -> dict[str, Appeal]:
    """The appeals of one case."""
    return appeals_offered(sheet_of_term(session, case, term), law_of(term.jurisdiction))


def time_to_decide(session: Session, case: Case, term: CaseTerm, kind: str) -> Term:
    """In what time this kind must be decided."""
    if kind == COMPLAINT:
        return business_days(law_of(term.jurisdiction).complaint_days or 0)
    said = offered(session, case, term).get(kind)
    return business_days(0) if said is None else said.decide


def exhausts(session: Session, case: Case, term: CaseTerm, kind: str) -> bool:
    """Whether nothing can be filed after the answer to this kind: an appeal, or whatever there is without one."""
    if kind == COMPLAINT:
        return False
    return kind == APPEAL or APPEAL not in offered(session, case, term)
