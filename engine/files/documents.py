"""Documents of a case: each file that comes into it gets a number in sequence, and its hash is kept in the facts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.events import Happened
from engine.files.store import StoredFile, files_within
from engine.models import Case, Document, Person
from engine.record.facts import Fact, record


def attach_files(
    session: Session,
    case: Case,
    answers: Mapping[str, Any],
    *,
    element_id: str | None,
    token: int | None,
    by: Person | None,
    at: datetime,
) -> list[Document]:
    """Make documents of the files that answers name, those that the case has already left out.

    The case's row must be held by this transaction.
    """
    brought = [(field, file) for field, value in answers.items() for file in files_within(value)]
    if not brought:
        return []
    known = set(session.scalars(select(Document.sha256).where(Document.case_id == case.id)))
    documents, facts = [], []
    for field, file in brought:
        if file.sha256 in known:
            continue
        known.add(file.sha256)
        origin = "applicant" if token is None else "task"
        document = add_document(
            session, case, file, origin=origin, field=field, token=token, by=by, at=at
        )
        documents.append(document)
        facts.append(document_fact(document, element_id=element_id))
    record(session, case, facts, by=by, at=at)
    return documents


def add_document(
    session: Session,
    case: Case,
    file: StoredFile,
    *,
    origin: str,
    field: str | None = None,
    token: int | None = None,
    by: Person | None,
    at: datetime,
) -> Document:
    """The file as the next document of a case whose row this transaction holds; the caller records the fact."""
    last = session.scalar(select(func.max(Document.number)).where(Document.case_id == case.id))
    document = Document(
        case_id=case.id,
        number=(last or 0) + 1,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        origin=origin,
        token=token,
        field=field,
        added_by_id=None if by is None else by.id,
        added_at=at,
    )
    session.add(document)
    session.flush()
    return document


def document_fact(
    document: Document, *, element_id: str | None = None, office_id: int | None = None, **more: Any
) -> Fact:
    """The fact that a document came into its case; `more` is what else its origin has to say."""
    data = {
        "number": document.number,
        "name": document.name,
        "sha256": document.sha256,
        "size": document.size,
        "origin": document.origin,
        **more,
    }
    return Fact(
        Happened.DOCUMENT_ADDED, element_id, token=document.token, office_id=office_id, data=data
    )
