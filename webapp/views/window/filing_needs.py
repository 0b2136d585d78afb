"""How the requirements of a draft are met, one per page: documents, and registries that are asked with consent."""

from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import NotFound, Refusal
from engine.files.store import FileStore
from engine.models import FilingDraft
from engine.window import filing
from engine.window.filing import How, Needed
from webapp.i18n import sentence
from webapp.pages import page
from webapp.security.access import public
from webapp.security.pace import paced
from webapp.security.throttle import spend
from webapp.transactions import now, session, start_over
from webapp.views.window.filing import (
    UPLOADS_PER_ADDRESS,
    held_draft,
    shown_with,
    to_what_is_next,
)

pages = Blueprint("filing_needs", __name__, url_prefix="/filing/<int:draft_id>/needs")
paced(pages, 60)


@pages.get("/<key>")
@public
def need(draft_id: int, key: str) -> ResponseReturnValue:
    """How one requirement is met: a document, or somebody who is asked for it."""
    draft = held_draft(draft_id)
    told: dict[str, Any] = {"one": _need(draft, key), "error": None, "typed": None}
    return page("filing/need.html", **shown_with(draft), **told)


@pages.post("/<key>")
@public
def meet(draft_id: int, key: str) -> ResponseReturnValue:
    """Keep a document, take one back, or keep what was agreed to."""
    draft = held_draft(draft_id)
    one = _need(draft, key)
    try:
        if request.form.get("remove"):
            filing.detach(session(), draft, key, request.form["remove"], at=now())
            return redirect(url_for("filing_needs.need", draft_id=draft_id, key=key), 303)
        if one.how == How.REGISTRY:
            _agree(draft, key)
        elif _attach(draft, key):
            return redirect(url_for("filing_needs.need", draft_id=draft_id, key=key), 303)
    except Refusal as refusal:
        start_over()
        draft = held_draft(draft_id)
        told: dict[str, Any] = {"one": _need(draft, key), "typed": _chosen()}
        told["error"] = sentence(refusal)
        return page("filing/need.html", refusal.status, **shown_with(draft), **told)
    return to_what_is_next(draft, past=key)


def _need(draft: FilingDraft, key: str) -> Needed:
    for one in filing.needed(session(), draft):
        if one.requirement.key == key and one.how in (How.UPLOAD, How.REGISTRY):
            return one
    raise NotFound(what="document", name=key[:60])


def _attach(draft: FilingDraft, key: str) -> bool:
    store: FileStore = current_app.extensions["files"]
    uploads = [one for one in request.files.getlist("file") if one.filename]
    if not uploads:
        return False
    if not filing.is_proved(draft):
        raise filing.NotProved
    spend(session(), "upload", request.remote_addr or "", UPLOADS_PER_ADDRESS, at=now())
    if len(uploads) > filing.MOST_FILES:
        raise filing.TooManyFiles(limit=filing.MOST_FILES)
    files = [store.put(one.stream, one.filename or "") for one in uploads]
    filing.attach(session(), draft, key, files, at=now())
    return True


def _agree(draft: FilingDraft, key: str) -> None:
    chosen = _chosen()
    filing.consent(
        session(), draft, key, may_ask=chosen["ask"], statement=chosen["statement"], at=now()
    )


def _chosen() -> dict[str, Any]:
    """What was answered about a registry; `ask` is None as long as nobody said yes or no: consent is never assumed."""
    ask = {"ask": True, "declare": False}.get(request.form.get("consent", ""))
    return {"ask": ask, "statement": request.form.get("statement", "").strip()[:1000]}
