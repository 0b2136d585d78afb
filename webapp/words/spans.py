"""Durations told in one breath, in one unit: a change with its sign, an interval, a value with its interval."""

from collections.abc import Callable, Sequence

from flask import Flask

from webapp.words.durations import duration_words

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
    (one, other), unit = _in_one_unit((low, high), say)
    return f"{one} … {other} {unit}".rstrip()


def spanned(value: float, low: float | None, high: float | None, say: Say = signed) -> str:
    """A duration with its interval, all in the unit of the longest of them."""
    (number, one, other), unit = _in_one_unit((value, low, high), say)
    return f"{number} ({one} … {other}) {unit}"


def _in_one_unit(told: Sequence[float | None], say: Say) -> tuple[list[str], str]:
    """Each without its unit, “?” for what is not known, and the unit of the longest of them; no unit for nothing."""
    longest = max((abs(one) for one in told if one is not None), default=0.0)
    words = ["?" if one is None else say(one, longest).rpartition(" ") for one in told]
    units = [one[2] for one in words if not isinstance(one, str)]
    return [one if isinstance(one, str) else one[0] for one in words], units[0] if units else ""


def register(app: Flask) -> None:
    """Give templates the filter `ranged`, for both ends of the interval of a change."""
    app.jinja_env.filters["ranged"] = lambda ends: ranged(*ends)
