"""Keyset cursors: where a page ended, as short text for an address; forged ones are refused, never trusted."""

import base64
import binascii
from typing import Any

import orjson

from engine.errors import Refusal


class CursorUnreadable(Refusal):
    """The cursor does not come from a page of this list."""

    sentence = "This page of the list cannot be found. Go back to its beginning."
    status = 400


def cursor(kind: str, *key: int | str) -> str:
    """The cursor after (or before) the row with this key; `kind` names the order it belongs to."""
    return base64.urlsafe_b64encode(orjson.dumps([kind, *key])).decode().rstrip("=")


def cursor_key(text: str, kind: str, *types: type[int] | type[str]) -> list[Any]:
    """The key inside a cursor of this kind; CursorUnreadable unless it has exactly these types."""
    try:
        found = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error) as broken:
        raise CursorUnreadable from broken
    if not isinstance(found, list) or len(found) != len(types) + 1 or found[0] != kind:
        raise CursorUnreadable
    if any(type(value) is not wanted for value, wanted in zip(found[1:], types, strict=True)):
        raise CursorUnreadable
    if any(isinstance(value, int) and abs(value) >= 2**63 for value in found[1:]):
        raise CursorUnreadable
    return found[1:]
