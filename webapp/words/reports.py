"""A report as people read it: one page to sign with the verdict on top, then what it rests on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from engine.errors import filled
from webapp.i18n import _, plural
from webapp.words import achieved as achieved_words
from webapp.words import gates
from webapp.words.durations import duration_words
from webapp.words.numbers import money
from webapp.words.report_parts import (
    Bars,
    Curves,
    Sketch,
    Table,
    amount,
    assumed_words,
    bars,
    burden,
    curves,
    figures,
    paid,
    part,
    places,
    points,
    sketches,
    spread,
    whole,
    yearly,
)
from webapp.words.spans import ranged, spanned
from webapp.words.studies import MEASURES, accepted_words, measured, share

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
_FEW, _WIDE = 5, 90  # lines of accepted findings, and letters in one, on the page that is signed
_TONES = {"faster": "good", "slower": "bad"}
_SHARES = ("late", "silent", "utilisation")
_SIGNED_TIMES = ("cycle_mean", "cycle_p50", "cycle_p85", "late")  # on the page that is signed
_SIGNED_COUNTS = ("requirements", "documents", "visits", "hand_overs")


@dataclass(frozen=True, slots=True)
class Told:
    """A report in words. `summary` is on the page that is signed, `tables` on those behind it."""

    name: str
    kind: str
    verdict: str
    tone: str
    is_uncalibrated: bool  # whatever is simulated says so
    is_short: bool  # the curves still fit the page that is signed
    gains: str
    warnings: tuple[str, ...]
    summary: Table
    changes: tuple[str, ...] | None
    curves: Curves | None
    bars: Bars | None
    tables: tuple[Table, ...]
    sketches: tuple[Sketch, ...]
    basis: tuple[str, ...]
    assumed: tuple[str, ...]
    references: tuple[str, ...]


def told_report(data: Mapping[str, Any], number: int) -> Told:
    """A report's data in the reader's language: of what is promised, or of what came of it."""
    if data.get("kind") == "achieved":
        return _achieved(data, number)
    before, after = _("As it is"), _("As it is to be")
    is_uncalibrated = "simulated" in data and not gates.is_calibrated(data)
    tables = [
        _simulated(data),
        _use(data),
        figures(data, before, after),
        burden(data, before, after),
        places(data, before, after, is_simulated=True),
    ]
    return Told(
        name=data["name"],
        kind=_("Simplification report %(number)s", number=number),
        verdict=_verdict(data),
        tone=_TONES.get((data.get("verdict") or {}).get("word", ""), "warn"),
        is_uncalibrated=is_uncalibrated,
        is_short=_lines(data) <= _FEW,
        gains=_gains(data),
        warnings=tuple(_warnings(data)),
        summary=_summary(data),
        changes=tuple(accepted_words(one) for one in data["accepted"]),
        curves=_curves(data),
        bars=bars(data.get("tornado", ())),
        tables=tuple(table for table in tables if table is not None),
        sketches=sketches(
            data.get("diagrams"),
            {"as_is": _("Diagram, as it is"), "to_be": _("Diagram, as it is to be")},
            {
                "as_is": _("Measured where there is a log, else simulated.")
                if _has_measured_waits(data)
                else _("Simulated."),
                "to_be": _("Simulated."),
            },
            is_simulated={"as_is": not _has_measured_waits(data), "to_be": True},
        ),
        basis=tuple(_basis(data)),
        assumed=tuple(assumed_words(data.get("assumed", ()), data.get("names", {}))),
        references=tuple(data["references"]),
    )


def _has_measured_waits(data: Mapping[str, Any]) -> bool:
    """Whether the waits of how it is come from a log: in reports where nothing could be simulated, and older ones."""
    waits = ((data.get("diagrams") or {}).get("as_is") or {}).get("waits", {})
    return any("count" in one for one in waits.values())


def _achieved(data: Mapping[str, Any], number: int) -> Told:
    before, after = _("As it was"), _("As it turned out")
    tables = [
        figures(data, before, after),
        burden(data, before, after),
        places(data, before, after, is_simulated=False),
    ]
    found = {
        name: [tuple(point) for point in curve] for name, curve in data.get("curves", {}).items()
    }
    return Told(
        name=data["name"],
        kind=_("Promised and achieved, report %(number)s", number=number),
        verdict=achieved_words.verdict(data),
        tone=achieved_words.tone(data),
        is_uncalibrated=False,
        is_short=True,
        gains=_gains(data),
        warnings=tuple(_unmeasured(data)),
        summary=achieved_words.summary(data),
        changes=None,
        curves=curves(found, _("Dashed: as it was. Whole: as it turned out."), is_simulated=False),
        bars=None,
        tables=tuple(table for table in tables if table is not None),
        sketches=sketches(
            data.get("diagrams"),
            {"as_is": _("Diagram, as it was"), "to_be": _("Diagram, as it turned out")},
            {"as_is": _("Measured."), "to_be": _("Measured.")},
            is_simulated={"as_is": False, "to_be": False},
        ),
        basis=tuple(achieved_words.basis(data)),
        assumed=(),
        references=tuple(data["references"]),
    )


def headline(data: Mapping[str, Any]) -> str:
    """The verdict's sentence alone."""
    return achieved_words.verdict(data) if data.get("kind") == "achieved" else _verdict(data)


