"""Documents of cases, handed out as attachments: a browser saves them and never runs them."""

from flask import Blueprint, Response, current_app, send_file
from sqlalchemy import select

from engine.cases import case_by_number
from engine.errors import NotFound, Refusal
from engine.files.store import FileStore
from engine.models import Document, Role
from webapp.readings import is_read
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import session
from webapp.words.case_data import knows


class NotRead(Refusal):
    """The person sees the case, and does not need to know whose it is."""

    sentence = "The documents of case {number} are read by who works on it. You have no task in it."
    status = 403


pages = Blueprint("files", __name__, url_prefix="/files")


@pages.get("/<path:number>/<int:document>")
@access(Role.CIVIL_SERVANT, Role.ANALYST, Role.MANAGER, Role.OPERATOR, Role.APPLICANT)
def download(number: str, document: int) -> Response:
    """A document of a case the person may see."""
    case = case_by_number(session(), signed_in(), number)
    found = session().scalar(
        select(Document).where(Document.case_id == case.id, Document.number == document)
    )
    if found is None:
        raise NotFound(what="document", name=document)
    if not knows(case):
        raise NotRead(number=case.number)
    is_read(case, "document")
    store: FileStore = current_app.extensions["files"]
    return send_file(
        store.open(found.sha256),
        mimetype="application/octet-stream",  # whatever it is, it is saved and not shown
        as_attachment=True,
        download_name=found.name,
    )
