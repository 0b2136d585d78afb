"""Multi-instance and standard loops: one token per round, one host that counts them (BPMN 2.0.2, 13.3.6 and 13.3.7)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import N_, Said
from engine.spiff.context import INSTANCE, variables_of, write
from engine.spiff.facts import Choice, FactKind, Option
from engine.spiff.rules import Rule
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.elements.activity import ActivitySpec

MAX_ROUNDS = 1000
COUNTER = "loopCounter"
AGAIN = "again"
DONE = "done"


@dataclass(frozen=True, slots=True)
class RoundsSpec:
    """The compiled marker of an activity."""

    is_multi_instance: bool
    is_sequential: bool = True
    test_before: bool = False
    condition: Rule | None = None
    maximum: int | None = None
    cardinality: Rule | None = None
    collection: Rule | None = None
    item: str | None = None
    output_collection: str | None = None
    output_item: Rule | None = None
    output_name: str | None = None  # where the output item is just a variable
    completion: Rule | None = None

    def reserved(self) -> set[str]:
        """Names that belong to one round and are not handed on."""
        return {name for name in (COUNTER, self.item, self.output_name) if name is not None}


def start(spec: "ActivitySpec", host: Token) -> bool:
    """Start the first round, or all of them; True when there is none to do."""
    marker = spec.rounds
    assert marker is not None
    if not marker.is_multi_instance:
        host.internal_data["r"] = {"d": 0}
        if marker.test_before and not _goes_on(marker, host, 0):
            return True
        _round(spec, host, 1)
        return False
    context = variables_of(host)
    items: list[Any] | None = None
    if marker.collection is not None:
        found = marker.collection.value(context)
        items = found if isinstance(found, list) else None
        count = None if items is None else len(items)
    elif marker.cardinality is not None:
        found = marker.cardinality.value(context)
        count = int(found) if isinstance(found, (int, float)) and found >= 0 else None
    else:
        count = None
    if count is None and (said := marker.collection or marker.cardinality):
        host.case.tell_unknown(host, said, context)
    if count is None:
        # The diagram or the data does not say how many: a person says after each round whether there is another.
        host.internal_data["r"] = {"d": 0, "s": 1}
        _round(spec, host, 1)
        _count(host)
        return False
    if count > MAX_ROUNDS:
        spec.stop(host, Said(N_("{count} instances are too many"), {"count": count}))
        return False
    state: dict[str, Any] = {"n": count, "d": 0, "s": 0}
    host.internal_data["r"] = state
    if marker.output_collection is not None:
        state["o"] = [None] * count
    if count == 0:
        if marker.output_collection is not None:
            write(host, {marker.output_collection: []})
        return True
    if marker.is_sequential and items is not None:
        state["x"] = items
    for index in range(1 if marker.is_sequential else count):
        _instance(spec, host, index, items)
    _count(host)
    return False


def round_over(spec: "ActivitySpec", token: Token) -> None:
    """One round is over: start the next one or finish the activity."""
    marker = spec.rounds
    host = token.parent
    assert marker is not None
    assert host is not None
    state = host.internal_data["r"]
    state["d"] += 1
    index = token.internal_data[INSTANCE] - 1
    if marker.output_item is not None and "o" in state:
        state["o"][index] = marker.output_item.value(variables_of(token))
    if marker.is_multi_instance:
        _count(host)
    is_complete = marker.completion is not None and bool(
        marker.completion.holds(variables_of(token))
    )
    reserved = marker.reserved()
    kept = {name: value for name, value in token.data.items() if name not in reserved}
    token.case.cancel_children(token)
    token.remove()
    if kept and (marker.is_sequential or "n" not in state):
        write(host, kept)
    elif kept:
        # Those who work side by side do not see each other's answers.
        state.setdefault("k", {}).update(kept)
    if is_complete or state["d"] >= state.get("n", MAX_ROUNDS):
        _finish(spec, host)
        return
    if "n" in state:
        if marker.is_sequential:
            _instance(spec, host, state["s"], state.get("x"))
            _count(host)
        return
    decision = None if marker.is_multi_instance else _goes_on(marker, host, state["d"])
    if decision is None:
        host.internal_data["ask"] = host.internal_data["again"] = 1
        host.case.tell(FactKind.DECISION_OPENED, host)
    elif decision:
        _round(spec, host, state["d"] + 1)
    else:
        _finish(spec, host)


def again(spec: "ActivitySpec", host: Token, is_wanted: bool) -> None:
    """A person said whether there is another round."""
    del host.internal_data["ask"], host.internal_data["again"]
    if is_wanted:
        state = host.internal_data["r"]
        state["s"] = state["d"] + 1
        _round(spec, host, state["s"])
        if spec.rounds is not None and spec.rounds.is_multi_instance:
            _count(host)
    else:
        _finish(spec, host)


def hand_on(host: Token, state: dict[str, Any]) -> None:
    """What parallel rounds left behind becomes the case's."""
    if "k" in state:
        write(host, state["k"])


def choice(spec: "ActivitySpec") -> Choice:
    """Whether there is another round."""
    return Choice(spec.name, spec.bpmn_name, (Option(AGAIN, "Again"), Option(DONE, "Done")))


def _goes_on(marker: RoundsSpec, host: Token, done: int) -> bool | None:
    if marker.maximum is not None and done >= marker.maximum:
        return False
    if marker.condition is not None:
        holds = marker.condition.holds({**variables_of(host), COUNTER: done})
        # before the first round an unknown answer means: not yet
        return holds if holds is not None or done else False
    if marker.maximum is not None:
        return True
    return None if done else True


def _round(spec: "ActivitySpec", host: Token, number: int) -> None:
    token = host.workflow.spawn(spec, host)
    token.internal_data[INSTANCE] = number
    token.data[COUNTER] = number


def _instance(spec: "ActivitySpec", host: Token, index: int, items: list[Any] | None) -> None:
    marker = spec.rounds
    assert marker is not None
    _round(spec, host, index + 1)
    host.internal_data["r"]["s"] = index + 1
    token = host.case.queue[-1]
    if items is not None and marker.item:
        token.data[marker.item] = items[index]
    if marker.output_name is not None:
        token.data.setdefault(marker.output_name, None)


def _count(host: Token) -> None:
    """The counters that completion conditions read, in the names of the standard and of common tools. Where nobody
    knows how many instances there will be, their number is null, which no count is equal to.
    """
    state = host.internal_data["r"]
    done, count = state["d"], state.get("n")
    active = state.get("s", done) - done  # states of before have no “s” where the number is unknown
    host.data.update(
        nrOfInstances=count,
        nrOfActiveInstances=active,
        nrOfCompletedInstances=done,
        numberOfInstances=count,
        numberOfActiveInstances=active,
        numberOfCompletedInstances=done,
        numberOfTerminatedInstances=0,
    )


def _finish(spec: "ActivitySpec", host: Token) -> None:
    marker = spec.rounds
    assert marker is not None
    state = host.internal_data.pop("r")
    host.data.clear()
    host.case.cancel_children(host)
    hand_on(host, state)
    if "o" in state and marker.output_collection is not None:
        write(host, {marker.output_collection: state["o"]})
    spec.finished(host)
    host.complete()
