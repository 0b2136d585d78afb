"""From the facts of a case to its work items: a small clock per token, moved by each fact in turn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine.events import Happened, holding
from engine.metrics.item import Cause, Item, ItemKind, Measured
from engine.terms.answering import answer


@dataclass(frozen=True, slots=True)
class Reading:
    """What a version says about its elements: names, what they wait for, and which stand beside others."""

    names: Mapping[str, str]
    waits: Mapping[str, Cause]  # by element id, from the procedure sheet
    beside: frozenset[str]  # boundary events and starts: they run while something else does
    office_id: int | None = None  # whose business days the law's clock counts
    jurisdiction: str = "PE"


class TaskRow(NamedTuple):
    """What only the task's row knows."""

    element_id: str
    name: str
    office_id: int
    assignee_id: int
    is_open: bool
    opened_at: int
    claimed_at: int | None
    ended_at: int | None
    due_at: int | None


class FactRow(NamedTuple):
    """A fact as it is measured; `data` is read only where it is needed."""

    seq: int
    at: int
    type: str
    element_id: str | None
    token: int | None
    by_id: int
    office_id: int
    data: Mapping[str, Any] | None


@dataclass(slots=True)
class _Running:
    """An item that has not ended: since when it has been spending time on what."""

    item: Item
    cause: Cause
    since: int
    paused: Cause | None = None  # what it spent time on before the case was suspended

    def turn(self, at: int, cause: Cause) -> None:
        """Book the time until now and go on with another cause."""
        passed = at - self.since
        if passed > 0:
            spent = self.item.spent
            spent[self.cause] = spent.get(self.cause, 0) + passed
            self.since = at
        self.cause = cause


@dataclass(slots=True)
class _Story:
    case: Measured
    reading: Reading
    tasks: Mapping[int, TaskRow]
    running: dict[int, _Running] = field(default_factory=dict)
    suspended_at: int | None = None
    stopped_at: int | None = None  # since when the law's clock stands still
    last_move: int = 0  # when the case last moved: since when it waits for a message


def derive(
    case: Measured,
    facts: Iterable[FactRow],
    tasks: Mapping[int, TaskRow],
    reading: Reading,
    at: int,
) -> Measured:
    """The case with its items, from its facts in order. Items still open have the time until `at` booked.

    A completion that was undone was none. A clock that was set back makes no time negative. A task whose row has
    ended, though no fact says so, has ended.
    """
    story = _Story(case, reading, tasks, last_move=case.started_at)
    held = holding(facts)
    answered = answer(held)
    for fact in held:
        if fact is answered:
            case.answered_at, case.answer_wait = fact.at, _waited(story, fact.at)
        tell = _TELL.get(fact.type)
        if tell is not None:
            tell(story, fact)
    if story.suspended_at is not None:
        _pause(case, story.suspended_at, case.ended_at or at)
    if story.stopped_at is not None:
        case.pauses.append((story.stopped_at, max(story.stopped_at, case.ended_at or at)))
    for token, running in story.running.items():
        _leave_open(story, token, running, at)
    return case


def _waited(story: _Story, at: int) -> int:
    """Seconds until now in which the case waited for the applicant."""
    booked = sum(item.spent.get(Cause.APPLICANT, 0) for item in story.case.items)
    waits = (one for one in story.running.values() if one.cause is Cause.APPLICANT)
    return booked + sum(max(0, at - one.since) for one in waits)


def _leave_open(story: _Story, token: int, running: _Running, at: int) -> None:
    row, item = story.tasks.get(token), running.item
    ended = story.case.ended_at
    if row is not None and row.is_open and ended is None:
        # A migration gives an open task the names of the new version.
        item.element_id, item.name, item.office_id = row.element_id, row.name, row.office_id
    elif row is not None and not row.is_open:
        ended = row.ended_at or ended or at
    running.turn(max(item.enabled_at, ended or at), running.cause)
    if ended is not None:
        item.ended_at = max(item.enabled_at, ended)
        if item.kind not in (ItemKind.TASK, ItemKind.DECISION):
            story.case.items.remove(item)


