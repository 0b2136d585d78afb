"""What reports are made of, in words: tables, curves, bars and diagrams, of what is promised and of what came."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext

from engine.errors import filled
from webapp.charts.canvas import nice_seconds
from webapp.charts.diagram import Drawing, drawing, hottest
from webapp.i18n import _
from webapp.words.durations import duration_words
from webapp.words.numbers import money, thousands
from webapp.words.spans import ranged, signed
from webapp.words.studies import COUNTED, MEASURES, change, measured, minutes, share

WIDTH, HEIGHT = 640, 200
LEFT, BOTTOM = 40, 24
_POINTS = 60  # of a curve
_PLACES = 15  # where it waits longest
_SHORT = 60.0  # seconds of waiting that are not worth a word
_NONE, _MUCH = Decimal(0), Decimal(1000)


@dataclass(frozen=True, slots=True)
class Table:
    """Figures side by side, all in words: a row is its heading and one cell per column."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_simulated: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Curves:
    """How many cases are decided by when: points of a picture WIDTH × HEIGHT, by the name of the line."""

    lines: Mapping[str, str]
    ticks: tuple[tuple[float, str], ...]
    key: str
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """What the change becomes between less and more of one assumption; hundredths of the picture's width."""

    name: str
    start: float
    width: float
    words: str
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class Bars:
    """A tornado: the widest bar on top, around the change as it was simulated."""

    base: float
    base_words: str
    zero: float | None  # where nothing changes, if that lies in the picture
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Sketch:
    """One diagram with its heading and what its heat means."""

    id: str
    heading: str
    drawing: Drawing
    note: str
    is_simulated: bool


def figures(data: Mapping[str, Any], before: str, after: str) -> Table:
    """The feet of both activity tables, cost and burden; `before`, `after` head the columns."""
    lines = [_figure(one) for one in data["figures"]]
    currency = data["currency"]
    for name, words, say in (
        ("cost", _("Cost of one service"), money),
        ("burden", _("Burden on applicants a year"), yearly),
    ):
        was, will_be = (amount(data[name][side]) for side in ("before", "after"))
        lines.append((words, say(was, currency), say(will_be, currency), part(was, will_be)))
    once = {side: amount(said) for side, said in data["once_only"].items()}
    words = _("Obtained by the State itself")
    lines.append((words, share(once["before"]), share(once["after"]), ""))
    return Table(
        _("One case on average, cost and burden"),
        (before, after, _("Difference")),
        tuple(lines),
    )


def _figure(one: Mapping[str, Any]) -> tuple[str, str, str, str]:
    name, before, after = one["measure"], Decimal(one["before"]), Decimal(one["after"])
    by = after - before
    counted = whole(by) if by else ""
    return (
        str(MEASURES[name]),
        measured(name, before),
        measured(name, after),
        counted if name in COUNTED else part(before, after),
    )


def burden(data: Mapping[str, Any], before: str, after: str) -> Table | None:
    """What each requirement costs applicants a year, with what was assumed of it; None where no report kept it."""
    rows = data.get("borne")
    if not rows:
        return None
    currency = data["currency"]
    told = []
    for one in rows:
        was, will_be = (amount(one[side]["yearly"]) for side in ("before", "after"))
        told.append(
            (
                one["name"] or _("Coming to the office"),
                _assumed(one["assumed"], currency),
                _borne(one["before"], currency),
                _borne(one["after"], currency),
                paid((will_be or _NONE) - (was or _NONE), currency),
            )
        )
    total = [amount(data["burden"][side]) for side in ("before", "after")]
    told.append(
        (
            _("All together"),
            "",
            yearly(total[0], currency),
            yearly(total[1], currency),
            paid((total[1] or _NONE) - (total[0] or _NONE), currency),
        )
    )
    who = data["applicants"]
    note = _(
        "Standard Cost Model: %(people)s people or firms a year, %(times)s times each; "
        "an hour of theirs is worth %(wage)s. Each costs its time and what is paid for it, "
        "less what people would do anyway.",
        people=thousands(Decimal(who["population"])),
        times=thousands(Decimal(who["frequency"])),
        wage=money(Decimal(who["hourly_wage"]), currency),
    )
    return Table(
        _("What each requirement costs applicants a year"),
        (_("Assumed each time"), before, after, _("Difference")),
        tuple(told),
        note=note,
    )


def _borne(one: Mapping[str, Any], currency: str) -> str:
    if one["is_fetched"]:
        return str(_("the State obtains it"))
    return (
        str(_("not asked")) if one["yearly"] is None else yearly(Decimal(one["yearly"]), currency)
    )


def _assumed(one: Mapping[str, str], currency: str) -> str:
    said = {name: Decimal(value) for name, value in one.items()}
    found = []
    if said["minutes"]:
        found.append(minutes(said["minutes"]))
    if said["out_of_pocket"]:
        found.append(money(said["out_of_pocket"], currency))
    if said["usual_share"]:
        found.append(_("%(share)s would anyway", share=share(said["usual_share"])))
    if said["share"] != 1:
        found.append(_("asked of %(share)s", share=share(said["share"])))
    return ", ".join(found) or _("nothing")


