"""Compensation: what was done is undone, the last first (BPMN 2.0.2, 10.7 and 13.5.5).

A log keeps what could be undone, in the order in which it was done: that of a scope, of a performance that goes on
(internal data "done", "log") and what a thrower has still to undo ("undo"). Each entry has the activity ("a"), the
variables that differ from the entry before ("v") and that are gone since ("x"), the log of what was done inside
("log") and, of a called process, its version ("of"); one that a thrower took also the scope that it is of ("in": its
owner's token, 0 for the case). Earlier releases wrote other forms; `Done.read` knows them all.

Where a thrower is taken away before it has undone all, what is left was done still and goes back to its scope: a
transaction given up, or an event sub-process that interrupts, undoes it. What was just being undone is terminated, by
the lifecycle of an activity (13.2.2), and is undone no more.

The implicit handler of a call activity is that of a sub-process (10.5.5: it calls the handlers of what was done
inside): the called process, as it ended, is opened once more, and the handlers run there. What they change goes to
the caller as what the process yielded did.

The standard contradicts itself on several instances: 10.7.1 invokes the handler once for each, 13.5.5 only once.
Here each completed instance is undone by itself, with the variables it had, for one handler cannot know which of
five bookings it stands before. An activity that is left by an error undoes nothing by itself; a compensation event
drawn behind the error does.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from SpiffWorkflow.util.task import TaskState

from engine.spiff.context import PAST
from engine.spiff.facts import FactKind
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.scopes import ScopeState


class Done(NamedTuple):
    """One performance of an activity that can be undone."""

    activity: str
    seen: dict[str, Any] | None = None  # variables when it was done; None: no handler reads them
    inside: list[Any] = []  # log of what was done inside; never changed
    of: str | None = (
        None  # version of the called process; None: it is no call, or has a handler of its own
    )
    home: int | None = None  # scope that a thrower took it of; None: its own

    @classmethod
    def read(cls, entry: Any, before: dict[str, Any]) -> "Done":
        """An entry of a log, whichever release wrote it; `before`: the variables of the entry before."""
        if isinstance(entry, str):
            return cls(entry)
        if isinstance(entry, list):
            if len(entry) == 2:
                return cls(entry[0], None, entry[1])
            # [activity, variables, log inside], and the version in the next one
            return cls(*entry)
        if "v" not in entry:
            return cls(entry["a"], None, entry.get("log", []), None, entry.get("in"))
        gone = entry.get("x", ())
        seen = {key: value for key, value in before.items() if key not in gone} | entry["v"]
        return cls(entry["a"], seen, entry.get("log", []), entry.get("of"), entry.get("in"))

    def folded(self, before: dict[str, Any]) -> dict[str, Any]:
        """The entry of a log that says this."""
        entry: dict[str, Any] = {"a": self.activity}
        if self.seen is not None:
            entry["v"] = differing(self.seen, before)
            gone = [key for key in before if key not in self.seen]
            if gone:
                entry["x"] = gone
        if self.inside:
            entry["log"] = self.inside
        if self.of is not None:
            entry["of"] = self.of
        if self.home is not None:
            entry["in"] = self.home
        return entry


# internal data of a token on a call activity whose process is open again: the variables with which it had ended
REOPENED = "reopened"
BESIDE = "beside"  # flag of a token that undoes while its event has gone on


def remember(scope: "ScopeState", done: Done) -> None:
    """Keep what an activity did, where it can be undone."""
    if scope.last_done is None:
        scope.last_done = _last_seen(scope.log)
    scope.log.append(done.folded(scope.last_done))
    if done.seen is not None:
        scope.last_done = done.seen


def append(log: list[Any], done: Done) -> None:
    """Add to a log."""
    log.append(done.folded(_last_seen(log)))


def unfolded(log: list[Any]) -> list[Done]:
    """The entries with all their variables."""
    found: list[Done] = []
    before: dict[str, Any] = {}
    for entry in log:
        done = Done.read(entry, before)
        found.append(done)
        before = before if done.seen is None else done.seen
    return found


def folded(entries: Iterable[Done]) -> list[Any]:
    """A log of these."""
    log = []
    before: dict[str, Any] = {}
    for done in entries:
        log.append(done.folded(before))
        before = before if done.seen is None else done.seen
    return log


def _last_seen(log: list[Any]) -> dict[str, Any]:
    """The variables of the last entry that has some."""
    seen: dict[str, Any] = {}
    for entry in log:
        # as Done.read does, in one dictionary: a log may have a thousand entries
        if isinstance(entry, dict) and "v" in entry:
            for key in entry.get("x", ()):
                seen.pop(key, None)
            seen.update(entry["v"])
        else:
            old = Done.read(entry, {}).seen
            seen = seen if old is None else dict(old)
    return seen


def _take_last(log: list[Any]) -> Done:
    """The last entry, which leaves the log."""
    seen = _last_seen(log)
    done = Done.read(log.pop(), {})
    return done if done.seen is None else done._replace(seen=seen)


def renamed(entries: Iterable[Done], names: Mapping[str, str]) -> list[Done]:
    """The entries of activities that have a name in another version, under that name."""
    return [
        done._replace(
            activity=names[done.activity],
            # a called process keeps its version
            inside=done.inside if done.of else folded(renamed(unfolded(done.inside), names)),
        )
        for done in entries
        if done.activity in names
    ]


def _same(one: Any, other: Any) -> bool:
    # True equals 1 in Python, not in JSON
    return one is other or (one == other and orjson.dumps(one) == orjson.dumps(other))


def compensate(token: Token, reference: str | None, waits: bool = True) -> bool:
    """Undo one activity, or all that was done where the thrower can see it; False while the thrower waits for it.

    It sees its own scope and, in an event sub-process, what the scope around it did.
    """
    scopes: list[ScopeState] = [token.workflow]
    while (owner := scopes[0].owner) is not None and owner.task_spec.is_event_subprocess:
        scopes.insert(0, owner.workflow)
    return _start(token, scopes, reference, waits)


def cancel_transaction(token: Token) -> bool:
    """Cancel end event: stop the transaction and undo what it did; it leaves by its cancel boundary."""
    scope: ScopeState = token.workflow
    scope.empty(but=token)
    scope.notes["how"] = "cancelled"
    return _start(token, [scope], None, True)


def _start(token: Token, scopes: "list[ScopeState]", reference: str | None, waits: bool) -> bool:
    chosen: list[Done] = []
    for scope in scopes:
        done = unfolded(scope.log)
        wanted = [entry for entry in done if reference is None or reference == entry.activity]
        if wanted:
            home = 0 if scope.owner is None else scope.owner.id
            chosen += [entry._replace(home=home) for entry in wanted]
            scope.log = folded(
                [] if reference is None else [e for e in done if e.activity != reference]
            )
            scope.last_done = None
    if not chosen:
        return True
    token.case.tell(
        FactKind.COMPENSATION_STARTED,
        token,
        activities=[entry.activity for entry in reversed(chosen)],
    )
    if not waits:
        keeper = token.workflow.spawn(token.task_spec, state=TaskState.STARTED)
        keeper.internal_data[BESIDE] = 1
        keeper.internal_data["undo"] = folded(chosen)
        undone(keeper)
        return True
    token.internal_data["undo"] = folded(chosen)
    token._set_state(TaskState.STARTED)
    return _undo_next(token)


def undone(token: Token) -> None:
    """One activity is undone: the next one, or the event goes on."""
    if not _undo_next(token):
        return
    if BESIDE in token.internal_data:
        token.remove()
    else:
        token.complete()


def _undo_next(token: Token) -> bool:
    """Start undoing the last activity that is left; True when none is."""
    if _begin_next(token.internal_data["undo"], token.workflow, token):
        return False
    del token.internal_data["undo"]
    return True


def _begin_next(plan: list[Any], scope: "ScopeState", parent: Token | None) -> bool:
    """Take the last activity that is left from the plan and begin to undo it; False when none is left."""
    compiled = scope.process_scope().compiled
    assert compiled is not None
    while plan:
        name, seen, log, of, home = _take_last(plan)
        spec = compiled.element(name)
        if of is not None:
            called = scope.spawn(spec, parent, state=TaskState.STARTED)
            if home is not None:
                called.internal_data["in"] = home
            _open_again(called, of, seen or {}, log)
            return True
        handler = spec.undone_by
        if handler is None:
            # a sub-process without a handler of its own: undo what was done inside
            for done in unfolded(log):
                append(plan, done._replace(home=home))
            continue
        spawned = scope.spawn(handler, parent)
        if seen is not None:
            spawned.data = seen
            spawned.internal_data[PAST] = 1
        if log and handler.is_event_subprocess:
            spawned.internal_data["log"] = log
        return True
    return False


def give_back(token: Token) -> None:
    """A thrower is taken away: what it has not begun to undo was done still, where it took it of."""
    case = token.case
    left: dict[int | None, list[Done]] = {}
    for done in _left(token):
        left.setdefault(done.home, []).append(done)
    for home, entries in left.items():
        scope = token.workflow if home is None else case.subprocesses.get(home, case)
        back = [_in_scope(done._replace(home=None), scope) for done in entries]
        scope.log = folded([*back, *unfolded(scope.log)])
        scope.last_done = None


def _left(token: Token) -> list[Done]:
    """What a thrower, or a called process open again, has not begun to undo, in the order in which it was done."""
    found = unfolded(token.internal_data["undo"])
    inside = token.case.subprocesses.get(token.id)
    for inner in [*token.children, *(inside.tasks.values() if inside is not None else ())]:
        if REOPENED in inner.internal_data and (rest := _left(inner)):
            called = token.case.subprocesses[inner.id]
            assert called.compiled is not None
            seen = dict(called.variables or {})
            of, home = called.compiled.hash, inner.internal_data.get("in")
            found.append(Done(inner.task_spec.name, seen, folded(rest), of, home))
    return found


def _in_scope(done: Done, scope: "ScopeState") -> Done:
    """What was done in a sub-process, as the log of a scope around it has it."""
    compiled = scope.process_scope().compiled
    assert compiled is not None
    body, outer = compiled.element(done.activity).scope_spec, done
    while body is not scope.spec and body.name in compiled.elements:
        outer = Done(body.name, None, folded([outer]))
        body = compiled.element(body.name).scope_spec
    return outer if body is scope.spec else done


def _open_again(token: Token, of: str, seen: dict[str, Any], log: list[Any]) -> None:
    """Open the process that this token's activity had called, as it ended, to undo what was done there."""
    compiled = token.case.resolver.compiled(of)
    token.internal_data[REOPENED] = seen
    token.internal_data["undo"] = list(log)
    scope = token.case.open_scope(token, compiled.spec)
    scope.variables = dict(seen)
    scope.compiled = compiled
    if not goes_on_undoing(scope):
        token.case.quiet.append(scope)


def goes_on_undoing(scope: "ScopeState") -> bool:
    """Whether there is more to undo in a called process that was opened for that; then it has begun."""
    owner = scope.owner
    assert owner is not None
    return _begin_next(owner.internal_data["undo"], scope, None)


def changed(scope: "ScopeState", seen: dict[str, Any]) -> dict[str, Any]:
    """The variables of a process that are not what was `seen`."""
    return differing(scope.variables or {}, seen)


def differing(seen: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """The variables that are new, or not what they were `before`."""
    return {
        name: value
        for name, value in seen.items()
        if name not in before or not _same(before[name], value)
    }
