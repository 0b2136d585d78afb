"""Numbers and money, as they are written and read where an office is: one custom a country, whatever language is read.

The custom is that of Unicode's CLDR for the language and country of a jurisdiction's file. Peru writes 1,250.50 and
S/ 1,250.50, Colombia 1.250,50. Two people who look at one figure in two languages see the same marks, so that neither
can take a thousand for one and a bit. What is written here can be typed again here.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache, cached_property

from babel import Locale, UnknownLocaleError
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_symbol,
    get_decimal_symbol,
    get_group_symbol,
)

from engine.errors import Refusal

MOST_TYPED = 100  # characters
_VAST = 10**20  # from which CLDR's patterns would round
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_MARKED = re.compile(r"([+-]?)(\d*(?:[.,]\d+)+)", re.ASCII)
_BLANKS = re.compile(r"[\s'’]")  # nobody means anything else by them: 1 250, 1'250
_CANONICAL = re.compile(r"-?\d+(\.\d+)?")


class TwoReadings(Refusal):
    """A thousand to some, a little over one to others."""

    sentence = "“{text}” can be read in two ways. Write {one} or {other}."


class NotReadable(Refusal):
    """No number, wherever it is read."""

    sentence = "“{text}” is not a number. Write it such as 1250 or {such}."


@dataclass(frozen=True)
class Numerals:
    """The custom of one place."""

    locale: Locale

    @cached_property
    def point(self) -> str:
        """What stands before decimals."""
        return str(get_decimal_symbol(self.locale))

    @cached_property
    def group(self) -> str:
        """What stands between thousands."""
        return str(get_group_symbol(self.locale))

    @property
    def such(self) -> str:
        """A number with decimals, to show how one is written."""
        return f"1250{self.point}50"

    def number(self, value: Decimal | float, *, least: int = 0, most: int = 3) -> str:
        """1,250.5: thousands apart, at least and at most so many decimals."""
        if not -_VAST < value < _VAST:
            return self.exact(Decimal(value))
        shape = "#,##0." + "0" * least + "#" * (most - least)
        return str(format_decimal(value, format=shape.rstrip("."), locale=self.locale))

    def exact(self, value: Decimal) -> str:
        """All its digits, thousands apart."""
        return f"{value:,f}".translate({ord(","): self.group, ord("."): self.point})

    def share(self, part: Decimal | float, *, digits: int = 0, is_signed: bool = False) -> str:
        """12.5%: a part of one."""
        shape = "#,##0." + "0" * digits if digits else "#,##0"
        shape = f"+{shape}%;-{shape}%" if is_signed else f"{shape}%"
        return str(format_percent(part, format=shape, locale=self.locale))

    def money(self, amount: Decimal | float, currency: str, *, is_whole: bool = False) -> str:
        """S/ 1,250.50; whole where cents would say more than is known. A currency nobody knows is told by its code."""
        if not -_VAST < amount < _VAST:
            return f"{self.sign(currency)}\xa0{self.exact(Decimal(amount))}"
        shape = self.locale.currency_formats["standard"].pattern
        if is_whole:
            shape = shape.replace("0.00", "0")
        return str(
            format_currency(
                amount, currency, format=shape, locale=self.locale, currency_digits=not is_whole
            )
        )

    def sign(self, currency: str) -> str:
        """What stands for a currency here: S/."""
        return str(get_currency_symbol(currency, locale=self.locale))

    def typed(self, number: str) -> str:
        """A number with a point, as it would be typed here: no thousands apart, and never three decimals, so that
        nobody takes them for a thousand. Anything else as it is.
        """
        if not _CANONICAL.fullmatch(number):
            return number
        return unmistakable(number).replace(".", self.point)

    def read(self, text: str) -> Decimal:
        """The number that somebody typed.

        Read as it is written here: in Peru 1,250 is a thousand. What can be read in one way only is read that way,
        though it is written otherwise elsewhere: 1.250,50. Raises TwoReadings where the decimals of here look like the
        thousands of others (in Peru 1.250) or what may be thousands begins with a nought (012,345), NotReadable.
        """
        bare = _BLANKS.sub("", text) if len(text) < MOST_TYPED else ""
        plain = self._pointed(bare, text)
        try:
            return Decimal(plain)
        except InvalidOperation:
            raise NotReadable(text=text[:40], such=self.such) from None

    def _pointed(self, bare: str, text: str) -> str:
        """The number with a point and nothing between thousands."""
        found = _MARKED.fullmatch(bare)
        if found is None:  # whole, with an exponent, or none at all
            return bare if _PLAIN.fullmatch(bare) else "-"
        sign, digits = found.groups()
        head, mark, tail = re.split(r"([.,])(?=[^.,]*$)", digits)
        other = "," if mark == "." else "."
        if other in head:  # 1.250,50: whatever stands between the first is thousands
            return f"{sign}{head.replace(other, '')}.{tail}" if _grouped(head, other) else "-"
        if mark in head:  # 1.250.000
            return sign + digits.replace(mark, "") if _grouped(digits, mark) else "-"
        if not (len(tail) == 3 and re.fullmatch(r"[1-9]\d{0,2}|0\d{1,2}", head)):
            return f"{sign}{head or '0'}.{tail}"
        if mark == self.group and head[0] != "0":
            return f"{sign}{head}{tail}"
        # 012,345: nobody writes thousands so, and nobody decimals
        head = head.lstrip("0")
        one = f"{sign}{(head + tail).lstrip('0') or '0'}"
        or_so = self.typed(f"{sign.strip('+')}{head or '0'}.{tail}")
        raise TwoReadings(text=text[:40], one=one, other=or_so)


def unmistakable(number: str) -> str:
    """A number with a point, its decimals never three, which is read in one way everywhere."""
    whole, _, decimals = number.partition(".")
    if len(decimals) == 3:
        decimals = decimals.rstrip("0")
        decimals += "0" if len(decimals) == 3 else ""
    return f"{whole}.{decimals}" if decimals else whole


def _grouped(whole: str, mark: str) -> bool:
    return re.fullmatch(rf"[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+", whole) is not None


@cache
def numerals(locale: str) -> Numerals:
    """The custom of a locale such as es_PE; of its language where CLDR does not know the country."""
    try:
        return Numerals(Locale.parse(locale))
    except (UnknownLocaleError, ValueError):
        return Numerals(Locale.parse(locale.partition("_")[0]))
