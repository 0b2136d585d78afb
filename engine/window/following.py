"""A case as its applicant follows it: how far it is, who has it, what comes next; offices are named, never persons."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from engine import feel, history
from engine.deployments import blueprint
from engine.errors import NotFound, Refusal
from engine.models import Case, CaseStatus, Document, Letter, Office, Task, TaskStatus
from engine.terms.appeals import last_day, may_appeal, may_complain
from engine.terms.clock import term_of
from engine.terms.offered import offered
from engine.terms.view import ClockFile, StatedNotice, clock_file
from engine.visibility import shown_case
from engine.window.offers import sheet_of

# what the office wrote for itself stays with the office
SHOWN_ORIGINS = ("applicant", "letter", "registry")


@dataclass(frozen=True, slots=True)
class Milestone:
    """A step of the way as the sheet tells it."""

    name: str
    is_reached: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What the office does next, and which office."""

    name: str
    office: str | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Followed:
    """Everything an applicant is told about a case."""

    case: Case
    milestones: tuple[
        Milestone, ...
    ]  # the sheet's own; that it was received and has ended goes without saying
    steps: tuple[Step, ...]
    documents: tuple[Document, ...]
    unset_letters: tuple[str, ...]  # titles of letters whose PDF is still to come
    voided: Mapping[int, date]  # number of a letter's document → when it lost its effect

    @property
    def is_over(self) -> bool:
        return self.case.status not in (CaseStatus.OPEN, CaseStatus.SUSPENDED)


def followed(session: Session, case_id: int) -> Followed:
    """The case as its applicant may see it; whoever calls has made sure that it is them. NotFound."""
    case = session.scalar(
        select(Case).where(shown_case(case_id)).options(joinedload(Case.procedure, innerjoin=True))
    )
    if case is None:
        raise NotFound(what="case", name=case_id)
    unset = session.scalars(
        select(Letter.title)
        .where(Letter.case_id == case_id, Letter.document.is_(None))
        .order_by(Letter.ordinal)
    )
    return Followed(
        case,
        _milestones(session, case),
        _steps(session, case),
        _documents(session, case),
        tuple(unset),
        _voided(session, case_id),
    )


@dataclass(frozen=True, slots=True)
class Fileable:
    """An appeal that may be filed today, and until when; None: for as long as nobody answers."""

    kind: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Deeds:
    """What the applicant can do now, by the law's clock."""

    notice: StatedNotice | None  # to be corrected
    is_withdrawable: bool
    appeals: tuple[Fileable, ...]
    may_complain: bool


def deeds(session: Session, case: Case, *, at: datetime) -> tuple[Deeds, ClockFile | None]:
    """What the applicant can do, and how the clock stands (None: no term applies)."""
    is_open = case.status in (CaseStatus.OPEN, CaseStatus.SUSPENDED)
    file = clock_file(session, case, at=at)
    if file is None:
        return Deeds(None, is_open, (), False), None
    term = term_of(session, case)
    known = {} if term is None else offered(session, case, term)
    appeals = tuple(
        Fileable(one.kind, last_day(session, case, one))
        for one in known.values()
        if may_appeal(session, case, one, at=at)
    )
    is_notified = file.view.notified_on is not None
    is_complaint_open = may_complain(session, case, at=at)
    return Deeds(file.open_notice, is_open and not is_notified, appeals, is_complaint_open), file


def element_names(session: Session, case: Case) -> dict[str, str]:
    """What the elements of the case's diagram are called, for those an appeal sends it back to."""
    nodes = blueprint(session, case.version_id).nodes
    return {one: node.name or one for one, node in nodes.items()}


def shown_document(session: Session, case_id: int, number: int) -> Document:
    """A document of the case that its applicant may have; NotFound."""
    document = session.get(Document, (case_id, number))
    if document is None or document.origin not in SHOWN_ORIGINS:
        raise NotFound(what="document", name=number)
    return document


def _milestones(session: Session, case: Case) -> tuple[Milestone, ...]:
    told = sheet_of(session, case.version_id).raw.get("milestones")
    wanted = [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []
    if not wanted:
        return ()
    standing = set(history.positions(session, case))
    # Where it stood when it was withdrawn, cancelled or moved was never done.
    passed = history.way(session, case) - standing - _never_done(session, case)
    known = history.variables(session, case)
    return tuple(
        Milestone(str(one.get("name", "")), not passed.isdisjoint(_texts(one.get("after"))))
        for one in wanted
        if _applies(one.get("applies_if"), known)
    )


def _never_done(session: Session, case: Case) -> set[str]:
    rows = session.execute(
        select(Task.element_id, Task.status).where(
            Task.case_id == case.id, Task.status != TaskStatus.OPEN
        )
    ).all()
    done = {row.element_id for row in rows if row.status == TaskStatus.COMPLETED}
    return {row.element_id for row in rows} - done


def _steps(session: Session, case: Case) -> tuple[Step, ...]:
    rows = session.execute(
        select(Task.name, Office.name, Task.due_at)
        .outerjoin(Office, Office.id == Task.office_id)
        .where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)
        .order_by(Task.opened_at, Task.token)
    )
    return tuple(Step(*row) for row in rows)


def _documents(session: Session, case: Case) -> tuple[Document, ...]:
    return tuple(
        session.scalars(
            select(Document)
            .where(Document.case_id == case.id, Document.origin.in_(SHOWN_ORIGINS))
            .order_by(Document.number)
        )
    )


def _voided(session: Session, case_id: int) -> dict[int, date]:
    rows = session.execute(
        select(Letter.document, Letter.voided_on).where(
            Letter.case_id == case_id, Letter.voided_on.is_not(None), Letter.document.is_not(None)
        )
    )
    return {row.document: row.voided_on for row in rows}


def _applies(condition: object, known: Mapping[str, object]) -> bool:
    if not isinstance(condition, str) or not condition:
        return True
    try:
        # What is not known yet may still come.
        return feel.evaluate(condition, known) is not False
    except Refusal:
        return True


def _texts(said: object) -> list[str]:
    several = said if isinstance(said, list) else [said]
    return [one for one in several if isinstance(one, str)]
