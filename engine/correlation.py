"""Correlation of messages: which of the waiting cases a message is meant for."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

ANY = ""  # waits for, or is meant for, whoever comes first


def correlation_key(values: Mapping[str, Any]) -> str:
    """A text that is equal for equal values; numbers and their texts are the same, empty values do not count."""
    said = {name: str(value) for name, value in values.items() if value not in (None, "")}
    if not said:
        return ANY
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
