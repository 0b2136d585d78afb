"""Expert opinions: an office asks another one, with a term and a reminder; the case stays where it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.calendars import office_calendar
from engine.colleagues.comments import attach, documents_by_number, seen_case
from engine.directory import office_names, people_names
from engine.errors import Conflict, NotFound, Refusal
from engine.events import Happened
from engine.files.store import StoredFile
from engine.models import Case, Document, NotificationKind, Office, Opinion, Person, Role
from engine.notifications import about_case, tell
from engine.people import offices_below
from engine.record.facts import Fact, record
from engine.routing.absence import day_of
from engine.routing.pools import members
from engine.visibility import visible_cases

USUAL_DAYS = 7  # business days for a report (Ley 27444, 132)
MOST_DAYS = 60
REMINDED_BEFORE = 2  # business days
LONGEST = 5000


class QuestionMissing(Refusal):
    """Nobody can answer nothing."""

    sentence = "Write what you want to know from the office."


class AnswerMissing(Refusal):
    """An opinion says something."""

    sentence = "Write the opinion, or attach it and say so."


class TermUnfit(Refusal):
    """Too short or too long."""

    sentence = "Give the office between 1 and {most} business days."


class OpinionClosed(Conflict):
    """It was answered or withdrawn."""

    sentence = "This opinion was answered or withdrawn at {time}. Reload to see it."


class NotAsked(Refusal):
    """Another office was asked."""

    sentence = "This opinion was asked of “{office}”: somebody of that office answers it."
    status = 403


@dataclass(frozen=True, slots=True)
class AskedOpinion:
    """An opinion as it is shown; `is_asker`, `may_answer` and `may_withdraw` are the reader's."""

    opinion: Opinion
    case: Case
    office_name: str
    asked_by: str
    answered_by: str | None
    documents: list[Document]
    is_overdue: bool
    is_asker: bool
    may_answer: bool
    may_withdraw: bool


def ask_opinion(
    session: Session,
    case_id: int,
    office_id: int,
    question: str,
    *,
    days: int = USUAL_DAYS,
    token: int | None = None,
    by: Person,
    at: datetime,
) -> Opinion:
    """Ask an office, in so many business days of its calendar; its people are told, and may see the case.

    Raises NotFound, QuestionMissing, TermUnfit.
    """
    question = question.strip()[:LONGEST]
    if not question:
        raise QuestionMissing
    if not 1 <= days <= MOST_DAYS:
        raise TermUnfit(most=MOST_DAYS)
    office = session.get(Office, office_id)
    if office is None:
        raise NotFound(what="office", name=office_id)
    case = seen_case(session, case_id, by)
    calendar = office_calendar(session, office_id)
    today = calendar.day_of(at)
    due_on = calendar.business_day_after(today, days)
    last = session.scalar(select(func.max(Opinion.number)).where(Opinion.case_id == case_id))
    opinion = Opinion(
        case_id=case_id,
        number=(last or 0) + 1,
        token=token,
        office_id=office_id,
        question=question,
        asked_by_id=by.id,
        asked_at=at,
        due_on=due_on,
        remind_on=calendar.business_day_after(today, days - REMINDED_BEFORE)
        if days > REMINDED_BEFORE
        else None,
        documents=[],
    )
    session.add(opinion)
    data = {"number": opinion.number, "question": question[:500], "due": due_on.isoformat()}
    fact = Fact(Happened.OPINION_ASKED, token=token, office_id=office_id, data=data)
    record(session, case, [fact], by=by, at=at)
    about = about_case(case, token=token, words=question)
    tell(session, NotificationKind.OPINION_ASKED, _people(session, office_id), about, by=by, at=at)
    return opinion


def answer_opinion(
    session: Session,
    case_id: int,
    number: int,
    answer: str,
    *,
    files: Iterable[StoredFile] = (),
    by: Person,
    at: datetime,
) -> Opinion:
    """Give the opinion, as somebody of the office that was asked. NotFound, NotAsked, OpinionClosed, AnswerMissing."""
    case, opinion = _open(session, case_id, number, by)
    if not may_answer(session, opinion, by):
        office = session.get_one(Office, opinion.office_id)
        raise NotAsked(office=office.name)
    answer, files = answer.strip()[:LONGEST], list(files)
    if not answer:
        raise AnswerMissing
    added = attach(session, case, files, origin="opinion", token=opinion.token, by=by, at=at)
    opinion.answer, opinion.answered_by_id, opinion.closed_at = answer, by.id, at
    opinion.documents, opinion.remind_on = [document.number for document in added], None
    data = {"number": number, "answer": answer[:500]}
    fact = Fact(
        Happened.OPINION_ANSWERED, token=opinion.token, office_id=opinion.office_id, data=data
    )
    record(session, case, [fact], by=by, at=at)
    about = about_case(case, token=opinion.token, words=answer)
    tell(session, NotificationKind.OPINION_ANSWERED, [opinion.asked_by_id], about, by=by, at=at)
    return opinion


