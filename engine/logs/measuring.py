"""A case of a log as a case that is measured: its events become work items, its attributes start, end and due date."""

import math
from zoneinfo import ZoneInfo

from engine.logs.log import LogCase, LogEvent, Value, exact_seconds
from engine.metrics.item import Cause, Item, ItemKind, Measured

# lower case, without blanks and separators
START_NAMES = frozenset({"startdate", "casestart", "startedat", "regdate", "fechainicio"})
END_NAMES = frozenset({"enddate", "caseend", "endedat", "fechafin"})
DUE_NAMES = frozenset({"deadline", "duedate", "dueat", "due", "fechalimite", "vencimiento"})
OUTCOME_NAMES = frozenset({"outcome", "result", "resultado", "caseoutcome"})
CHANNEL_NAMES = frozenset({"channel", "canal"})
_DONE = frozenset({"complete", "manualskip", "autoskip"})
_GONE = frozenset({"ate_abort", "pi_abort", "abort"})
_HELD = frozenset({"assign", "reassign"})
# transitions that change nothing that is measured
_WAITS = frozenset({"suspend", "resume"})


def measured(
    case: LogCase, case_id: int, procedure_id: int, offices: frozenset[int], zone: ZoneInfo
) -> Measured:
    """The case with its items. It has at least one event.

    It started when an attribute says so, else with its first event. It ended when an attribute says so; where the log
    declares such an attribute and the case lacks it, it is open; where there is none, it ended with its last event.
    Of an activity without lifecycle only completions are known: they take no time.
    """
    said, rest = _said(case, zone)
    first = min(event.at for event in case.events)
    last = max(event.at for event in case.events)
    is_declared = any(plain(name) in END_NAMES for name in case.declared)
    ended_at = said.get("end", None if is_declared else last)
    started_at = said.get("start", first)
    return Measured(
        case_id=case_id,
        procedure_id=procedure_id,
        number=case.name[:200],
        started_at=started_at,
        items=_items(case.events, ended_at),
        status="open" if ended_at is None else "completed",
        ended_at=ended_at,
        due_at=said.get("due"),
        channel=str(_named(case, CHANNEL_NAMES))[:20],
        outcome=str(_named(case, OUTCOME_NAMES))[:200],
        is_imported=True,
        attributes=rest or None,
        offices=offices,
    )


def plain(name: str) -> str:
    """A name as the sets above have it."""
    return "".join(letter for letter in name.lower().rpartition(":")[2] if letter.isalnum())


_PARTS = {"start": START_NAMES, "end": END_NAMES, "due": DUE_NAMES}
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
    if (
        "end" in said
        and "due" in said
        and said["end"] > said["due"]
        and whole["end"] == whole["due"]
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
    for event in events:
        waiting = live.get(event.activity) if live else None
        item = None if waiting is None else _which(waiting, event, tokens)
        step = event.lifecycle
        if item is None:
            if step in _WAITS or (step not in _DONE and step in _GONE):
                continue  # of something the log never began
            item = Item(len(items) + 1, event.activity, event.activity, ItemKind.EVENT, event.at)
            items.append(item)
            if step not in _DONE:
                live.setdefault(event.activity, []).append(item)
                tokens[item.seq] = event.instance
        if event.resource:
            item.resource = event.resource[:200]
        if event.group:
            item.group = event.group[:200]
        if step in _DONE:
            if item.seq in tokens:
                _end(item, event.at, paused)
                live[event.activity].remove(item)
            else:
                item.assigned_at = item.started_at = event.at
            item.ended_at, item.is_completed = event.at, True
        elif step in _GONE or (step == "withdraw" and item.started_at is None):
            _end(item, event.at, paused)
            item.ended_at = event.at
            live[event.activity].remove(item)
        else:
            _move(item, step, event.at, paused)
    for rest in live.values():
        for item in rest:
            # the case is over, so nobody works on it any more
            _end(item, ended_at if ended_at is not None else events[-1].at, paused)
            item.ended_at = ended_at
    return items


def _which(waiting: list[Item], event: LogEvent, tokens: dict[int, str | None]) -> Item | None:
    if not waiting:
        return None
    if event.instance is None:
        return waiting[0]
    same = (item for item in waiting if tokens[item.seq] in (event.instance, None))
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
