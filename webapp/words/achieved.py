"""Promised against achieved, as people read it: the verdict in a sentence, three states side by side."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flask_babel import format_date, lazy_gettext
from flask_babel.speaklater import LazyString

from webapp.i18n import _, plural
from webapp.words.numbers import thousands
from webapp.words.report_parts import Table
from webapp.words.spans import ranged, signed, spanned, unsigned
from webapp.words.studies import share

_MEASURES: dict[str, LazyString] = {
    "cycle_p50": lazy_gettext("Half of the cases decided within"),
    "cycle_p85": lazy_gettext("85 of 100 cases decided within"),
}


def tone(data: Mapping[str, Any]) -> str:
    """Good, bad, or neither."""
    word = data["verdict"]["word"]
    if word in ("kept", "sooner"):
        return "good"
    return "bad" if word in ("missed", "later") else "warn"


def summary(data: Mapping[str, Any]) -> Table:
    """Measured, promised and achieved side by side, each with its interval, and both changes."""
    rows: list[tuple[str, ...]] = []
    for name in _MEASURES:
        rows += _kept(name, data)
    return Table(
        _("Promised and achieved, with intervals of %(sure)s", sure=share(0.95)),
        (_("As it was, measured"), _("Promised"), _("Achieved, measured")),
        tuple(rows),
    )


def verdict(data: Mapping[str, Any]) -> str:
    """What came of it, with its interval and on how many cases it rests."""
    said = data["verdict"]
    word = said["word"]
    count = plural("%(num)d completed case", "%(num)d completed cases", said["completed"])
    if word == "early":
        return _(
            "Too early to tell: %(count)s of the new version, %(running)s still running.",
            count=count,
            running=thousands(said["running"]),
        )
    told = {"count": count, "time": unsigned(said["value"]), "range": _range(said)}
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
            **told | {"range": _size(said)},
        )
        return f"{opening} {sentence}".strip()
    if word == "missed":
        return _(
            "What was promised was not kept: the change lies between %(range)s (%(count)s).",
            **told,
        )
    if word == "same":
        return _(
            "No change in time can be told apart from chance (95%% interval: %(range)s; %(count)s).",
            **told,
        )
    if word == "later":
        return _(
            "Half of the cases are decided %(time)s later than before (95%% interval: %(range)s; %(count)s).",
            **told | {"range": _size(said)},
        )
    return _(
        "It cannot be told yet whether it was kept: the change lies between %(range)s (%(count)s).",
        **told,
    )


def _kept(name: str, data: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    lived, promise = data["lived"], data["promise"] or {}
    wanted, done = promise.get(name), data["achieved"].get(name)
    yield (
        str(_MEASURES[name]),
        _level((lived.get("as_is") or {}).get(name)),
        "–" if wanted is None else _level(wanted["after"]),
        _level(lived["to_be"].get(name)),
    )
    yield (
        _("Difference"),
        "",
        "–" if wanted is None else _changed(wanted["change"]),
        "–" if done is None else _changed(done),
    )


def _level(one: Mapping[str, Any] | None) -> str:
    return "–" if one is None else spanned(one["value"], one["low"], one["high"], unsigned)


def _changed(one: Mapping[str, Any]) -> str:
    words = spanned(one["value"], one["low"], one["high"])
    return words if one.get("is_clear", True) else words + " · " + _("may be chance")


def _range(one: Mapping[str, Any]) -> str:
    """The interval of a change, or of a level."""
    is_change = "is_clear" in one or one["value"] < 0 or (one["low"] or 0) < 0
    return ranged(one["low"], one["high"], signed if is_change else unsigned)


def _size(one: Mapping[str, Any]) -> str:
    """The interval of a change that lies on one side of zero, without its sign: the sentence says which side."""
    ends = [None if one[end] is None else abs(one[end]) for end in ("low", "high")]
    low, high = ends if one["value"] >= 0 else reversed(ends)
    return ranged(low, high, unsigned)


def basis(data: Mapping[str, Any]) -> list[str]:
    """On what it rests: which cases, which promise, which method."""
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
                completed=thousands(one["completed"]),
                running=thousands(one["running"]),
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
        _(
            "Quantiles by Kaplan and Meier with intervals of %(sure)s; “?” is an end that is not known yet.",
            sure=share(0.95),
        )
    )
    return found


def _day(said: str) -> str:
    return str(format_date(datetime.fromisoformat(said), "d MMM y"))
