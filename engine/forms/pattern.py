"""Patterns of texts: checked in linear time, and shown to people as an example of what they take."""

import re
from functools import lru_cache
from typing import Any

MOST = 40  # characters of an example that still helps

_PART = re.compile(
    r"(?P<set>\\[dwDs]|\[[^\]\[\\^]+\]|\[\\d[^\]\[\\^]*\]|\\[.\-/+()*]|[^\\\[\](){}|*+?^$])"
    r"(?:\{(?P<least>[0-9]{1,3})(?:,[0-9]{0,3})?\}|(?P<how>[*+?]))?"
)


@lru_cache(maxsize=1024)
def compiled_pattern(pattern: str) -> Any:
    """The pattern on a linear-time engine; None when it is none that this engine knows."""
    import re2  # two megabytes, for forms with patterns

    options = re2.Options()
    options.max_mem = 1 << 20
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeError):
        return None


@lru_cache(maxsize=1024)
def example_of(pattern: str) -> str:
    """A text that the pattern takes, such as 12345678 for `^\\d{8}$`; empty where none is found.

    Only plain patterns are read: characters, sets and how often they come, one after the other.
    """
    rest = pattern.removeprefix("^").removesuffix("$")
    made = ""
    while rest:
        part = _PART.match(rest)
        if part is None:
            return ""
        rest = rest[part.end() :]
        times = int(part["least"] or 1) if part["how"] not in ("*", "?") else 0
        if len(made) + times > MOST:
            return ""
        for _ in range(times):
            made += _one(part["set"], len(made))
    compiled = compiled_pattern(pattern)
    # what does not pass is no example
    return made if made and compiled is not None and compiled.search(made) else ""


def _one(which: str, place: int) -> str:
    """One character of a set; digits count up and letters go on, so that nobody takes them for meant."""
    if which in ("\\d", "\\w") or (which.startswith("[") and "0-9" in which) or which == "[\\d]":
        return "1234567890"[place % 10]
    if which.startswith("[") and "A-Z" in which:
        return "ABCDEFGHIJ"[place % 10]
    if which.startswith("[") and "a-z" in which:
        return "abcdefghij"[place % 10]
    if which.startswith("["):
        return which[1]
    if which in ("\\D", "."):
        return "A"
    return " " if which == "\\s" else which.removeprefix("\\")
