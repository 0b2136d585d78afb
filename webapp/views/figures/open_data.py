"""Open data: what an operator has opened to everyone, as CSV and JSON with a DCAT catalogue at a public address."""

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.deployments import procedure_by_key
from engine.errors import NotFound
from engine.metrics.open_data import open_figures, open_rows, opened_procedures
from engine.models import Procedure, Role
from webapp.i18n import _
from webapp.security.access import access, public
from webapp.security.sessions import signed_in
from webapp.spreadsheets import as_csv
from webapp.transactions import now, session

pages = Blueprint("open_data", __name__, url_prefix="/open-data")
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"


@pages.get("")
@public
def catalogue() -> Response:
    """The catalogue (DCAT 3, as JSON-LD) of what is open; empty until an operator opens something."""
    datasets = [_dataset(procedure) for procedure in opened_procedures(session())]
    answer = jsonify(
        {
            "@context": {
                "dcat": "http://www.w3.org/ns/dcat#",
                "dct": "http://purl.org/dc/terms/",
            },
            "@type": "dcat:Catalog",
            "@id": url_for("open_data.catalogue", _external=True),
            "dct:title": "Expedito",
            "dct:description": _("Figures of procedures that this office has opened to everyone."),
            "dcat:dataset": datasets,
        }
    )
    answer.mimetype = "application/ld+json"
    return answer


@pages.get("/<key>.<kind>")
@public
def dataset(key: str, kind: str) -> ResponseReturnValue:
    """Cases ended per month and how long they took; groups under five are joined with later months."""
    procedure = next((one for one in opened_procedures(session()) if one.key == key), None)
    if procedure is None or kind not in ("csv", "json"):
        raise NotFound(what=_("data set"), name=key[:60])
    rows = [row.as_dict() for row in open_rows(session(), procedure, at=now())]
    if kind == "json":
        return jsonify(rows)
    names = (
        "procedure",
        "from_month",
        "to_month",
        "ended",
        "half_within_hours",
        "nine_of_ten_within_hours",
    )
    return as_csv(key, [names, *(tuple(row[name] for name in names) for row in rows)])


@pages.post("/<key>")
@access(Role.OPERATOR)
def change(key: str) -> ResponseReturnValue:
    """Open or close a procedure's figures."""
    procedure = procedure_by_key(session(), key)
    is_open = request.form.get("open") == "yes"
    open_figures(session(), procedure, is_open, by=signed_in(), at=now())
    flash(_("The figures are open to everyone.") if is_open else _("The figures are closed."))
    return redirect(url_for("reports.index", key=key), 303)


def _dataset(procedure: Procedure) -> dict[str, object]:
    def address(kind: str) -> str:
        return url_for("open_data.dataset", key=procedure.key, kind=kind, _external=True)

    return {
        "@type": "dcat:Dataset",
        "@id": address("json"),
        "dct:title": procedure.name,
        "dct:identifier": procedure.key,
        "dct:description": _(
            "Cases ended per month, and within how many hours half and nine of ten of them did."
        ),
        "dct:license": {"@id": _LICENCE},
        "dct:accrualPeriodicity": {
            "@id": "http://publications.europa.eu/resource/authority/frequency/MONTHLY"
        },
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dct:title": kind.upper(),
                "dct:license": {"@id": _LICENCE},
                "dcat:accessURL": {"@id": address(kind)},
                "dcat:downloadURL": {"@id": address(kind)},
                "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media}"},
            }
            for kind, media in (("csv", "text/csv"), ("json", "application/json"))
        ],
    }
