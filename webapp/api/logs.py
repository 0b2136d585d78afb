"""The event log of a procedure over `/api/v1`: what process mining tools read."""

from collections.abc import Iterator
from typing import Any

from apiflask import Schema, fields
from apiflask.validators import OneOf
from flask import Response, stream_with_context

from engine.deployments import procedure_by_key
from engine.logs.exporting import WRITERS
from engine.logs.leaving import log_of
from engine.models import Role
from webapp.api.problems import blueprint
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import database, session

api = blueprint("api_logs")


class LogQuery(Schema):
    """Which format."""

    format = fields.String(load_default="xes", validate=OneOf(sorted(WRITERS)))


@api.get("/procedures/<key>/log")
@access(Role.ANALYST, Role.MANAGER, Role.OPERATOR)
@api.input(LogQuery, location="query")
@api.doc(
    security="token",
    description="XES (IEEE 1849), CSV or OCEL 2.0 JSON of the cases you may see; people are numbered, not named.",
)
def log(key: str, query_data: dict[str, Any]) -> Response:
    """What happened in every case of the procedure, as a stream."""
    procedure, person = procedure_by_key(session(), key), signed_in()
    write, media_type, end = WRITERS[query_data["format"]]
    opened = database()

    def pieces() -> Iterator[bytes]:
        with opened.reading() as reading:
            yield from write(log_of(reading, procedure, person), procedure.name)

    answer = Response(stream_with_context(pieces()), content_type=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{key}.{end}"'
    return answer
