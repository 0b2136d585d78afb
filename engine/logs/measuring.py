"""A case of a log as a case that is measured: its events become work items, its attributes start, end and due date."""

import math
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.logs.log import LogCase, LogEvent, Value, exact_seconds
from engine.metrics.item import Cause, Item, ItemKind, Measured

# lower case, without blanks and separators
START_NAMES = frozenset({"startdate", "casestart", "startedat", "regdate", "fechainicio"})
END_NAMES = frozenset({"enddate", "caseend", "endedat", "fechafin"})
DUE_NAMES = frozenset({"deadline", "duedate", "dueat", "due", "fechalimite", "vencimiento"})
# the office answered before the case ended; a log without it says that by its end
ANSWER_NAMES = frozenset({"answerdate", "answeredat"})
OUTCOME_NAMES = frozenset({"outcome", "result", "resultado", "caseoutcome"})
CHANNEL_NAMES = frozenset({"channel", "canal"})
_DONE = frozenset({"complete", "manualskip", "autoskip"})
_GONE = frozenset({"ate_abort", "pi_abort", "abort"})
_HELD = frozenset({"assign", "reassign"})
# transitions that change nothing that is measured
_WAITS = frozenset({"suspend", "resume"})
_EVENT = ItemKind.EVENT


def measured(
    case: LogCase, case_id: int, procedure_id: int, offices: frozenset[int], zone: ZoneInfo
) -> Measured:
    """The case with its items. It has at least one event."""
    whole = as_whole(case, case_id, procedure_id, offices, zone)
    whole.items = _items(case.events, whole.ended_at)
    return whole


def are_completions(events: list[LogEvent]) -> bool:
    """Whether nothing is known of the events but that something was done."""
    return _DONE.issuperset([event.lifecycle for event in events])


def as_whole(
    case: LogCase, case_id: int, procedure_id: int, offices: frozenset[int], zone: ZoneInfo
) -> Measured:
    """The case without its items.

    It started when an attribute says so, else with its first event. It ended when an attribute says so; where the log
    declares such an attribute and the case lacks it, it is open; where there is none, it ended with its last event.
    Of an activity without lifecycle only completions are known: they take no time.
    """
    said, rest = _said(case, zone)
    instants = [event.at for event in case.events]
    first, last = min(instants), max(instants)
    is_declared = _declares_end(case.declared)
    ended_at = said.get("end", None if is_declared else last)
    started_at = said.get("start", first)
    return Measured(
        case_id=case_id,
        procedure_id=procedure_id,
        number=case.name[:200],
        started_at=started_at,
        items=[],
        status="open" if ended_at is None else "completed",
        ended_at=ended_at,
        due_at=said.get("due"),
        answered_at=said.get("answer"),
        channel=str(_named(case, CHANNEL_NAMES))[:20],
        outcome=str(_named(case, OUTCOME_NAMES))[:200],
        is_imported=True,
        attributes=rest or None,
        offices=offices,
    )


@lru_cache(maxsize=16)
def _declares_end(declared: frozenset[str]) -> bool:
    return any(plain(name) in END_NAMES for name in declared)


def plain(name: str) -> str:
    """A name as the sets above have it."""
    return "".join(letter for letter in name.lower().rpartition(":")[2] if letter.isalnum())


_PARTS = {"start": START_NAMES, "end": END_NAMES, "due": DUE_NAMES, "answer": ANSWER_NAMES}
_PART_OF: dict[str, str | None] = {}


def _part(name: str) -> str | None:
    # Every case has the same names, so each is looked at once.
    if name not in _PART_OF:
        if len(_PART_OF) > 10_000:
            _PART_OF.clear()
        bare = plain(name)
        _PART_OF[name] = next((part for part, names in _PARTS.items() if bare in names), None)
    return _PART_OF[name]


