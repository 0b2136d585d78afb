"""A report as people read it: the verdict in a sentence, figures side by side, curves as points of a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import format_decimal, lazy_gettext
from flask_babel.speaklater import LazyString

from engine.errors import filled
from webapp.charts.canvas import duration_words
from webapp.charts.diagram import Drawing, drawing, hottest
from webapp.i18n import _
from webapp.study_words import COUNTED, MEASURES, change, measured, money, share

_SIMULATED: dict[str, LazyString] = {
    "cycle_mean": lazy_gettext("Cycle time, mean"),
    "cycle_p50": lazy_gettext("Cycle time, half of the cases"),
    "cycle_p85": lazy_gettext("Cycle time, 85 of 100"),
    "cycle_p95": lazy_gettext("Cycle time, 95 of 100"),
    "waiting_p50": lazy_gettext("Waiting, half of the cases"),
    "working_p50": lazy_gettext("Work, half of the cases"),
    "cost_mean": lazy_gettext("Cost of the work of a case"),
    "late": lazy_gettext("Decided after the term"),
    "silent": lazy_gettext("Ended by silence"),
    "utilisation": lazy_gettext("Busiest staff"),
}
WIDTH, HEIGHT = 640, 200
_LEFT, _BOTTOM = 40, 24


@dataclass(frozen=True, slots=True)
class Line:
    """One row of figures, all in words."""

    name: str
    before: str
    after: str
    change: str
    measured: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A report in words."""

    name: str
    verdict: str
    gains: str
    figures: tuple[Line, ...]
    simulated: tuple[Line, ...]
    accepted: tuple[str, ...]
    references: tuple[str, ...]
    warnings: tuple[str, ...]
    basis: tuple[str, ...]
    curves: Mapping[str, str]
    ticks: tuple[tuple[float, str], ...]
    has_measured: bool
    is_calibrated: bool
    use: tuple[Line, ...]
    drawings: Mapping[str, Drawing]


def told_report(data: Mapping[str, Any]) -> Told:
    """The report's data in the reader's language."""
    currency = data["currency"]
    durations = data.get("durations", {})
    longest = max((values[-1] for values in durations.values() if values), default=0.0)
    return Told(
        name=data["name"],
        verdict=_verdict(data),
        gains=_gains(data),
        figures=tuple(figures(data, currency)),
        simulated=tuple(
            _simulated(one, currency, data.get("cycles") or {}) for one in data.get("simulated", [])
        ),
        accepted=tuple(filled(_(one["sentence"]), one["values"]) for one in data["accepted"]),
        references=tuple(data["references"]),
        warnings=tuple(_warnings(data)),
        basis=tuple(_basis(data)),
        curves={name: _curve(values, longest) for name, values in durations.items()},
        ticks=tuple(
            (_x(longest * part / 4, longest), duration_words(longest * part / 4))
            for part in range(5)
        )
        if longest
        else (),
        has_measured=bool(data.get("cycles")),
        is_calibrated=is_calibrated(data),
        use=tuple(_use(data.get("use", {}))),
        drawings=_drawings(data.get("diagrams")),
    )


def is_calibrated(data: Mapping[str, Any]) -> bool:
    """Whether the simulated as-is met what was measured; where it did not, every simulated figure says so."""
    gate = data.get("calibration")
    return bool(gate and gate["is_met"])


def _drawings(diagrams: Mapping[str, Any] | None) -> dict[str, Drawing]:
    if not diagrams:
        return {}
    top = hottest(diagrams)
    drawn = {name: drawing(side, top) for name, side in diagrams.items()}
    return {name: one for name, one in drawn.items() if one is not None}


def _use(use: Mapping[str, Mapping[str, float]]) -> list[Line]:
    """How busy each office is, on both sides."""
    before, after = use.get("as_is", {}), use.get("to_be", {})
    lines = []
    for office in dict.fromkeys([*before, *after]):
        was, will_be = before.get(office), after.get(office)
        words = ""
        if was is not None and will_be is not None:
            by = round((will_be - was) * 100, 1)
            sign = "−" if by < 0 else ""
            words = _("%(number)s points", number=sign + format_decimal(abs(by))) if by else ""
        lines.append(
            Line(office or _("Everybody on average"), share(was, 1), share(will_be, 1), words)
        )
    return lines


def _verdict(data: Mapping[str, Any]) -> str:
    said = data.get("verdict")
    if said is None:
        return _("It could not be simulated, so nothing is said of its days.")
    values = {
        "time": duration_words(abs(said["value"])),
        "low": duration_words(min(abs(said["low"]), abs(said["high"]))),
        "high": duration_words(max(abs(said["low"]), abs(said["high"]))),
    }
    if said["word"] == "faster":
        return _(
            "A case will be decided %(time)s sooner (95%% interval: %(low)s to %(high)s).", **values
        )
    if said["word"] == "slower":
        return _(
            "A case will be decided %(time)s later (95%% interval: %(low)s to %(high)s).", **values
        )
    return _("No difference in time can be told apart from chance.")