def places(data: Mapping[str, Any], before: str, after: str, *, is_simulated: bool) -> Table | None:
    """Where a case waits longest, on both sides: what the heat of the diagrams says, in figures."""
    diagrams = data.get("diagrams") or {}
    waits = {side: one["waits"] for side, one in diagrams.items()}
    names = {one["id"]: one["name"] for side in diagrams.values() for one in side["shapes"]}
    found = {
        key: [waits[side].get(key, {}).get("seconds") for side in ("as_is", "to_be")]
        for key in dict.fromkeys(key for side in waits.values() for key in side)
        if names.get(key)
    }
    lone = {
        key
        for key in found
        if len({"count" in waits[side][key] for side in waits if key in waits[side]}) > 1
    }
    longest = sorted(found.items(), key=lambda one: -max(wait or 0.0 for wait in one[1]))
    rows = [
        (
            names[key],
            *(duration_words(wait) for wait in pair),
            # What was measured is not held against what was simulated: the model's error would look like a change.
            signed(pair[1] - pair[0]) if None not in pair and key not in lone else "",
        )
        for key, pair in longest[:_PLACES]
        if max(wait or 0.0 for wait in pair) >= _SHORT
    ]
    if not rows:
        return None
    columns = (before, after, _("Difference"))
    heading = _("Where a case waits longest, on average")
    return Table(heading, columns, tuple(rows), is_simulated=is_simulated)


def curves(
    found: Mapping[str, Sequence[tuple[float, float]]], key: str, *, is_simulated: bool
) -> Curves | None:
    """Lines through (seconds, share decided by then)."""
    longest = max((points[-1][0] for points in found.values() if points), default=0.0)
    if not longest:
        return None
    longest = nice_seconds(longest)
    ticks = tuple(
        (across(longest * place / 4, longest), duration_words(longest * place / 4))
        for place in range(5)
    )
    lines = {name: _line(points, longest) for name, points in found.items() if points}
    return Curves(lines, ticks, key, is_simulated)


def spread(durations: Sequence[float]) -> list[tuple[float, float]]:
    """Sorted durations as points of “so many are decided by then”."""
    count = max(1, len(durations) - 1)
    step = max(1, len(durations) // _POINTS)
    places = [*range(0, len(durations), step), *([len(durations) - 1] if durations else [])]
    return [(durations[place], place / count) for place in dict.fromkeys(places)]


def across(value: float, longest: float) -> float:
    """Where a time stands in the picture."""
    return round(LEFT + (WIDTH - LEFT - 8) * value / longest, 1)


def _line(points: Sequence[tuple[float, float]], longest: float) -> str:
    rise = HEIGHT - BOTTOM - 8
    return " ".join(f"{across(x, longest)},{HEIGHT - BOTTOM - rise * y:.1f}" for x, y in points)


def bars(found: Sequence[Mapping[str, Any]]) -> Bars | None:
    """The tornado of a change; None where no assumption moves it by what a reader could tell apart."""
    shown = [one for one in found if signed(one["low"]) != signed(one["high"])]
    if not shown:
        return None
    ends = [value for one in shown for value in (one["low"], one["high"], one["base"])]
    low, high = min(ends), max(ends)

    def place(value: float) -> float:
        return float(round(2 + 96 * (value - low) / (high - low), 1))

    drawn = []
    for one in shown:
        start, end = sorted((one["low"], one["high"]))
        template = one["what"]
        drawn.append(
            Bar(
                filled(gettext(template), {"about": one["about"]}),
                place(start),
                max(0.5, place(end) - place(start)),
                ranged(start, end),
                bool(one.get("is_assumed")),
            )
        )
    base = shown[0]["base"]
    zero = place(0.0) if low <= 0 <= high else None
    return Bars(place(base), signed(base), zero, tuple(drawn))


def sketches(
    diagrams: Mapping[str, Any] | None,
    headings: Mapping[str, str],
    notes: Mapping[str, str],
    *,
    is_simulated: Mapping[str, bool],
) -> tuple[Sketch, ...]:
    """Both diagrams on one scale of heat."""
    if not diagrams:
        return ()
    top = hottest(diagrams)
    found = {name: drawing(side, top) for name, side in diagrams.items()}
    return tuple(
        Sketch(f"s-{name}", headings[name], one, notes[name], is_simulated[name])
        for name, one in found.items()
        if one is not None
    )


def amount(said: str | None) -> Decimal | None:
    """An amount out of the report's JSON."""
    return None if said is None else Decimal(said)


def whole(by: Decimal) -> str:
    """A change of a count, with its sign."""
    return f"{by.normalize():+f}".replace("-", "−")


def yearly(total: Decimal | None, currency: str) -> str:
    """What people bear in a year, to the unit where it is much: it is an estimate, and cents would say otherwise."""
    if total is None or abs(total) < _MUCH:
        return money(total, currency)
    return money(total, currency, is_whole=True)


def part(was: Decimal | None, will_be: Decimal | None) -> str:
    """The change as a percentage of what was."""
    if will_be is None:
        return "–"
    return change((will_be - was) / was if was else None).replace("-", "−")


def paid(by: Decimal, currency: str) -> str:
    """A change of an amount of money with its sign; empty where there is none."""
    if not by:
        return ""
    return ("−" if by < 0 else "+") + yearly(abs(by), currency)


def points(number: float) -> str:
    """A change of a share, in points, with its sign."""
    by = round(number * 100, 1)
    sign = "−" if by < 0 else "+" if by > 0 else ""
    return f"{sign}{thousands(abs(by))}"


def assumed_words(assumed: Iterable[str], names: Mapping[str, str]) -> Iterable[str]:
    """What nobody measured or said, element by element, as a scenario names it."""
    for one in sorted(assumed):
        kind, _dot, rest = one.partition(".")
        key = rest.removesuffix(".duration")
        name = names.get(key, key)
        if kind == "arrivals":
            yield _("how often cases arrive")
        elif kind == "tasks":
            yield _("how long “%(name)s” takes", name=name)
        elif kind == "staff":
            yield _("how many do the work of %(name)s", name=rest)
        elif kind == "gateways":
            yield _("which way is taken at “%(name)s”", name=name)
        else:
            yield name or one
