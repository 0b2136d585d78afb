"""What people can be asked to do in a diagram, in which order, by name: to compare drawings whose ids differ.

A diagram's behaviour here is the set of its traces: sequences of names of the tasks that people (or services) do,
and whether the case can be over after them. Everything else that moves a case – timers, messages, choices at
gateways, released joins – may happen at any time and is not seen, because tools name and number it differently.
The exploration drives `Execution` as an inbox would and is bounded in depth and states.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from designer.importer import Imported
from designer.rehearsal import first_values
from engine.errors import Refusal
from engine.spiff import Compiled, Execution, Library, Wait, WaitKind, compile_model
from tests.designer.names import plain, same_names

BEGINNING = datetime(2026, 1, 5, 9, tzinfo=UTC)
DEPTH = 5  # tasks in a trace
STATES = 60  # of one diagram, seen from outside
INSIDE = 40  # states that nobody sees between two tasks
OVER = "(over)"

Signature = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """Cases that cannot be told apart by what was done so far; bytes and clock of each by what it waits for."""

    cases: dict[Signature, tuple[bytes, datetime]]

    @property
    def key(self) -> frozenset[Signature]:
        return frozenset(self.cases)


class Behaviour:
    """One process of one imported diagram, explored step by step and remembered."""

    def __init__(self, imported: Imported, process_id: str | None = None) -> None:
        self.compiled: Compiled = compile_model(imported.model, process_id or imported.process_id)
        self.library = Library(self.compiled)
        self.values = first_values(imported.model)
        self.is_cut = False  # some state had more inside than was looked at
        self._steps: dict[frozenset[Signature], dict[str, Seen]] = {}

    def begin(self) -> Seen:
        """Cases just started, by each start event."""
        starts: list[str | None] = [start.element_id for start in self.compiled.starts] or [None]
        found: dict[Signature, tuple[bytes, datetime]] = {}
        for start in starts:
            try:
                case = Execution.start(
                    self.compiled,
                    self.values,
                    BEGINNING,
                    start_event=start,
                    resolve=self.library,
                )
            except Refusal:
                continue
            _keep(found, case, BEGINNING)
        return Seen(found)

    def steps(self, seen: Seen) -> dict[str, Seen]:
        """Every name that can be done next, with where it leads; OVER leads nowhere."""
        known = self._steps.get(seen.key)
        if known is not None:
            return known
        after: dict[str, dict[Signature, tuple[bytes, datetime]]] = {}
        inside = dict(seen.cases)
        pending = list(seen.cases.values())
        while pending:
            state, at = pending.pop(0)
            for name, moved, then in self._moves(state, at):
                if name is not None:
                    _keep(after.setdefault(name, {}), moved, then)
                elif moved is not None and _keep(inside, moved, then):
                    if len(inside) > INSIDE:
                        self.is_cut = True
                        pending.clear()
                        break
                    pending.append(inside[_signature(moved)])
        found = {name: Seen(cases) for name, cases in after.items()}
        self._steps[seen.key] = found
        return found

    def _load(self, state: bytes) -> Execution:
        return Execution.load(state, self.library)

    def _moves(
        self, state: bytes, at: datetime
    ) -> Iterator[tuple[str | None, Execution | None, datetime]]:
        """Everything that can happen next: a name where it is seen."""
        case = self._load(state)
        if case.status in ("completed", "failed", "cancelled"):
            yield OVER, None, at
            return
        waits = case.waits()
        if case.status == "stuck":
            yield from self._released(state, case, at)
        for wait in waits:
            is_seen = wait.kind in (WaitKind.TASK, WaitKind.SERVICE)
            for picked in _choices(wait):
                moved = self._load(state)
                try:
                    then = _act(moved, wait, picked, at)
                except Refusal:
                    continue
                if then is not None and not _multiplies(waits, moved.waits()):
                    yield plain(wait.name) if is_seen else None, moved, then

    def _released(
        self, state: bytes, case: Execution, at: datetime
    ) -> Iterator[tuple[None, Execution, datetime]]:
        for join in dict.fromkeys(case.positions):
            moved = self._load(state)
            try:
                moved.release(join, at)
            except Refusal:
                continue
            yield None, moved, at


def difference(one: Behaviour, other: Behaviour) -> str | None:
    """The shortest trace that only one of both has, in words; None where none was found within the bounds."""
    ours = same_names(names(one), names(other))
    pending: list[tuple[Seen, Seen, tuple[str, ...]]] = [(one.begin(), other.begin(), ())]
    met: set[tuple[frozenset[Signature], frozenset[Signature]]] = set()
    while pending and len(met) < STATES:
        left, right, trace = pending.pop(0)
        if (left.key, right.key) in met:
            continue
        met.add((left.key, right.key))
        mine = one.steps(left)
        theirs = {ours.get(name, name): seen for name, seen in other.steps(right).items()}
        if mine.keys() != theirs.keys():
            return _told(trace, mine.keys() - theirs.keys(), theirs.keys() - mine.keys())
        if len(trace) < DEPTH:
            pending += [(mine[name], theirs[name], (*trace, name)) for name in mine if name != OVER]
    return None


def names(behaviour: Behaviour) -> set[str]:
    """The names of all tasks of the process, reachable or not."""
    return {
        plain(each.bpmn_name) for each in behaviour.compiled.elements.values() if each.bpmn_name
    }


def _told(trace: tuple[str, ...], mine: set[str], theirs: set[str]) -> str:
    after = " → ".join(f"“{name}”" for name in trace) or "the start"
    said = []
    if mine:
        said.append(f"only the reference goes on with {', '.join(sorted(mine))}")
    if theirs:
        said.append(f"only the export goes on with {', '.join(sorted(theirs))}")
    return f"after {after}: {'; '.join(said)}"


def _multiplies(before: list[Wait], after: list[Wait]) -> bool:
    """Whether an event that does not interrupt has happened twice, which it could do for ever."""
    had = Counter(wait.element_id for wait in before)
    has = Counter(wait.element_id for wait in after)
    return any(number > max(1, had[name]) for name, number in has.items() if name in had)


def _keep(
    found: dict[Signature, tuple[bytes, datetime]], case: Execution | None, at: datetime
) -> bool:
    """Remember a case by what it waits for; False where one like it is known."""
    signature: Signature = ("over",) if case is None else _signature(case)
    if signature in found:
        return False
    found[signature] = (b"" if case is None else case.save(), at)
    return True


def _signature(case: Execution) -> Signature:
    waits = sorted((wait.kind.value, wait.element_id) for wait in case.waits())
    return (case.status, tuple(waits), tuple(sorted(case.positions)))


def _choices(wait: Wait) -> list[dict[str, list[str]]]:
    """Every way to answer the choices of a wait; of several options at once only each alone and all."""
    found: list[dict[str, list[str]]] = [{}]
    for choice in wait.choices:
        options = [[option.id] for option in choice.options]
        if choice.is_multiple and len(options) > 1:
            options.append([option.id for option in choice.options if option.id != "done"])
        found = [{**before, choice.element_id: picked} for before in found for picked in options]
    return found


def _act(
    case: Execution, wait: Wait, picked: dict[str, list[str]], at: datetime
) -> datetime | None:
    """Let the wait be over; the clock after it, None where nothing can be done here."""
    kind = wait.kind
    if kind in (WaitKind.TASK, WaitKind.DECISION):
        case.complete(wait.token, {}, at, choices=picked)
        return at
    if kind is WaitKind.SERVICE:
        case.finish_service(wait.token, {}, at)
        return at
    if kind is WaitKind.MESSAGE:
        return at if case.deliver(wait.message or "", {}, at, token=wait.token) else None
    if kind is WaitKind.SIGNAL:
        return at if case.broadcast(wait.message or "", {}, at) else None
    if kind is WaitKind.TIMER and wait.due_at is not None:
        then = max(at, wait.due_at)
        return then if case.fire_timer(wait.token, then) else None
    if kind is WaitKind.INCIDENT:
        for place in case.places(wait.token):
            try:
                case.move(wait.token, place.id, at)
            except Refusal:
                continue
            return at
    return None
