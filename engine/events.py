"""The facts: everything that can have happened to a case, in the past tense, with its XES lifecycle.

Facts are appended in the transaction that makes them true and never changed; history, metrics, audit and log
exports all read them. Lifecycle names are those of the XES standard (IEEE 1849-2016, lifecycle extension).
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol, TypeVar


class Happened(StrEnum):
    """What happened. Released names are never changed or removed; they get a successor."""

    CASE_STARTED = "case_started"
    CASE_COMPLETED = "case_completed"
    CASE_FAILED = "case_failed"  # an error that nothing in the diagram catches
    CASE_CANCELLED = "case_cancelled"
    CASE_SUSPENDED = "case_suspended"
    CASE_RESUMED = "case_resumed"
    CASE_MIGRATED = "case_migrated"
    TASK_OPENED = "task_opened"
    TASK_CLAIMED = "task_claimed"
    TASK_RELEASED = "task_released"
    TASK_ASSIGNED = "task_assigned"
    TASK_COMPLETED = "task_completed"  # data: answers, choices, path
    TASK_CANCELLED = "task_cancelled"
    TASK_PROPOSED = "task_proposed"  # data: answers, choices; somebody else reviews them
    TASK_RETURNED = "task_returned"  # what was proposed; data: reason
    TASK_REOPENED = (
        "task_reopened"  # its completion was undone: the completed fact before it no longer holds
    )
    PRIORITY_CHANGED = "priority_changed"  # data: priority, before
    TASK_EXTENDED = "task_extended"  # its term, by the law; data: days, due_on, reason
    OPINION_ASKED = "opinion_asked"  # of another office; data: number, question, due
    OPINION_ANSWERED = "opinion_answered"  # data: number, answer
    OPINION_WITHDRAWN = "opinion_withdrawn"  # data: number, reason
    TIMER_SET = "timer_set"
    TIMER_FIRED = "timer_fired"
    TIMER_CANCELLED = "timer_cancelled"
    CONDITION_MET = "condition_met"
    MESSAGE_SENT = "message_sent"
    MESSAGE_RECEIVED = "message_received"
    SIGNAL_SENT = "signal_sent"
    SIGNAL_RECEIVED = "signal_received"
    SERVICE_REQUESTED = "service_requested"
    SERVICE_COMPLETED = "service_completed"
    SERVICE_FAILED = "service_failed"
    ERROR_THROWN = "error_thrown"
    ESCALATION_THROWN = "escalation_thrown"
    VALUE_MISSING = "value_missing"  # a rule came to nothing; data: names the case lacks, and sets, way or decision
    DECISION_MADE = "decision_made"  # a business rule: which rules fired, with inputs and outputs
    TOKEN_MOVED = "token_moved"
    INCIDENT_RAISED = "incident_raised"
    INCIDENT_RESOLVED = "incident_resolved"
    LETTER_ISSUED = "letter_issued"  # data: number, title, hashes of template and words
    DOCUMENT_ADDED = "document_added"  # data: number, name, sha256, size, origin
    COMMENT_ADDED = "comment_added"
    DATA_CORRECTED = "data_corrected"  # data: answers (new), before (old), reason
    CASE_READ = "case_read"
    # the law's clock (engine.terms)
    CLOCK_STARTED = (
        "clock_started"  # data: modality, assessment, decide_by, notify_by, silence_from
    )
    CLOCK_RESTARTED = "clock_restarted"  # the decision term begins anew
    CLOCK_STOPPED = "clock_stopped"  # data: kind, until, reason
    CLOCK_WENT_ON = "clock_went_on"  # data: days it stood still, decide_by
    NOTICE_GIVEN = "notice_given"  # data: items, correct_by
    DEFICIENCY_CORRECTED = "deficiency_corrected"  # data: item, documents
    REQUEST_CORRECTED = (
        "request_corrected"  # every item; the request counts as filed on the first day
    )
    LEGAL_RISK_TAKEN = "legal_risk_taken"  # data: what, reason
    REQUEST_NOT_FILED = "request_not_filed"  # not corrected in time
    REQUEST_WITHDRAWN = "request_withdrawn"
    REQUEST_ABANDONED = "request_abandoned"
    REQUEST_APPROVED = "request_approved"  # by filing, or by positive silence; data: how
    SILENCE_OPERATED = (
        "silence_operated"  # negative: the applicant may appeal, the office must decide
    )
    REQUEST_DECIDED = "request_decided"
    DECISION_NOTIFIED = "decision_notified"
    TERM_WARNED = "term_warned"  # data: days left, to whom
    APPEAL_FILED = "appeal_filed"  # data: kind, decide_by
    APPEAL_DECIDED = "appeal_decided"  # data: kind, result, effect, stage, is_exhausted
    APPEAL_SILENT = "appeal_silent"  # nobody decided it in time; data: kind, how, is_exhausted
    DECISION_REVOKED = "decision_revoked"  # data: outcome it had, numbers of its letters
    CASE_REOPENED = "case_reopened"  # it goes on at an element, though it had ended
    EXPOST_CHECKED = "expost_checked"  # data: found
    # the applicant's window
    CONSENT_GIVEN = (
        "consent_given"  # a registry may be asked; data: requirement, registry, statement
    )
    STATEMENT_SWORN = "statement_sworn"  # … may not: the applicant declares; data as above
    REGISTRY_ANSWERED = "registry_answered"  # data: requirement, registry, status
    MESSAGE_WRITTEN = (
        "message_written"  # between applicant and office; data: number, is_from_applicant
    )
    CODE_RENEWED = "code_renewed"  # the applicant's old code opens nothing any more
    CASES_LINKED = "cases_linked"  # data: other, reason
    FILE_EXPORTED = "file_exported"  # a signed copy was asked for; data: is_masked


LIFECYCLE: dict[Happened, str] = {
    Happened.TASK_OPENED: "schedule",
    Happened.TASK_CLAIMED: "start",
    Happened.TASK_RELEASED: "withdraw",
    Happened.TASK_ASSIGNED: "assign",
    Happened.TASK_COMPLETED: "complete",
    Happened.TASK_CANCELLED: "ate_abort",
    Happened.TIMER_SET: "schedule",
    Happened.TIMER_FIRED: "complete",
    Happened.TIMER_CANCELLED: "ate_abort",
    Happened.SERVICE_REQUESTED: "schedule",
    Happened.SERVICE_COMPLETED: "complete",
    Happened.SERVICE_FAILED: "ate_abort",
    Happened.MESSAGE_RECEIVED: "complete",
    Happened.CONDITION_MET: "complete",
    Happened.CASE_SUSPENDED: "suspend",
    Happened.CASE_RESUMED: "resume",
    Happened.NOTICE_GIVEN: "suspend",
    Happened.CLOCK_STOPPED: "suspend",
    Happened.REQUEST_CORRECTED: "resume",
    Happened.CLOCK_WENT_ON: "resume",
    Happened.REQUEST_WITHDRAWN: "withdraw",
}


# What a completion brings about inside the case, and is taken back with it.
BROUGHT_ABOUT = frozenset(
    {
        Happened.TASK_COMPLETED,
        Happened.TASK_OPENED,
        Happened.TASK_CANCELLED,
        Happened.TIMER_SET,
        Happened.TIMER_CANCELLED,
        Happened.CONDITION_MET,
        Happened.DECISION_MADE,
        Happened.DOCUMENT_ADDED,
        Happened.CLOCK_STARTED,
        Happened.REQUEST_DECIDED,
    }
)


class Told(Protocol):
    """As much of a fact as says whether it still holds."""

    @property
    def type(self) -> str: ...
    @property
    def token(self) -> int | None: ...


AFact = TypeVar("AFact", bound=Told)


def holding(facts: Iterable[AFact]) -> list[AFact]:
    """The facts of one case, in order, that still hold: without completions that were undone, what they had brought
    about and the undoing itself. The task is then where it was, as if nobody had completed it."""
    kept: list[AFact] = []
    for fact in facts:
        if fact.type != Happened.TASK_REOPENED:
            kept.append(fact)
            continue
        undone = next(
            (
                place
                for place in range(len(kept) - 1, -1, -1)
                if kept[place].type == Happened.TASK_COMPLETED and kept[place].token == fact.token
            ),
            len(kept),
        )
        kept[undone:] = [one for one in kept[undone:] if one.type not in BROUGHT_ABOUT]
    return kept
