"""What goes in and out of `/api/v1`: marshmallow schemas, from which the OpenAPI description is made.

Identifiers are strings: they are wider than a JavaScript number holds exactly. Instants are ISO 8601 in UTC.
"""

from apiflask import Schema
from apiflask.fields import Boolean, Date, DateTime, Dict, Float, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from engine.inbox.filters import MOST_FIELDS
from engine.models import CaseStatus
from engine.stillness import Stillness


class ProcedureOut(Schema):
    """A procedure and its version that new cases take."""

    key = String()
    name = String()
    version = Integer(allow_none=True)
    takes_cases = Boolean()


class Published(Schema):
    """A version just published, with what was mended and found."""

    key = String()
    name = String()
    version = Integer()
    process = String()
    repairs = List(Dict())
    findings = List(Dict())


class UploadQuery(Schema):
    """Where an uploaded diagram belongs; both default to what the diagram says."""

    key = String(validate=Length(max=80))
    name = String(validate=Length(max=300))


class ApplicantIn(Schema):
    """Who asks."""

    name = String(required=True, validate=Length(min=1, max=200))
    document = String(validate=Length(max=40), allow_none=True)
    email = String(validate=Length(max=320), allow_none=True)


class CaseIn(Schema):
    """A new case."""

    applicant = Nested(ApplicantIn, required=True)
    answers = Dict(load_default=dict)


class ClockOut(Schema):
    """How the law's clock stands on a case; days are business days."""

    state = String()
    assessment = String(allow_none=True)
    filed_on = Date()
    started_on = Date()
    due_at = DateTime(
        allow_none=True, metadata={"description": "null while the clock stands still"}
    )
    decide_by = Date()
    notify_by = Date()
    silence_from = Date()
    days_used = Integer()
    days_allowed = Integer()
    days_left = Integer(metadata={"description": "negative when the time to decide is over"})
    stands_still_why = String(
        allow_none=True, metadata={"description": "“notice”, or a suspension of the jurisdiction"}
    )
    stands_still_until = Date(allow_none=True)


def _still() -> String:
    return String(
        allow_none=True,
        validate=OneOf([why.value for why in Stillness]),
        metadata={
            "description": "whether its case stands still, by itself, with its procedure or for a correction:"
            " then it can be read, but neither claimed, given to somebody nor completed"
        },
    )


class TaskOut(Schema):
    """A task as an inbox lists it; the applicant is shortened for who does not need to know."""

    id = String()
    case = String()
    applicant = String()
    procedure = String()
    element_id = String()
    name = String()
    kind = String()
    office = String(allow_none=True)
    assignee = String(allow_none=True)
    priority = Integer()
    opened_at = DateTime()
    claimed_at = DateTime(allow_none=True)
    due_at = DateTime(allow_none=True)
    is_overdue = Boolean()
    follow_up_on = Date(allow_none=True)
    stands_still = _still()
    clock = Nested(ClockOut, allow_none=True)


class TaskDetail(Schema):
    """One task: what it asks and what can be chosen after it."""

    id = String()
    case = String()
    element_id = String()
    name = String()
    kind = String()
    status = String()
    assignee = String(allow_none=True)
    opened_at = DateTime()
    due_at = DateTime(allow_none=True)
    stands_still = _still()
    clock = Nested(ClockOut, allow_none=True)
    choices = List(Dict())


class WaitOut(Schema):
    """What a case waits for that no person here does."""

    token = Integer()
    element_id = String()
    name = String(allow_none=True)
    kind = String(metadata={"description": "timer, message, signal, condition, service"})
    message = String(allow_none=True, metadata={"description": "name of the message or signal"})
    correlation = Dict(metadata={"description": "what a message has to give as `correlation`"})
    due_at = DateTime(allow_none=True)


class CaseOut(Schema):
    """A case: where it stands and what is known of it."""

    number = String()
    procedure = String()
    version = Integer()
    status = String()
    outcome = String(allow_none=True)
    applicant = String()
    filed_on = Date()
    started_at = DateTime()
    ended_at = DateTime(allow_none=True)
    positions = List(String())
    tasks = List(Dict())
    waits = List(Nested(WaitOut))
    due_at = DateTime(allow_none=True)
    clock = Nested(ClockOut, allow_none=True)
    variables = Dict()


class CaseListed(Schema):
    """A case as a list has it: where it is, who holds it, how its clock stands."""

    number = String()
    procedure = String()
    status = String()
    outcome = String(allow_none=True)
    applicant = String()
    filed_on = Date()
    started_at = DateTime()
    ended_at = DateTime(allow_none=True)
    due_at = DateTime(allow_none=True)
    clock = Nested(ClockOut, allow_none=True)
    tasks = List(Dict())


