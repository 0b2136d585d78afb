"""A person's desk: notifications and how to be told, absences, errands."""

from datetime import date

from flask import Blueprint, Response, current_app, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from engine.colleagues.errands import (
    errands,
    finish_errand,
    give_errand,
    reopen_errand,
    take_errand,
)
from engine.directory import people_names
from engine.errors import NotFound, Refusal
from engine.models import MailWish, Notification, NotificationKind, Role
from engine.notification_words import sentence as words_of
from engine.notifications import (
    mail_wish,
    notifications,
    read_notifications,
    set_mail_wish,
    unread,
)
from engine.people import all_offices, person_by_id
from engine.procedures import procedures
from engine.routing.absence import absences, colleagues, declare_absence, end_absence
from webapp.i18n import _, chosen_language, sentence
from webapp.navigation import Link
from webapp.pages import page
from webapp.security.access import access, public
from webapp.security.sessions import current_person, signed_in
from webapp.transactions import now, session, start_over

pages = Blueprint("desk", __name__, url_prefix="/desk")

_WORKS = (Role.CIVIL_SERVANT, Role.MANAGER, Role.OPERATOR)
_ALL = (*_WORKS, Role.ANALYST)
NAVIGATION = Link("desk.errands_page", lazy_gettext("Errands"), place=50, is_alone=True)


class DayMissing(Refusal):
    """A day that exists."""

    sentence = "Write the days as a calendar has them."


@pages.get("/notifications")
@access(*_ALL)
def index() -> ResponseReturnValue:
    """What one should know, the newest first, and how to be told."""
    found = notifications(session(), signed_in())
    return page(
        "desk/notifications.html",
        notifications=[(one, _words(one)) for one in found],
        wish=mail_wish(session(), signed_in()),
        has_mail=bool(signed_in().email),
    )


@pages.get("/bell")
@access(*_ALL)
def bell() -> Response:
    """How many are unread. Asked every minute and whenever the stream says so; 304 while nothing changed."""
    count, newest = unread(session(), signed_in())
    response = make_response(page("desk/_bell.html", unread=count))
    response.set_etag(f"{count}-{newest}-{chosen_language()}")
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


@pages.get("/stream")
@public
def stream() -> Response:
    """A stream of events (SSE), one whenever something else is unread; 204, and no more is asked for, when there is no
    thread for one (webapp/streams.py), or nobody whose news it could be: a browser that asks again after somebody has
    left is not led to a page.
    """
    reader = current_person()
    if reader is None or not reader.has_role(*_ALL):
        return Response(status=204)
    found = current_app.extensions["streams"].open(reader.id)
    if found is None:
        return Response(status=204)
    # a proxy that gathers the answer would keep the news to itself
    return Response(found, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})


@pages.post("/notifications/read")
@access(*_ALL)
def read() -> ResponseReturnValue:
    """All are read."""
    read_notifications(session(), signed_in(), at=now())
    return redirect(url_for("desk.index"), 303)


@pages.post("/notifications/mail")
@access(*_ALL)
def wish() -> ResponseReturnValue:
    """Mail at once, once a day, or never."""
    said = request.form.get("wish")
    if said in set(MailWish):
        set_mail_wish(session(), signed_in(), MailWish(said))
        flash(_("Saved."))
    return redirect(url_for("desk.index"), 303)


@pages.get("/absences")
@access(*_WORKS)
def absences_page() -> ResponseReturnValue:
    """One's own absences, and for who is in charge those of the people below."""
    return _absences()


@pages.post("/absences")
@access(*_WORKS)
def go_away() -> ResponseReturnValue:
    """Say who is away, and who stands in."""
    form = request.form
    try:
        first, last = _day(form.get("from", "")), _day(form.get("until", ""))
        if first is None or last is None:
            raise DayMissing
        delegate = form.get("delegate", type=int)
        declare_absence(
            session(),
            person_by_id(session(), form.get("person", signed_in().id, type=int)),
            first,
            last,
            delegate=person_by_id(session(), delegate) if delegate else None,
            procedure_ids=form.getlist("procedures", type=int) or None,
            note=form.get("note", ""),
            by=signed_in(),
            at=now(),
        )
    except Refusal as refusal:
        start_over()
        return _absences(refusal, 422)
    flash(_("Saved. It counts from its first day on."))
    return redirect(url_for("desk.absences_page"), 303)


@pages.post("/absences/<int(max=9223372036854775807):absence_id>/end")
@access(*_WORKS)
def come_back(absence_id: int) -> ResponseReturnValue:
    """The person is back, or does not go."""
    end_absence(session(), absence_id, by=signed_in(), at=now())
    flash(_("The absence is over."))
    return redirect(url_for("desk.absences_page"), 303)


@pages.get("/errands")
@access(*_WORKS)
def errands_page() -> ResponseReturnValue:
    """Work without a procedure; `done`: the errand that was just said to be done, to be taken back."""
    return _errands(done=request.args.get("done", 0, type=int))


@pages.post("/errands")
@access(*_WORKS)
def give() -> ResponseReturnValue:
    """Give an errand to an office or a person."""
    form = request.form
    try:
        give_errand(
            session(),
            form.get("title", ""),
            note=form.get("note", ""),
            due_on=_day(form.get("due", "")),
            office_id=form.get("office", type=int),
            person_id=form.get("person", type=int),
            by=signed_in(),
            at=now(),
        )
    except Refusal as refusal:
        start_over()
        return _errands(refusal, 422)
    flash(_("The errand is given."))
    return redirect(url_for("desk.errands_page"), 303)


@pages.post("/errands/<int(max=9223372036854775807):errand_id>/<deed>")
@access(*_WORKS)
def errand(errand_id: int, deed: str) -> ResponseReturnValue:
    """Take it, say that it is done, or that it is not."""
    done = {"take": take_errand, "finish": finish_errand, "reopen": reopen_errand}.get(deed)
    if done is None:
        raise NotFound(what="deed", name=deed[:60])
    title = done(session(), errand_id, by=signed_in(), at=now()).title
    if deed == "finish":
        flash(_("“%(title)s” is done.", title=title))
        return redirect(url_for("desk.errands_page", done=errand_id), 303)
    if deed == "reopen":
        flash(_("“%(title)s” is open again.", title=title))
    return redirect(url_for("desk.errands_page"), 303)


def _absences(refusal: Refusal | None = None, status: int = 200) -> ResponseReturnValue:
    me = signed_in()
    people = colleagues(session(), me)
    ends = [me.id, *(one.id for one in people.below)]
    found = absences(session(), ends, stood_in_by=me.id, at=now())
    ids = [one for absence in found for one in (absence.person_id, absence.delegate_id)]
    return page(
        "desk/absences.html",
        status,
        absences=found,
        ends=ends,
        names=people_names(session(), ids),
        people=people,
        me=me,
        procedures={one.id: one.name for one in procedures(session())},
        refusal=sentence(refusal) if refusal else None,
        typed=request.form,
    )


def _errands(
    refusal: Refusal | None = None, status: int = 200, *, done: int = 0
) -> ResponseReturnValue:
    me = signed_in()
    return page(
        "desk/errands.html",
        status,
        errands=errands(session(), me, at=now()),
        done=done,
        me=me,
        people=colleagues(session(), me).beside,
        offices=all_offices(session()),
        refusal=sentence(refusal) if refusal else None,
        typed=request.form,
    )


def _words(one: Notification) -> str:
    return words_of(NotificationKind(one.kind), one.data, chosen_language())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
