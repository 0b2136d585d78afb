"""Regular expressions of XPath on google-re2, which takes linear time whatever the pattern.

DMN 1.5 §10.3.4.3 refers to XPath F&O §5.6 and XML Schema: flags s, m, i, x, q; `\\i` and `\\c`;
subtraction of character classes; `\\p{IsBlock}`. Back-references cannot be matched in linear
time, so patterns with them are null.
"""

from functools import lru_cache
from typing import Protocol

from engine.feel.errors import NullResult
from engine.feel.regex_translation import translated

MAX_PATTERN = 1_000


class Found(Protocol):
    """A match."""

    def start(self) -> int:
        """Where it begins."""

    def end(self) -> int:
        """Where it ends."""

    def group(self, number: int) -> str | None:
        """The text of a group, None when it took no part."""

    @property
    def re(self) -> "Regex":
        """The pattern."""


class Regex(Protocol):
    """A compiled pattern."""

    @property
    def groups(self) -> int:
        """How many groups it has."""

    def search(self, text: str) -> Found | None:
        """The first match."""

    def finditer(self, text: str) -> "list[Found]":
        """All matches, one after the other."""


@lru_cache(maxsize=1024)
def compiled(pattern: str, flags: str) -> Regex:
    """The pattern with XPath flags; raises NullResult when it is not a valid one."""
    if len(pattern) > MAX_PATTERN:
        raise NullResult("The pattern has more than {limit} characters.", limit=MAX_PATTERN)
    if set(flags) - set("smixq"):
        raise NullResult("The flags may only be s, m, i, x and q.")
    import re2  # two megabytes, for who writes patterns

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 4 << 20
    options.case_sensitive = "i" not in flags
    source = re2.escape(pattern) if "q" in flags else translated(pattern, flags)
    prefix = ("s" if "s" in flags else "") + ("m" if "m" in flags else "")
    try:
        regex: Regex = re2.compile(f"(?{prefix}){source}" if prefix else source, options)
    except re2.error as error:
        raise NullResult("“{pattern}” is no regular expression.", pattern=pattern[:80]) from error
    return regex


def expand_replacement(replacement: str, found: Found, *, is_literal: bool) -> str:
    """The replacement with $1 … filled in; `\\$` and `\\\\` are themselves."""
    if is_literal or ("$" not in replacement and "\\" not in replacement):
        return replacement
    pieces: list[str] = []
    index = 0
    while index < len(replacement):
        character = replacement[index]
        index += 1
        if character == "\\":
            if replacement[index : index + 1] not in ("\\", "$"):
                raise NullResult("In a replacement, \\ stands before \\ or $ only.")
            pieces.append(replacement[index])
            index += 1
        elif character == "$":
            number, index = _group_number(replacement, index, found.re.groups)
            pieces.append((found.group(number) or "") if number <= found.re.groups else "")
        else:
            pieces.append(character)
    return "".join(pieces)


def _group_number(replacement: str, index: int, groups: int) -> tuple[int, int]:
    digit = replacement[index : index + 1]
    if not (digit.isascii() and digit.isdigit()):
        raise NullResult("In a replacement, a digit follows $.")
    number, index = int(digit), index + 1
    while index < len(replacement) and replacement[index] in "0123456789":
        longer = number * 10 + int(replacement[index])
        if longer > groups:
            break
        number, index = longer, index + 1
    return number, index


def splits(text: str, delimiter: str) -> list[object]:
    """The parts of the text between matches of the delimiter."""
    regex = compiled(delimiter, "")
    if regex.search("") is not None:
        raise NullResult("The delimiter matches the empty text.")
    parts: list[object] = []
    place = 0
    for found in regex.finditer(text):
        parts.append(text[place : found.start()])
        place = found.end()
    return [*parts, text[place:]]
