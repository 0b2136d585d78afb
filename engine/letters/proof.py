"""What anyone may know who holds a letter's code: that it was made here, and what its PDF must be like."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendars.jurisdiction import jurisdiction_of
from engine.deployments import blueprint
from engine.letters.codes import read_code
from engine.models import Case, Document, Letter, Office, Procedure, Version


@dataclass(frozen=True, slots=True)
class Proof:
    """A letter as the public may see it: nothing of the applicant, nothing of its content."""

    code: str
    title: str
    number: str
    issued_on: date
    office: str | None
    procedure: str
    sha256: str | None  # of the PDF; None until it is set
    size: int | None  # bytes
    voided_on: date | None = None  # the decision it tells was revoked then


@dataclass(frozen=True, slots=True)
class UnsetLetter:
    """A letter whose PDF is still to come."""

    title: str
    number: str
    issued_on: date


def proof_by_code(session: Session, typed: str) -> Proof | None:
    """The letter with this code, however it was typed; None when no letter has it."""
    code = read_code(typed)
    if code is None:
        return None
    row = session.execute(
        select(Letter, Procedure.name, Office.name, Document.sha256, Document.size, Version.sheet)
        .join(Case, Case.id == Letter.case_id)
        .join(Procedure, Procedure.id == Case.procedure_id)
        .join(Version, Version.id == Case.version_id)
        .outerjoin(Office, Office.id == Letter.office_id)
        .outerjoin(
            Document,
            (Document.case_id == Letter.case_id) & (Document.number == Letter.document),
        )
        .where(Letter.code == code)
    ).first()
    if row is None:
        return None
    letter, procedure, office, sha256, size, sheet = row
    return Proof(
        code=letter.code,
        title=letter.title,
        number=letter.number,
        issued_on=jurisdiction_of(sheet).day_of(letter.issued_at),
        office=office,
        procedure=procedure,
        sha256=sha256,
        size=size,
        voided_on=letter.voided_on,
    )


def unset_letters(session: Session, case: Case) -> list[UnsetLetter]:
    """Letters of a case that are issued and wait to become PDF."""
    rows = session.scalars(
        select(Letter)
        .where(Letter.case_id == case.id, Letter.document.is_(None))
        .order_by(Letter.ordinal)
    )
    place = blueprint(session, case.version_id).place
    return [
        UnsetLetter(letter.title, letter.number, place.day_of(letter.issued_at)) for letter in rows
    ]
