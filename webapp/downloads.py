"""Files as answers: a diagram for scripts, and what a browser saves and never opens."""

from pathlib import PurePath

from flask import Response

from engine.bpmn.encoding import text_of
from webapp.spreadsheets import XLSX


def drawn(data: bytes) -> Response:
    """A diagram as scripts expect it: the same text in UTF-8, whatever the file's encoding is."""
    return Response(text_of(data).lstrip(), content_type="application/xml; charset=utf-8")


# Of what we make ourselves or have read through. Programs and phones choose by it what opens the file; a browser saves
# it, whatever it is, since it comes as an attachment and is never sniffed (webapp/headers.py).
_TYPES = {
    ".xlsx": XLSX,
    ".json": "application/json",
    ".toml": "application/toml",
    ".bpmn": "application/xml",
    ".dmn": "application/xml",
    ".xml": "application/xml",
}


def attachment(data: bytes, name: str) -> Response:
    """A file that browsers save and never open."""
    kind = _TYPES.get(PurePath(name).suffix.lower(), "application/octet-stream")
    response = Response(data, content_type=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