def _open(story: _Story, fact: FactRow, kind: ItemKind, cause: Cause) -> _Running | None:
    element_id = fact.element_id or ""
    if fact.token is None or element_id in story.reading.beside:
        return None
    name = story.reading.names.get(element_id) or element_id
    item = Item(fact.seq, element_id, name, kind, fact.at, token=fact.token)
    item.office_id = fact.office_id
    cause = story.reading.waits.get(element_id, cause)
    running = _Running(item, cause, fact.at)
    story.case.items.append(item)
    story.running[fact.token] = running
    return running


def _task_opened(story: _Story, fact: FactRow) -> None:
    running = _open(story, fact, ItemKind.TASK, Cause.UNCLAIMED)
    row = None if fact.token is None else story.tasks.get(fact.token)
    if running is None or row is None:
        return
    item = running.item
    item.name = row.name or item.name
    item.due_at = row.due_at
    if item.element_id != row.element_id and row.element_id in story.reading.names:
        item.name = story.reading.names.get(item.element_id) or item.name
    if row.claimed_at is not None and row.claimed_at <= row.opened_at and row.opened_at == fact.at:
        # Given to somebody at once: no fact says so, the row does.
        item.assigned_at = fact.at
        item.person_id = row.assignee_id
        running.cause = Cause.TOUCH


def _task_claimed(story: _Story, fact: FactRow) -> None:
    running = story.running.get(fact.token or 0)
    if running is not None:
        running.turn(fact.at, Cause.TOUCH)
        item = running.item
        item.started_at = item.started_at or fact.at
        item.assigned_at = item.assigned_at or fact.at
        item.person_id = fact.by_id


def _task_assigned(story: _Story, fact: FactRow) -> None:
    running = story.running.get(fact.token or 0)
    if running is not None:
        running.turn(fact.at, Cause.TOUCH)
        running.item.assigned_at = fact.at
        to = (fact.data or {}).get("to")
        running.item.person_id = to if isinstance(to, int) else 0


def _task_released(story: _Story, fact: FactRow) -> None:
    running = story.running.get(fact.token or 0)
    if running is not None:
        item = running.item
        running.turn(fact.at, story.reading.waits.get(item.element_id, Cause.UNCLAIMED))
        item.person_id, item.assigned_at, item.started_at = 0, None, None


def _completed(story: _Story, fact: FactRow) -> None:
    running = story.running.pop(fact.token or 0, None)
    story.last_move = max(story.last_move, fact.at)
    if running is None:
        return
    item = running.item
    running.turn(fact.at, running.cause)
    item.ended_at = max(item.enabled_at, fact.at)
    item.is_completed = True
    item.person_id = fact.by_id or item.person_id
    if fact.element_id and fact.element_id != item.element_id:
        # Moved to another version meanwhile: it was completed under its new name.
        item.element_id = fact.element_id
        item.name = story.reading.names.get(fact.element_id) or fact.element_id


def _cancelled(story: _Story, fact: FactRow) -> None:
    running = story.running.pop(fact.token or 0, None)
    if running is None:
        return
    running.turn(fact.at, running.cause)
    running.item.ended_at = max(running.item.enabled_at, fact.at)
    if running.item.kind not in (ItemKind.TASK, ItemKind.DECISION):
        story.case.items.remove(running.item)  # a race that something else won


def _timer_set(story: _Story, fact: FactRow) -> None:
    _open(story, fact, ItemKind.TIMER, Cause.TIMER)


def _service_requested(story: _Story, fact: FactRow) -> None:
    _open(story, fact, ItemKind.SERVICE, Cause.MACHINE)


def _heard(story: _Story, fact: FactRow) -> None:
    _waited_for(story, fact, ItemKind.MESSAGE, Cause.OTHER_OFFICE)


