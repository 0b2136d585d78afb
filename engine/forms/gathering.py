"""Answers put together: from the spots of a form into nested objects, and over what the case already has."""

from collections.abc import Mapping, Sequence

from engine.forms.fields.dynamiclist import DynamicList
from engine.forms.json_value import Answers, Json, plain_json
from engine.forms.spot import Spot, walk


def gathered(spots: Sequence[Spot]) -> Answers:
    """The typed answers of the spots in sight, nested as the form is."""
    answers: Answers = {}
    for spot in spots:
        if not spot.is_visible:
            continue
        if isinstance(spot.field, DynamicList):
            rows: list[Json] = [dict(gathered(row)) for row in rows_that_count(spot)]
            _put(answers, spot.field.path, rows)
        elif spot.children:
            inner = gathered(spot.children)
            if spot.field.path:
                _merge_at(answers, spot.field.path, inner)
            else:
                _merge(answers, inner)
        elif spot.field.has_value:
            _put(answers, spot.field.path, spot.typed)
    return answers


def rows_that_count(spot: Spot) -> list[list[Spot]]:
    """The rows of a list that are answers.

    Where rows come and go, one that nobody filled in was only offered: form-js would send it, and who counts the
    owners of a shop would count one too many. Where they are fixed, a row's place says which it is, so all stay.
    """
    is_growing = isinstance(spot.field, DynamicList) and spot.field.is_growing
    return [row for row in spot.rows if _is_filled(row)] if is_growing else spot.rows


def _is_filled(row: Sequence[Spot]) -> bool:
    return any(
        spot.misfit is not None or not spot.field.is_missing(spot.typed)
        for spot in walk(list(row))
        if spot.field.is_input
        and spot.field.has_value
        and not isinstance(spot.field, DynamicList)
        and spot.is_in_sight
    )


def _put(answers: Answers, path: tuple[str, ...], value: Json) -> None:
    for name in path[:-1]:
        inner = answers.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        answers = inner
    answers[path[-1]] = value


def _merge_at(answers: Answers, path: tuple[str, ...], value: Answers) -> None:
    for name in path:
        inner = answers.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        answers = inner
    _merge(answers, value)


def _merge(answers: Answers, more: Answers) -> None:
    for name, value in more.items():
        mine = answers.get(name)
        if isinstance(mine, dict) and isinstance(value, dict):
            _merge(mine, value)
        else:
            answers[name] = value


def laid_over(
    earlier: object, value: Json, hidden: set[tuple[str | int, ...]], path: tuple[str | int, ...]
) -> Json:
    """The new value over what the case has; only objects are joined, and hidden answers do not come back."""
    if not isinstance(value, dict) or not isinstance(earlier, Mapping):
        return value
    joined: Answers = {}
    for name, old in earlier.items():
        kept = plain_json(old)
        if isinstance(name, str) and (*path, name) not in hidden and kept is not None:
            joined[name] = kept
    for name, new in value.items():
        joined[name] = laid_over(earlier.get(name), new, hidden, (*path, name))
    return joined
