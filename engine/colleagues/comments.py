"""Comments on a case: for all who work on it, or a note for the author's offices; with mentions and documents."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import NotFound, Refusal
from engine.events import Happened
from engine.files.documents import add_document, document_fact
from engine.files.store import StoredFile
from engine.models import Case, Comment, Document, NotificationKind, Person, Role
from engine.notifications import about_case, tell
from engine.progress import lock
from engine.record.facts import Fact, record
from engine.visibility import visible_cases

LONGEST = 5000
MOST_MENTIONED = 20
_MENTION = re.compile(r"(?<![\w@.])@([\w][\w.\-]{0,119})")


class CommentEmpty(Refusal):
    """Nothing was written."""

    sentence = "Write what you want to say."


class CommentTooLong(Refusal):
    """More than a comment."""

    sentence = "A comment has at most {limit} characters. Attach a document for more."


@dataclass(frozen=True, slots=True)
class Said:
    """A comment as it is shown."""

    number: int
    text: str
    is_note: bool
    is_for_reader: bool  # they wrote it, or it mentions them
    by_name: str
    at: datetime
    documents: list[Document]


@dataclass(frozen=True, slots=True)
class Commented:
    """A new comment; `unknown` were mentioned but are nobody, or do not see the case."""

    comment: Comment
    told: int
    unknown: list[str]


def add_comment(
    session: Session,
    case_id: int,
    text: str,
    *,
    is_note: bool = False,
    token: int | None = None,
    files: Iterable[StoredFile] = (),
    by: Person,
    at: datetime,
) -> Commented:
    """Write a comment on a case one may see, with files; people mentioned as @name who see the case are told.

    Raises NotFound, CommentEmpty, CommentTooLong.
    """
    text = text.replace("\r\n", "\n").strip()
    files = list(files)
    if not text and not files:
        raise CommentEmpty
    if len(text) > LONGEST:
        raise CommentTooLong(limit=LONGEST)
    case = seen_case(session, case_id, by)
    documents = attach(session, case, files, origin="comment", token=token, by=by, at=at)
    last = session.scalar(select(func.max(Comment.number)).where(Comment.case_id == case_id))
    comment = Comment(
        case_id=case_id,
        number=(last or 0) + 1,
        token=token,
        text=text,
        is_note=is_note,
        offices=sorted(by.office_ids),
        documents=[document.number for document in documents],
        by_id=by.id,
        at=at,
    )
    session.add(comment)
    # The words stay out of the facts: a record that everybody reads is no place for a note.
    data = {"number": comment.number, "is_note": is_note}
    record(session, case, [Fact(Happened.COMMENT_ADDED, token=token, data=data)], by=by, at=at)
    people, unknown = _mentioned(session, case, text, comment)
    about = about_case(case, token=token, words=text)
    told = tell(session, NotificationKind.MENTIONED, people, about, by=by, at=at)
    return Commented(comment, told, unknown)


def comments(session: Session, person: Person, case: Case) -> list[Said]:
    """The comments of a case the person may see, the oldest first; notes of other offices are left out, and an
    applicant who is nothing else reads none.
    """
    if not person.has_role(Role.CIVIL_SERVANT, Role.ANALYST, Role.MANAGER, Role.OPERATOR):
        return []
    rows = session.execute(
        select(Comment, Person.full_name)
        .join(Person, Person.id == Comment.by_id)
        .where(Comment.case_id == case.id)
        .order_by(Comment.number)
    ).all()
    files = documents_by_number(session, case)
    return [
        Said(
            number=comment.number,
            text=comment.text,
            is_note=comment.is_note,
            is_for_reader=comment.by_id == person.id or person.name in _names_in(comment.text),
            by_name=name,
            at=comment.at,
            documents=[files[number] for number in comment.documents if number in files],
        )
        for comment, name in rows
        if not comment.is_note or comment.by_id == person.id or _shares(comment, person)
    ]


def seen_case(session: Session, case_id: int, by: Person) -> Case:
    """The case, its row held; NotFound unless the person may see it and works here."""
    seen = session.scalar(select(Case.id).where(Case.id == case_id, visible_cases(by)))
    if seen is None or not by.has_role(
        Role.CIVIL_SERVANT, Role.ANALYST, Role.MANAGER, Role.OPERATOR
    ):
        raise NotFound(what="case", name=case_id)
    return lock(session, case_id)


def attach(
    session: Session,
    case: Case,
    files: Iterable[StoredFile],
    *,
    origin: str,
    token: int | None,
    by: Person,
    at: datetime,
) -> list[Document]:
    """Make documents of files of a case whose row is held, with their facts."""
    added = [
        add_document(session, case, file, origin=origin, token=token, by=by, at=at)
        for file in files
    ]
    record(session, case, [document_fact(document) for document in added], by=by, at=at)
    return added


def documents_by_number(session: Session, case: Case) -> dict[int, Document]:
    """The documents of a case by their number."""
    rows = session.scalars(select(Document).where(Document.case_id == case.id))
    return {document.number: document for document in rows}


def _shares(comment: Comment, person: Person) -> bool:
    return person.has_role(Role.OPERATOR) or bool(set(comment.offices) & set(person.office_ids))


def _names_in(text: str) -> list[str]:
    return list(dict.fromkeys(name.rstrip(".-") for name in _MENTION.findall(text)))


def _mentioned(
    session: Session, case: Case, text: str, comment: Comment
) -> tuple[list[int], list[str]]:
    names = _names_in(text)
    if not names:
        return [], []
    rows = session.scalars(
        select(Person).where(Person.name.in_(names[:MOST_MENTIONED]), Person.is_active)
    ).all()
    found, told = [], set()
    for person in rows:
        sees = session.scalar(select(Case.id).where(Case.id == case.id, visible_cases(person)))
        if sees is not None and (not comment.is_note or _shares(comment, person)):
            found.append(person.id)
            told.add(person.name)
    return found, [name for name in names if name not in told]
