"""Filing a request from outside: a draft that waits for its applicant, and the case it becomes.

What is lacking never keeps anybody from filing: the office has to receive, and says once what is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.cases import Applicant, start_case
from engine.deployments import blueprint
from engine.errors import NotFound, Refusal
from engine.files.documents import add_document, document_fact
from engine.files.store import StoredFile, check_papers
from engine.forms import Answers, Form, read_form
from engine.ids import new_id
from engine.models import Case, CaseAccess, FilingDraft, Person, Procedure, Version
from engine.record.facts import record
from engine.sheet import Requirement, Source
from engine.task_forms import start_form, with_stores
from engine.window.guide import advice, guide_of, is_answered
from engine.window.holders import code_hash, new_holder_code
from engine.window.inquiries import ask_registries
from engine.window.offers import Offer, sheet_of

KEPT = timedelta(days=30)  # since it was last touched
MOST_FILES = 10  # of one requirement


class How(StrEnum):
    """How an applicant meets a requirement."""

    FORM = "form"  # by answering the form
    UPLOAD = "upload"
    REGISTRY = "registry"  # somebody else holds it and is asked, or a sworn statement counts
    NOTHING = "nothing"  # the office has it


class Lacking(StrEnum):
    """What a request cannot be filed without, in the order in which it is asked for."""

    APPLICANT = "applicant"  # who asks: a name and a number
    PROOF = "proof"  # that it is them who file
    ANSWERS = "answers"  # to the form


@dataclass(frozen=True, slots=True)
class Needed:
    """A requirement of one applicant and how it is met."""

    requirement: Requirement
    how: How
    is_met: bool


class ApplicantIncomplete(Refusal):
    """Who asks is not said."""

    sentence = (
        "Say who asks: a name and an identity or tax number are needed to follow the request later."
    )


class NotYetAnswered(Refusal):
    """The form has not been answered."""

    sentence = "Answer the questions of the request first, then file it."


class NotProved(Refusal):
    """Anybody could file in anybody's name."""

    sentence = "Show first that the e-mail address is yours: ask for a code and type it here."


_REFUSALS: Final[Mapping[Lacking, type[Refusal]]] = {
    Lacking.APPLICANT: ApplicantIncomplete,
    Lacking.PROOF: NotProved,
    Lacking.ANSWERS: NotYetAnswered,
}


class AlreadyFiled(Refusal):
    """The draft has become a case."""

    sentence = "This request has been filed already. Follow it with its code."
    status = 409


class NothingChosen(Refusal):
    """A question without an answer."""

    sentence = "Choose one of the two answers."


class StatementMissing(Refusal):
    """A declaration that declares nothing."""

    sentence = "Write what you declare: it counts in the place of the document."


class TooManyFiles(Refusal):
    """More files than one requirement takes."""

    sentence = (
        "At most {limit} files for one requirement. Remove one, or put several pages into one file."
    )


def begin_draft(
    session: Session,
    offer: Offer,
    answers: Mapping[str, Any],
    *,
    person: Person | None = None,
    clerk: Person | None = None,
    at: datetime,
) -> tuple[FilingDraft, str]:
    """A new draft and the code that opens it; `answers` are what the guide was told.

    `person` has an account and files for themselves; `clerk` files for whoever stands at the window.
    """
    code = new_holder_code()
    own = {} if person is None else {"name": person.full_name, "email": person.email or ""}
    draft = FilingDraft(
        id=new_id(at),
        code_hash=code_hash(code),
        procedure_id=session.scalars(select(Procedure.id).where(Procedure.key == offer.key)).one(),
        version_id=offer.version_id,
        person_id=None if person is None else person.id,
        clerk_id=None if clerk is None else clerk.id,
        applicant=own,
        answers=dict(answers),
        is_answered=False,
        documents={},
        consents={},
        started_at=at,
        saved_at=at,
        expires_at=at + KEPT,
    )
    session.add(draft)
    session.flush()
    return draft, code


def draft_of(session: Session, draft_id: int, code: str, *, at: datetime) -> FilingDraft:
    """The draft with this id, if this code opens it; NotFound."""
    draft = draft_by_code(session, code, at=at)
    if draft is None or draft.id != draft_id:
        raise NotFound(what="draft", name=draft_id)
    return draft


