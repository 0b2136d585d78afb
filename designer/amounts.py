"""Amounts of money as people type them and as they are kept: never below zero, and not without end."""

from decimal import Decimal, InvalidOperation

from engine.errors import Refusal
from engine.numerals import NotReadable, Numerals

_LARGEST = Decimal(10) ** 12


class NoAmount(Refusal):
    """A text where an amount belongs."""

    sentence = "“{text}” is no amount. Write a number such as 36000 or {such}, not below zero."


def typed_amount(text: str, numerals: Numerals) -> Decimal:
    """An amount as people type it in the place; empty is nothing. Raises NoAmount, engine.numerals.TwoReadings."""
    try:
        found = numerals.read(text) if text.strip() else Decimal(0)
    except NotReadable:
        raise NoAmount(text=text[:40], such=numerals.typed("0.08")) from None
    if not 0 <= found <= _LARGEST:
        raise NoAmount(text=text[:40], such=numerals.typed("0.08"))
    return found


def amount(text: object) -> Decimal:
    """An amount as it is kept, with a point; empty is nothing. Raises NoAmount."""
    try:
        found = Decimal(str(text).strip() or "0")
    except InvalidOperation:
        raise NoAmount(text=text, such="0.08") from None
    if not found.is_finite() or not 0 <= found <= _LARGEST:
        raise NoAmount(text=text, such="0.08")
    return found
