"""Questions to registries about a case: asked with the applicant's consent, by the worker, and told to everybody."""

from collections.abc import Callable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.connectors.registry import Found, Question, Registry, RegistryUnreachable
from engine.database import Database
from engine.events import Happened
from engine.files.documents import add_document, document_fact
from engine.files.store import FileStore, StoredFile
from engine.jobs import MOST_ATTEMPTS, NewJob, enqueue_all
from engine.models import Case, InquiryStatus, Job, JobKind, Person, RegistryInquiry
from engine.progress import lock
from engine.record.facts import Fact, record
from engine.sheet import Requirement

ORIGIN = "registry"  # of a document


def ask_registries(
    session: Session,
    case: Case,
    wanted: Mapping[str, Requirement],
    agreed: Mapping[str, Mapping[str, Any]],
    *,
    by: Person | None,
    at: datetime,
) -> None:
    """Keep what the applicant agreed to or declared, and leave the questions for the worker.

    `agreed`: key of a requirement → `ask`, `statement`, `at`. The case row must be held.
    """
    facts, jobs = [], []
    for key, said in agreed.items():
        one = wanted[key]
        may_ask = said.get("ask") is True
        status = InquiryStatus.ASKED if may_ask else InquiryStatus.SWORN
        session.add(
            RegistryInquiry(
                case_id=case.id,
                requirement_key=key,
                requirement=one.name,
                registry_key=one.registry,
                status=status.value,
                consented_at=datetime.fromisoformat(said["at"]),
                statement=said.get("statement", ""),
            )
        )
        data = {"requirement": one.name, "registry": one.registry}
        kind = Happened.CONSENT_GIVEN if may_ask else Happened.STATEMENT_SWORN
        facts.append(Fact(kind, data={**data, "statement": said.get("statement", "")}))
        if may_ask:
            stable = f"{JobKind.REGISTRY.value}:{case.id}:{key}"
            jobs.append(NewJob(JobKind.REGISTRY, stable, at, {"requirement": key}, case.id, None))
    session.flush()
    record(session, case, facts, by=by, at=at)
    if jobs:
        enqueue_all(session, jobs, at=at)


def inquiries(session: Session, case_id: int) -> list[RegistryInquiry]:
    """What registries were asked about a case and what they answered."""
    return list(
        session.scalars(
            select(RegistryInquiry)
            .where(RegistryInquiry.case_id == case_id)
            .order_by(RegistryInquiry.requirement)
        )
    )


class RegistryDesk:
    """Called by the worker with a job: asks outside of any transaction, then records; again changes nothing."""

    def __init__(
        self,
        database: Database,
        files: FileStore,
        clock: Callable[[], datetime],
        registries: Mapping[str, Registry],
    ) -> None:
        self.database = database
        self.files = files
        self.clock = clock
        self.registries = registries

    def __call__(self, job: Job) -> None:
        """Ask and record. Raises RegistryUnreachable while it is worth asking again."""
        assert job.case_id is not None
        case_id, key = job.case_id, str(job.payload["requirement"])
        with self.database.reading() as session:
            asked = self._question(session, case_id, key)
        if asked is None:
            return
        registry = self.registries.get(asked.registry)
        status, found = InquiryStatus.SILENT, None
        if registry is not None:
            try:
                found = registry.ask(asked)
                status = InquiryStatus.MISSING if found is None else InquiryStatus.FOUND
            except RegistryUnreachable:
                if job.attempts < MOST_ATTEMPTS:
                    raise
        kept = self._keep(found)
        at = self.clock()
        self.database.write(
            lambda session: record_answer(session, case_id, key, status, found, kept, at=at)
        )

    def _question(self, session: Session, case_id: int, key: str) -> Question | None:
        row = session.execute(
            select(RegistryInquiry, Case.number, Case.applicant_document)
            .join(Case, Case.id == RegistryInquiry.case_id)
            .where(RegistryInquiry.case_id == case_id, RegistryInquiry.requirement_key == key)
        ).first()
        if row is None or row[0].status != InquiryStatus.ASKED:
            return None
        inquiry: RegistryInquiry = row[0]
        consented = inquiry.consented_at.isoformat()
        return Question(
            inquiry.registry_key, key, row.applicant_document or "", row.number, consented
        )

    def _keep(self, found: Found | None) -> StoredFile | None:
        if found is None or found.document is None:
            return None
        name, content = found.document
        return self.files.put(BytesIO(content), name)


def record_answer(
    session: Session,
    case_id: int,
    key: str,
    status: InquiryStatus,
    found: Found | None,
    kept: StoredFile | None,
    *,
    at: datetime,
) -> None:
    """Write what a registry answered, once."""
    case = lock(session, case_id)
    inquiry = session.get_one(RegistryInquiry, (case_id, key), with_for_update=True)
    if inquiry.status != InquiryStatus.ASKED:
        return
    inquiry.status, inquiry.answered_at = status.value, at
    inquiry.told = dict(found.data) if found is not None and found.data else None
    data = {
        "requirement": inquiry.requirement,
        "registry": inquiry.registry_key,
        "status": status.value,
    }
    facts = [Fact(Happened.REGISTRY_ANSWERED, data=data)]
    if kept is not None:
        document = add_document(session, case, kept, origin=ORIGIN, field=key, by=None, at=at)
        inquiry.document = document.number
        facts.append(document_fact(document, requirement=key))
    record(session, case, facts, by=None, at=at)
