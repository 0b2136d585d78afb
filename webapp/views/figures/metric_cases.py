"""The cases behind a number of a report."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.deployments import procedure_by_key
from engine.metrics.case_rows import MOST, Which, matching_cases
from webapp.pages import page
from webapp.report_address import asked
from webapp.security.access import access
from webapp.transactions import session
from webapp.views.figures.metrics import MAY_WATCH

pages = Blueprint("metric_cases", __name__, url_prefix="/metrics")


@pages.get("/<key>/cases")
@access(*MAY_WATCH)
def index(key: str) -> ResponseReturnValue:
    """The cases, those that took longest first."""
    ask = asked(procedure_by_key(session(), key))
    which = _which()
    counted, lines = matching_cases(session(), ask.question, which, at=ask.at)
    return page(
        "metric_cases/index.html",
        ask=ask,
        title=_titles().get(which.state, _("Cases")),
        lines=lines,
        counted=counted,
        most=MOST,
    )


def _which() -> Which:
    def number(name: str) -> int | None:
        text = request.args.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 19 else None

    return Which(
        state=request.args.get("state", "completed"),
        task=request.args.get("task") or None,
        variant=number("variant"),
        at_least=number("at_least"),
        below=number("below"),
        person=number("person"),
        holder=number("holder"),
        office=number("at_office"),
        is_unclaimed=bool(request.args.get("unclaimed")),
        after=request.args.get("after"),
        before=request.args.get("before"),
        giver=number("giver"),
        source=number("source"),
        target=number("target"),
    )


def _titles() -> dict[str, str]:
    return {
        "late": _("Cases that are late"),
        "soon": _("Cases due within a week"),
        "open": _("Open cases"),
        "started": _("Cases started in these days"),
        "ended": _("Cases ended in these days"),
        "completed": _("Cases completed in these days"),
        "task_late": _("Cases with a task past its due date"),
        "met": _("Cases answered within their term"),
        "met_late": _("Cases answered after their term"),
        "wrong": _("Cases that were not right the first time"),
    }