def draft_by_code(session: Session, code: str, *, at: datetime) -> FilingDraft | None:
    """The draft that this code opens; None when there is none any more."""
    return session.scalar(
        select(FilingDraft).where(
            FilingDraft.code_hash == code_hash(code), FilingDraft.expires_at > at
        )
    )


def filing_form(session: Session, version_id: int) -> Form:
    """What an applicant fills in: the form that opens cases, else the one the sheet names under `[filing]`."""
    opening = start_form(session, version_id)
    if opening is not None:
        return opening
    said = sheet_of(session, version_id).raw.get("filing")
    named = said.get("form") if isinstance(said, Mapping) else None
    if isinstance(named, str):
        forms = session.scalar(select(Version.forms).where(Version.id == version_id)) or {}
        if named in forms:
            return read_form(forms[named]).at(blueprint(session, version_id).place)
    return Form()


def save_applicant(
    session: Session, draft: FilingDraft, applicant: Mapping[str, str], *, at: datetime
) -> None:
    """Who asks. Another address has to be proved anew."""
    _touch(session, draft, at)
    draft.applicant = dict(applicant)
    if draft.proved_email != applicant.get("email"):
        draft.proved_email = None
    session.flush()


def prove_email(session: Session, draft: FilingDraft, *, at: datetime) -> None:
    """A code that was sent to the applicant's address came back."""
    _touch(session, draft, at)
    draft.proved_email = draft.applicant.get("email")
    session.flush()


def is_proved(draft: FilingDraft) -> bool:
    """Whether it is known who files: by an account, a clerk who sees them, or a mail they could read."""
    if draft.person_id is not None or draft.clerk_id is not None:
        return True
    return bool(draft.proved_email) and draft.proved_email == draft.applicant.get("email")


def lacking(session: Session, draft: FilingDraft) -> tuple[Lacking, ...]:
    """What is still lacking before it can be filed; documents never are: the office has to receive."""
    has_form = bool(filing_form(session, draft.version_id).fields)
    told = {
        Lacking.APPLICANT: draft.applicant.get("name") and draft.applicant.get("document"),
        Lacking.PROOF: is_proved(draft),
        Lacking.ANSWERS: draft.is_answered or not has_form,
    }
    return tuple(one for one, is_there in told.items() if not is_there)


def save_request(
    session: Session,
    draft: FilingDraft,
    raw: Answers,
    files: Mapping[str, StoredFile],
    *,
    at: datetime,
) -> None:
    """The answers to the form, cleaned; Unfit, and then nothing is kept. NotProved when there are files."""
    _touch(session, draft, at)
    if files:
        _check_proved(draft)
    form = filing_form(session, draft.version_id)
    known = with_stores(session, form, {})
    plan = blueprint(session, draft.version_id)
    draft.answers = form.clean(raw, context=known, files=files, today=plan.place.day_of(at))
    draft.is_answered = True
    session.flush()


def attach(
    session: Session, draft: FilingDraft, key: str, files: list[StoredFile], *, at: datetime
) -> None:
    """Files for a requirement beside those that are there; TooManyFiles, NotProved, NoPaper."""
    _touch(session, draft, at)
    _check_proved(draft)
    check_papers(files)
    kept = {file["sha256"]: file for file in draft.documents.get(key, ())}
    kept.update({file.sha256: file.as_json() for file in files})
    if len(kept) > MOST_FILES:
        raise TooManyFiles(limit=MOST_FILES)
    draft.documents = {**draft.documents, key: list(kept.values())}
    session.flush()


def detach(session: Session, draft: FilingDraft, key: str, sha256: str, *, at: datetime) -> None:
    """Take a file back."""
    _touch(session, draft, at)
    left = [file for file in draft.documents.get(key, ()) if file["sha256"] != sha256]
    draft.documents = {**draft.documents, key: left}
    session.flush()


def consent(
    session: Session,
    draft: FilingDraft,
    key: str,
    *,
    may_ask: bool | None,
    statement: str,
    at: datetime,
) -> None:
    """Whether a registry may be asked for what a requirement wants, and what the applicant declares otherwise.

    `may_ask` is None as long as nobody said yes or no: consent is never assumed.

    Raises NothingChosen, StatementMissing.
    """
    if may_ask is None:
        raise NothingChosen
    if not may_ask and not statement:
        raise StatementMissing
    _touch(session, draft, at)
    said = {"ask": may_ask, "statement": statement, "at": at.isoformat()}
    draft.consents = {**draft.consents, key: said}
    session.flush()