def _unmeasured(data: Mapping[str, Any]) -> Iterator[str]:
    if not data["lived"]["to_be"]["completed"]:
        yield _(
            "No case of the new version is completed yet: what stands under “As it turned out” was said of it, "
            "not measured."
        )


def _lines(data: Mapping[str, Any]) -> int:
    return sum(1 + len(accepted_words(one)) // _WIDE for one in data["accepted"])


def _summary(data: Mapping[str, Any]) -> Table:
    """What whoever signs must have seen: times, papers, ways, money; measured, simulated, to be, difference."""
    currency, cycles = data["currency"], data.get("cycles") or {}
    rows: list[tuple[str, ...]] = [
        _simulated_row(one, currency, cycles)
        for one in data.get("simulated", [])
        if one["measure"] in _SIGNED_TIMES
    ]
    for one in data["figures"]:
        if one["measure"] not in _SIGNED_COUNTS:
            continue
        before, after = Decimal(one["before"]), Decimal(one["after"])
        by = whole(after - before) if after != before else _("the same")
        name = one["measure"]
        rows.append((str(MEASURES[name]), "", measured(name, before), measured(name, after), by))
    for name, words, say in (
        ("cost", _("Cost of one service"), money),
        ("burden", _("Burden on applicants a year"), yearly),
    ):
        was, will_be = (amount(data[name][side]) for side in ("before", "after"))
        rows.append((words, "", say(was, currency), say(will_be, currency), part(was, will_be)))
    columns, cells = _columns(rows, cycles)
    return Table(
        _(
            "At a glance; times are simulated, changes with their interval of %(sure)s",
            sure=share(0.95),
        )
        if data.get("simulated")
        else _("At a glance"),
        columns,
        cells,
        is_simulated=bool(data.get("simulated")),
    )


def _columns(
    rows: Sequence[tuple[str, ...]], cycles: Mapping[str, float]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Headings, and the rows without what was measured where nothing was."""
    columns = (_("Measured"), _("As it is"), _("As it is to be"), _("Difference"))
    if cycles:
        return columns, tuple(rows)
    return columns[1:], tuple((name, *rest) for name, _measured, *rest in rows)


def _curves(data: Mapping[str, Any]) -> Curves | None:
    found = {name: spread(values) for name, values in data.get("durations", {}).items()}
    key = _("Dashed: as it is. Whole: as it is to be.")
    if found.get("measured"):
        # The longest tenth of what was measured would press everything else to the left.
        key = _("Dotted: as it is, measured. Dashed: as it is, simulated. Whole: as it is to be.")
    return curves(found, key, is_simulated=True)


def _use(data: Mapping[str, Any]) -> Table | None:
    """How busy each office is, on both sides."""
    use = data.get("use", {})
    before, after = use.get("as_is", {}), use.get("to_be", {})
    rows = []
    for office in dict.fromkeys([*before, *after]):
        was, will_be = before.get(office), after.get(office)
        words = ""
        if was is not None and will_be is not None and round(will_be - was, 3):
            words = _("%(number)s points", number=points(will_be - was))
        name = office or _("Everybody on average")
        rows.append((name, share(was, 1), share(will_be, 1), words))
    if not rows:
        return None
    columns = (_("As it is"), _("As it is to be"), _("Difference"))
    return Table(_("How busy each office is"), columns, tuple(rows), is_simulated=True)


def _verdict(data: Mapping[str, Any]) -> str:
    said = data.get("verdict")
    if said is None:
        return _("It could not be simulated, so nothing is said of its days.")
    low, high = sorted(abs(said[end]) for end in ("low", "high"))
    longest = max(abs(said["value"]), high)
    values = {
        "time": duration_words(abs(said["value"]), longest),
        "low": duration_words(low, longest),
        "high": duration_words(high, longest),
    }
    if said["word"] == "faster":
        return _(
            "A case will be decided %(time)s sooner (95%% interval: %(low)s to %(high)s).", **values
        )
    if said["word"] == "slower":
        return _(
            "A case will be decided %(time)s later (95%% interval: %(low)s to %(high)s).", **values
        )
    return _(
        "No difference in time can be told apart from chance (95%% interval of the change: %(range)s).",
        range=ranged(said["low"], said["high"]),
    )


def _gains(data: Mapping[str, Any]) -> str:
    """What else becomes less, in one sentence."""
    less = []
    for one in data["figures"]:
        before, after = Decimal(one["before"]), Decimal(one["after"])
        if one["measure"] in ("requirements", "hand_overs", "documents") and after < before:
            name = str(MEASURES[one["measure"]]).lower()
            less.append(f"{name} {before.normalize():f} → {after.normalize():f}")
    for name, words, say in (
        ("burden", _("burden on applicants a year"), yearly),
        ("cost", _("cost of a service"), money),
    ):
        pair = data[name]
        if pair["before"] and pair["after"] and Decimal(pair["after"]) < Decimal(pair["before"]):
            told = [say(Decimal(pair[side]), data["currency"]) for side in ("before", "after")]
            less.append(f"{words} {told[0]} → {told[1]}".replace("S/ ", "S/\u00a0"))
    return "; ".join(less)


def _simulated(data: Mapping[str, Any]) -> Table | None:
    found, cycles = data.get("simulated", []), data.get("cycles") or {}
    if not found:
        return None
    told = [
        # Where nobody said what an hour costs, that cases cost nothing would be untrue.
        one
        for one in found
        if one["measure"] != "cost_mean" or one["before"]["value"] or one["after"]["value"]
    ]
    columns, rows = _columns(
        [_simulated_row(one, data["currency"], cycles) for one in told], cycles
    )
    heading = _("Simulated, changes with their interval of %(sure)s", sure=share(0.95))
    return Table(heading, columns, rows, is_simulated=True)


def _simulated_row(
    one: Mapping[str, Any], currency: str, cycles: Mapping[str, float]
) -> tuple[str, ...]:
    """Name, measured, as it is, as it is to be, change."""
    name, said = one["measure"], one["change"]

    def words(value: float) -> str:
        if name in _SHARES:
            return share(value, 1)
        return (
            money(Decimal(str(value)), currency) if name == "cost_mean" else duration_words(value)
        )

    ends = [said[end] for end in ("value", "low", "high")]
    if name in _SHARES:
        value, low, high = (points(one) for one in ends)
        changed = _("%(number)s points", number=f"{value} ({low} … {high})")
    elif name == "cost_mean":
        value, low, high = (paid(Decimal(str(one)), currency) or "0" for one in ends)
        changed = f"{value} ({low} … {high})"
    else:
        changed = spanned(*ends)
    if not any(said[end] for end in ("value", "low", "high")):
        changed = _("the same")
    elif not said["is_clear"]:
        changed += " · " + _("may be chance")
    return (
        str(_SIMULATED[name]),
        words(cycles[name]) if name in cycles else "",
        words(one["before"]["value"]),
        words(one["after"]["value"]),
        changed,
    )


def _warnings(data: Mapping[str, Any]) -> list[str]:
    found = []
    if "not_simulated" in data:
        said = data["not_simulated"]
        found.append(filled(_(said["sentence"]), said["values"]))
    found += gates.warnings(data)
    if any(data.get("is_overloaded", {}).values()):
        found.append(
            _("More cases arrive than the staff can do: the figures grow the longer one simulates.")
        )
    if data.get("assumed"):
        found.append(
            plural(
                "%(num)d thing was neither measured nor said, so it is assumed: see under assumptions.",
                "%(num)d things were neither measured nor said, so they are assumed: see under assumptions.",
                len(data["assumed"]),
            )
        )
    return found


def _basis(data: Mapping[str, Any]) -> list[str]:
    found = [_("Services a year: %(number)s", number=data["services"])]
    if data["measured"]:
        found.append(_("Measured in %(number)s cases", number=data["measured"]["cases"]))
    found += gates.basis(data.get("calibration"))
    for note in data.get("notes", ()):
        template = note["sentence"]
        found.append(filled(gettext(template), note["values"]))
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
