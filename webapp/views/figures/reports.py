"""Reports that people keep: saved under a name, shared, by mail; and whether everyone may have the figures."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.deployments import procedure_by_key
from engine.metrics.open_data import opened_procedures
from engine.metrics.reports import forget_report, reports_of, save_report, words_of
from webapp.i18n import _
from webapp.pages import page
from webapp.report_address import asked, kept
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session
from webapp.views.figures.metrics import MAY_WATCH

pages = Blueprint("reports", __name__, url_prefix="/metrics")


@pages.get("/<key>/reports")
@access(*MAY_WATCH)
def index(key: str) -> ResponseReturnValue:
    """One's own reports, those that others share, and a form to keep what is asked now."""
    ask = asked(procedure_by_key(session(), key))
    return page(
        "reports/index.html",
        ask=ask,
        reports=[
            (report, words_of(report))
            for report in reports_of(session(), signed_in(), ask.procedure.id)
        ],
        me=signed_in(),
        is_open=any(one.id == ask.procedure.id for one in opened_procedures(session())),
    )


@pages.post("/<key>/reports")
@access(*MAY_WATCH)
def save(key: str) -> ResponseReturnValue:
    """Keep what the address asks."""
    given = request.form
    save_report(
        session(),
        procedure_by_key(session(), key),
        given.get("name", ""),
        request.args,
        page=given.get("page", "show"),
        is_shared="is_shared" in given,
        every=given.get("every", ""),
        by=signed_in(),
        at=now(),
    )
    flash(_("The report is kept."))
    return redirect(url_for("reports.index", key=key, **kept()), 303)


@pages.post("/<key>/reports/<int:report_id>/forget")
@access(*MAY_WATCH)
def forget(key: str, report_id: int) -> ResponseReturnValue:
    """Delete one's own report."""
    forget_report(session(), report_id, by=signed_in())
    flash(_("The report is gone."))
    return redirect(url_for("reports.index", key=key), 303)