def _met(story: _Story, fact: FactRow) -> None:
    _waited_for(story, fact, ItemKind.TIMER, Cause.TIMER)


def _waited_for(story: _Story, fact: FactRow, kind: ItemKind, cause: Cause) -> None:
    # That it is awaited is no fact: the case has waited since it last moved.
    since, token = min(story.last_move, fact.at), fact.token
    if token is None:
        return
    waiting = FactRow(
        fact.seq, since, fact.type, fact.element_id, token, 0, fact.office_id, fact.data
    )
    if _open(story, waiting, kind, cause) is not None:
        _completed(story, fact)


def _clock_stopped(story: _Story, fact: FactRow) -> None:
    """The law's clock stands still; after a deficiency notice the applicant has the ball."""
    story.stopped_at = story.stopped_at or fact.at
    if fact.type == Happened.NOTICE_GIVEN:
        for running in story.running.values():
            running.paused = running.paused or running.cause
            running.turn(fact.at, Cause.APPLICANT)


def _clock_runs(story: _Story, fact: FactRow) -> None:
    case = story.case
    if story.stopped_at is not None:
        case.pauses.append((story.stopped_at, max(story.stopped_at, fact.at)))
        story.stopped_at = None
    if fact.type == Happened.CLOCK_RESTARTED:
        case.legal_from, case.pauses = fact.at, []
    if story.suspended_at is None:
        for running in story.running.values():
            running.turn(fact.at, running.paused or running.cause)
            running.paused = None


def _silent(story: _Story, fact: FactRow) -> None:
    story.case.is_silent = fact.type == Happened.SILENCE_OPERATED or (
        (fact.data or {}).get("how") == "silence"
    )


def _pause(case: Measured, since: int, until: int) -> None:
    case.pauses.append((since, max(since, until)))
    case.suspended += max(0, until - since)


def _suspended(story: _Story, fact: FactRow) -> None:
    story.suspended_at = fact.at
    for running in story.running.values():
        running.paused = running.paused or running.cause
        running.turn(fact.at, Cause.SUSPENDED)


def _resumed(story: _Story, fact: FactRow) -> None:
    if story.suspended_at is not None:
        _pause(story.case, story.suspended_at, fact.at)
    story.suspended_at = None
    for running in story.running.values():
        running.turn(fact.at, running.paused or running.cause)
        running.paused = None


_TELL = {
    Happened.TASK_OPENED.value: _task_opened,
    Happened.TASK_CLAIMED.value: _task_claimed,
    Happened.TASK_ASSIGNED.value: _task_assigned,
    Happened.TASK_RELEASED.value: _task_released,
    Happened.TASK_COMPLETED.value: _completed,
    Happened.TASK_CANCELLED.value: _cancelled,
    Happened.TIMER_SET.value: _timer_set,
    Happened.TIMER_FIRED.value: _completed,
    Happened.TIMER_CANCELLED.value: _cancelled,
    Happened.CONDITION_MET.value: _met,
    Happened.SERVICE_REQUESTED.value: _service_requested,
    Happened.SERVICE_COMPLETED.value: _completed,
    Happened.SERVICE_FAILED.value: _cancelled,
    Happened.MESSAGE_RECEIVED.value: _heard,
    Happened.CASE_SUSPENDED.value: _suspended,
    Happened.CASE_RESUMED.value: _resumed,
    Happened.NOTICE_GIVEN.value: _clock_stopped,
    Happened.CLOCK_STOPPED.value: _clock_stopped,
    Happened.CLOCK_WENT_ON.value: _clock_runs,
    Happened.CLOCK_RESTARTED.value: _clock_runs,
    Happened.REQUEST_CORRECTED.value: _clock_runs,
    Happened.SILENCE_OPERATED.value: _silent,
    Happened.REQUEST_APPROVED.value: _silent,
}
# The facts that are read, and those whose data is.
READ = frozenset(_TELL)
WITH_DATA = frozenset({Happened.TASK_ASSIGNED.value, Happened.REQUEST_APPROVED.value})
