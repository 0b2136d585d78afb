"""What a case knows as fields an operator can correct, and what they typed as values again."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.errors import Refusal
from engine.masking import masked_answer
from engine.numerals import NotReadable, Numerals
from webapp.words.numbers import typed

LONGEST = 20_000  # characters of one value; longer ones are not offered
Kind = Literal["text", "number", "boolean", "json"]
CASE = "data"


class Unreadable(Refusal):
    """What was typed is not of the kind that the case knows."""

    sentence = "“{name}” cannot be read: {value}. Write a number as {such}, a list as JSON."


@dataclass(frozen=True, slots=True)
class Correctable:
    """A variable of the case; `value` as it stands in its field."""

    name: str
    label: str
    kind: Kind
    value: str
    field: str  # the name of its field in the form


def correctable(
    variables: Mapping[str, Any],
    labels: Mapping[str, str],
    typed: Mapping[str, str],
    where: str = CASE,
    *,
    numerals: Numerals,
    is_known: bool = True,
) -> list[Correctable]:
    """The variables by label, numbers in the custom of the procedure's country; `typed` is what a refused form held,
    `where` what tells its fields from others. Who does not need to know whose case it is sees values shortened; what
    is left shortened stays as it was.
    """
    found = []
    for name, value in variables.items():
        text = _text(value, numerals)
        if len(text) <= LONGEST:
            field = f"{where}.{name}"
            shown = typed.get(field, text if is_known else _text(masked_answer(value), numerals))
            found.append(Correctable(name, labels.get(name) or name, _kind(value), shown, field))
    return sorted(found, key=lambda one: one.label.casefold())


def corrected(
    variables: Mapping[str, Any], typed: Mapping[str, str], *, numerals: Numerals
) -> dict[str, Any]:
    """What was changed, and the new variable if one was named. Raises Unreadable, TwoReadings."""
    found = changed(variables, typed, numerals=numerals)
    name = typed.get("new_name", "").strip()[:200]
    if name:
        found[name] = read_value(typed.get("new_value", ""))
    return found


def changed(
    variables: Mapping[str, Any],
    typed: Mapping[str, str],
    where: str = CASE,
    *,
    numerals: Numerals,
) -> dict[str, Any]:
    """What was changed of these. Raises Unreadable, TwoReadings."""
    found = {}
    for name, value in variables.items():
        text = typed.get(f"{where}.{name}")
        # browsers send line ends as CR LF
        kept = (value, masked_answer(value))
        same = {_text(one, numerals).replace("\r\n", "\n") for one in kept}
        if text is not None and text.replace("\r\n", "\n") not in same:
            found[name] = _value(name, text, _kind(value), numerals)
    return found


def _kind(value: Any) -> Kind:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "text" if value is None or isinstance(value, str) else "json"


def _text(value: Any, numerals: Numerals) -> str:
    if value is None:
        return ""
    if _kind(value) == "number":
        return typed(value, numerals)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _value(name: str, text: str, kind: Kind, numerals: Numerals) -> Any:
    text = text[:LONGEST]
    if kind == "text":
        return text.replace("\r\n", "\n")
    if kind != "json" and not text.strip():
        return None
    value = _number(text, numerals) if kind == "number" else _parsed(text)
    if value is _NOTHING or (kind == "boolean" and _kind(value) != kind):
        raise Unreadable(name=name, value=text[:60] or "–", such=numerals.such)
    return value


def read_value(text: str) -> Any:
    """A typed value: numbers, true, false and JSON are read as such, anything else is text."""
    value = _parsed(text[:LONGEST])
    return text[:LONGEST] if value is _NOTHING else value


_NOTHING = object()
_LARGEST = 2**53  # a larger whole number is kept as JSON's readers have it, as a double


def _number(text: str, numerals: Numerals) -> Any:
    try:
        number = numerals.read(text)
    except NotReadable:
        return _NOTHING
    if number == number.to_integral_value() and abs(number) < _LARGEST:
        return int(number)
    return float(number) if math.isfinite(float(number)) else _NOTHING


def _parsed(text: str) -> Any:
    try:
        value = json.loads(text, parse_constant=lambda _: _NOTHING)
    except (ValueError, RecursionError):
        return _NOTHING
    return _NOTHING if isinstance(value, float) and not math.isfinite(value) else value
