"""The manager's pages: how long cases take, where they wait, what is open. The address is the report."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from engine.deployments import procedure_by_key
from engine.errors import NotFound
from engine.metrics import cycle_time, work
from engine.metrics.question import Question
from engine.models import Person, Procedure, Role
from engine.procedures import procedures_with_cases, versions_of
from webapp import charts
from webapp.access import access
from webapp.navigation import Link
from webapp.pages import page
from webapp.sessions import signed_in
from webapp.transactions import current_zone, now, session

pages = Blueprint("metrics", __name__, url_prefix="/metrics")
NAVIGATION = Link("metrics.index", lazy_gettext("Times"), place=30)

_MAY = (Role.MANAGER, Role.ANALYST, Role.OPERATOR)
_DANGEROUS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
)  # a spreadsheet would take a cell that starts so for a formula


@pages.get("")
@access(*_MAY)
def index() -> ResponseReturnValue:
    """Every procedure in one line: how much is open, how long it takes."""
    since, until = days()
    lines = []
    for procedure in procedures_with_cases(session(), signed_in()):
        question = Question(signed_in(), procedure.id, None, since, until, current_zone())
        lines.append(
            (
                procedure,
                work.standing(session(), question),
                cycle_time.cycle_time(session(), question),
            )
        )
    return page("metrics/index.html", lines=lines, since=since, until=until)


@pages.get("/<key>")
@access(*_MAY)
def show(key: str) -> ResponseReturnValue:
    """One procedure, or one version of it, in a range of days."""
    procedure = procedure_by_key(session(), key)
    question = asked(session(), signed_in(), procedure)
    spread = cycle_time.cycle_time(session(), question)
    weeks = cycle_time.throughput(session(), question)
    times = work.task_times(session(), question)
    return page(
        "metrics/show.html",
        procedure=procedure,
        question=question,
        versions=versions_of(session(), procedure),
        standing=work.standing(session(), question),
        spread=spread,
        weeks=weeks,
        times=times,
        outcomes=cycle_time.outcomes(session(), question),
        oldest=work.oldest_open(session(), question),
        offices=work.load_of_offices(session(), question, at=now()),
        people=work.load_of_people(session(), question, at=now()),
        histogram=charts.histogram(spread),
        weekly=charts.weekly(weeks),
        bars=charts.waiting_and_working(times),
    )


@pages.get("/<key>/<table>.csv")
@access(*_MAY)
def download(key: str, table: str) -> ResponseReturnValue:
    """The figures behind a chart, as CSV that spreadsheets open; durations in hours."""
    procedure = procedure_by_key(session(), key)
    question = asked(session(), signed_in(), procedure)
    if table not in _TABLES:
        raise NotFound(what=_("table"), name=table)
    return _as_csv(f"{key}-{table}.csv", _TABLES[table](session(), question))


def asked(opened: Session, person: Person, procedure: Procedure) -> Question:
    """The question in the address; a version or day that cannot be understood is left out."""
    since, until = days()
    number = request.args.get("version", "")
    version = next((v for v in versions_of(opened, procedure) if str(v.number) == number), None)
    return Question(
        person, procedure.id, version.id if version else None, since, until, current_zone()
    )


def days() -> tuple[date | None, date | None]:
    """The range in the address; without any the last 180 days."""
    if "since" not in request.args and "until" not in request.args:
        return now().astimezone(current_zone()).date() - timedelta(days=180), None
    return _day(request.args.get("since", "")), _day(request.args.get("until", ""))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _cycle_rows(opened: Session, question: Question) -> Iterator[tuple[object, ...]]:
    yield _("from (h)"), _("to (h)"), _("cases")
    for bar in cycle_time.cycle_time(opened, question).bars:
        yield _hours(bar.start), _hours(bar.end), bar.count


def _week_rows(opened: Session, question: Question) -> Iterator[tuple[object, ...]]:
    yield _("week"), _("started"), _("ended")
    yield from cycle_time.throughput(opened, question)


def _task_rows(opened: Session, question: Question) -> Iterator[tuple[object, ...]]:
    yield (
        _("element"), _("task"), _("times done"), _("waiting p50 (h)"), _("waiting p85 (h)"),
        _("working p50 (h)"), _("working p85 (h)"), _("waiting in all (h)"), _("working in all (h)"),
    )  # fmt: skip
    for time in work.task_times(opened, question):
        figures = (
            time.waiting_median, time.waiting_p85, time.working_median, time.working_p85,
            time.waiting_total, time.working_total,
        )  # fmt: skip
        yield time.element_id, time.name, time.count, *map(_hours, figures)


def _oldest_rows(opened: Session, question: Question) -> Iterator[tuple[object, ...]]:
    yield _("case"), _("started"), _("stands at")
    for case in work.oldest_open(opened, question, limit=1000):
        yield case.number, case.started_at.isoformat(), "; ".join(case.tasks)


def _load_rows(opened: Session, question: Question) -> Iterator[tuple[object, ...]]:
    yield _("office or person"), _("open"), _("unclaimed"), _("overdue")
    for load in work.load_of_offices(opened, question, at=now()):
        yield load.name or _("no office"), load.open, load.unclaimed, load.overdue
    for load in work.load_of_people(opened, question, at=now()):
        yield load.name or _("nobody yet"), load.open, load.unclaimed, load.overdue


_TABLES = {
    "cycle-time": _cycle_rows,
    "weeks": _week_rows,
    "tasks": _task_rows,
    "oldest": _oldest_rows,
    "load": _load_rows,
}


def _hours(seconds: float) -> float:
    return round(seconds / 3600, 2)


def _as_csv(name: str, rows: Iterable[tuple[object, ...]]) -> Response:
    text = io.StringIO()
    text.write("\ufeff")  # tells spreadsheets that the text is UTF-8
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
    response = Response(text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _harmless(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(_DANGEROUS):
        return "'" + cell
    return cell
