"""The sample checked after approval: so many per cent of a half-year's approvals, and everyone on the risk list (32).

Drawn so that anyone can draw it again: the cases whose sha256 of “seed:number” in hexadecimal digits comes first.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.errors import Conflict, NotFound, Refusal
from engine.events import Happened
from engine.models import (
    Case,
    CaseTerm,
    ExpostCheck,
    ExpostSample,
    ListedRisk,
    Person,
    Procedure,
    Role,
)
from engine.people import offices_below
from engine.progress import lock
from engine.record.facts import Fact, record
from engine.terms.law import law_of


class HalfYearUnknown(Refusal):
    """A half-year is written with its number."""

    sentence = "“{text}” is no half-year. Write it as 2026-1 or 2026-2."


class HalfYearNotOver(Refusal):
    """The population is not complete before."""

    sentence = "The half-year {half_year} ends on {day}. The sample is drawn after that."


class SampleDrawn(Conflict):
    """A sample is drawn once: drawing until it pleases would be no sample."""

    sentence = (
        "The sample of {half_year} was drawn on {day} with the seed {seed}. It is drawn once."
    )


@dataclass(frozen=True, slots=True)
class SampledCase:
    """A case to be checked, with what was found so far."""

    case_id: int
    number: str
    applicant_name: str
    approved_on: date | None
    is_risk: bool
    found: str | None
    note: str | None
    checked_by: str | None


def half_year_of(day: date) -> str:
    """2026-1 or 2026-2."""
    return f"{day.year}-{1 if day.month <= 6 else 2}"


def half_year_days(text: str) -> tuple[date, date]:
    """First and last day of a half-year; HalfYearUnknown."""
    year, _, half = text.partition("-")
    if not (len(year) == 4 and year.isascii() and year.isdigit() and half in ("1", "2")):
        raise HalfYearUnknown(text=text[:20])
    number = int(year)
    if not 1900 <= number <= 2200:
        raise HalfYearUnknown(text=text[:20])
    if half == "1":
        return date(number, 1, 1), date(number, 6, 30)
    return date(number, 7, 1), date(number, 12, 31)


def sample_size(population: int, share: int, most: int) -> int:
    """`min(most, ceil(share % · population))`, in whole numbers."""
    return min(most, -(-population * share // 100))


def drawn(numbers: list[str], seed: str, size: int) -> list[str]:
    """The case numbers drawn: those whose hash with the seed comes first."""
    return sorted(numbers, key=lambda number: _rank(seed, number))[:size]


def draw_sample(
    session: Session,
    procedure: Procedure,
    half_year: str,
    *,
    seed: str | None = None,
    by: Person | None,
    at: datetime,
) -> ExpostSample:
    """Draw the sample of a procedure's approvals in a half-year that is over; `seed` is made where none is given.

    Raises HalfYearUnknown, HalfYearNotOver, SampleDrawn.
    """
    first, last = half_year_days(half_year)
    rows = session.execute(
        select(Case.id, Case.number, Case.applicant_document, CaseTerm.jurisdiction)
        .join(CaseTerm, CaseTerm.case_id == Case.id)
        .where(Case.procedure_id == procedure.id, CaseTerm.approved_on.between(first, last))
        .order_by(Case.number)
    ).all()
    law = law_of(rows[0].jurisdiction if rows else "PE")
    if law.place.day_of(at) <= last:
        raise HalfYearNotOver(half_year=half_year, day=last)
    earlier = session.get(ExpostSample, (procedure.id, half_year))
    if earlier is not None:
        raise SampleDrawn(
            half_year=half_year,
            day=law.place.day_of(earlier.drawn_at),
            seed=earlier.seed,
        )
    seed = (seed or "").strip()[:40] or secrets.token_hex(8)
    size = sample_size(len(rows), law.sample_share, law.sample_most)
    chosen = set(drawn([row.number for row in rows], seed, size))
    listed = set(session.scalars(select(ListedRisk.document)))
    sample = ExpostSample(
        procedure_id=procedure.id,
        half_year=half_year,
        seed=seed,
        population=len(rows),
        size=size,
        drawn_by_id=None if by is None else by.id,
        drawn_at=at,
    )
    session.add(sample)
    for row in rows:
        is_risk = row.applicant_document in listed
        if row.number in chosen or is_risk:
            session.add(
                ExpostCheck(
                    procedure_id=procedure.id,
                    half_year=half_year,
                    case_id=row.id,
                    is_risk=is_risk and row.number not in chosen,
                )
            )
    session.flush()
    return sample


def sample_of(session: Session, procedure: Procedure, half_year: str) -> ExpostSample | None:
    """The sample of a half-year, if it was drawn."""
    half_year_days(half_year)
    return session.get(ExpostSample, (procedure.id, half_year))


def checked_procedures(session: Session, person: Person) -> list[Procedure]:
    """The procedures whose approvals the person may have checked: an operator all, a manager those of own offices."""
    asked = select(Procedure).order_by(Procedure.name)
    if not person.has_role(Role.OPERATOR):
        if not person.has_role(Role.MANAGER) or not person.office_ids:
            return []
        asked = asked.where(Procedure.office_id.in_(offices_below(person.office_ids)))
    return list(session.scalars(asked))


def checked_procedure(session: Session, person: Person, key: str) -> Procedure:
    """The procedure with this key; NotFound unless the person may have it checked."""
    found = next((one for one in checked_procedures(session, person) if one.key == key), None)
    if found is None:
        raise NotFound(what="procedure", name=key[:80])
    return found


def samples_of(session: Session, person: Person) -> list[tuple[Procedure, ExpostSample]]:
    """Every sample drawn that the person may see, the newest half-year first."""
    mine = [one.id for one in checked_procedures(session, person)]
    rows = session.execute(
        select(Procedure, ExpostSample)
        .join(ExpostSample, ExpostSample.procedure_id == Procedure.id)
        .where(Procedure.id.in_(mine))
        .order_by(ExpostSample.half_year.desc(), Procedure.name)
    )
    return [(row[0], row[1]) for row in rows]


def sampled_cases(session: Session, sample: ExpostSample) -> list[SampledCase]:
    """The cases of a sample by number, those of the risk list last."""
    rows = session.execute(
        select(ExpostCheck, Case, CaseTerm.approved_on, Person.full_name)
        .join(Case, Case.id == ExpostCheck.case_id)
        .join(CaseTerm, CaseTerm.case_id == ExpostCheck.case_id)
        .outerjoin(Person, Person.id == ExpostCheck.checked_by_id)
        .where(
            ExpostCheck.procedure_id == sample.procedure_id,
            ExpostCheck.half_year == sample.half_year,
        )
        .order_by(ExpostCheck.is_risk, Case.number)
    )
    return [
        SampledCase(
            case.id,
            case.number,
            case.applicant_name,
            approved_on,
            check.is_risk,
            check.found,
            check.note,
            full_name,
        )
        for check, case, approved_on, full_name in rows
    ]


def record_check(
    session: Session,
    sample: ExpostSample,
    case_id: int,
    *,
    is_true: bool,
    note: str,
    by: Person | None,
    at: datetime,
) -> ExpostCheck:
    """What checking a case found; kept with the case. NotFound for a case that is not in the sample."""
    case = lock(session, case_id)
    check = session.get(ExpostCheck, (sample.procedure_id, sample.half_year, case_id))
    if check is None:
        raise NotFound(what="case in the sample", name=case.number)
    check.found, check.note = ("true" if is_true else "false"), note.strip()[:2000] or None
    check.checked_by_id, check.checked_at = None if by is None else by.id, at
    data = {"found": check.found, "half_year": sample.half_year}
    if check.note:
        data["reason"] = check.note
    record(session, case, [Fact(Happened.EXPOST_CHECKED, data=data)], by=by, at=at)
    return check


def list_risk(
    session: Session, document: str, reason: str, *, by: Person | None, at: datetime
) -> ListedRisk:
    """Whoever has this document is checked after every approval."""
    if not document.strip() or not reason.strip():
        raise RiskUnexplained
    risk = session.get(ListedRisk, document.strip()[:40])
    if risk is None:
        risk = ListedRisk(document=document.strip()[:40])
        session.add(risk)
    risk.reason = reason.strip()[:2000]
    risk.listed_by_id, risk.listed_at = None if by is None else by.id, at
    session.flush()
    return risk


def unlist_risk(session: Session, document: str) -> None:
    """The document is no longer on the risk list."""
    session.execute(delete(ListedRisk).where(ListedRisk.document == document))


def listed_risks(session: Session) -> list[ListedRisk]:
    """The risk list, by document."""
    return list(session.scalars(select(ListedRisk).order_by(ListedRisk.document)))


class RiskUnexplained(Refusal):
    """Nobody is listed without a reason."""

    sentence = "Write the document and why its holder is on the risk list: the reason is kept."


def _rank(seed: str, number: str) -> str:
    return hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()
