"""Which variables a token sees and where what it writes is kept."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.spiff.facts import Local
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.scopes import CaseWorkflow

# internal_data flag of a token that is one performance of a multi-instance or looped activity
INSTANCE = "i"
# internal_data flag of a token whose variables are those of an activity it undoes: what is written goes further out
PAST = "past"
# internal data of a performance: variables of its own that its input variables hide while it goes on
HIDDEN = "own"
# what completion conditions read, in the names of the standard and of common tools
COUNTERS = frozenset(
    {
        "nrOfInstances",
        "nrOfActiveInstances",
        "nrOfCompletedInstances",
        "numberOfInstances",
        "numberOfActiveInstances",
        "numberOfCompletedInstances",
        "numberOfTerminatedInstances",
    }
)


def _holders(token: Token | None) -> Iterator[Token]:
    """The tokens whose local variables this one sees, innermost first, within its process."""
    while token is not None:
        yield token
        parent = token.parent
        if parent is not None:
            token = parent
        elif token.workflow.variables is not None:
            return
        else:
            token = token.workflow.owner


def base_of(token: Token) -> dict[str, Any]:
    """The variables of the process (the case's, or the called process's)."""
    scope = token.workflow.process_scope()
    assert scope.variables is not None
    return scope.variables


def variables_of(token: Token) -> dict[str, Any]:
    """Everything a token sees, inner names over outer ones. Not to be written to."""
    if token._parent is None and not token.data and token.workflow.variables is not None:
        return token.workflow.variables
    base = base_of(token)
    locals_ = [holder.data for holder in _holders(token) if holder.data]
    if not locals_:
        return base
    merged = dict(base)
    for frame in reversed(locals_):
        merged.update(frame)
    return merged


def common_to(token: Token, names: frozenset[str]) -> int | None:
    """The same number for all tokens that see the same values of these names, as none is local to them; else None."""
    for holder in _holders(token):
        if holder.data and not names.isdisjoint(holder.data):
            return None
    return id(base_of(token))


def sees(token: Token, holder: int | None) -> bool:
    """Whether the token reads variables of another, or of the process that one called (None: of the case)."""
    if holder is None:
        return base_of(token) is token.case.variables
    called = token.case.subprocesses.get(holder)
    if called is not None and base_of(token) is called.variables:
        return True
    return any(one.id == holder for one in _holders(token) if one is not token)


def locals_of(token: Token) -> dict[str, Any]:
    """The local variables a token sees, without those of the process and without the counters of rounds."""
    merged: dict[str, Any] = {}
    for holder in reversed(list(_holders(token))):
        merged.update(holder.data)
    for name in COUNTERS & merged.keys():
        del merged[name]
    return merged


def own_locals(token: Token) -> dict[str, Any]:
    """The variables that belong to this very token, or to the process it has called."""
    called = token.case.subprocesses.get(token.id)
    inner = called.variables if called is not None and called.variables is not None else {}
    return {name: v for name, v in {**token.data, **inner}.items() if name not in COUNTERS}


def locals_around(case: "CaseWorkflow", around: int | str | None) -> list[Local]:
    """Variables that are not the case's: all, or those that a token sees, or a join that waits, by its element."""
    tokens = list(case.tokens.values())
    if around is not None:
        seen = set()
        inner = [case.tokens[around]] if around in case.tokens else []
        inner += [scope.owner for scope in case.scopes() if around in scope.joins and scope.owner]
        for token in inner:
            current: Token | None = token
            while current is not None:
                seen.add(current.id)
                current = current.parent or current.workflow.owner
        tokens = [token for token in tokens if token.id in seen]
    return [
        Local(token.id, token.task_spec.name, token.task_spec.bpmn_name, found)
        for token in tokens
        if (found := own_locals(token))
    ]


def change_locals(token: Token, values: Mapping[str, Any]) -> None:
    """Correct what `own_locals` gave; a new name goes to the called process where there is one."""
    called = token.case.subprocesses.get(token.id)
    inner = called.variables if called is not None else None
    for name, value in values.items():
        if inner is not None and (name in inner or name not in token.data):
            inner[name] = value
        else:
            token.data[name] = value


def snapshot_of(token: Token) -> dict[str, Any]:
    """Everything a token sees now, for whoever undoes what it did."""
    return {name: value for name, value in variables_of(token).items() if name not in COUNTERS}


def write(token: Token, values: Mapping[str, Any], *, is_answer: bool = False) -> None:
    """Keep what a token produced.

    Outside of loops and multi-instance that is the process. Inside a performance of one, answers and new names
    stay with the performance until it ends (two reviewers must not read each other's `decision`); a name that is
    known further out is written there. Input variables are seen and changed, and what they hide is written as well.
    """
    base = base_of(token)
    holders = list(_holders(token))
    if any(INSTANCE in holder.internal_data for holder in holders):
        for name, value in values.items():
            _write_in_round(holders, base, name, value, is_answer)
        return
    for holder in holders:
        for name in holder.data.keys() & values.keys():
            holder.data[name] = values[name]
    base.update(values)


def _write_in_round(
    holders: list[Token], base: dict[str, Any], name: str, value: Any, is_answer: bool
) -> None:
    home: dict[str, Any] | None = None  # what the innermost performance will leave behind
    for holder in holders:
        own = holder.data
        if name in own and name in holder.task_spec.hides:
            own[name] = value
            own = holder.internal_data.setdefault(HIDDEN, {})
        elif PAST in holder.internal_data:
            if name in own:
                own[name] = value
            own = {}
        is_home = home is None and INSTANCE in holder.internal_data
        if name in own or (is_home and is_answer):
            own[name] = value
            if home is not None or is_home:
                return
        if is_home:
            home = own
    assert home is not None
    (base if name in base else home)[name] = value
