"""Calendars, kept by the operator: days that norms declare, where offices are and when they work."""

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from engine.calendars import jurisdiction, jurisdiction_calendar, jurisdiction_codes
from engine.calendars.declared_days import (
    declare_day,
    declared_days,
    office_scope,
    set_office_hours,
    take_day_back,
)
from engine.calendars.jurisdiction import DEFAULT
from engine.calendars.offices import office_calendar, office_place
from engine.calendars.weekly_hours import WEEKDAYS
from engine.errors import NotFound, Refusal
from engine.models import Role
from engine.people import all_offices
from engine.terms.recounting import recount_terms
from webapp.i18n import _, sentence
from webapp.navigation import Link
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over

pages = Blueprint("calendars", __name__, url_prefix="/calendars")
NAVIGATION = Link("calendars.index", lazy_gettext("Calendars"), place=85)


class DayMissing(Refusal):
    """A declared day is a day."""

    sentence = "Give the day."


@pages.get("")
@access(Role.OPERATOR)
def index() -> ResponseReturnValue:
    """Declared days, holidays of this year and the next, and the hours of offices."""
    return _index()


@pages.post("/days")
@access(Role.OPERATOR)
def declare() -> ResponseReturnValue:
    """A norm declares a day; the terms of open cases are counted again."""
    try:
        day = _day()
        declare_day(
            session(),
            request.form.get("scope", "")[:40],
            day,
            is_business_day=request.form.get("is_business_day") == "yes",
            norm=request.form.get("norm", ""),
            by=signed_in(),
            at=now(),
        )
    except Refusal as refusal:
        start_over()
        return _index(refusal)
    recount_terms(session(), at=now())
    flash(_("The day is declared; the terms of open cases are counted again."))
    return redirect(url_for("calendars.index"), 303)


@pages.post("/days/back")
@access(Role.OPERATOR)
def take_back() -> ResponseReturnValue:
    """The day was declared by mistake."""
    take_day_back(session(), request.form.get("scope", "")[:40], _day())
    recount_terms(session(), at=now())
    flash(_("The day is as it was; the terms of open cases are counted again."))
    return redirect(url_for("calendars.index"), 303)


@pages.get("/offices/<int(max=9223372036854775807):office_id>")
@access(Role.OPERATOR)
def office(office_id: int) -> ResponseReturnValue:
    """Where an office is and when it works."""
    return _office(office_id)


@pages.post("/offices/<int(max=9223372036854775807):office_id>")
@access(Role.OPERATOR)
def set_hours(office_id: int) -> ResponseReturnValue:
    """Change where an office is and when it works; open terms are counted again."""
    weekly = {name: request.form.get(name, "")[:80] for name in WEEKDAYS}
    code, _dash, region = request.form.get("place", "")[:10].partition("-")
    try:
        set_office_hours(
            session(),
            office_id,
            code,
            f"{code}-{region}" if region else None,
            weekly if any(text.strip() for text in weekly.values()) else None,
            by=signed_in(),
            at=now(),
        )
    except Refusal as refusal:
        start_over()
        return _office(office_id, refusal)
    recount_terms(session(), at=now())
    flash(_("The office's hours are changed."))
    return redirect(url_for("calendars.index"), 303)


def _index(refusal: Refusal | None = None) -> ResponseReturnValue:
    today = jurisdiction(DEFAULT).day_of(now())
    code = request.values.get("code", DEFAULT)[:2]
    calendar = jurisdiction_calendar(session(), code if code in jurisdiction_codes() else DEFAULT)
    offices = all_offices(session())
    names = {office_scope(one.id): one.name for one in offices}
    ahead = [today + timedelta(days=n) for n in range(366)]
    return page(
        "calendars/index.html",
        refusal.status if refusal else 200,
        places=[jurisdiction(one) for one in jurisdiction_codes()],
        calendar=calendar,
        holidays=[(day, name) for day in ahead if (name := calendar.holiday(day))],
        declared=declared_days(session(), since=today - timedelta(days=366)),
        names=names,
        offices=[(one, office_place(session(), one.id)) for one in offices],
        scope_name=office_scope,
        typed=request.form,
        refusal=sentence(refusal) if refusal else None,
    )


def _office(office_id: int, refusal: Refusal | None = None) -> ResponseReturnValue:
    found = next((one for one in all_offices(session()) if one.id == office_id), None)
    if found is None:
        raise NotFound(what="office", name=office_id)
    place = office_place(session(), office_id)
    hours = office_calendar(session(), office_id).hours.as_texts()
    return page(
        "calendars/office.html",
        refusal.status if refusal else 200,
        office=found,
        here=place.region or place.jurisdiction,
        places=[jurisdiction(one) for one in jurisdiction_codes()],
        hours=hours if refusal is None else request.form,
        weekdays=_weekdays(),
        refusal=sentence(refusal) if refusal else None,
    )


def _weekdays() -> dict[str, str]:
    return dict(
        zip(
            WEEKDAYS,
            (
                _("Monday"),
                _("Tuesday"),
                _("Wednesday"),
                _("Thursday"),
                _("Friday"),
                _("Saturday"),
                _("Sunday"),
            ),
            strict=True,
        )
    )


def _day() -> date:
    try:
        return date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        raise DayMissing from None
