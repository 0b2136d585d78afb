"""Appeals and complaints of a case over `/api/v1`: what was filed, filing one at the counter, deciding one."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf

from engine.cases import case_by_number
from engine.masking import masked_answer
from engine.models import Case, FiledAppeal, Role
from engine.terms.appeals import appeals_of, file_appeal, file_complaint
from engine.terms.offered import APPEAL, COMPLAINT, RECONSIDERATION
from engine.terms.rulings import ANEW, BACK, RESULTS, decide_appeal
from webapp.api.problems import blueprint
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session
from webapp.words.case_data import knows

api = blueprint("api_appeals")
Json = dict[str, Any]

_READS = (Role.CIVIL_SERVANT, Role.ANALYST, Role.MANAGER, Role.OPERATOR, Role.APPLICANT)
_FILES = (Role.CIVIL_SERVANT, Role.MANAGER, Role.OPERATOR)
_KINDS = (RECONSIDERATION, APPEAL, COMPLAINT)


class AppealLine(Schema):
    """An appeal or complaint, and what became of it."""

    number = Integer()
    kind = String()
    against = String(metadata={"description": "“act”: a decision; “silence”: that there is none"})
    grounds = String()
    authority = String(metadata={"description": "who decides"})
    filed_on = Date()
    decide_by = Date()
    silence_from = Date(allow_none=True)
    silent_on = Date(allow_none=True, metadata={"description": "since when its silence operates"})
    decided_on = Date(allow_none=True)
    result = String(allow_none=True)
    decision = String(allow_none=True)
    effect = String(allow_none=True, metadata={"description": "of a founded one: anew, or back"})
    returned_to = String(allow_none=True, metadata={"description": "element the case went back to"})
    is_exhausted = Boolean(metadata={"description": "nothing can be filed here after it"})


class AppealOut(AppealLine):
    """One of them."""


class AppealsOut(Schema):
    """Everything filed against a case, the oldest first."""

    appeals = List(Nested(AppealLine))


class AppealIn(Schema):
    """What the applicant files."""

    kind = String(required=True, validate=OneOf(_KINDS))
    grounds = String(required=True, validate=Length(min=1, max=20_000))


class RulingIn(Schema):
    """How it is decided."""

    result = String(required=True, validate=OneOf(RESULTS))
    decision = String(required=True, validate=Length(min=1, max=20_000))
    effect = String(
        allow_none=True,
        load_default=None,
        validate=OneOf((ANEW, BACK)),
        metadata={"description": "needed for one that is founded, or in part"},
    )
    stage = String(
        allow_none=True,
        load_default=None,
        validate=Length(max=200),
        metadata={"description": "with “back”: the element the case goes back to"},
    )


@api.get("/cases/<path:number>/appeals")
@access(*_READS)
@api.output(AppealsOut)
@api.doc(security="token")
def index(number: str) -> Json:
    """Everything filed against a case."""
    case = case_by_number(session(), signed_in(), number)
    return {"appeals": [_shown(one, case) for one in appeals_of(session(), case.id)]}


@api.post("/cases/<path:number>/appeals")
@access(*_FILES)
@api.input(AppealIn)
@api.output(AppealOut, status_code=201)
@api.doc(security="token")
def file(number: str, json_data: Json) -> Json:
    """File an appeal, a reconsideration or a complaint for the applicant at the counter."""
    case = case_by_number(session(), signed_in(), number)
    grounds, by = json_data["grounds"], signed_in()
    if json_data["kind"] == COMPLAINT:
        return _shown(file_complaint(session(), case.id, grounds, by=by, at=now()), case)
    kind = json_data["kind"]
    return _shown(file_appeal(session(), case.id, kind, grounds, by=by, at=now()), case)


@api.post("/cases/<path:number>/appeals/<int:which>/decide")
@access(Role.MANAGER, Role.OPERATOR)
@api.input(RulingIn)
@api.output(AppealOut)
@api.doc(security="token")
def decide(number: str, which: int, json_data: Json) -> Json:
    """Decide one; only who the office that decides has for it. The applicant gets a letter."""
    case = case_by_number(session(), signed_in(), number)
    decided = decide_appeal(
        session(),
        case.id,
        which,
        json_data["result"],
        json_data["decision"],
        effect=json_data["effect"],
        stage=json_data["stage"],
        by=signed_in(),
        at=now(),
    )
    return _shown(decided, case)


def _shown(one: FiledAppeal, case: Case) -> Json:
    """As JSON; what the applicant wrote, and what was answered, shortened for who only needs figures."""
    said = {name: getattr(one, name) for name in AppealOut().fields}
    if not knows(case):
        said |= {name: masked_answer(said[name]) for name in ("grounds", "decision")}
    return said
