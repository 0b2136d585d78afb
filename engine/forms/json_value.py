"""Plain JSON values, and which of them may become data of a case."""

from collections.abc import Mapping
from typing import TypeAlias

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"
Answers: TypeAlias = dict[str, Json]

MAX_DEPTH = 8
MAX_SIZE = 2_000  # elements of one value
MAX_EXACT = 10**15  # larger whole numbers are not exact everywhere JSON is read

# A dictionary with this key is taken for a typed object when the engine loads a case.
RESERVED = "typename"


def plain_json(value: object) -> Json:
    """The value when it is JSON that a case may hold; None when it is not, or too deep or large."""
    return value if _is_plain(value, MAX_DEPTH, [MAX_SIZE]) else None  # type: ignore[return-value]  # just checked


def _is_plain(value: object, depth: int, left: list[int]) -> bool:
    left[0] -= 1
    if left[0] < 0 or depth < 0:
        return False
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, str):
        return is_storable(value)
    if isinstance(value, int):
        return abs(value) < MAX_EXACT
    if isinstance(value, float):
        return value == value and abs(value) < 1e300
    if isinstance(value, list):
        return all(_is_plain(item, depth - 1, left) for item in value)
    if isinstance(value, Mapping):
        return all(
            isinstance(name, str)
            and name != RESERVED
            and is_storable(name)
            and _is_plain(item, depth - 1, left)
            for name, item in value.items()
        )
    return False


def is_storable(text: str) -> bool:
    """Whether a database and JSON can hold the text: no NUL, no half of a surrogate pair."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_empty(value: object) -> bool:
    """Whether the value says nothing: absent, blank text, an empty list."""
    return value is None or value == [] or (isinstance(value, str) and not value.strip())
