"""The values a case may hold: JSON and nothing else, under sane names."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from engine.spiff.refusals import ValueRefused

MAX_DEPTH = 32
MAX_NAME = 200
MAX_TEXT = 1_000_000
MAX_WHOLE = 2**63 - 1
# names that mean something to a serializer or an object model somewhere down the road
FORBIDDEN = frozenset({"typename", "__proto__", "constructor", "prototype"})


def sane(values: Mapping[str, Any]) -> dict[str, Any]:
    """A copy holding only JSON values; dates become ISO 8601 text and decimals numbers.

    Raises ValueRefused for a name or a value that a case may not hold.
    """
    return {_name(name): _value(name, value, 1) for name, value in values.items()}


def sane_value(name: str, value: Any) -> Any:
    """One value as JSON; ValueRefused where it is none."""
    return _value(name, value, 1)


def _name(name: Any) -> str:
    if not isinstance(name, str) or not name or len(name) > MAX_NAME:
        raise ValueRefused(name=str(name)[:40], reason="its name is empty or too long")
    if name in FORBIDDEN or name.startswith("__") or not name.isprintable():
        raise ValueRefused(name=name[:40], reason="this name is reserved")
    return name


def _value(name: str, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise ValueRefused(name=name[:40], reason="the text is too long")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueRefused(name=name[:40], reason="the text is not valid Unicode") from None
        return value
    if isinstance(value, (int, float, Decimal)):
        return _number(name, value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if depth >= MAX_DEPTH:
        raise ValueRefused(name=name[:40], reason="it is nested too deeply")
    if isinstance(value, Mapping):
        return {_name(key): _value(key, inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)):
        return [_value(name, inner, depth + 1) for inner in value]
    raise ValueRefused(name=name[:40], reason="it is not text, number, list or the like")


def _number(name: str, value: int | float | Decimal) -> int | float:
    if isinstance(value, int):
        if abs(value) > MAX_WHOLE:
            raise ValueRefused(name=name[:40], reason="the number is too large")
        return int(value)
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueRefused(name=name[:40], reason="it is not a number")
    if isinstance(value, Decimal):
        whole = int(value) if abs(value) < MAX_WHOLE else None
        return whole if whole is not None and whole == value else float(value)
    return float(value)
