"""What the engine tells: facts that happened, and waits for something to happen. Frozen, JSON inside."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from engine.errors import Said


class FactKind(StrEnum):
    """What happened; the names that engine.events has too are the same."""

    CASE_STARTED = "case_started"
    CASE_COMPLETED = "case_completed"  # data: outcome (name of the end event), end
    CASE_TERMINATED = "case_terminated"
    CASE_FAILED = "case_failed"  # an error that nothing in the diagram catches
    CASE_CANCELLED = "case_cancelled"
    TASK_OPENED = "task_opened"
    TASK_COMPLETED = "task_completed"  # data: keys of the answers, choices
    TASK_CANCELLED = "task_cancelled"
    DECISION_OPENED = "decision_opened"  # a gateway waits for a person
    DECISION_CANCELLED = "decision_cancelled"
    GATEWAY_DECIDED = "gateway_decided"  # data: flows, by (condition, default, person)
    TIMER_SET = "timer_set"  # data: due_at
    TIMER_FIRED = "timer_fired"
    TIMER_CANCELLED = "timer_cancelled"
    MESSAGE_SENT = "message_sent"  # data: name, payload, correlation
    MESSAGE_AWAITED = "message_awaited"
    MESSAGE_RECEIVED = "message_received"
    SIGNAL_SENT = "signal_sent"
    SIGNAL_RECEIVED = "signal_received"
    CONDITION_MET = "condition_met"
    SERVICE_REQUESTED = "service_requested"
    SERVICE_COMPLETED = "service_completed"
    SERVICE_FAILED = "service_failed"
    SERVICE_CANCELLED = "service_cancelled"
    WAIT_CANCELLED = "wait_cancelled"  # a message, signal or condition is no longer waited for
    SCRIPT_RUN = "script_run"  # data: keys set
    # a rule came to nothing because it reads what the case does not know; data: names, and what came to nothing:
    # sets (a variable), way (words of a flow), decision, or else the timer or the rounds of the element
    VALUE_MISSING = "value_missing"
    DECISION_MADE = "decision_made"  # by a table: of a business rule task, or before a gateway
    SUBPROCESS_ENTERED = "subprocess_entered"
    SUBPROCESS_LEFT = "subprocess_left"  # data: how (completed, terminated, cancelled, error)
    ERROR_THROWN = "error_thrown"  # data: code, caught_by
    ESCALATION_THROWN = "escalation_thrown"
    COMPENSATION_STARTED = "compensation_started"  # data: activities, in the order undone
    CASE_MIGRATED = "case_migrated"  # data: version, before
    TOKEN_MOVED = "token_moved"
    VARIABLES_CHANGED = "variables_changed"  # data: keys
    JOIN_RELEASED = "join_released"
    STUCK = "stuck"  # data: reason; joins with what arrived and what is missing
    INCIDENT_RAISED = "incident_raised"  # data: reason
    INCIDENT_RESOLVED = "incident_resolved"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened, in the order it happened; `data` is JSON."""

    type: str
    element_id: str | None = None
    token: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


class WaitKind(StrEnum):
    """Who or what can move the token on."""

    TASK = "task"  # a person, by complete()
    DECISION = "decision"  # a person, by complete(choices=…)
    TIMER = "timer"  # the clock, by fire_timer()
    MESSAGE = "message"
    SIGNAL = "signal"
    CONDITION = (
        "condition"  # looked at after every command, and by check_conditions() when `due_at` comes
    )
    SERVICE = "service"  # a worker, by finish_service() or fail_service()
    INCIDENT = "incident"  # an operator, by release() or move()


@dataclass(frozen=True, slots=True)
class Local:
    """Variables that are not the case's: of a round, a called process, an activity that is being undone.

    `token` stands in the element (the call activity, where they are a called process's).
    """

    token: int
    element_id: str
    name: str | None
    variables: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Option:
    """One way on: the flow's (or activity's) id and the words on its button."""

    id: str
    label: str
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A gateway that a person decides; `is_multiple`: one or more options, otherwise exactly one."""

    element_id: str
    name: str | None
    options: tuple[Option, ...]
    is_multiple: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """A token that waits. Fields that do not belong to the kind are empty."""

    token: int
    kind: WaitKind
    element_id: str
    name: str | None = None
    lane: str | None = None  # id of the innermost lane
    # timers: absolute, aware, UTC; None where the diagram's text gives no instant (an incident says so)
    # conditions: when they are looked at again; None where only a move of the case can change them
    due_at: datetime | None = None
    repetitions: int | None = None  # rounds left of a cycle, this one included; -1: without end
    choices: tuple[Choice, ...] = ()
    variables: dict[str, Any] = field(default_factory=dict)  # local to this token
    message: str | None = None  # name of the message or signal
    correlation: dict[str, Any] = field(default_factory=dict)
    host: int | None = None  # boundary events: token of the activity they watch
    is_interrupting: bool = True  # boundary and event sub-process starts
    topic: str | None = None  # services: what to call
    process_id: str | None = None  # the process it is in (a called one has its own)
    reason: str | None = None  # incidents
    said: Said | None = (
        None  # the reason as words of ours; None: those of an earlier release, or of another machine
    )
