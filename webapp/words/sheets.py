"""A procedure sheet in plain words: terms, silence, where a requirement comes from, what it costs."""

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from engine.calendars.jurisdiction import jurisdiction, jurisdiction_of
from engine.errors import NotFound
from engine.masking import masked_email, masked_name
from engine.sheet import Assessment, Fee, LegalBasis, Modality, Sheet, Source, Term, TermUnit
from engine.terms.law import law_of
from engine.terms.modality import times_of
from webapp.i18n import _, plural


def term_words(term: Term) -> str:
    """“8 business days”."""
    match term.unit:
        case TermUnit.BUSINESS_DAYS:
            return plural("%(num)d business day", "%(num)d business days", term.amount)
        case TermUnit.CALENDAR_DAYS:
            return plural("%(num)d calendar day", "%(num)d calendar days", term.amount)
        case TermUnit.MONTHS:
            return plural("%(num)d month", "%(num)d months", term.amount)
    return plural("%(num)d year", "%(num)d years", term.amount)


def times_words(sheet: Sheet, modality: Modality) -> str:
    """How long it takes, by the terms the clock of a case counts with (engine.terms.modality)."""
    try:
        times = times_of(modality, law_of(sheet.jurisdiction))
    except (NotFound, KeyError):
        return _("Ask the office.")
    notify = term_words(times.notify)
    if times.decide is None:
        told = _("Your paper: at most %(term)s from the business day after you file.", term=notify)
    else:
        told = _(
            "At most %(term)s to decide, from the business day after you file, and %(notify)s more to tell you.",
            term=term_words(times.decide),
            notify=notify,
        )
    if TermUnit.BUSINESS_DAYS not in (times.notify.unit, times.decide and times.decide.unit):
        return told
    days = _("Business days are Monday to Friday, without holidays.")
    return f"{told} {days}"


def silence_words(assessment: Assessment) -> str:
    """What happens when the office does not answer in time, as one would tell a neighbour."""
    match assessment:
        case Assessment.AUTOMATIC:
            return _(
                "It is approved as soon as you file it complete. The office checks afterwards."
            )
        case Assessment.POSITIVE_SILENCE:
            return _(
                "If the office does not answer in time, your request counts as approved. "
                "You can then print a certificate that says so."
            )
    return _(
        "If the office does not answer in time, you may appeal as if it had said no, or go on waiting. "
        "The office still has to answer you."
    )


def source_words(source: Source) -> str:
    """Who brings it."""
    match source:
        case Source.OWN_REGISTRY:
            return _("You bring nothing: the office has it already.")
        case Source.ANOTHER_REGISTRY:
            return _(
                "You bring nothing: with your permission the office asks the entity that has it."
            )
        case Source.ANOTHER_PROCEDURE:
            return _("You get it by another procedure.")
    return _("You bring it.")


def fee_words(fee: Fee | None, place: str) -> str:
    """“S/ 36.50”, “It is free.”"""
    if fee is None:
        return _("Ask the office.")
    if fee.amount == 0:
        return _("It is free.")
    return jurisdiction_of({"jurisdiction": place}).numerals.money(fee.amount, fee.currency)


def is_unconfirmed(sheet: Sheet) -> bool:
    """Whether the terms of the sheet are still to be confirmed: its own, or those of its country."""
    if sheet.is_to_be_verified:
        return True
    try:
        return jurisdiction(sheet.jurisdiction).raw.get("verify") is True
    except NotFound:
        return True


def law_words(norms: tuple[LegalBasis, ...], sheet: Sheet, is_to_be_verified: bool) -> str:
    """The norms by name; what the office has not confirmed is never quoted as law."""
    if not norms:
        return _("none is stated")
    if sheet.is_to_be_verified or is_to_be_verified:
        return _("to be confirmed by the office")
    return "; ".join(norm.text for norm in norms)


ASSESSMENTS: dict[str, LazyString] = {
    Assessment.AUTOMATIC: lazy_gettext("automatic approval"),
    Assessment.POSITIVE_SILENCE: lazy_gettext("prior evaluation, positive silence"),
    Assessment.NEGATIVE_SILENCE: lazy_gettext("prior evaluation, negative silence"),
}
UNITS: dict[str, LazyString] = {
    TermUnit.BUSINESS_DAYS: lazy_gettext("business days"),
    TermUnit.CALENDAR_DAYS: lazy_gettext("calendar days"),
    TermUnit.MONTHS: lazy_gettext("months"),
    TermUnit.YEARS: lazy_gettext("years"),
}
SOURCES: dict[str, LazyString] = {
    Source.APPLICANT: lazy_gettext("the applicant"),
    Source.OWN_REGISTRY: lazy_gettext("our own registry"),
    Source.ANOTHER_REGISTRY: lazy_gettext("another registry"),
    Source.ANOTHER_PROCEDURE: lazy_gettext("another procedure"),
}
_PUBLIC = (
    "key", "name", "objective", "code", "jurisdiction", "verify", "modalities", "requirements", "appeals", "fee",
    "renewal", "renewal_basis", "offices", "channels", "sites", "steps", "contact", "who_may_ask", "strict_order",
)  # fmt: skip


def public_sheet(sheet: Sheet) -> dict[str, Any]:
    """What anybody may read of a sheet as data, under the names of `procedure.toml`."""
    return {name: sheet.raw[name] for name in _PUBLIC if name in sheet.raw}


def linebreaks(text: str) -> Markup:
    """What somebody wrote, its lines kept, nothing of it markup."""
    return Markup("<br>").join(text.splitlines())


def register(app: Flask) -> None:
    """Give templates the words."""
    app.jinja_env.filters.update(
        masked_email=masked_email, masked_name=masked_name, linebreaks=linebreaks
    )
    app.jinja_env.globals.update(
        term_words=term_words,
        times_words=times_words,
        is_unconfirmed=is_unconfirmed,
        silence_words=silence_words,
        source_words=source_words,
        fee_words=fee_words,
        law_words=law_words,
        assessment_names=ASSESSMENTS,
        unit_names=UNITS,
        source_names=SOURCES,
    )