def _said(case: LogCase, zone: ZoneInfo) -> tuple[dict[str, int], dict[str, Value]]:
    said: dict[str, float] = {}
    rest: dict[str, Value] = {}
    for name, value in case.attributes.items():
        part = _part(name)
        if part is not None and part not in said:
            try:
                said[part] = exact_seconds(str(value), zone)
                continue
            except (ValueError, OverflowError):
                pass  # words, not a date: kept as they are
        if value != "":
            rest[name] = value
    whole = {part: math.floor(seconds) for part, seconds in said.items()}
    judged = "answer" if "answer" in said else "end"
    if (
        judged in said
        and "due" in said
        and said[judged] > said["due"]
        and whole[judged] == whole["due"]
    ):
        whole["due"] -= 1  # late by less than a second is late
    return whole, rest


def _named(case: LogCase, names: frozenset[str]) -> Value:
    for name, value in case.attributes.items():
        if name.lower() in names:
            return value
    return ""


def _items(events: list[LogEvent], ended_at: int | None) -> list[Item]:
    items: list[Item] = []
    live: dict[str, list[Item]] = {}  # by activity, oldest first
    tokens: dict[int, str | None] = {}  # seq → concept:instance
    paused: dict[int, int] = {}  # seq → since when
    for activity, at, step, resource, group, instance in events:
        waiting = live.get(activity) if live else None
        item = None if not waiting else _which(waiting, instance, tokens)
        if item is None:
            if step in _DONE:
                # nearly every event of most logs: only that it was done is known
                item = Item(len(items) + 1, activity, activity, _EVENT, at, at, True)
                item.assigned_at = item.started_at = at
                if resource:
                    item.resource = resource[:200]
                if group:
                    item.group = group[:200]
                items.append(item)
                continue
            if step in _WAITS or step in _GONE:
                continue  # of something the log never began
            item = Item(len(items) + 1, activity, activity, _EVENT, at)
            items.append(item)
            live.setdefault(activity, []).append(item)
            tokens[item.seq] = instance
        if resource:
            item.resource = resource[:200]
        if group:
            item.group = group[:200]
        if step in _DONE:
            _end(item, at, paused)
            live[activity].remove(item)
            item.ended_at, item.is_completed = at, True
        elif step in _GONE or (step == "withdraw" and item.started_at is None):
            _end(item, at, paused)
            item.ended_at = at
            live[activity].remove(item)
        else:
            _move(item, step, at, paused)
    for rest in live.values():
        for item in rest:
            # the case is over, so nobody works on it any more
            _end(item, ended_at if ended_at is not None else events[-1].at, paused)
            item.ended_at = ended_at
    return items


def _which(waiting: list[Item], instance: str | None, tokens: dict[int, str | None]) -> Item | None:
    if instance is None:
        return waiting[0]
    same = (item for item in waiting if tokens[item.seq] in (instance, None))
    return next(same, None)


def _move(item: Item, step: str, at: int, paused: dict[int, int]) -> None:
    if step == "start":
        item.started_at = at if item.started_at is None else item.started_at
    elif step in _HELD:
        item.assigned_at = at
    elif step == "withdraw":  # given back by who had begun it: it waits again
        item.started_at = item.assigned_at = None
    elif step == "suspend":
        paused.setdefault(item.seq, at)
    elif step == "resume" and item.seq in paused:
        _pause(item, paused.pop(item.seq), at)


def _pause(item: Item, since: int, until: int) -> None:
    item.spent[Cause.SUSPENDED] = item.spent.get(Cause.SUSPENDED, 0) + max(0, until - since)


def _end(item: Item, at: int, paused: dict[int, int]) -> None:
    if item.seq in paused:
        _pause(item, paused.pop(item.seq), at)
    whole = max(0, at - item.enabled_at)
    held = min((one for one in (item.assigned_at, item.started_at) if one is not None), default=at)
    waited = min(whole, max(0, held - item.enabled_at))
    still = item.spent.get(Cause.SUSPENDED, 0)
    touch = max(0, whole - waited - still)
    for cause, seconds in ((Cause.UNCLAIMED, waited), (Cause.TOUCH, touch)):
        if seconds:
            item.spent[cause] = seconds
