"""Documents of cases, handed out as attachments: a browser saves them and never runs them."""

from flask import Blueprint, Response, send_file
from sqlalchemy import select

from engine.cases import case_by_number
from engine.errors import NotFound
from engine.models import Document, Role
from webapp.access import access
from webapp.file_store import path_of
from webapp.sessions import signed_in
from webapp.transactions import session

pages = Blueprint("files", __name__, url_prefix="/files")


@pages.get("/<path:number>/<int:document>")
@access(Role.CIVIL_SERVANT, Role.ANALYST, Role.MANAGER, Role.OPERATOR)
def download(number: str, document: int) -> Response:
    """A document of a case the person may see."""
    case = case_by_number(session(), signed_in(), number)
    found = session().scalar(
        select(Document).where(Document.case_id == case.id, Document.number == document)
    )
    path = path_of(found.sha256) if found is not None else None
    if found is None or path is None:
        raise NotFound(what="document", name=document)
    return send_file(
        path, mimetype="application/octet-stream", as_attachment=True, download_name=found.name
    )
