"""Values as text: what `string()` answers, and FEEL source for what is inside lists."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from engine.feel.errors import LimitReached
from engine.feel.limits import MAX_STRING, MAX_VALUE_DEPTH
from engine.feel.numbers import number_text
from engine.feel.values import Range, Value, is_duration, is_temporal


def to_text(value: Value) -> str:
    """The value as text; strings themselves without quotes, those inside lists with them."""
    return value if isinstance(value, str) else _source(value, 0)


def _source(value: Value, depth: int) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, str):
        return quoted(value)
    if is_temporal(value) or is_duration(value):
        return str(value)
    if depth > MAX_VALUE_DEPTH:
        raise LimitReached("Lists and contexts are nested too deeply.")
    if isinstance(value, list):
        return _bounded("[", (_source(item, depth + 1) for item in value), "]")
    if isinstance(value, Mapping):
        entries = (f"{_key(key)}: {_source(item, depth + 1)}" for key, item in value.items())
        return _bounded("{", entries, "}")
    if isinstance(value, Range):
        return _range(value, depth)
    return "function"


def _bounded(opening: str, parts: Iterable[str], closing: str) -> str:
    pieces: list[str] = []
    size = 0
    for part in parts:
        size += len(part) + 2
        if size > MAX_STRING:
            raise LimitReached("A text would have more than {limit} characters.", limit=MAX_STRING)
        pieces.append(part)
    return opening + ", ".join(pieces) + closing


def _range(value: Range, depth: int) -> str:
    start, end = _source(value.start, depth + 1), _source(value.end, depth + 1)
    if value.is_equality:
        return f"{'!=' if value.is_negated else '='}{start}"
    if value.start is None:
        return f"{'<=' if value.end_included else '<'}{end}"
    if value.end is None:
        return f"{'>=' if value.start_included else '>'}{start}"
    opening, closing = "[" if value.start_included else "(", "]" if value.end_included else ")"
    return f"{opening}{start}..{end}{closing}"


def quoted(text: str) -> str:
    """The text as a FEEL string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def _key(key: str) -> str:
    plain = key.replace(" ", "").replace("_", "")
    return key if plain.isalnum() and not plain[:1].isdigit() else quoted(key)