def withdraw_opinion(
    session: Session, case_id: int, number: int, reason: str, *, by: Person, at: datetime
) -> Opinion:
    """It is no longer needed; who asked says so, or a manager. NotFound, OpinionClosed."""
    case, opinion = _open(session, case_id, number, by)
    if not _may_withdraw(opinion, by):
        raise NotFound(what="opinion", name=number)
    opinion.closed_at, opinion.remind_on = at, None
    data = {"number": number, "reason": reason.strip()[:500]}
    fact = Fact(
        Happened.OPINION_WITHDRAWN, token=opinion.token, office_id=opinion.office_id, data=data
    )
    record(session, case, [fact], by=by, at=at)
    return opinion


def opinions_of(
    session: Session, person: Person, case: Case, *, at: datetime
) -> list[AskedOpinion]:
    """The opinions asked in a case the person may see, the oldest first."""
    rows = session.scalars(
        select(Opinion).where(Opinion.case_id == case.id).order_by(Opinion.number)
    ).all()
    return _shown(session, person, rows, at) if rows else []


def opinions_wanted(session: Session, person: Person, *, at: datetime) -> list[AskedOpinion]:
    """Opinions that the person's offices still owe, the first due first."""
    if not person.office_ids:
        return []
    rows = session.scalars(
        select(Opinion)
        .where(Opinion.office_id.in_(person.office_ids), Opinion.closed_at.is_(None))
        .order_by(Opinion.due_on, Opinion.case_id, Opinion.number)
        .limit(100)
    ).all()
    return _shown(session, person, rows, at) if rows else []


def opinion_of(
    session: Session, person: Person, case_id: int, number: int, *, at: datetime
) -> AskedOpinion:
    """One opinion of a case the person may see; NotFound."""
    seen = session.scalar(select(Case).where(Case.id == case_id, visible_cases(person)))
    found = session.get(Opinion, (case_id, number))
    if seen is None or found is None:
        raise NotFound(what="opinion", name=number)
    return _shown(session, person, [found], at)[0]


def may_answer(session: Session, opinion: Opinion, person: Person) -> bool:
    """Whether the person works in the office that was asked, or is in charge of it; who only draws procedures there
    does not speak for it.
    """
    if not person.has_role(Role.CIVIL_SERVANT, Role.MANAGER, Role.OPERATOR):
        return False
    if opinion.office_id in person.office_ids:
        return True
    below = person.has_role(Role.MANAGER) and person.office_ids
    return bool(below) and opinion.office_id in set(
        session.scalars(offices_below(person.office_ids))
    )


def remind(session: Session, *, at: datetime, limit: int = 100) -> int:
    """Tell offices whose opinion is due soon; how many opinions. Run by the worker now and then."""
    today = day_of(at)
    rows = session.scalars(
        select(Opinion)
        .where(Opinion.closed_at.is_(None), Opinion.remind_on <= today)
        .order_by(Opinion.remind_on)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for opinion in rows:
        case = session.get_one(Case, opinion.case_id)
        about = about_case(case, token=opinion.token, words=opinion.question)
        people = [*_people(session, opinion.office_id), opinion.asked_by_id]
        tell(session, NotificationKind.OPINION_DUE, people, about, by=None, at=at)
        opinion.remind_on = None
    session.flush()
    return len(rows)


def _open(session: Session, case_id: int, number: int, by: Person) -> tuple[Case, Opinion]:
    case = seen_case(session, case_id, by)
    opinion = session.get(Opinion, (case_id, number), populate_existing=True)
    if opinion is None:
        raise NotFound(what="opinion", name=number)
    if opinion.closed_at is not None:
        raise OpinionClosed(time=opinion.closed_at.strftime("%H:%M"), at=opinion.closed_at)
    return case, opinion


def _may_withdraw(opinion: Opinion, person: Person) -> bool:
    return opinion.asked_by_id == person.id or person.has_role(Role.MANAGER, Role.OPERATOR)


def _people(session: Session, office_id: int) -> list[int]:
    return [person.id for person in members(session, office_id, None)]


def _shown(
    session: Session, person: Person, rows: Iterable[Opinion], at: datetime
) -> list[AskedOpinion]:
    rows = list(rows)
    wanted = {row.case_id for row in rows}
    cases = {one.id: one for one in session.scalars(select(Case).where(Case.id.in_(wanted)))}
    offices = office_names(session, [row.office_id for row in rows])
    names = people_names(
        session, [one for row in rows for one in (row.asked_by_id, row.answered_by_id)]
    )
    today: date = day_of(at)
    files = {
        one: documents_by_number(session, cases[one])
        for one in {row.case_id for row in rows if row.documents}
    }
    return [
        AskedOpinion(
            opinion=row,
            case=cases[row.case_id],
            office_name=offices[row.office_id],
            asked_by=names.get(row.asked_by_id, "–"),
            answered_by=names.get(row.answered_by_id or 0),
            documents=[
                files[row.case_id][one] for one in row.documents if one in files[row.case_id]
            ],
            is_overdue=row.closed_at is None and row.due_on < today,
            is_asker=row.asked_by_id == person.id,
            may_answer=row.closed_at is None and may_answer(session, row, person),
            may_withdraw=row.closed_at is None and _may_withdraw(row, person),
        )
        for row in rows
    ]