def _gains(data: Mapping[str, Any]) -> str:
    """What else becomes less, in one sentence."""
    less = []
    for one in data["figures"]:
        before, after = Decimal(one["before"]), Decimal(one["after"])
        if one["measure"] in ("requirements", "hand_overs", "documents") and after < before:
            name = str(MEASURES[one["measure"]]).lower()
            less.append(f"{name} {before.normalize():f} → {after.normalize():f}")
    for name, words in (
        ("burden", _("burden on applicants a year")),
        ("cost", _("cost of a service")),
    ):
        pair = data[name]
        if pair["before"] and pair["after"] and Decimal(pair["after"]) < Decimal(pair["before"]):
            told = [money(Decimal(pair[side]), data["currency"]) for side in ("before", "after")]
            less.append(f"{words} {told[0]} → {told[1]}")
    return "; ".join(less)


def figures(data: Mapping[str, Any], currency: str) -> list[Line]:
    lines = []
    for one in data["figures"]:
        before, after = Decimal(one["before"]), Decimal(one["after"])
        part = (after - before) / before if before else None
        name = one["measure"]
        lines.append(
            Line(
                str(MEASURES[name]),
                measured(name, before),
                measured(name, after),
                _difference(name, after - before) if name in COUNTED else change(part),
            )
        )
    names = {"cost": _("Cost of one service"), "burden": _("Burden on applicants a year")}
    for name, words in names.items():
        was, will_be = (_amount(data[name][side]) for side in ("before", "after"))
        part = (will_be - was) / was if was and will_be is not None else None
        lines.append(Line(words, money(was, currency), money(will_be, currency), change(part)))
    once = {side: _amount(said) for side, said in data["once_only"].items()}
    words = _("Obtained by the State itself")
    lines.append(Line(words, share(once["before"]), share(once["after"]), ""))
    return lines


def _amount(said: str | None) -> Decimal | None:
    return None if said is None else Decimal(said)


def _difference(name: str, by: Decimal) -> str:
    return "" if not by else f"{by.normalize():+f}"


def _simulated(one: Mapping[str, Any], currency: str, cycles: Mapping[str, float]) -> Line:
    name = one["measure"]

    def words(amount: float) -> str:
        if name in ("late", "silent", "utilisation"):
            return share(amount, 1)
        if name == "cost_mean":
            return money(Decimal(str(amount)), currency)
        return duration_words(amount)

    def signed(amount: float) -> str:
        sign = "−" if amount < 0 else ""
        if name in ("late", "silent", "utilisation"):
            return sign + str(format_decimal(round(abs(amount) * 100, 1)))
        return sign + words(abs(amount))

    said = one["change"]
    changed = f"{signed(said['value'])} ({signed(said['low'])} … {signed(said['high'])})"
    if name in ("late", "silent", "utilisation"):
        changed = _("%(number)s points", number=changed)
    if not said["is_clear"]:
        changed += " · " + _("may be chance")
    return Line(
        str(_SIMULATED[name]),
        words(one["before"]["value"]),
        words(one["after"]["value"]),
        changed,
        words(cycles[name]) if name in cycles else "–",
    )


def _warnings(data: Mapping[str, Any]) -> list[str]:
    found = []
    if "not_simulated" in data:
        said = data["not_simulated"]
        found.append(filled(_(said["sentence"]), said["values"]))
    gate = data.get("calibration")
    if "simulated" in data and not gate:
        found.append(
            _(
                "Not calibrated: there is no log of how it is, so every simulated figure rests on what was said."
            )
            if data["measured"] is None
            else _(
                "Not calibrated: the log of how it is holds too few completed cases to test the simulation on."
            )
        )
    elif gate and not gate["is_met"]:
        found.append(
            _(
                "Not calibrated: simulated, half of the cases take %(half)s, 85 of 100 %(most)s of the time measured.",
                half=share(1 + gate["gap50"]),
                most=share(1 + gate["gap85"]),
            )
        )
    if any(data.get("is_overloaded", {}).values()):
        found.append(
            _("More cases arrive than the staff can do: the figures grow the longer one simulates.")
        )
    if data.get("assumed"):
        found.append(
            _("Neither measured nor said, so assumed: %(names)s.", names=", ".join(data["assumed"]))
        )
    return found


def _basis(data: Mapping[str, Any]) -> list[str]:
    found = [_("Services a year: %(number)s", number=data["services"])]
    if data["measured"]:
        found.append(_("Measured in %(number)s cases", number=data["measured"]["cases"]))
    gate = data.get("calibration")
    if gate and gate["is_met"]:
        found.append(
            _(
                "Calibrated: simulated, half of the cases take %(half)s, 85 of 100 %(most)s of the time measured.",
                half=share(1 + gate["gap50"]),
                most=share(1 + gate["gap85"]),
            )
        )
    if gate and gate.get("is_held_out"):
        found.append(
            _("Fitted on the first half of the measured cases and tested on the second half.")
        )
    if "seeds" in data:
        found.append(
            _(
                "%(count)s replications of %(cases)s cases on the same luck; first seed %(seed)s",
                count=data["replications"],
                cases=data["cases"],
                seed=data["seeds"][0],
            )
        )
    return found


def _x(value: float, longest: float) -> float:
    return round(_LEFT + (WIDTH - _LEFT - 8) * value / longest, 1) if longest else _LEFT


def _curve(values: Sequence[float], longest: float) -> str:
    """Points of “so many of 100 cases are done by then”."""
    if not values:
        return ""
    count = max(1, len(values) - 1)
    points = []
    for place in range(0, len(values), max(1, len(values) // 60)):
        y = HEIGHT - _BOTTOM - (HEIGHT - _BOTTOM - 8) * place / count
        points.append(f"{_x(values[place], longest)},{y:.1f}")
    return " ".join(points)