class CasesQuery(Schema):
    """Which cases, the newest first; `after` is the `next` of the page before."""

    q = String(load_default="", validate=Length(max=100))
    procedure = String()
    status = String(validate=OneOf([one.value for one in CaseStatus]))
    mine = Boolean(
        load_default=False,
        metadata={"description": "only those you have a task of, worked on or opened"},
    )
    under_way = Boolean(load_default=False, metadata={"description": "only those not ended"})
    after = String()
    limit = Integer(load_default=50, validate=Range(min=1, max=200))


class Cases(Schema):
    """A page of cases."""

    cases = List(Nested(CaseListed))
    next = String(allow_none=True)


class EventOut(Schema):
    """A fact, as the legal record keeps it."""

    seq = Integer()
    at = DateTime()
    type = String()
    element_id = String(allow_none=True)
    element = String(allow_none=True)
    task = String(allow_none=True)
    by = String(allow_none=True)
    office = String(allow_none=True)
    data = Dict()


class Events(Schema):
    """The facts of a case, a page at a time."""

    events = List(Nested(EventOut))
    next = Integer(allow_none=True, metadata={"description": "give as `after` for the next page"})


class EventsQuery(Schema):
    """A page of facts."""

    after = Integer(load_default=0, validate=Range(min=0))
    limit = Integer(load_default=200, validate=Range(min=1, max=1000))


class TasksQuery(Schema):
    """Which tasks, in which order; `after` is the `next` of the page before."""

    scope = String(load_default="mine", validate=OneOf(["mine", "office", "unassigned", "all"]))
    q = String(load_default="", validate=Length(max=100))
    procedure = String()
    element_id = String(metadata={"description": "of one kind of task of the procedure"})
    due = String(validate=OneOf(["overdue", "today", "week"]))
    days = Integer(
        validate=Range(min=0, max=366),
        metadata={"description": "due within so many days, overdue ones included"},
    )
    review = Boolean(load_default=False, metadata={"description": "waits for a second person"})
    follow = Boolean(load_default=False, metadata={"description": "to look at again by today"})
    field = List(
        String(validate=Length(max=140)),
        load_default=list,
        validate=Length(max=MOST_FIELDS),
        metadata={
            "description": "`name~compare~value`, repeated: is, is_not, at_least, at_most, has"
        },
    )
    sort = String(load_default="due", validate=OneOf(["due", "opened", "priority"]))
    after = String()
    limit = Integer(load_default=50, validate=Range(min=1, max=200))


class Tasks(Schema):
    """A page of tasks."""

    tasks = List(Nested(TaskOut))
    next = String(
        allow_none=True,
        metadata={"description": "give as `after`; a page may be short, or empty, and have one"},
    )


class CompleteIn(Schema):
    """The answers of a task's form, and the flows chosen where a gateway needs a person."""

    answers = Dict(load_default=dict)
    choices = Dict(keys=String(), values=List(String()), load_default=dict)


class AssignIn(Schema):
    """Whom a task is given to, by the name they sign in with."""

    to = String(required=True, validate=Length(min=1, max=120))


class CompleteOut(Schema):
    """Where a completion took the case."""

    case = String()
    status = String()
    next_task = String(allow_none=True)


class MessageIn(Schema):
    """A message for the case that waits for it, by its correlation values; `ttl` seconds to keep it for one."""

    name = String(required=True, validate=Length(min=1, max=200))
    correlation = Dict(load_default=dict)
    payload = Dict(load_default=dict)
    ttl = Integer(validate=Range(min=0, max=31 * 86400))


class MessageOut(Schema):
    """What became of a message."""

    outcome = String(
        metadata={
            "enum": ["delivered", "started", "kept", "nobody"],
            "description": "delivered: to a case that waited; started: a case began with it; "
            "kept: until kept_until, for the first that waits for it; nobody: it is gone",
        }
    )
    case = String(
        allow_none=True, metadata={"description": "the case it was delivered to, or started"}
    )
    kept_until = DateTime(allow_none=True)
    is_started = Boolean(metadata={"description": "as outcome says"})
    is_buffered = Boolean(metadata={"description": "as outcome says"})


class MetricsQuery(Schema):
    """Which cases the figures are about."""

    version = Integer()
    since = Date()
    until = Date()


class MetricsOut(Schema):
    """Figures of a procedure; durations in seconds."""

    open = Integer()
    started = Integer()
    ended = Integer()
    late = Integer()
    due_soon = Integer()
    is_exact = Boolean(metadata={"description": "Otherwise percentiles are right within 2 %."})
    cycle_time = Dict(values=Float(allow_none=True))
    lead_time = Dict(values=Float(allow_none=True))
    legal_time = Dict(values=Float(allow_none=True))
    office_time = Dict(values=Float(allow_none=True))
    terms = Dict(values=Integer())
    first_time_right = Float(allow_none=True)
    variants = Integer()
    weeks = List(Dict())
    tasks = List(Dict())
    outcomes = List(Dict())
