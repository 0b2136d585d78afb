"""The index of a case file: every document with its number, hash, origin and date; as JSON and as a page."""

import html
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendars.written_days import written_day
from engine.casefile.names import entry_name
from engine.casefile.signing import Seal
from engine.deployments import blueprint
from engine.history import documents
from engine.masking import masked_document, masked_name
from engine.models import Case, Document, Procedure
from engine.window.offers import sheet_of

FORMAT: Final = "expedito case file 1"
_NAMED_BY_US: Final = "letter"  # every other document is named by people, often after people
_WORDS: Final = {
    "es": {
        "title": "Índice del expediente",
        "applicant": "Solicitante",
        "filed": "Presentado el",
        "state": "Estado",
        "made": "Copia del",
        "signed": "Firmada (Ed25519) con la clave",
        "left out": "no incluido",
        "open": "abierto",
        "suspended": "suspendido",
        "completed": "terminado",
        "cancelled": "anulado",
        "failed": "terminado con error",
        "heads": ("Folio", "Documento", "Origen", "Fecha", "Bytes", "SHA-256"),
    },
    "en": {
        "title": "Index of the case file",
        "applicant": "Applicant",
        "filed": "Filed on",
        "state": "State",
        "made": "Copy of",
        "signed": "Signed (Ed25519) with the key",
        "left out": "not included",
        "heads": ("No.", "Document", "Origin", "Date", "Bytes", "SHA-256"),
    },
}
_ORIGINS: Final = {
    "es": {
        "applicant": "administrado",
        "task": "oficina",
        "letter": "emitido",
        "registry": "otro registro",
    },
    "en": {
        "applicant": "applicant",
        "task": "office",
        "letter": "issued",
        "registry": "another registry",
    },
}
_STYLE: Final = """
@page { size: A4; margin: 18mm 15mm; @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt } }
:root { font: 9.5pt/1.4 "Liberation Serif", "DejaVu Serif", serif }
h1 { font-size: 14pt; margin: 0 0 4mm }
table { width: 100%; border-collapse: collapse; margin-top: 5mm }
th, td { border: 0.5pt solid #888; padding: 1mm 1.6mm; text-align: left; vertical-align: top }
th { background: #eee } tr { break-inside: avoid }
td { white-space: nowrap } td.name { white-space: normal; overflow-wrap: anywhere; width: 100% }
td.size { text-align: right }
td.hash { font: 6.5pt "Liberation Mono", "DejaVu Sans Mono", monospace }
"""


def index_of(
    session: Session,
    case: Case,
    *,
    is_masked: bool,
    only: Collection[str] | None = None,
    at: datetime,
) -> dict[str, Any]:
    """What belongs to the case file, as JSON. A copy has the documents of the origins `only` (None: all), a masked one
    has none: letters, reports and notes say whose case it is as well as what the applicant brought. Of the others it
    has number, hash and size.
    """
    procedure = session.scalars(select(Procedure).where(Procedure.id == case.procedure_id)).one()
    name, document = case.applicant_name, case.applicant_document or ""
    return {
        "format": FORMAT,
        "number": case.number,
        "procedure": {"key": procedure.key, "name": procedure.name},
        "applicant": {
            "name": masked_name(name) if is_masked else name,
            "document": masked_document(document) if is_masked else document,
        },
        "is_masked": is_masked,
        "filed_on": case.filed_on.isoformat(),
        "status": case.status,
        "outcome": case.outcome,
        "facts": {"count": case.last_seq, "hash": case.last_hash.hex()},
        "made_at": at.isoformat(timespec="seconds"),
        "time_zone": blueprint(session, case.version_id).place.zone.key,
        "language": sheet_of(session, case.version_id).language,
        "documents": [_line(one, () if is_masked else only) for one in documents(session, case)],
    }


def index_page(index: Mapping[str, Any], seal: Seal) -> str:
    """The index as one HTML page, for a press."""
    language = index["language"] if index["language"] in _WORDS else "en"
    words, origins = _WORDS[language], _ORIGINS[language]
    zone = ZoneInfo(index["time_zone"])

    def day(text: str) -> str:
        if len(text) == len("2026-01-31"):
            return written_day(date.fromisoformat(text), language)
        return written_day(datetime.fromisoformat(text).astimezone(zone).date(), language)

    def line(one: Mapping[str, Any]) -> str:
        name = one["name"] if one["file"] else f"{one['name']} ({words['left out']})"
        origin = origins.get(one["origin"], one["origin"])
        cells = (
            ("", one["number"]),
            ("name", name),
            ("", origin),
            ("", day(one["added_at"])),
            ("size", one["size"]),
        )
        told = "".join(f"<td class='{kind}'>{html.escape(str(cell))}</td>" for kind, cell in cells)
        half = len(one["sha256"]) // 2
        return (
            f"<tr>{told}<td class='hash'>{one['sha256'][:half]}<br>{one['sha256'][half:]}</td></tr>"
        )

    title = f"{words['title']} {index['number']}"
    applicant = f"{index['applicant']['name']} {index['applicant']['document']}"
    told = (
        index["procedure"]["name"],
        f"{words['applicant']}: {applicant}",
        f"{words['filed']}: {day(index['filed_on'])}",
        f"{words['state']}: {index['outcome'] or words.get(index['status'], index['status'])}",
        f"{words['made']} {day(index['made_at'])}",
        f"{words['signed']} {seal.id}",
    )
    heads = "".join(f"<th>{head}</th>" for head in words["heads"])
    return f"""<!doctype html><html lang="{language}"><head><meta charset="utf-8">
<title>{html.escape(title)}</title><style>{_STYLE}</style></head><body><h1>{html.escape(title)}</h1>
<p>{"<br>".join(map(html.escape, told))}</p>
<table><thead><tr>{heads}</tr></thead><tbody>{"".join(map(line, index["documents"]))}</tbody></table></body></html>"""


def _line(document: Document, only: Collection[str] | None) -> dict[str, Any]:
    is_left_out = only is not None and document.origin not in only
    name = "—" if is_left_out and document.origin != _NAMED_BY_US else document.name
    return {
        "number": document.number,
        "name": name,
        "file": None if is_left_out else entry_name(document.number, document.name),
        "media_type": document.media_type,
        "size": document.size,
        "sha256": document.sha256,
        "origin": document.origin,
        "added_at": document.added_at.isoformat(timespec="seconds"),
    }
