"""How a study's figures read: kinds of work, measures, amounts, savings."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from designer.asme import ActivityType, Origin, Value
from designer.cost import Consumable
from designer.findings import Evidence, Finding, Money, Saving, Time
from designer.findings.finding import read_values
from engine.errors import Said, filled
from webapp.i18n import _, plural
from webapp.words.durations import duration_words
from webapp.words.numbers import money, own, thousands, typed

TYPES: dict[str, LazyString] = {
    ActivityType.OPERATION: lazy_gettext("operation"),
    ActivityType.REVIEW: lazy_gettext("review"),
    ActivityType.TRANSFER: lazy_gettext("transfer"),
    ActivityType.WAIT: lazy_gettext("wait"),
    ActivityType.FILING: lazy_gettext("filing"),
}
VALUES: dict[str, LazyString] = {
    Value.VALUE_ADDED: lazy_gettext("adds value"),
    Value.CONTROL: lazy_gettext("control"),
    Value.NO_VALUE: lazy_gettext("adds no value"),
}
ORIGINS: dict[str, LazyString] = {
    Origin.DIAGRAM: lazy_gettext("from the diagram"),
    Origin.LOG: lazy_gettext("measured"),
    Origin.ANALYST: lazy_gettext("said by the analyst"),
    Origin.NOBODY: lazy_gettext("not known"),
}
SIDE_NAMES: dict[str, LazyString] = {
    "as_is": lazy_gettext("As it is"),
    "to_be": lazy_gettext("As it is to be"),
}
MEASURES: dict[str, LazyString] = {
    "cycle": lazy_gettext("Work and waiting"),
    "touch": lazy_gettext("Work"),
    "wait": lazy_gettext("Waiting"),
    "minutes_operation": lazy_gettext("Operations"),
    "minutes_review": lazy_gettext("Reviews"),
    "minutes_transfer": lazy_gettext("Transfers"),
    "minutes_wait": lazy_gettext("Waits"),
    "minutes_filing": lazy_gettext("Filing"),
    "minutes_value_added": lazy_gettext("Adds value"),
    "minutes_control": lazy_gettext("Control"),
    "minutes_no_value": lazy_gettext("Adds no value"),
    "activities": lazy_gettext("Activities"),
    "offices": lazy_gettext("Offices"),
    "hand_overs": lazy_gettext("Hand-overs"),
    "requirements": lazy_gettext("Requirements"),
    "documents": lazy_gettext("Documents"),
    "visits": lazy_gettext("Visits"),
}
COUNTED = ("activities", "offices", "hand_overs", "requirements", "documents", "visits")
_SECONDS = 60


def minutes(amount: Decimal) -> str:
    """Minutes as people say a duration."""
    return duration_words(float(amount) * _SECONDS)


def measured(name: str, amount: Decimal) -> str:
    """A figure of the table's foot: a duration, or a number."""
    return thousands(amount) if name in COUNTED else minutes(amount)


def share(part: Decimal | float | None, digits: int = 0) -> str:
    """A part of one as a percentage; “–” where there is none."""
    return "–" if part is None else own().share(part, digits=digits)


def change(part: Decimal | None) -> str:
    """A change as a percentage with its sign; empty where nothing changed."""
    if part is None:
        return "–"
    words = own().share(part, is_signed=True)
    return "" if words in ("+0%", "-0%") else words


def changed_to(before: Decimal, after: Decimal) -> str:
    """What became of an amount, as a percentage with its sign; empty where nothing changed or there was nothing."""
    return change((after - before) / before) if before else ""


def finding_words(finding: Finding) -> str:
    """Why, in the reader's language."""
    return filled(_(finding.sentence), _in_words(finding.values))


def gain_words(finding: Finding) -> str:
    """What mending it brings where no figure is known, in the reader's language."""
    return filled(_(finding.gain), _in_words(finding.values))


def _in_words(values: Mapping[str, object]) -> dict[str, str]:
    return {name: _value_words(value) for name, value in values.items()}


def _value_words(value: object) -> str:
    match value:
        case Money():
            return money(value.amount, value.currency)
        case Time():
            return duration_words(float(value.days) * 86_400)
        case Decimal():
            return thousands(value, most=1)
    return str(value)


def accepted_words(accepted: Mapping[str, Any]) -> str:
    """What was changed on the draft and why, in the reader's language."""
    return done_words(Said(accepted["sentence"], read_values(accepted["values"])))


def done_words(done: Said) -> str:
    """What was done on a study, in the reader's language."""
    return filled(_(done.sentence), _in_words(done.values))


def consumable_lines(consumables: Iterable[Consumable]) -> str:
    """Consumables as they are typed: one a line."""
    return "\n".join(
        f"{one.name}; {typed(one.quantity)}; {typed(one.unit_cost)}" for one in consumables
    )


def saving_words(saving: Saving, currency: str = "PEN") -> str:
    """What mending saves: minutes and days a case, money a year, papers a case; empty where that is not known."""
    parts = []
    if saving.money:
        parts.append(_("%(money)s a year", money=money(saving.money, currency)))
    if saving.minutes:
        parts.append(_("%(time)s of work a case", time=minutes(saving.minutes)))
    if saving.days:
        parts.append(
            _("%(time)s of waiting a case", time=duration_words(float(saving.days) * 86_400))
        )
    if saving.papers:
        parts.append(plural("%(num)d paper a case", "%(num)d papers a case", saving.papers))
    return ", ".join(parts)


def evidence_words(evidence: Evidence) -> str:
    """On how much a finding from the log rests."""
    values = {
        "number": thousands(evidence.observed),
        "low": share(evidence.low, 1),
        "high": share(evidence.high, 1),
    }
    return filled(_(evidence.sentence), values)


def register(app: Flask) -> None:
    """Give templates the words."""
    app.jinja_env.globals.update(accepted_words=accepted_words)
    app.jinja_env.filters.update(
        lines=consumable_lines,
        minutes=minutes,
        whole_number=lambda amount: thousands(amount, most=0),
        share=share,
        change=change,
        changed_to=changed_to,
        finding_words=finding_words,
        gain_words=gain_words,
        saving_words=saving_words,
        evidence_words=evidence_words,
    )
