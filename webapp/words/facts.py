"""The facts of a case as sentences a person would say."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.events import Happened
from engine.history import Entry
from engine.masking import masked_file
from webapp.i18n import _, plural
from webapp.words.clock_facts import sentence_of_clock

# What a reader scans for; the rest is drawn lighter.
_HEAVY = {
    Happened.CASE_STARTED,
    Happened.CASE_COMPLETED,
    Happened.CASE_FAILED,
    Happened.CASE_CANCELLED,
    Happened.CASE_SUSPENDED,
    Happened.CASE_RESUMED,
    Happened.TASK_COMPLETED,
    Happened.INCIDENT_RAISED,
    Happened.TOKEN_MOVED,
    Happened.CASE_MIGRATED,
    Happened.CLOCK_RESTARTED,
    Happened.CLOCK_STOPPED,
    Happened.NOTICE_GIVEN,
    Happened.REQUEST_CORRECTED,
    Happened.LEGAL_RISK_TAKEN,
    Happened.REQUEST_NOT_FILED,
    Happened.REQUEST_WITHDRAWN,
    Happened.REQUEST_ABANDONED,
    Happened.REQUEST_APPROVED,
    Happened.SILENCE_OPERATED,
    Happened.APPEAL_FILED,
    Happened.APPEAL_DECIDED,
    Happened.APPEAL_SILENT,
    Happened.DECISION_REVOKED,
    Happened.CASE_REOPENED,
    Happened.EXPOST_CHECKED,
}
# What only the applicant does without signing in as somebody.
_APPLICANTS = {
    Happened.DEFICIENCY_CORRECTED,
    Happened.REQUEST_CORRECTED,
    Happened.REQUEST_WITHDRAWN,
    Happened.APPEAL_FILED,
}
# True, but of no interest to whoever reads the story.
UNTOLD = {Happened.CASE_READ}


@dataclass(frozen=True, slots=True)
class Told:
    """A fact as a line of the timeline."""

    at: datetime
    words: str
    by_name: str | None
    office_name: str | None
    reason: str | None
    is_heavy: bool
    on_behalf_of: str | None = None
    decision: int | None = None  # number of the fact, when its rules can be shown


def told(entries: list[Entry], *, is_known: bool = True) -> list[Told]:
    """The story of a case, the newest fact first; `is_known`: its reader needs to know whose it is."""
    if not is_known:
        entries = [_shortened(entry) for entry in entries]
    return [
        Told(
            at=entry.at,
            words=_sentence(entry),
            by_name=_doer(entry),
            office_name=entry.office_name,
            reason=_reason(entry),
            is_heavy=entry.type in _HEAVY,
            on_behalf_of=entry.on_behalf_of,
            decision=entry.seq if entry.data.get("fired") else None,
        )
        for entry in reversed(entries)
        if entry.type not in UNTOLD
    ]


def _doer(entry: Entry) -> str | None:
    """Who did it. Nobody where a task only came next, for there stands who did the one before; who asks without an
    account is the applicant.
    """
    if entry.type == Happened.TASK_OPENED:
        return None
    if entry.by_name is None and (
        entry.type in _APPLICANTS
        or entry.data.get("origin") == "applicant"
        or (entry.type == Happened.CASE_STARTED and entry.data.get("channel") == "online")
    ):
        return _("the applicant")
    return entry.by_name


def _shortened(entry: Entry) -> Entry:
    name = entry.data.get("name")
    if entry.type != Happened.DOCUMENT_ADDED or not isinstance(name, str):
        return entry
    return replace(entry, data={**entry.data, "name": masked_file(name)})


def _reason(entry: Entry) -> str | None:
    reason = entry.data.get("reason")
    if "joins" in entry.data:
        return None  # the sentence says it
    return reason if isinstance(reason, str) else None


def _sentence(entry: Entry) -> str:
    name = entry.element_name or entry.element_id or "–"
    match entry.type:
        case Happened.CASE_STARTED:
            return _("The case was opened")
        case Happened.CASE_COMPLETED:
            outcome = entry.data.get("outcome")
            return (
                _("The case ended: %(outcome)s", outcome=outcome)
                if outcome
                else _("The case ended")
            )
        case Happened.CASE_FAILED:
            return _("The case ended with an error")
        case Happened.CASE_CANCELLED:
            return _("The case was cancelled")
        case Happened.CASE_SUSPENDED:
            if entry.data.get("halt"):
                return _("The case was suspended with its procedure")
            return _("The case was suspended")
        case Happened.CASE_RESUMED:
            if entry.data.get("halt"):
                return _("The case goes on with its procedure")
            return _("The case goes on")
        case Happened.CASE_MIGRATED:
            number = entry.data.get("version", "–")
            if entry.data.get("is_undone"):
                return _("The case was moved back to version %(number)s", number=number)
            return _("The case was moved to version %(number)s of the procedure", number=number)
        case Happened.TOKEN_MOVED:
            place = entry.data.get("to_name") or entry.data.get("to")
            if place is None:  # a join that was released
                return _("“%(name)s” goes on without what it waited for", name=name)
            return _("Moved by hand from “%(name)s” to “%(place)s”", name=name, place=place)
    told = sentence_of_clock(entry) or _sentence_of_window(entry)
    told = told or _sentence_of_task(entry, name) or _sentence_of_wait(entry, name)
    skipped = entry.data.get("skipped")
    if not isinstance(skipped, int) or skipped < 1:
        return told
    return plural(
        "%(told)s, ahead of %(num)d case that came before",
        "%(told)s, ahead of %(num)d cases that came before",
        skipped,
        told=told,
    )


def _sentence_of_window(entry: Entry) -> str | None:
    """What passed between the applicant, the office and registries."""
    what = entry.data.get("requirement", "–")
    match entry.type:
        case Happened.CONSENT_GIVEN:
            return _("The applicant let the office ask a registry for “%(what)s”", what=what)
        case Happened.STATEMENT_SWORN:
            return _("The applicant declared under oath in the place of “%(what)s”", what=what)
        case Happened.REGISTRY_ANSWERED:
            if entry.data.get("status") == "found":
                return _("A registry gave “%(what)s”", what=what)
            return _("No registry gave “%(what)s”", what=what)
        case Happened.MESSAGE_WRITTEN:
            if entry.data.get("is_from_applicant"):
                return _("The applicant wrote to the office")
            return _("The office wrote to the applicant")
        case Happened.CODE_RENEWED:
            return _("The applicant was given a new code")
        case Happened.CASES_LINKED:
            other = entry.data.get("other", "–")
            if entry.data.get("is_undone"):
                return _("It is no longer linked with %(number)s", number=other)
            return _("It was linked with %(number)s", number=other)
        case Happened.FILE_EXPORTED:
            return _("A signed copy of the case file was asked for")
    return None


def _sentence_of_task(entry: Entry, name: str) -> str | None:
    match entry.type:
        case Happened.TASK_OPENED:
            if entry.to_name:
                return _("“%(task)s” went to %(person)s", task=name, person=entry.to_name)
            return _("“%(task)s” waits for somebody", task=name)
        case Happened.TASK_CLAIMED:
            return _("“%(task)s” was claimed", task=name)
        case Happened.TASK_RELEASED:
            return _("“%(task)s” was released", task=name)
        case Happened.TASK_ASSIGNED:
            if entry.to_name:
                return _("“%(task)s” was given to %(person)s", task=name, person=entry.to_name)
            return _("“%(task)s” was assigned", task=name)
        case Happened.TASK_COMPLETED:
            return _("“%(task)s” was completed", task=name)
        case Happened.TASK_CANCELLED:
            return _("“%(task)s” was withdrawn", task=name)
        case Happened.DATA_CORRECTED:
            return _("What the case knows was corrected by an operator")
        case Happened.DOCUMENT_ADDED:
            return _("A document was added: %(name)s", name=entry.data.get("name", "–"))
        case Happened.LETTER_ISSUED:
            letter = f"{entry.data.get('title', '–')} {entry.data.get('number', '')}"
            return _("A letter was issued: %(name)s", name=letter)
        case Happened.TASK_PROPOSED:
            return _("“%(task)s” was proposed for review", task=name)
        case Happened.TASK_RETURNED:
            return _("What was proposed for “%(task)s” was returned", task=name)
        case Happened.TASK_REOPENED:
            return _("“%(task)s” was undone and is open again", task=name)
        case Happened.PRIORITY_CHANGED:
            return _("The priority of “%(task)s” was changed", task=name)
        case Happened.OPINION_ASKED:
            return _("An opinion was asked of another office")
        case Happened.OPINION_ANSWERED:
            return _("The opinion was given")
        case Happened.OPINION_WITHDRAWN:
            return _("The opinion is no longer needed")
        case Happened.COMMENT_ADDED:
            return _("A comment was added")
    return None


def _sentence_of_wait(entry: Entry, name: str) -> str:
    match entry.type:
        case Happened.TIMER_SET:
            return _("The time for “%(name)s” began to run", name=name)
        case Happened.TIMER_FIRED:
            return _("The time for “%(name)s” ran out", name=name)
        case Happened.TIMER_CANCELLED:
            return _("The time for “%(name)s” no longer matters", name=name)
        case Happened.CONDITION_MET:
            return _("What “%(name)s” waits for is true", name=name)
        case Happened.MESSAGE_SENT:
            return _("“%(name)s” was sent", name=name)
        case Happened.MESSAGE_RECEIVED:
            return _("“%(name)s” was received", name=name)
        case Happened.SIGNAL_SENT:
            return _("“%(name)s” was announced", name=name)
        case Happened.SIGNAL_RECEIVED:
            return _("“%(name)s” was heard", name=entry.data.get("name") or name)
        case Happened.SERVICE_REQUESTED:
            return _("“%(name)s” was asked of another system", name=name)
        case Happened.SERVICE_COMPLETED:
            return _("“%(name)s” was answered by another system", name=name)
        case Happened.SERVICE_FAILED:
            code = entry.data.get("code")
            said = f"{name} ({code})" if code else name
            return _("Another system refused “%(name)s”", name=said)
        case Happened.ERROR_THROWN:
            if "caught_by" in entry.data and entry.data["caught_by"] is None:
                return _("“%(name)s” met an error that the diagram has no answer to", name=name)
            return _("“%(name)s” ended with an error", name=name)
        case Happened.ESCALATION_THROWN:
            return _("“%(name)s” was escalated", name=name)
        case Happened.VALUE_MISSING:
            return _missing(name, entry.data or {})
        case Happened.DECISION_MADE:
            return _("“%(name)s” was decided by its rules", name=name)
        case Happened.INCIDENT_RAISED:
            if "joins" in entry.data:
                return _(
                    "Nothing can move any more at “%(name)s”; an operator has to look at it",
                    name=name,
                )
            return _("Something broke at “%(name)s”; an operator has to look at it", name=name)
        case Happened.INCIDENT_RESOLVED:
            if entry.data.get("how") == "retried":
                return _("“%(name)s” was tried again", name=name)
            return _("What broke at “%(name)s” was mended", name=name)
    return _("%(name)s: %(kind)s", name=name, kind=entry.type.replace("_", " "))


def _missing(name: str, data: dict[str, Any]) -> str:
    """What a rule asked of the case in vain, and what came to nothing by it."""
    names = ", ".join(data.get("names", []))
    if "sets" in data:
        return _(
            "“%(name)s” left “%(sets)s” empty: the case knows no %(names)s",
            name=name,
            sets=data["sets"],
            names=names,
        )
    if "way" in data:
        return _(
            "Nobody could say whether “%(way)s” holds: the case knows no %(names)s",
            way=data["way"],
            names=names,
        )
    if "decision" in data:
        return _(
            "“%(decision)s” was decided without what the case does not know: %(names)s",
            decision=data["decision"],
            names=names,
        )
    return _(
        "“%(name)s” could not be worked out: the case knows no %(names)s", name=name, names=names
    )
