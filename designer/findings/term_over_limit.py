"""A decision takes no longer than the law allows by default."""

from collections.abc import Iterator

from designer.findings.finding import Place, finding
from designer.findings.jurisdiction import longest_term
from designer.findings.subject import Subject
from engine.sheet import TermUnit

_DAYS = {
    TermUnit.BUSINESS_DAYS: 1.0,
    TermUnit.CALENDAR_DAYS: 5 / 7,
    TermUnit.MONTHS: 21.0,
    TermUnit.YEARS: 250.0,
}


@finding(
    "error",
    todo="Shorten the term, or name the law that allows a longer one.",
    reference="Ley 27444, arts. 35, 142",
    gain="Up to {over} days of waiting for applicants whose case takes all of its time.",
)
def check(subject: Subject) -> Iterator[Place]:
    """“{name}” may take {days} business days or so, more than {limit}, and no law is named for it."""
    limit = longest_term(subject.sheet.jurisdiction)
    for modality in subject.sheet.modalities:
        term = modality.term
        if term is None or modality.legal_basis:
            continue
        days = round(term.amount * _DAYS[term.unit])
        if days > limit:
            name = modality.name or subject.sheet.name
            over = str(days - limit)
            yield Place(values={"name": name, "days": str(days), "limit": str(limit), "over": over})
