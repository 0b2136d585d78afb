"""The figures of a report as files for a spreadsheet."""

from flask import Blueprint, Response

from engine.deployments import procedure_by_key
from engine.errors import NotFound
from engine.metrics.numbers import Numbers
from webapp.i18n import _
from webapp.report_address import asked
from webapp.report_tables import tables
from webapp.security.access import access
from webapp.spreadsheets import as_csv, as_xlsx
from webapp.transactions import session
from webapp.views.figures.metrics import MAY_WATCH

pages = Blueprint("metric_files", __name__, url_prefix="/metrics")


@pages.get("/<key>/<table>.<kind>")
@access(*MAY_WATCH)
def download(key: str, table: str, kind: str) -> Response:
    """The table behind a chart, as CSV or XLSX."""
    numbers = Numbers(session(), asked(procedure_by_key(session(), key)).question)
    known = tables()
    if table not in known or kind not in ("csv", "xlsx"):
        raise NotFound(what=_("table"), name=f"{table}.{kind}"[:60])
    write = as_csv if kind == "csv" else as_xlsx
    return write(f"{key}-{table}", known[table](numbers))
