"""Files as answers: a diagram for scripts, and what a browser saves and never opens."""

from flask import Response

from engine.bpmn.encoding import text_of


def drawn(data: bytes) -> Response:
    """A diagram as scripts expect it: the same text in UTF-8, whatever the file's encoding is."""
    return Response(text_of(data).lstrip(), content_type="application/xml; charset=utf-8")


def attachment(data: bytes, name: str) -> Response:
    """A file that browsers save and never open."""
    response = Response(data, content_type="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
