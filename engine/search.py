"""Words to search a case by: lower case, without accents, the same for what is stored and what is asked."""

import unicodedata

from sqlalchemy import ColumnElement, and_, true

from engine.models import Case

LONGEST_WORDS = 400
MOST_TERMS = 6


def fold(text: str) -> str:
    """Lower case without accents, one blank between words: “  Ñandú  Pérez ” becomes “nandu perez”."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in spread if not unicodedata.combining(c)).split())


def search_words(number: str, applicant: str, document: str | None) -> str:
    """What a case is found by."""
    return fold(f"{number} {applicant} {document or ''}")[:LONGEST_WORDS]


def found_by(text: str) -> ColumnElement[bool]:
    """Condition on Case: every word of `text` occurs in its number, applicant or applicant's document."""
    terms = fold(text)[:LONGEST_WORDS].split()[:MOST_TERMS]
    if not terms:
        return true()
    return and_(*(Case.search_words.contains(term, autoescape=True) for term in terms))
