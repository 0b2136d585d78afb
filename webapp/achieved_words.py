"""Promised against achieved, as people read it: the verdict in a sentence, three states side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import format_date, format_decimal, lazy_gettext
from flask_babel.speaklater import LazyString

from webapp.charts.canvas import duration_words
from webapp.i18n import _, plural
from webapp.report_words import Line, figures

_MEASURES: dict[str, LazyString] = {
    "cycle_p50": lazy_gettext("Half of the cases decided within"),
    "cycle_p85": lazy_gettext("85 of 100 cases decided within"),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One measure: as it was measured, promised, achieved, and both changes, in words."""

    name: str
    measured: str
    promised: str
    achieved: str
    promised_change: str
    achieved_change: str


@dataclass(frozen=True, slots=True)
class Achieved:
    """The report in words."""

    name: str
    verdict: str
    tone: str
    kept: tuple[Kept, ...]
    figures: tuple[Line, ...]
    basis: tuple[str, ...]
    references: tuple[str, ...]


def told_achieved(data: Mapping[str, Any]) -> Achieved:
    """The report's data in the reader's language."""
    word = data["verdict"]["word"]
    good = ("kept", "sooner")
    return Achieved(
        name=data["name"],
        verdict=_verdict(data),
        tone="good" if word in good else "bad" if word in ("missed", "later") else "warn",
        kept=tuple(_kept(name, data) for name in _MEASURES),
        figures=tuple(figures(data, data["currency"])),
        basis=tuple(_basis(data)),
        references=tuple(data["references"]),
    )


def _verdict(data: Mapping[str, Any]) -> str:
    said = data["verdict"]
    word = said["word"]
    count = plural("%(num)d completed case", "%(num)d completed cases", said["completed"])
    if word == "early":
        return _(
            "Too early to tell: %(count)s of the new version, %(running)s still running.",
            count=count,
            running=format_decimal(said["running"]),
        )
    told = {"count": count, "time": _time(said["value"]), "range": _range(said)}
    if said.get("is_level") or word == "level":
        level = _(
            "Half of the cases are decided within %(time)s (95%% interval: %(range)s; %(count)s).",
            **told,
        )
        kept = {
            "kept": _("What was promised was kept."),
            "missed": _("What was promised was not kept."),
        }
        return " ".join(part for part in (kept.get(word, ""), level) if part)
    if word in ("kept", "partly", "sooner"):
        opening = {
            "kept": _("What was promised was kept."),
            "partly": _("Less was achieved than was promised."),
            "sooner": "",
        }[word]
        sentence = _(
            "Half of the cases are decided %(time)s sooner than before (95%% interval: %(range)s; %(count)s).",
            **told,
        )
        return f"{opening} {sentence}".strip()
    if word == "missed":
        return _(
            "What was promised was not kept: the change lies between %(range)s (%(count)s).",
            **told,
        )
    if word == "later":
        return _(
            "Half of the cases are decided %(time)s later than before (95%% interval: %(range)s; %(count)s).",
            **told,
        )
    return _(
        "It cannot be told yet whether it was kept: the change lies between %(range)s (%(count)s).",
        **told,
    )


def _kept(name: str, data: Mapping[str, Any]) -> Kept:
    lived, promise = data["lived"], data["promise"] or {}
    wanted = promise.get(name)
    done = data["achieved"].get(name)
    return Kept(
        str(_MEASURES[name]),
        _level((lived.get("as_is") or {}).get(name)),
        "–" if wanted is None else _level(wanted["after"]),
        _level(lived["to_be"].get(name)),
        "–" if wanted is None else _changed(wanted["change"]),
        "–" if done is None else _changed(done),
    )


def _level(one: Mapping[str, Any] | None) -> str:
    if one is None:
        return "–"
    return f"{_time(one['value'])} ({_range(one)})"


def _changed(one: Mapping[str, Any]) -> str:
    words = f"{_signed(one['value'])} ({_range(one)})"
    return words if one.get("is_clear", True) else words + " · " + _("may be chance")


def _range(one: Mapping[str, Any]) -> str:
    """The interval from its smaller to its larger end; an end that is not known yet is said to be so."""
    is_change = "is_clear" in one or one["value"] < 0 or (one["low"] or 0) < 0
    say = _signed if is_change else _time
    return " … ".join("?" if one[end] is None else say(one[end]) for end in ("low", "high"))


def _time(seconds: float) -> str:
    return duration_words(abs(seconds))


def _signed(seconds: float) -> str:
    return f"{'−' if seconds < 0 else '+' if seconds > 0 else ''}{duration_words(abs(seconds))}"


def _basis(data: Mapping[str, Any]) -> list[str]:
    found = [
        _(
            "Live since %(day)s as version %(number)s.",
            day=_day(data["live_since"]),
            number=data["version"],
        )
    ]
    names = {"as_is": _("As it was"), "to_be": _("As it turned out")}
    for which, words in names.items():
        one = data["lived"].get(which)
        if one is None:
            found.append(_("There is no log of how it was: levels are compared, not changes."))
            continue
        found.append(
            _(
                "%(side)s: %(completed)s completed cases; %(running)s not completed count as longer than so far.",
                side=words,
                completed=format_decimal(one["completed"]),
                running=format_decimal(one["running"]),
            )
        )
    promise = data["promise"]
    if promise is None:
        found.append(_("Nothing was promised: no report was issued before it went live."))
    else:
        found.append(
            _(
                "Promised in report %(number)s of %(day)s.",
                number=promise["number"],
                day=_day(promise["issued_at"]),
            )
        )
        if not promise["is_calibrated"]:
            found.append(_("What was promised came from a simulation that was not calibrated."))
    found.append(
        _("Quantiles by Kaplan and Meier with 95%% intervals; “?” is an end that is not known yet.")
    )
    return found


def _day(said: str) -> str:
    return str(format_date(datetime.fromisoformat(said), "d MMM y"))
