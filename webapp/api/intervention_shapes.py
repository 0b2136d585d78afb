"""What goes in and out where somebody in charge intervenes: in a case, in its incidents, in the version it follows."""

from apiflask import Schema
from apiflask.fields import Boolean, Date, DateTime, Dict, Integer, List, Nested, String
from apiflask.validators import Length, Range

REASON = {"description": "why; kept with the case for ever"}
SEEN = {
    "description": "`revision` of the case as it was looked at; another one is refused with 409"
}


class ReasonIn(Schema):
    """Why it is done."""

    reason = String(required=True, validate=Length(min=1, max=2000), metadata=REASON)
    seen = Integer(metadata=SEEN)


class MoveIn(ReasonIn):
    """Which token goes where."""

    token = Integer(required=True)
    to = String(required=True, validate=Length(min=1, max=200))


class PlaceOut(Schema):
    """An element a token can be moved to."""

    element_id = String()
    name = String()
    kind = String()
    is_passed = Boolean()


class MovableOut(Schema):
    """A token that can be moved, and where to."""

    token = Integer()
    element_id = String()
    name = String()
    kind = String(
        metadata={
            "description": "what it waits for; “call”: a called process, which moving takes it out of"
        }
    )
    places = List(
        Nested(PlaceOut), metadata={"description": "of its own process, called or calling"}
    )


class Movables(Schema):
    """Everything that waits in a case and can be moved."""

    revision = Integer(metadata={"description": "give as `seen`"})
    tokens = List(Nested(MovableOut))


class MoveQuery(Schema):
    """Which token would go where."""

    token = Integer(required=True)
    to = String(required=True, validate=Length(min=1, max=200))


class WorkOut(Schema):
    """A task that leaves or enters an inbox."""

    name = String()
    office = String(attribute="office_name", allow_none=True)
    assignee = String(attribute="assignee_name", allow_none=True)


class TermOut(Schema):
    """A timer that stops or begins to run."""

    name = String()
    due_at = DateTime(allow_none=True)


class PreviewOut(Schema):
    """What would happen; nothing is written."""

    revision = Integer(metadata={"description": "give as `seen`"})
    leaving = List(Nested(WorkOut))
    opening = List(Nested(WorkOut))
    stopping = List(Nested(TermOut))
    setting = List(Nested(TermOut))
    forgotten = List(String(), metadata={"description": "no longer waited for"})
    awaited = List(String())
    breaking = List(String(), metadata={"description": "what would be an incident, and why"})
    status = String(metadata={"description": "running, stuck, completed, failed, cancelled"})
    outcome = String(allow_none=True)


class LocalOut(Schema):
    """What only one round, called process or activity knows."""

    token = Integer()
    element_id = String()
    name = String(allow_none=True)
    variables = Dict()


class DataOut(Schema):
    """What a case knows, and what only parts of it know."""

    revision = Integer(metadata={"description": "give as `seen`"})
    variables = Dict()
    local = List(Nested(LocalOut))


class DataIn(ReasonIn):
    """Corrected values; with `token`, of what only that part of the case knows."""

    values = Dict(required=True, validate=Length(min=1, max=200))
    token = Integer()


class IncidentOut(Schema):
    """What broke inside a case; `local`: what is known only around there, of one that is open."""

    id = String()
    case = String()
    kind = String()
    element_id = String(allow_none=True)
    token = Integer(allow_none=True)
    message = String()
    raised_at = DateTime()
    resolved_at = DateTime(allow_none=True)
    resolution = String(allow_none=True)
    local = List(Nested(LocalOut))


class LocalIn(Schema):
    """Corrected values of what only one round, called process or activity knows."""

    token = Integer(required=True)
    values = Dict(required=True, validate=Length(min=1, max=200))


class RetryIn(ReasonIn):
    """Why, and what the case and single parts of it are to know before it goes on."""

    corrections = Dict(load_default=dict, validate=Length(max=200))
    local = List(Nested(LocalIn), load_default=list, validate=Length(max=200))


class SettleIn(ReasonIn):
    """Why, and what the other machine would have answered where its work was done by hand."""

    answer = Dict(allow_none=True)


class ProposalQuery(Schema):
    """From which version to which."""

    before = Integer(required=True, data_key="from", validate=Range(min=1))
    after = Integer(required=True, data_key="to", validate=Range(min=1))


class PairOut(Schema):
    """An element of the old version, and what it is proposed to become."""

    element_id = String()
    name = String()
    kind = String()
    proposed = String(allow_none=True)
    choices = List(String())
    open_tasks = Integer()


class ChosenIn(Schema):
    """Which of the open cases; every condition that is given has to hold."""

    numbers = List(String(validate=Length(max=60)), load_default=list, validate=Length(max=5000))
    element_ids = List(
        String(validate=Length(max=200)), load_default=list, validate=Length(max=200)
    )
    filed_from = Date(allow_none=True, load_default=None)
    filed_until = Date(allow_none=True, load_default=None)


class MigrationIn(ReasonIn):
    """A plan: nothing moves before it has been checked. Without `mapping`, as proposed; without `cases`, all."""

    before = Integer(required=True, data_key="from", validate=Range(min=1))
    after = Integer(required=True, data_key="to", validate=Range(min=1))
    mapping = Dict(keys=String(), values=String(), allow_none=True, load_default=None)
    cases = Nested(ChosenIn, allow_none=True, load_default=None)


class MigrationOut(Schema):
    """How far a migration is; `step` ends in -ing while the worker is at it."""

    id = String()
    procedure = String()
    before = Integer(data_key="from")
    after = Integer(data_key="to")
    step = String()
    reason = String()
    cases = Dict(allow_none=True, metadata={"description": "which cases were chosen; null: all"})
    open_cases = Integer()
    counts = Dict(values=Integer())
    failure = String(allow_none=True)
    blocked = List(Dict(), metadata={"description": "cases that cannot move, and why; at most 100"})


class EndHaltIn(Schema):
    """Why the procedure goes on."""

    reason = String(required=True, validate=Length(min=1, max=2000), metadata=REASON)


class HaltIn(EndHaltIn):
    """Why the procedure is suspended, and whether its open cases stand still, too."""

    cases = Boolean(load_default=False)


class KeptCaseOut(Schema):
    """A case that could not be set going."""

    case = String()
    reason = String()


class HaltOut(Schema):
    """One suspension of a procedure."""

    step = String(metadata={"description": "stopping, standing, resuming, over"})
    cases = Boolean(metadata={"description": "whether open cases stand still, too"})
    reason = String()
    by = String(allow_none=True)
    at = DateTime()
    end_reason = String(allow_none=True)
    ended_by = String(allow_none=True)
    ended_at = DateTime(allow_none=True)
    done = Integer(metadata={"description": "cases laid still, or set going, so far"})
    all = Integer()
    stood = Integer(metadata={"description": "cases that stood still when it ended"})
    failure = String(allow_none=True, metadata={"description": "of the batch that was given up"})
    kept = List(Nested(KeptCaseOut))


class HaltsOut(Schema):
    """How a procedure stands, and its latest suspensions that are over."""

    procedure = String()
    takes_cases = Boolean()
    present = Nested(HaltOut, allow_none=True)
    past = List(Nested(HaltOut))
