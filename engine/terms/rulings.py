"""An appeal is decided: founded, the decision is revoked and made anew, or the case goes back; else it stands."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from engine.bpmn.model import Kind
from engine.errors import Conflict, NotFound, Refusal
from engine.events import Happened
from engine.halts.commands import stand_with_procedure
from engine.history import path
from engine.interventions.moves import Place
from engine.interventions.previews import look
from engine.models import Case, CaseStatus, CaseTerm, ClockState, FiledAppeal, Person
from engine.progress import Held, advance
from engine.record.facts import Fact, record
from engine.sheet import Assessment
from engine.spiff import NoSuchElement
from engine.terms import appeal_clock
from engine.terms.appeals import ACT, GroundsMissing, held_term
from engine.terms.authority import check_may_decide
from engine.terms.clock import calendar_of, count, days_said, set_alarm
from engine.terms.endings import end_by_law
from engine.terms.law import law_of
from engine.terms.letters import clock_letter
from engine.terms.offered import COMPLAINT, exhausts
from engine.terms.revoking import revoke

RESULTS: Final = ("founded", "partly", "unfounded", "inadmissible")
FOUNDED: Final = ("founded", "partly")
BACK: Final = "back"
ANEW: Final = "anew"
# where a person, a service or a rule does something; gateways and events only lead there
_STAGES: Final = frozenset(
    {Kind.USER_TASK, Kind.MANUAL_TASK, Kind.TASK, Kind.SERVICE_TASK, Kind.BUSINESS_RULE_TASK}
)


class AppealDecided(Conflict):
    """Someone was faster."""

    sentence = "This appeal was decided on {day}."


class ResultMissing(Refusal):
    """How it was decided."""

    sentence = "Say how it is decided: founded, founded in part, unfounded or inadmissible."


class EffectMissing(Refusal):
    """What a founded appeal brings about."""

    sentence = "Say what follows: the decision is made anew here and now, or the case goes back to a stage."


class StageUnknown(Refusal):
    """The case was never there."""

    sentence = "The case cannot go back to “{stage}”. Choose a stage from the list."


class GrantedAlready(Conflict):
    """Silence has granted what was asked for."""

    sentence = "Silence has granted this appeal since {day}: nothing is left to decide."


def stages(session: Session, case: Case, *, at: datetime) -> list[Place]:
    """Where a founded appeal can take the case back to: what was done in it, in the order of the diagram."""
    _, plan, execution = look(session, case.id, at=at)
    passed = path(session, case)
    return [
        Place(one, plan.nodes[one].name or one, plan.nodes[one].kind.value, is_passed=True)
        for one in execution.stages()
        if one in passed and one in plan.nodes and plan.nodes[one].kind in _STAGES
    ]


def decide_appeal(
    session: Session,
    case_id: int,
    number: int,
    result: str,
    decision: str,
    *,
    effect: str | None = None,
    stage: str | None = None,
    by: Person | None,
    at: datetime,
) -> FiledAppeal:
    """Decide an appeal; the applicant gets a letter, which is the new decision where one is made.

    `effect` of a founded one: “anew” (the request is decided by `decision`) or “back” (to the element `stage`, and
    the term begins anew). `by` None decides as the engine itself. Raises NotFound, NotYourAppeal, OwnAct,
    AppealDecided, GrantedAlready, ResultMissing, EffectMissing, StageUnknown, GroundsMissing.
    """
    held, term = held_term(session, case_id, at=at)
    case = held.case
    appeal = session.get(FiledAppeal, (case_id, number), populate_existing=True)
    if appeal is None:
        raise NotFound(what="appeal", name=number)
    if by is not None:
        check_may_decide(session, by, case, appeal)
    _check(session, case, appeal, result, decision, effect, stage, at)
    is_moving = appeal.kind != COMPLAINT and result in FOUNDED
    appeal.decided_on = calendar_of(session, term).day_of(at)
    appeal.decided_by_id = None if by is None else by.id
    appeal.result, appeal.decision = result, decision.strip()[:20_000]
    appeal.effect = effect if is_moving else None
    appeal.returned_to = stage if appeal.effect == BACK else None
    is_last = exhausts(session, case, term, appeal.kind)
    appeal.is_exhausted = appeal.effect != BACK and is_last
    appeal_clock.stop(session, appeal)
    data = {
        "kind": appeal.kind,
        "number": number,
        "result": result,
        "effect": appeal.effect,
        "stage": appeal.returned_to,
        "stage_name": _name(held, appeal.returned_to),
        "is_exhausted": appeal.is_exhausted,
    }
    said = {name: value for name, value in data.items() if value is not None}
    fact = Fact(Happened.APPEAL_DECIDED, office_id=appeal.office_id, data=said)
    if is_moving and case.clock == ClockState.ANSWERED:
        revoke(session, case, term, at=at)
    if appeal.effect == BACK:
        _go_back(session, held, term, appeal, fact, by=by, at=at)
    elif appeal.effect == ANEW:
        _decide_anew(session, held, term, fact, by=by, at=at)
    else:
        record(session, case, [fact], by=by, at=at)
    letter = _letter(session, held, term, appeal, by=by, at=at)
    record(session, case, [letter], by=by, at=at)
    return appeal


def _check(
    session: Session,
    case: Case,
    appeal: FiledAppeal,
    result: str,
    decision: str,
    effect: str | None,
    stage: str | None,
    at: datetime,
) -> None:
    if appeal.decided_on is not None:
        raise AppealDecided(day=appeal.decided_on)
    if appeal.silent_on is not None and case.clock == ClockState.APPROVED:
        raise GrantedAlready(day=appeal.silent_on)
    if result not in RESULTS:
        raise ResultMissing
    if not decision.strip():
        raise GroundsMissing
    if appeal.kind == COMPLAINT or result not in FOUNDED:
        return
    if effect not in (BACK, ANEW):
        raise EffectMissing
    if effect == BACK and stage not in {one.element_id for one in stages(session, case, at=at)}:
        raise StageUnknown(stage=(stage or "—")[:80])


def _go_back(
    session: Session,
    held: Held,
    term: CaseTerm,
    appeal: FiledAppeal,
    fact: Fact,
    *,
    by: Person | None,
    at: datetime,
) -> None:
    case, stage = held.case, appeal.returned_to or ""
    try:
        held.execution.begin_again(stage, at)
    except NoSuchElement:
        raise StageUnknown(stage=stage[:80]) from None
    case.status, case.outcome, case.ended_at = CaseStatus.OPEN.value, None, None
    is_known = term.assessment is not None and not term.is_expected
    case.clock = (ClockState.RUNNING if is_known else ClockState.UNDETERMINED).value
    calendar = calendar_of(session, term)
    term.clock_started_on = calendar.next_business_day(calendar.day_of(at))
    term.stopped_days = 0
    term.decided_on = term.notified_on = term.silent_on = term.approved_on = None
    term.warned_days, term.is_escalated = None, False
    session.flush()
    record(session, case, [fact], by=by, at=at)
    reopened = Fact(Happened.CASE_REOPENED, stage, data={"stage_name": _name(held, stage)})
    advance(session, held, reopened, by=by, at=at)
    if case.status not in (CaseStatus.OPEN, CaseStatus.SUSPENDED):
        return  # the stage asked nobody anything, and the case has ended again
    count(session, case, term)
    set_alarm(session, case, term, at=at)
    record(session, case, [Fact(Happened.CLOCK_RESTARTED, data=days_said(term))], by=by, at=at)
    stand_with_procedure(session, case, at=at)


def _decide_anew(
    session: Session,
    held: Held,
    term: CaseTerm,
    fact: Fact,
    *,
    by: Person | None,
    at: datetime,
) -> None:
    case, law = held.case, law_of(term.jurisdiction)
    today = calendar_of(session, term).day_of(at)
    outcome = law.outcome("decided_on_appeal")
    record(session, case, [fact], by=by, at=at)
    on = {"on": today.isoformat(), "is_on_appeal": True}
    decided = Fact(Happened.REQUEST_DECIDED, data=on)
    if case.status in (CaseStatus.OPEN, CaseStatus.SUSPENDED):
        # negative silence had left it open: it ends with this
        end_by_law(session, held, decided, outcome, is_granted=True, by=by, at=at)
    else:
        case.outcome = outcome
        record(session, case, [decided], by=by, at=at)
    case.clock, case.due_at = ClockState.ANSWERED.value, None
    term.decided_on = term.notified_on = today
    record(session, case, [Fact(Happened.DECISION_NOTIFIED, data=on)], by=by, at=at)


def _letter(
    session: Session,
    held: Held,
    term: CaseTerm,
    appeal: FiledAppeal,
    *,
    by: Person | None,
    at: datetime,
) -> Fact:
    law = law_of(term.jurisdiction)
    is_complaint = appeal.kind == COMPLAINT
    values = {
        "kind": law.kind_of_appeal(appeal.kind),
        "filed_on": appeal.filed_on,
        "result": law.words["results"][appeal.result or ""],
        "text": appeal.decision,
        "is_back": appeal.effect == BACK,
        "is_anew": appeal.effect == ANEW,
        "is_revoked": appeal.effect is not None and appeal.against == ACT,
        "stage": _name(held, appeal.returned_to),
        "decide_by": term.decide_by,
        "is_automatic": term.assessment == Assessment.AUTOMATIC,
        "is_exhausted": appeal.is_exhausted,
        "article": law.article("complaint" if is_complaint else "appeals"),
    }
    return clock_letter(session, held, "appeal_decided", values, by=by, at=at)


def _name(held: Held, element_id: str | None) -> str | None:
    if element_id is None:
        return None
    node = held.plan.nodes.get(element_id)
    return (node.name if node is not None else None) or element_id
