"""Commands on a case as a whole: start, cancel, suspend, resume; and finding one by its number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from engine.buffer import hand_out
from engine.case_numbers import next_number
from engine.deployments import Blueprint, blueprint
from engine.errors import Conflict, NotFound, Refusal
from engine.events import Happened
from engine.files.documents import attach_files
from engine.files.store import StoredFile
from engine.held_rows import add_case
from engine.ids import new_id
from engine.models import Case, CaseStatus, ClockState, Job, JobKind, Person, Procedure, Version
from engine.progress import Held, advance, hold
from engine.record.facts import Fact, record
from engine.resolver import PublishedVersions
from engine.routing.homes import Homes
from engine.routing.pools import WORKING
from engine.search import search_words
from engine.spiff import Execution, WaitKind
from engine.stillness import Stillness, stillness
from engine.task_forms import start_form, with_stores
from engine.told import shortened
from engine.visibility import visible_cases
from engine.waiting import by_clock, job_key

Answers = dict[str, Any]
# where the jobs of a suspended case wait: later than any clock
FAR = datetime(9999, 1, 1, tzinfo=UTC)
# what a case threw is on its way, whatever becomes of the case
_OWN_JOBS = (JobKind.TIMER.value, JobKind.SERVICE.value)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who asks; `person_id` when they can sign in themselves."""

    name: str
    document: str | None = None
    email: str | None = None
    person_id: int | None = None
    language: str | None = None  # in which they filed; None where somebody else filed for them


class CaseEnded(Conflict):
    """The case is over."""

    sentence = "Case {number} is {status}: nothing can be done in it any more."


class CaseSuspended(Conflict):
    """The case waits for someone to resume it."""

    sentence = "Case {number} is suspended. It goes on when whoever is in charge of it resumes it."


class StandsStill(CaseSuspended):
    """The case waits for its procedure."""

    sentence = (
        "Case {number} stands still with its whole procedure. It goes on when an operator resumes "
        "the procedure, or this case by itself."
    )


class AwaitsCorrection(Conflict):
    """A deficiency notice is open: the case stays where it is (LPAG 125)."""

    sentence = (
        "Case {number} waits for the applicant to correct what was observed. It goes on when they "
        "have, and ends when their time is over."
    )


_STILL = {
    Stillness.CASE: CaseSuspended,
    Stillness.PROCEDURE: StandsStill,
    Stillness.CORRECTION: AwaitsCorrection,
}


class ProcedureSuspended(Refusal):
    """The procedure takes no new cases."""

    sentence = "“{procedure}” takes no new cases at present. Ask an operator to resume it."


class ReasonMissing(Refusal):
    """What is done to a case from outside needs a reason that is kept."""

    sentence = "Say why: the reason is kept with the case."


def start_case(
    session: Session,
    version: Version,
    answers: Answers,
    *,
    applicant: Applicant,
    channel: str = "counter",
    start_event: str | None = None,
    conversation_id: int | None = None,
    files: Mapping[str, StoredFile] | None = None,
    homes: Homes | None = None,
    by: Person | None,
    at: datetime,
) -> Case:
    """Open a case and take it to its first wait states; its number is given out here.

    `answers` are raw when the version has a form to start with, and cleaned by it; `files` as in complete_task.
    `start_event` names one of several ways to begin; `conversation_id` is that of the case whose message began it;
    `homes` are those of the procedure where they were read with the version.
    Raises ProcedureSuspended, engine.spiff's ValueRefused.
    """
    plan = blueprint(session, version.id)
    procedure = session.get_one(Procedure, version.procedure_id)
    if procedure.is_suspended:
        raise ProcedureSuspended(procedure=procedure.name)
    today = plan.place.day_of(at)
    form = start_form(session, version.id)
    if form is not None and conversation_id is None:
        known = with_stores(session, form, {})
        answers = form.clean(answers, context=known, files=files or {}, today=today)
    resolver = PublishedVersions(session, plan, started_at=at, at=at)
    begins = _initiator(plan, start_event, by)
    execution = Execution.start(
        plan.compiled, answers, at, start_event=start_event, known=begins, resolve=resolver
    )
    number = next_number(session, procedure, plan.number_prefix, on=today)
    case = Case(
        id=new_id(at),
        number=number,
        procedure_id=procedure.id,
        version_id=version.id,
        status=CaseStatus.OPEN.value,
        channel=channel,
        applicant_id=applicant.person_id,
        applicant_name=applicant.name[:200],
        applicant_document=applicant.document,
        applicant_email=applicant.email,
        applicant_language=applicant.language,
        search_words=search_words(number, applicant.name, applicant.document),
        filed_on=today,
        started_by_id=None if by is None else by.id,
        started_at=at,
        conversation_id=conversation_id,
        state=b"",
        last_seq=0,
        last_hash=b"",
    )
    set_committed_value(case, "procedure", procedure)
    set_committed_value(case, "version", version)
    # letters and terms are written before the first facts, which tell of them
    add_case(session, case, is_alone=not (plan.letters.after or plan.sheet.modalities))
    data = {"channel": channel, "version": version.number}
    if answers:
        data["answers"] = shortened(answers)
    main = Fact(Happened.CASE_STARTED, element_id=start_event, data=data)
    advance(session, Held(case, plan, execution, {}, homes=homes), main, by=by, at=at)
    attach_files(session, case, answers, element_id=start_event, token=None, by=by, at=at)
    return case


