"""What leaves the house and failed, work of no case that was given up, mails written to files for want of a server."""

from flask import Blueprint, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from engine import outbox
from engine.models import Role
from webapp.i18n import _, kept_words
from webapp.navigation import Link
from webapp.pages import page
from webapp.security.access import access
from webapp.transactions import now, session
from webapp.words.work import work_words
from webapp.written_mails import written_mail, written_mails

pages = Blueprint("outbox", __name__, url_prefix="/outbox")


def _given_up() -> int:
    return outbox.given_up(session())


NAVIGATION = Link("outbox.index", lazy_gettext("Outbox"), place=82, count=_given_up)


@pages.get("")
@access(Role.OPERATOR)
def index() -> ResponseReturnValue:
    """What waits, what failed, what was written."""
    settings = current_app.extensions["settings"]
    return page(
        "outbox/index.html",
        waiting=outbox.waiting(session()),
        troubled=outbox.troubled(session()),
        work_words=work_words,
        words=kept_words,
        has_server=bool(settings.smtp_url),
        written=[] if settings.smtp_url else written_mails(settings),
    )


@pages.get("/<mail_id>")
@access(Role.OPERATOR)
def show(mail_id: str) -> ResponseReturnValue:
    """One mail, as it would have been sent."""
    return page("outbox/show.html", mail=written_mail(current_app.extensions["settings"], mail_id))


@pages.post("/<int(max=9223372036854775807):job_id>/again")
@access(Role.OPERATOR)
def again(job_id: int) -> ResponseReturnValue:
    """Try once more what failed."""
    told = outbox.send_again(session(), job_id, at=now())
    if told.to:
        flash(_("“%(about)s” to %(to)s is tried again now.", about=told.about, to=told.to))
    else:
        flash(_("“%(about)s” is tried again now.", about=work_words(told)))
    return redirect(url_for("outbox.index"), 303)


@pages.post("/<int(max=9223372036854775807):job_id>/discard")
@access(Role.OPERATOR)
def discard(job_id: int) -> ResponseReturnValue:
    """Never send it, or never do it, where nothing else ends with it."""
    told = outbox.discard(session(), job_id)
    if told.to:
        flash(_("“%(about)s” to %(to)s will not be sent.", about=told.about, to=told.to))
    else:
        flash(_("“%(about)s” will not be done.", about=work_words(told)))
    return redirect(url_for("outbox.index"), 303)
