"""A report signed by the office in charge: who, with which post, when, over which figures and printed pages.

What is signed is a text that names the sha256 of the figures and of the PDF, and the sentence of the verdict. The
installation's key signs that text (Ed25519), so a report changed behind the product's back no longer bears it out.
A signed report has no second signature and is never issued anew: a new issue has a number of its own.
"""

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from designer.models import Study, StudyReport, StudySignature
from designer.studies.commands import held
from engine.casefile.signing import Seal, Signer, signed_by
from engine.errors import Conflict, Forbidden, Refusal
from engine.jobs import enqueue
from engine.models import JobKind, LaneOffice, Person, Procedure, Role
from engine.people import offices_below

log = logging.getLogger(__name__)

WHAT: Final = "Expedito, signed study report 1"
LONGEST_POST: Final = 160
PRINTED: Final = ("pdf", "no_pdf")
MARK: Final = "signed"
LATER: Final = (
    *PRINTED,
    MARK,
)  # what comes after the figures; the rest of a report's JSON is signed


class NotYours(Forbidden):
    """Who made the report, or a manager of other offices."""

    sentence = (
        "This report is signed by a manager of the offices of the procedure who neither issued it nor opened the "
        "study. Ask one of them."
    )


class NotReady(Refusal):
    """A report that is still being made, or that could not be."""

    sentence = (
        "The report is not whole yet, so there is nothing to sign. Wait until its pages are there."
    )


class PostNeeded(Refusal):
    """A signature of nobody in particular."""

    sentence = (
        "Say in which post you sign, for example “Gerente Municipal”, in at most {most} letters."
    )


class NotRead(Refusal):
    """Signed unseen."""

    sentence = "Confirm that you have read the report, then sign it."


class AlreadySigned(Conflict):
    """Somebody else did."""

    sentence = "{name} has signed this report already. What changes since is a report of its own."


class SignatureLost(Conflict):
    """Somebody did, and what they signed was taken out of the database."""

    sentence = (
        "{name} signed this report, but the signature is not kept any more. "
        "Tell an operator; a new report can be issued and signed."
    )


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature as it is read: `is_genuine`: this installation signed the text; `is_unchanged`: the figures, and the
    printed pages as they are kept, are those that the text names.
    """

    name: str
    post: str
    verdict: str
    at: datetime
    figures: str  # sha256
    pdf: str | None  # sha256 of the pages that were signed; None where there was no press
    key: str  # fingerprint of the key
    is_genuine: bool
    is_unchanged: bool


def figures_digest(data: Mapping[str, Any]) -> str:
    """The sha256 of a report's figures: of its JSON with sorted keys, without what came later."""
    figures = {name: one for name, one in data.items() if name not in LATER}
    return hashlib.sha256(orjson.dumps(figures, option=orjson.OPT_SORT_KEYS)).hexdigest()


def is_whole(data: Mapping[str, Any]) -> bool:
    """Whether nothing more comes: the figures and the PDF are there, or it was said why there is no PDF."""
    return data.get("state") == "done" and any(name in data for name in PRINTED)


def may_sign(session: Session, study: Study, report: StudyReport, person: Person) -> bool:
    """Whether it is for this person: a manager above or in an office of the procedure, and not who made it."""
    if not person.has_role(Role.MANAGER) or person.id in (report.issued_by_id, study.created_by_id):
        return False
    if study.procedure_id is None:
        return True
    of_lanes = select(LaneOffice.office_id).where(LaneOffice.procedure_id == study.procedure_id)
    offices = set(session.scalars(of_lanes))
    home = session.get_one(Procedure, study.procedure_id).office_id
    if home is not None:
        offices.add(home)
    return not offices or bool(offices & set(session.scalars(offices_below(person.office_ids))))