def _initiator(plan: Blueprint, start_event: str | None, by: Person | None) -> dict[str, str]:
    """Who begins the case, under the name that the diagram's start asks for (camunda:initiator and kin): who signed in,
    whatever the answers say.

    An applicant is none: their case's tasks are done by offices.
    """
    if by is None or not by.has_role(*WORKING):
        return {}
    starts = [one.element_id for one in plan.compiled.starts]
    asked = {
        node.extension.initiator
        for name in ([start_event] if start_event in starts else starts)
        if (node := plan.nodes.get(name)) is not None and node.extension.initiator
    }
    return dict.fromkeys(sorted(asked), by.name)


def cancel_case(
    session: Session, case_id: int, reason: str, *, by: Person | None, at: datetime
) -> Case:
    """End a case from outside: its tasks leave every inbox, its timers never fire. CaseEnded, ReasonMissing."""
    held = _hold(session, case_id, reason, at=at)
    held.execution.cancel(at)
    main = Fact(Happened.CASE_CANCELLED, data={"reason": reason.strip()})
    advance(session, held, main, by=by, at=at)
    return held.case


def suspend_case(
    session: Session, case_id: int, reason: str, *, by: Person | None, at: datetime
) -> Case:
    """Stop a case where it stands until it is resumed; its timers keep their time but do not fire.

    One that stands still with its procedure stays so when the procedure goes on.
    """
    held = _hold(session, case_id, reason, at=at)
    case = held.case
    if case.status == CaseStatus.SUSPENDED and case.halt_id is None:
        return case
    case.halt_id = None
    lay_still(session, case)
    fact = Fact(Happened.CASE_SUSPENDED, data={"reason": reason.strip()})
    record(session, case, [fact], by=by, at=at)
    return case


def resume_case(
    session: Session, case_id: int, reason: str, *, by: Person | None, at: datetime
) -> Case:
    """Let a suspended case go on; timers that came due meanwhile fire now."""
    held = _hold(session, case_id, reason, at=at)
    case = held.case
    if case.status != CaseStatus.SUSPENDED:
        return case
    if case.clock == ClockState.NOTICE:
        raise AwaitsCorrection(number=case.number)
    case.halt_id = None
    wake(session, held, at=at)
    fact = Fact(Happened.CASE_RESUMED, data={"reason": reason.strip()})
    record(session, case, [fact], by=by, at=at)
    return case


def lay_still(session: Session, case: Case) -> None:
    """Nothing moves in a case whose row is held; its timers keep their time but do not fire."""
    case.status = CaseStatus.SUSPENDED.value
    session.execute(
        update(Job)
        .where(Job.case_id == case.id, Job.kind.in_(_OWN_JOBS), ~Job.is_dead)
        .values(run_at=FAR)
        .execution_options(synchronize_session=False)
    )


def wake(session: Session, held: Held, *, at: datetime) -> None:
    """A case that lay still moves again; timers that came due meanwhile fire now."""
    case, case_id = held.case, held.case.id
    case.status = CaseStatus.OPEN.value
    asleep = update(Job).where(Job.case_id == case_id, Job.run_at == FAR)
    for wait in held.before.values():
        if by_clock(wait) and wait.due_at is not None:
            due = asleep.where(Job.key == job_key(case_id, wait)).values(run_at=wait.due_at)
            session.execute(due.execution_options(synchronize_session=False))
    session.execute(asleep.values(run_at=at).execution_options(synchronize_session=False))
    waiting = [wait for wait in held.before.values() if wait.kind == WaitKind.MESSAGE]
    hand_out(session, case, waiting, at=at)


def case_by_number(session: Session, person: Person, number: str) -> Case:
    """The case with this number, with its procedure and version; NotFound unless the person may see it."""
    case = session.scalar(
        select(Case)
        .where(Case.number == number, visible_cases(person))
        .options(
            joinedload(Case.procedure, innerjoin=True), joinedload(Case.version, innerjoin=True)
        )
    )
    if case is None:
        raise NotFound(what="case", name=number[:60])
    return case


def check_open(case: Case) -> None:
    """CaseEnded or CaseSuspended unless the case can go on."""
    why = stillness(case.status, case.clock, case.halt_id)
    if why is not None:
        raise _STILL[why](number=case.number)
    if case.status != CaseStatus.OPEN:
        raise CaseEnded(number=case.number, status=case.status)


def _hold(session: Session, case_id: int, reason: str, *, at: datetime) -> Held:
    if not reason.strip():
        raise ReasonMissing
    held = hold(session, case_id, at=at)
    if held.case.status not in (CaseStatus.OPEN, CaseStatus.SUSPENDED):
        raise CaseEnded(number=held.case.number, status=held.case.status)
    return held
