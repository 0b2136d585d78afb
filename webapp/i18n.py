"""Spanish and English whole, Quechua in part: the person's choice, else this browser's, else what it asks for."""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.support import NullTranslations, Translations
from flask import current_app, has_app_context, has_request_context, request
from flask import session as cookie
from flask_babel import (
    Babel,
    Domain,
    force_locale,
    format_date,
    format_datetime,
    get_locale,
    gettext,
    lazy_gettext,
    ngettext,
)
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from engine.calendars.jurisdiction import DEFAULT, Jurisdiction, jurisdiction
from engine.calendars.written_days import DAY
from engine.errors import Refusal, Said, filled
from engine.models import Role
from webapp.config import OFFERED_LANGUAGES, PARTIAL_LANGUAGES

_VALUE = re.compile(r"%\(\w+\)[sd]")
LANGUAGE_NAMES = {"en": "English", "es": "Español", "qu": "Runasimi"}

_ROLE_NAMES: dict[Role, LazyString] = {
    Role.ANALYST: lazy_gettext("process analyst"),
    Role.CIVIL_SERVANT: lazy_gettext("civil servant"),
    Role.MANAGER: lazy_gettext("manager"),
    Role.OPERATOR: lazy_gettext("operator"),
    Role.APPLICANT: lazy_gettext("applicant"),
}

# What refusals call things.
_THINGS: dict[str, LazyString] = {
    "case": lazy_gettext("case"),
    "task": lazy_gettext("task"),
    "person": lazy_gettext("person"),
    "office": lazy_gettext("office"),
    "document": lazy_gettext("document"),
    "file": lazy_gettext("file"),
    "procedure": lazy_gettext("procedure"),
    "version": lazy_gettext("version"),
    "published version": lazy_gettext("published version"),
    "draft": lazy_gettext("draft"),
    "incident": lazy_gettext("incident"),
    "migration": lazy_gettext("migration"),
    "study": lazy_gettext("study"),
    "finding": lazy_gettext("finding"),
    "decision table": lazy_gettext("decision table"),
    "gateway": lazy_gettext("gateway"),
    "job": lazy_gettext("job"),
    "term": lazy_gettext("term"),
    "sample": lazy_gettext("sample"),
    "appeal": lazy_gettext("appeal"),
    "jurisdiction": lazy_gettext("jurisdiction"),
    "mail": lazy_gettext("mail"),
    "webhook": lazy_gettext("webhook"),
    "completed": lazy_gettext("completed"),
    "cancelled": lazy_gettext("cancelled"),
    "suspended": lazy_gettext("suspended"),
}


class _Words(Domain):  # type: ignore[misc]  # Flask-Babel ships no types
    """Catalogues in which a language told in part falls back to another, message by message."""

    def get_translations(self) -> NullTranslations:
        found: NullTranslations = super().get_translations()
        whole = PARTIAL_LANGUAGES.get(get_locale().language)
        if whole is not None and found._fallback is None:
            for folder in self.translation_directories:
                found.add_fallback(Translations.load(folder, [whole], self.domain[0]))
        return found


class _Languages(Babel):  # type: ignore[misc]  # Flask-Babel ships no types
    @cached_property
    def domain_instance(self) -> Domain:
        return _Words(domain=self.domain)


babel = _Languages()


def _(message: str, **values: object) -> str:
    """The message in the reader's language; `%(name)s` in it are filled with the values."""
    return str(gettext(message, **values))


def plural(one: str, many: str, num: int, **values: object) -> str:
    """The message for `%(num)d` things in the reader's language; `values` are those it names besides."""
    return str(ngettext(one, many, num, **values))


def chosen_language() -> str:
    """The language of this request, one of OFFERED_LANGUAGES."""
    fallback = str(current_app.config["BABEL_DEFAULT_LOCALE"])
    if not has_request_context():
        return fallback
    from webapp.security.sessions import (
        current_person,  # it asks for the session, which asks for words
    )

    person = current_person()
    for choice in (person.locale if person else None, cookie.get("language")):
        if choice in OFFERED_LANGUAGES:
            return str(choice)
    return request.accept_languages.best_match(OFFERED_LANGUAGES, fallback) or fallback


def here() -> Jurisdiction:
    """The country of the installation."""
    # a worker and a test have few words
    settings = current_app.extensions.get("settings") if has_app_context() else None
    return jurisdiction(DEFAULT if settings is None else settings.jurisdiction)


def locale_of(language: str) -> Locale:
    """The language as it is spoken here (es_PE): the words of days and months. Where CLDR has no such pair (en_PE), the
    language alone. Numbers are the country's whatever the language: webapp/words/numbers.py.
    """
    try:
        return Locale(language, here().code)
    except UnknownLocaleError:
        return Locale(language)


def chosen_locale() -> Locale:
    """The language of this request as it is spoken here."""
    return locale_of(chosen_language())


def page_language() -> str:
    """The language that most of a page is in: where one is told in part, the one it falls back to (WCAG 3.1.1)."""
    language = chosen_language()
    return PARTIAL_LANGUAGES.get(language, language)


def tongue(words: str) -> str | Markup:
    """Words of a page; marked as the reader's language where that is told in part and has just these (WCAG 3.1.2)."""
    language = chosen_language()
    if language not in PARTIAL_LANGUAGES or not _own_words(language).fullmatch(words):
        return words
    return Markup('<span lang="{}">{}</span>').format(language, words)


@cache
def _own_words(language: str) -> re.Pattern[str]:
    """Every message that somebody translated, whatever its values."""
    known = Translations.load(Path(__file__).parent / "translations", [language])
    said = [text for message, text in known._catalog.items() if message and text]
    return re.compile("|".join(".+".join(map(re.escape, _VALUE.split(one))) for one in said))


def role_name(role: Role) -> str:
    """The role in the reader's language."""
    return str(_ROLE_NAMES[role])


def said(part: Said) -> str:
    """Words of ours in the reader's language, with their values filled in."""
    values = {
        name: said(value) if isinstance(value, Said) else _thing(name, value)
        for name, value in part.values.items()
    }
    return filled(gettext(part.sentence), values)


def _thing(name: str, value: object) -> object:
    # values that are words of ours, not of people
    return _THINGS.get(str(value), value) if name in ("what", "status") else value


def kept_words(kept: Mapping[str, Any] | None, text: str) -> str:
    """Words of ours that were kept (engine.errors.Said) in the reader's language; where there are none, the text."""
    return text if kept is None else said(Said.from_json(kept))


def speaking(language: str | None) -> AbstractContextManager[None]:
    """Within, words are in this language, else in the installation's: who reads them is not who asks."""
    said: AbstractContextManager[None] = force_locale(
        locale_of(language or str(current_app.config["BABEL_DEFAULT_LOCALE"]))
    )
    return said


def sentence(refusal: Refusal) -> str:
    """The refusal's sentence in the reader's language, with its values filled in."""
    values = {name: _thing(name, value) for name, value in refusal.values.items()}
    for name, value in values.items():
        if type(value) is date:
            values[name] = format_date(value, DAY)
    for name, value in values.items():
        if isinstance(value, Said):
            values[name] = said(value)
    at = values.get("at")
    if isinstance(at, datetime):  # in the office's zone, where the engine says UTC
        values["time"] = format_datetime(at, "HH:mm")
    return filled(gettext(refusal.sentence), values)
