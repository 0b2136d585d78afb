"""Codes that open a draft or a case to whoever holds them: eighty bits of chance, of which only a hash is kept."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.letters.codes import ALPHABET, typed_code
from engine.models import Case, CaseAccess
from engine.search import fold

LENGTH = 16


def new_holder_code() -> str:
    """A code nobody can guess, without its hyphens."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_holder_code(text: str) -> str | None:
    """The code that somebody typed, with or without hyphens, in any case; None for what can be none."""
    return typed_code(text, LENGTH)


def code_hash(code: str) -> str:
    """What is kept of a code. A plain hash is enough: nobody tries out eighty bits."""
    return hashlib.sha256(b"holder:" + code.encode()).hexdigest()


def same_document(typed: str, kept: str | None) -> bool:
    """Whether two identity or tax numbers are the same but for blanks, points and hyphens; an empty one is none."""
    one, other = _digits(typed), _digits(kept or "")
    return bool(one) and secrets.compare_digest(one.encode(), other.encode())


def case_of_holder(session: Session, code: str, document: str) -> int | None:
    """The id of the case that this code opens to who has this document number; None, whatever is wrong."""
    row = session.execute(
        select(Case.id, Case.applicant_document)
        .join(CaseAccess, CaseAccess.case_id == Case.id)
        .where(CaseAccess.code_hash == code_hash(code))
    ).first()
    # Both are compared in every case, so that time does not tell which was wrong.
    is_same = same_document(document, row.applicant_document if row else "–")
    return row.id if row is not None and is_same else None


def is_still_held(session: Session, case_id: int, *, since: datetime) -> bool:
    """Whether no other code was given out for the case since somebody showed theirs."""
    issued_at = session.scalar(select(CaseAccess.issued_at).where(CaseAccess.case_id == case_id))
    return issued_at is None or issued_at <= since


def give_code(session: Session, case_id: int, code: str, *, at: datetime) -> None:
    """This code opens the case from now on, and no earlier one does."""
    access = session.get(CaseAccess, case_id, with_for_update=True)
    if access is None:
        session.add(CaseAccess(case_id=case_id, code_hash=code_hash(code), issued_at=at))
    else:
        access.code_hash, access.issued_at = code_hash(code), at
    session.flush()


def _digits(text: str) -> str:
    return "".join(letter for letter in fold(text) if letter.isalnum())
