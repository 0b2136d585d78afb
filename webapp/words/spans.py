"""Durations told in one breath, in one unit: a change with its sign, an interval, a value with its interval."""

from collections.abc import Callable

from flask import Flask

from webapp.charts.canvas import duration_words

Say = Callable[[float, float | None], str]  # a duration in words, in the unit of another


def signed(seconds: float, beside: float | None = None) -> str:
    """A change of a duration with its sign; in the unit of the duration `beside` it, where there is one."""
    words = duration_words(abs(seconds), beside)
    sign = "−" if seconds < 0 else "+" if seconds > 0 else ""
    return words if words == duration_words(0, beside) else f"{sign}{words}"


def unsigned(seconds: float, beside: float | None = None) -> str:
    """The size of a change, or a level."""
    return duration_words(abs(seconds), beside)


def ranged(low: float | None, high: float | None, say: Say = signed) -> str:
    """From one duration to another, both in the unit of the longer; “?” for an end that is not known yet."""
    known = [abs(one) for one in (low, high) if one is not None]
    if not known:
        return "? … ?"
    ends = [say(one, max(known)) for one in (low, high) if one is not None]
    unit = ends[0].rpartition(" ")[2]
    one, other = (
        "?" if end is None else say(end, max(known)).rpartition(" ")[0] for end in (low, high)
    )
    return f"{one} … {other} {unit}"


def spanned(value: float, low: float | None, high: float | None, say: Say = signed) -> str:
    """A duration with its interval, all in the unit of the longest of them."""
    longest = max(abs(one) for one in (value, low, high) if one is not None)
    number, _gap, unit = say(value, longest).rpartition(" ")
    one, other = (
        "?" if end is None else say(end, longest).rpartition(" ")[0] for end in (low, high)
    )
    return f"{number} ({one} … {other}) {unit}"


def register(app: Flask) -> None:
    """Give templates the filter `ranged`, for both ends of the interval of a change."""
    app.jinja_env.filters["ranged"] = lambda ends: ranged(*ends)
