"""Numbers and money on pages: written and read in the custom of the country, whatever language the reader has chosen.

The custom is engine/numerals.py's. Pages of an installation follow its country; a form, a sheet and a letter that of
their procedure. Nothing else of webapp formats a number (tests/contracts/test_numbers.py).
"""

from decimal import Decimal

from flask import Flask

from designer.amounts import typed_amount
from engine.numerals import Numerals
from webapp.i18n import here


def own() -> Numerals:
    """The custom of the installation."""
    return here().numerals


def thousands(value: Decimal | float, *, least: int = 0, most: int = 3) -> str:
    """1,250.5"""
    return own().number(value, least=least, most=most)


def money(value: Decimal | None, currency: str = "PEN", *, is_whole: bool = False) -> str:
    """S/ 1,250.50; “–” where it is not known."""
    return "–" if value is None else own().money(value, currency, is_whole=is_whole)


def currency_sign(currency: str) -> str:
    """S/"""
    return own().sign(currency) if currency else ""


def typed(value: object, custom: Numerals | None = None) -> str:
    """A number as it stands in an input, to be typed again; a text as it is, for somebody typed it. `custom` is the
    installation's unless another is given.
    """
    if value is None or isinstance(value, str):
        return value or ""
    number = Decimal(str(value))
    return (custom or own()).typed(
        f"{number.normalize() if number else Decimal(0):f}"
    )  # 360, not 360.0


def read_amount(text: str) -> Decimal:
    """The amount that somebody typed; empty is nothing. Raises TwoReadings, NoAmount."""
    return typed_amount(text, own())


def register(app: Flask) -> None:
    """Give templates the filters `thousands`, `money`, `typed` and `currency_sign`."""
    app.jinja_env.filters.update(
        thousands=thousands, money=money, typed=typed, currency_sign=currency_sign
    )
