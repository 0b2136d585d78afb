"""The law's clock of a case over `/api/v1`: notices and corrections, suspensions, longer terms, withdrawal."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, DateTime, Integer, List, Nested, String
from apiflask.validators import Length, Range

from engine.cases import case_by_number
from engine.errors import NotFound
from engine.interventions.charge import case_at_hand, case_in_charge
from engine.masking import masked_answer
from engine.models import Case, Deficiency, Role, Suspension
from engine.terms import abandonment, endings, extensions, notices, stopping
from engine.terms.view import StatedNotice, clock_file
from webapp.api.clock import clock_shown
from webapp.api.problems import blueprint
from webapp.api.shapes import ClockOut
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session
from webapp.words.case_data import knows

api = blueprint("api_terms")
Json = dict[str, Any]

_OFFICE = (Role.CIVIL_SERVANT, Role.MANAGER, Role.OPERATOR)
_WHY = {"description": "why; kept with the case for ever"}


class ItemOut(Schema):
    """One thing that is lacking, and what the applicant did about it."""

    item = Integer()
    requirement_key = String(metadata={"description": "empty: of no listed requirement"})
    requirement = String()
    text = String()
    correction = String(allow_none=True)
    documents = List(Integer(), metadata={"description": "their numbers in the case"})
    corrected_at = DateTime(allow_none=True)


class NoticeOut(Schema):
    """A deficiency notice with its items."""

    number = Integer()
    given_on = Date()
    correct_by = Date()
    closed_on = Date(allow_none=True)
    outcome = String(allow_none=True, metadata={"description": "corrected, late or ended"})
    override_reason = String(allow_none=True, metadata={"description": "of a second one"})
    items = List(Nested(ItemOut))


class SuspensionOut(Schema):
    """A time for which the clock stood, or stands, still."""

    number = Integer()
    kind = String(metadata={"description": "of the jurisdiction's law"})
    reason = String()
    begun_on = Date()
    until = Date(metadata={"description": "the last day it may last"})
    is_extended = Boolean()
    ended_on = Date(allow_none=True)


class ExtendableOut(Schema):
    """An open task whose term may be made longer."""

    task = String()
    name = String()
    days = Integer(metadata={"description": "business days that the law adds"})


class TermOut(Schema):
    """Everything about the clock of a case."""

    clock = Nested(ClockOut)
    notices = List(Nested(NoticeOut))
    suspensions = List(Nested(SuspensionOut))
    suspensions_allowed = List(
        String(), metadata={"description": "kinds that the jurisdiction knows"}
    )
    extendable_tasks = List(Nested(ExtendableOut))
    abandoned_from = Date(
        allow_none=True, metadata={"description": "if the applicant goes on doing nothing"}
    )


class ItemIn(Schema):
    """What is lacking of one requirement."""

    requirement_key = String(load_default="", validate=Length(max=60))
    text = String(required=True, validate=Length(min=1, max=notices.LONGEST_TEXT))


class NoticeIn(Schema):
    """Everything that is lacking, in one act."""

    items = List(Nested(ItemIn), required=True, validate=Length(min=1, max=notices.MOST_ITEMS))
    override_reason = String(
        allow_none=True,
        load_default=None,
        validate=Length(max=2000),
        metadata={"description": "of a second notice; kept as a legal risk"},
    )


class CorrectionIn(Schema):
    """What the applicant answers to one item; documents are added on the pages."""

    text = String(required=True, validate=Length(min=1, max=notices.LONGEST_TEXT))


class SuspensionIn(Schema):
    """Why the clock stands still, and for how long."""

    kind = String(required=True, validate=Length(min=1, max=40))
    reason = String(required=True, validate=Length(min=1, max=2000), metadata=_WHY)
    days = Integer(
        allow_none=True,
        load_default=None,
        validate=Range(min=1, max=366),
        metadata={"description": "business days; null: as many as the law allows"},
    )


class WhyIn(Schema):
    """Why it is done."""

    reason = String(required=True, validate=Length(min=1, max=2000), metadata=_WHY)


class WithdrawalIn(Schema):
    """The applicant need not say why."""

    reason = String(load_default="", validate=Length(max=2000))


@api.get("/cases/<path:number>/term")
@access(*_OFFICE, Role.ANALYST)
@api.output(TermOut)
@api.doc(security="token")
def show(number: str) -> Json:
    """How the clock stands, what was observed, why it stood still."""
    return _shown(case_by_number(session(), signed_in(), number))


@api.post("/cases/<path:number>/notices")
@access(*_OFFICE)
@api.input(NoticeIn)
@api.output(TermOut, status_code=201)
@api.doc(security="token")
def give(number: str, json_data: Json) -> Json:
    """State what is lacking, once: the case lies still until it is corrected, or too late."""
    case = case_at_hand(session(), signed_in(), number)
    items = [notices.Item(one["requirement_key"], one["text"]) for one in json_data["items"]]
    why = json_data["override_reason"]
    notices.give_notice(session(), case.id, items, override_reason=why, by=signed_in(), at=now())
    return _shown(case)


@api.post("/cases/<path:number>/corrections/<int(max=1000):item>")
@access(*_OFFICE)
@api.input(CorrectionIn)
@api.output(TermOut)
@api.doc(security="token")
def correct(number: str, item: int, json_data: Json) -> Json:
    """At the counter: what the applicant answers to one item."""
    case = case_by_number(session(), signed_in(), number)
    notices.correct_item(session(), case.id, item, json_data["text"], by=signed_in(), at=now())
    return _shown(case)


@api.post("/cases/<path:number>/corrections")
@access(*_OFFICE)
@api.output(TermOut)
@api.doc(security="token")
def hand_in(number: str) -> Json:
    """Every item is corrected: the case goes on, and its term as the law says."""
    case = case_by_number(session(), signed_in(), number)
    notices.hand_in_corrections(session(), case.id, by=signed_in(), at=now())
    return _shown(case)


@api.post("/cases/<path:number>/suspension")
@access(*_OFFICE)
@api.input(SuspensionIn)
@api.output(TermOut, status_code=201)
@api.doc(security="token")
def stop(number: str, json_data: Json) -> Json:
    """Stop the clock for a reason the law allows; work on the case goes on."""
    case = case_at_hand(session(), signed_in(), number)
    kind, reason, days = json_data["kind"], json_data["reason"], json_data["days"]
    stopping.suspend_clock(session(), case.id, kind, reason, days=days, by=signed_in(), at=now())
    return _shown(case)


@api.post("/cases/<path:number>/suspension/longer")
@access(*_OFFICE)
@api.input(WhyIn)
@api.output(TermOut)
@api.doc(security="token")
def longer(number: str, json_data: Json) -> Json:
    """Let the clock stand still longer, once, by what the law adds."""
    case = case_at_hand(session(), signed_in(), number)
    stopping.extend_suspension(session(), case.id, json_data["reason"], by=signed_in(), at=now())
    return _shown(case)


@api.post("/cases/<path:number>/suspension/end")
@access(*_OFFICE)
@api.output(TermOut)
@api.doc(security="token")
def go_on(number: str) -> Json:
    """What was waited for has come: the clock goes on."""
    case = case_at_hand(session(), signed_in(), number)
    stopping.resume_clock(session(), case.id, by=signed_in(), at=now())
    return _shown(case)


@api.post("/cases/<path:number>/tasks/<int:token>/longer")
@access(*_OFFICE)
@api.input(WhyIn)
@api.output(TermOut)
@api.doc(security="token")
def extend(number: str, token: int, json_data: Json) -> Json:
    """Give an open task the days that the law adds to its term, once; `token` is what follows the hyphen in its id."""
    case = case_at_hand(session(), signed_in(), number)
    extensions.extend_task(session(), case.id, token, json_data["reason"], by=signed_in(), at=now())
    return _shown(case)


@api.post("/cases/<path:number>/withdrawal")
@access(*_OFFICE)
@api.input(WithdrawalIn)
@api.output(TermOut)
@api.doc(security="token")
def withdraw(number: str, json_data: Json) -> Json:
    """At the counter: the applicant withdraws the request."""
    case = case_at_hand(session(), signed_in(), number)
    endings.withdraw(session(), case.id, json_data["reason"], by=signed_in(), at=now())
    return _shown(case)


@api.post("/cases/<path:number>/abandonment")
@access(*_OFFICE)
@api.output(TermOut)
@api.doc(security="token")
def abandon(number: str) -> Json:
    """The applicant has done nothing for too long; for who is in charge."""
    case = case_in_charge(session(), signed_in(), number)
    abandonment.abandon(session(), case.id, by=signed_in(), at=now())
    return _shown(case)


def _shown(case: Case) -> Json:
    session().flush()
    file = clock_file(session(), case, at=now())
    if file is None:
        raise NotFound(what="term", name=case.number)
    known = knows(case)
    return {
        "clock": clock_shown(file.view),
        "notices": [_notice(one, known) for one in file.notices],
        "suspensions": [_suspension(one, known) for one in file.suspensions],
        "suspensions_allowed": list(file.view.law.suspensions),
        "extendable_tasks": _extendable(case),
        "abandoned_from": file.abandoned_from,
    }


def _extendable(case: Case) -> list[Json]:
    found = extensions.extendable_tasks(session(), case)
    return [{"task": one.task.id, "name": one.task.name, "days": one.days} for one in found]


def _notice(one: StatedNotice, is_known: bool) -> Json:
    items = [_item(item, is_known) for item in one.items]
    names = (name for name in NoticeOut().fields if name != "items")
    return {"items": items, **{name: getattr(one.notice, name) for name in names}}


def _item(one: Deficiency, is_known: bool) -> Json:
    said = {name: getattr(one, name) for name in ItemOut().fields}
    said["documents"] = one.documents or []
    if not is_known:
        said |= {name: masked_answer(said[name]) for name in ("text", "correction")}
    return said


def _suspension(one: Suspension, is_known: bool) -> Json:
    said = {name: getattr(one, name) for name in SuspensionOut().fields}
    if not is_known:
        said["reason"] = masked_answer(one.reason)
    return said
