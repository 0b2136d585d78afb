"""Correlation of messages: which of the waiting cases a message is meant for."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

ANY = ""  # waits for, or is meant for, whoever comes first
NOT_YET = "?"  # waits for a value that the case does not know: no message has this key


def correlation_key(values: Mapping[str, Any]) -> str:
    """A text that is equal for equal values; numbers and their texts are the same, empty values do not count."""
    said = {name: _said(value) for name, value in values.items() if value not in (None, "")}
    if not said:
        return ANY
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _said(value: Any) -> str:
    # JSON has one kind of number: some writers say 91.0 where others say 91
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def awaited_key(values: Mapping[str, Any]) -> str:
    """The key of who waits; one that asks for values and knows none of them does not take what is another's."""
    key = correlation_key(values)
    return NOT_YET if values and key == ANY else key