def needed(session: Session, draft: FilingDraft) -> list[Needed]:
    """What this applicant has to meet, by the guide and the conditions of the sheet, in the sheet's order."""
    sheet = sheet_of(session, draft.version_id)
    guide = guide_of(session, draft.version_id)
    known = draft.answers if draft.is_answered or is_answered(guide, draft.answers) else {}
    told = advice(sheet, guide, known)
    form = filing_form(session, draft.version_id)
    return [_needed(draft, one, form, sheet.raw) for one in told.requirements]


def file_draft(
    session: Session,
    draft: FilingDraft,
    *,
    language: str | None = None,
    by: Person | None,
    at: datetime,
) -> Case:
    """Open the case of a draft; the one it has become already, when it is filed a second time.

    `language`: of the pages it is filed on, in which the applicant is written to, unless a clerk files for them.

    Raises ApplicantIncomplete, NotProved, NotYetAnswered, engine.forms.Unfit, engine.cases.ProcedureSuspended.
    """
    session.refresh(draft, with_for_update=True)
    if draft.case_id is not None:
        return session.get_one(Case, draft.case_id)
    for one in lacking(session, draft):
        raise _REFUSALS[one]
    who = draft.applicant
    case = start_case(
        session,
        session.get_one(Version, draft.version_id),
        draft.answers,
        applicant=Applicant(
            who["name"],
            who["document"],
            who.get("email") or None,
            draft.person_id,
            language if draft.clerk_id is None else None,
        ),
        channel="online" if draft.clerk_id is None else "window",
        files={file.sha256: file for files in draft.documents.values() for file in _stored(files)},
        by=by,
        at=at,
    )
    _bring_documents(session, draft, case, by=by, at=at)
    session.add(CaseAccess(case_id=case.id, code_hash=draft.code_hash, issued_at=at))
    wanted = {one.requirement.key: one.requirement for one in needed(session, draft)}
    agreed = {key: said for key, said in draft.consents.items() if key in wanted}
    ask_registries(session, case, wanted, agreed, by=by, at=at)
    draft.case_id = case.id
    # The case has it all now; the draft only leads there for a while.
    draft.documents, draft.consents, draft.expires_at = {}, {}, at + KEPT
    session.flush()
    return case


def forget_drafts(session: Session, *, at: datetime) -> int:
    """Remove drafts nobody came back to; how many."""
    gone = session.execute(delete(FilingDraft).where(FilingDraft.expires_at <= at))
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE gives a CursorResult


def _needed(draft: FilingDraft, one: Requirement, form: Form, sheet: Mapping[str, Any]) -> Needed:
    labels = form.labels()
    said = sheet.get("filing")
    is_form = one.form and isinstance(said, Mapping) and one.form == said.get("form")
    if is_form or (one.fields and all(field in labels for field in one.fields)):
        return Needed(one, How.FORM, draft.is_answered)
    if one.source in (Source.OWN_REGISTRY, Source.ANOTHER_REGISTRY):
        if one.registry:
            return Needed(one, How.REGISTRY, one.key in draft.consents)
        if one.source == Source.OWN_REGISTRY:
            return Needed(one, How.NOTHING, True)
    return Needed(one, How.UPLOAD, bool(draft.documents.get(one.key)))


def _bring_documents(
    session: Session, draft: FilingDraft, case: Case, *, by: Person | None, at: datetime
) -> None:
    facts = []
    for key, files in draft.documents.items():
        for file in _stored(files):
            document = add_document(
                session, case, file, origin="applicant", field=key, by=by, at=at
            )
            facts.append(document_fact(document, requirement=key))
    record(session, case, facts, by=by, at=at)


def _stored(files: list[Any]) -> list[StoredFile]:
    return [file for one in files if (file := StoredFile.from_json(one)) is not None]


def _check_proved(draft: FilingDraft) -> None:
    if not is_proved(draft):
        raise NotProved


def _touch(session: Session, draft: FilingDraft, at: datetime) -> None:
    session.refresh(draft, with_for_update=True)  # two windows of one person do not undo each other
    if draft.case_id is not None:
        raise AlreadyFiled
    draft.saved_at, draft.expires_at = at, at + KEPT
