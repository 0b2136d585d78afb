"""Which variables a token sees and where what it writes is kept."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.spiff.token import Token

# internal_data flag of a token that is one performance of a multi-instance or looped activity
INSTANCE = "i"
# internal_data flag of a token whose variables are those of an activity it undoes: what is written goes further out
PAST = "past"
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
    known further out is written there.
    """
    base = base_of(token)
    holders = list(_holders(token))
    instance = next((h for h in holders if INSTANCE in h.internal_data), None)
    if instance is None:
        for holder in holders:
            for name in holder.data.keys() & values.keys():
                holder.data[name] = values[name]
        base.update(values)
        return
    place = holders.index(instance)
    outer = holders[place + 1 :]
    for name, value in values.items():
        for holder in holders[:place]:
            if name in holder.data:
                holder.data[name] = value
        if is_answer or name in instance.data:
            instance.data[name] = value
            continue
        for holder in outer:
            if name in holder.data:
                holder.data[name] = value
                if PAST not in holder.internal_data:
                    break
        else:
            (base if name in base else instance.data)[name] = value
