"""A version's letters as they would read: each answer stands as the label of its question, in guillemets."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployments import blueprint
from engine.letters.issuing import letter_context, letter_hand
from engine.models import Case, Procedure, Version
from engine.task_forms import labels


@dataclass(frozen=True, slots=True)
class Sample:
    """A letter with sample values; `words` is clean HTML."""

    name: str
    title: str
    series: str
    after: tuple[str, ...]  # names of the elements that make it
    words: str


def sample_letters(session: Session, version: Version, *, at: datetime) -> list[Sample]:
    """Every letter of a version, in the order of its sheet; nothing is written, no number is taken."""
    plan = blueprint(session, version.id)
    procedure = session.get_one(Procedure, version.procedure_id)
    sheet = session.scalar(select(Version.sheet).where(Version.id == version.id)) or {}
    answers: dict[str, Any] = {
        key: f"«{label}»" for key, label in labels(session, version.id).items() if "." not in key
    }
    day = plan.place.day_of(at)
    samples = []
    for kind in plan.letters.kinds.values():
        elements = [e for e, kinds in plan.letters.after.items() if kind in kinds]
        context = answers | letter_context(
            _sample_case(day),
            procedure,
            sheet,
            number=f"{kind.series}-{day.year}-000000",
            title=kind.title,
            day=day,
            office="«office»",
            person="«person»",
        )
        words = kind.template.html(context, letter_hand(session, version.id, sheet, kind))
        names = tuple(plan.nodes[element].name or element for element in elements)
        samples.append(Sample(kind.name, kind.title, kind.series, names, words))
    return samples


def _sample_case(day: date) -> Case:
    # never added to a session
    return Case(
        number="«case.number»",
        filed_on=day,
        channel="counter",
        applicant_name="«case.applicant.name»",
        applicant_document="«case.applicant.document»",
        applicant_email="«case.applicant.email»",
    )