def sign_report(
    session: Session,
    study_id: int,
    number: int,
    *,
    post: str,
    verdict: str,
    is_read: bool,
    signer: Signer,
    by: Person,
    at: datetime,
) -> StudySignature:
    """Sign a whole report; its pages are printed once more, with the signature, by the worker.

    Raises NotFound, NotReady, NotYours, AlreadySigned, PostNeeded, NotRead.
    """
    study = held(session, study_id)  # of two who sign at once the second sees what the first did
    report = session.get(StudyReport, (study_id, number), populate_existing=True)
    if report is None or not is_whole(report.data):
        raise NotReady()
    if not may_sign(session, study, report, by):
        raise NotYours()
    before = signature_of(session, report)
    if before is not None:
        raise AlreadySigned(name=orjson.loads(before.statement)["signed_by"])
    lost = lost_signature(report, before)
    if lost is not None:
        raise SignatureLost(name=lost["name"])
    post = " ".join(post.split())
    if not post or len(post) > LONGEST_POST:
        raise PostNeeded(most=LONGEST_POST)
    if not is_read:
        raise NotRead()
    gate = report.data.get("calibration")
    told = {
        "what": WHAT,
        "report": report.code,
        "name": report.data["name"],
        "number": number,
        "issued_at": report.issued_at.astimezone(UTC).isoformat(),
        "figures_sha256": figures_digest(report.data),
        "pdf_sha256": (report.data.get("pdf") or {}).get("sha256"),
        "verdict": verdict,
        "is_calibrated": bool(gate and gate["is_met"]),
        "signed_by": by.full_name,
        "post": post,
        "signed_at": at.astimezone(UTC).isoformat(),
        "key": signer.seal.id,
    }
    statement = orjson.dumps(told, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
    made = StudySignature(
        study_id=study_id,
        number=number,
        statement=statement,
        signature=signer.sign(statement),
        signed_by_id=by.id,
        signed_at=at,
        pdf=None,
    )
    session.add(made)
    # Beside the figures and in the log, so that a signature taken out of its table is missed.
    mark = {"name": by.full_name, "post": post, "at": told["signed_at"]}
    report.data = {**report.data, MARK: mark}
    session.flush()
    digest = hashlib.sha256(statement).hexdigest()
    fact = {"action": "report_signed", "report": report.code, "person": by.name}
    log.info("report signed", extra={**fact, "statement_sha256": digest})
    payload = {"study": study_id, "number": number, "signed": True}
    key = f"{JobKind.REPORT.value}:{study_id}:{number}:signed"
    enqueue(session, JobKind.REPORT, key, payload, run_at=at, at=at)
    return made


def signature_of(session: Session, report: StudyReport) -> StudySignature | None:
    """Its signature; None while nobody has signed."""
    return session.get(StudySignature, (report.study_id, report.number))


def lost_signature(report: StudyReport, made: StudySignature | None) -> Mapping[str, str] | None:
    """Name, post and instant (`at`) of who signed a report whose signature is kept no more; else None."""
    mark: Mapping[str, str] | None = report.data.get(MARK)
    return mark if made is None else None


def read_signature(made: StudySignature, report: StudyReport, seals: Iterable[Seal]) -> Signed:
    """What the signature says, and whether it still holds."""
    told = orjson.loads(made.statement)
    pdf = (report.data.get("pdf") or {}).get("sha256")
    return Signed(
        name=told["signed_by"],
        post=told["post"],
        verdict=told["verdict"],
        at=made.signed_at,
        figures=told["figures_sha256"],
        pdf=told["pdf_sha256"],
        key=told["key"],
        is_genuine=signed_by(made.statement, made.signature, seals) is not None,
        is_unchanged=told["figures_sha256"] == figures_digest(report.data)
        and told["pdf_sha256"] == pdf
        and told["report"] == report.code,
    )


def reports_to_read(session: Session) -> list[tuple[StudyReport, StudySignature | None]]:
    """The newest fifty reports of all studies, each with its signature."""
    asked = (
        select(StudyReport, StudySignature)
        .outerjoin(
            StudySignature,
            (StudySignature.study_id == StudyReport.study_id)
            & (StudySignature.number == StudyReport.number),
        )
        .order_by(StudyReport.issued_at.desc(), StudyReport.number.desc())
        .limit(50)
    )
    return [(report, made) for report, made in session.execute(asked)]


def signed_numbers(session: Session, study_id: int) -> set[int]:
    """Which reports of a study are signed."""
    return set(
        session.scalars(select(StudySignature.number).where(StudySignature.study_id == study_id))
    )
