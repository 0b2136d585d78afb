"""What a move tells, as the record keeps it: the fact of the command with its path, the engine's own after it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.events import Happened
from engine.record.facts import Fact
from engine.routing.assignment import Route
from engine.routing.strategies import Given
from engine.spiff import Fact as Told

LONGEST_PATH = 200  # elements; a longer path is kept as counts
LONGEST_TEXT = 2000  # characters of one answer in a fact
# the engine's words where they differ from those of the record
_TOLD = {
    "decision_opened": Happened.TASK_OPENED,
    "decision_cancelled": Happened.TASK_CANCELLED,
    "stuck": Happened.INCIDENT_RAISED,
    "join_released": Happened.TOKEN_MOVED,
}
_RECORDED = {happened.value: happened for happened in Happened} | _TOLD


def beside(told: Iterable[Told], main: Fact) -> list[Told]:
    """What the engine tells besides what the command itself records."""
    return [fact for fact in told if not _is_main(fact, main)]


def shortened(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as the record keeps them: long texts by their beginning, so that no file gets into a fact."""
    return {name: _short(value) for name, value in answers.items()}


def _short(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return value[:LONGEST_TEXT] + "…"
    if isinstance(value, dict):
        return {key: _short(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_short(inner) for inner in value[:LONGEST_PATH]]
    return value


def _is_main(fact: Told, main: Fact) -> bool:
    """Whether the engine tells what the command itself records."""
    if fact.type == main.type.value:
        return fact.token == main.token or main.token is None
    return main.type == Happened.TASK_COMPLETED and (
        fact.type == "gateway_decided" and fact.token == main.token
    )


def with_path(main: Fact, path: list[str]) -> Fact:
    """The fact that made the case move, with the elements passed; of a long way, how often each."""
    data = dict(main.data or {})
    if len(path) <= LONGEST_PATH:
        data["path"] = path
    else:
        passed: dict[str, int] = {}
        for element in path:
            passed[element] = passed.get(element, 0) + 1
        data["passed"] = passed
    return replace(main, data=data)


def recorded(
    told: Iterable[Told], way: Mapping[int, Route], given: Mapping[int, Given]
) -> Iterable[Fact]:
    """The facts of what was told; `way` and `given` are of the tasks that were opened, by token."""
    for fact in told:
        happened = _RECORDED.get(fact.type)
        if happened is None:
            continue
        route = None if fact.token is None else way.get(fact.token)
        data: dict[str, Any] | None = None
        if happened not in (Happened.TASK_OPENED, Happened.TIMER_CANCELLED):
            data = shortened({key: value for key, value in fact.data.items() if value is not None})
        elif fact.token is not None and fact.token in given and happened == Happened.TASK_OPENED:
            to = given[fact.token].assignee_id  # by its rule; who claims it later says so then
            data = None if to is None else {"to": to}
        yield Fact(
            happened,
            element_id=fact.element_id,
            token=fact.token,
            office_id=None if route is None else route.office_id,
            data=data,
        )
