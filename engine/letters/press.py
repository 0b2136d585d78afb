"""The press: what the worker does for a letter. Sets it as PDF outside of any transaction, keeps it, records it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO

from sqlalchemy import select, update
from sqlalchemy.orm import Session, undefer

from engine.calendars.jurisdiction import jurisdiction_of
from engine.database import Database
from engine.files.documents import add_document, document_fact
from engine.files.store import FileStore, StoredFile
from engine.letters.letterhead import Issued, letter_page, letterhead_of
from engine.letters.print_shop import typeset_apart
from engine.models import Case, Document, Job, JobKind, Letter, Office, Procedure, Version
from engine.record.facts import record

ORIGIN = "letter"  # of a document


class LetterPress:
    """Called by the worker with a job; doing the same job again changes nothing.

    `check_url` is the address of the page that checks codes, as people reach it from outside.
    """

    def __init__(
        self, database: Database, files: FileStore, clock: Callable[[], datetime], check_url: str
    ) -> None:
        self.database = database
        self.files = files
        self.clock = clock
        self.check_url = check_url.rstrip("/")

    def __call__(self, job: Job) -> None:
        """Set the letter and add it to the documents of its case; TypesettingMissing, NothingToRead."""
        assert job.case_id is not None
        case_id, ordinal = job.case_id, int(job.payload["ordinal"])
        with self.database.reading() as session:
            waiting = self._page(session, case_id, ordinal)
        if waiting is None:
            return
        page, logo, name = waiting
        stored = self.files.put(BytesIO(typeset_apart(page, logo)), name)
        at = self.clock()
        self.database.write(lambda session: add_pdf(session, case_id, ordinal, stored, at=at))

    def _page(
        self, session: Session, case_id: int, ordinal: int
    ) -> tuple[str, bytes | None, str] | None:
        row = session.execute(
            select(Letter, Case.number, Version.sheet, Procedure.office_id)
            .join(Case, Case.id == Letter.case_id)
            .join(Version, Version.id == Case.version_id)
            .join(Procedure, Procedure.id == Case.procedure_id)
            .where(Letter.case_id == case_id, Letter.ordinal == ordinal)
            .options(undefer(Letter.words))
        ).first()
        if row is None or row[0].words is None:
            return None  # set already
        letter: Letter = row[0]
        office = None if letter.office_id is None else session.get(Office, letter.office_id)
        entity = _topmost(session, letter.office_id or row.office_id) or ""
        head = letterhead_of(row.sheet or {}, entity, None if office is None else office.name)
        issued = Issued(
            title=letter.title,
            number=letter.number,
            case_number=row.number,
            issued_on=jurisdiction_of(row.sheet).day_of(letter.issued_at),
            issued_at=letter.issued_at,
            code=letter.code,
            check_url=self.check_url,
            language=letter.language,
        )
        return (
            letter_page(row[0].words, head, issued),
            head.logo,
            f"{letter.title} {letter.number}.pdf",
        )


def add_pdf(
    session: Session, case_id: int, ordinal: int, stored: StoredFile, *, at: datetime
) -> Document | None:
    """The PDF becomes a document of the case, with its hash in the facts; None when it is one already."""
    case = session.scalars(
        select(Case)
        .where(Case.id == case_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    letter = session.get(Letter, (case_id, ordinal), with_for_update=True, populate_existing=True)
    if letter is None or letter.document is not None:
        return None
    document = add_document(session, case, stored, origin=ORIGIN, field=letter.name, by=None, at=at)
    # The PDF is the letter now.
    letter.document, letter.words = document.number, None
    fact = document_fact(
        document,
        element_id=letter.element_id,
        office_id=letter.office_id,
        letter=ordinal,
        letter_number=letter.number,
    )
    record(session, case, [fact], by=None, at=at)
    return document


def print_at_leisure(session: Session, *, every: timedelta, at: datetime) -> int:
    """Spread the letters that wait, the newest first, so that many at once leave room for other work; how many."""
    waiting = session.scalars(
        select(Job.id)
        .where(Job.kind == JobKind.LETTER.value, ~Job.is_dead)
        .order_by(Job.run_at.desc(), Job.id)
    ).all()
    if waiting:
        later = [
            {"id": job_id, "run_at": at + every * place} for place, job_id in enumerate(waiting)
        ]
        session.execute(update(Job), later)
    return len(waiting)


def _topmost(session: Session, office_id: int | None) -> str | None:
    """The name of the office above all others that this one belongs to: the entity itself."""
    name, seen = None, set[int]()
    while office_id is not None and office_id not in seen:
        seen.add(office_id)
        office = session.get(Office, office_id)
        if office is None:
            break
        name, office_id = office.name, office.parent_id
    return name
