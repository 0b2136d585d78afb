"""Working together on a case: comments, opinions of other offices, what one proposes and another reviews, undo."""

from datetime import date

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from engine.colleagues.comments import add_comment
from engine.colleagues.opinions import (
    AskedOpinion,
    answer_opinion,
    ask_opinion,
    opinion_of,
    withdraw_opinion,
)
from engine.errors import NotFound, Refusal
from engine.files.store import FileStore, StoredFile
from engine.inbox.keys import PROPOSED
from engine.interventions.undo import undo_completion
from engine.models import Role
from engine.tasks import follow_up, return_task, set_priority
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over
from webapp.words.times import day

pages = Blueprint("together", __name__, url_prefix="/together")

_WORKS = (Role.CIVIL_SERVANT, Role.MANAGER, Role.OPERATOR)
_READS = (*_WORKS, Role.ANALYST)
_CASE = "/<int(max=9223372036854775807):case_id>"


@pages.post(_CASE + "/comments")
@access(*_READS)
def comment(case_id: int) -> ResponseReturnValue:
    """Write a comment or a note."""
    done = add_comment(
        session(),
        case_id,
        request.form.get("text", ""),
        is_note="note" in request.form,
        token=request.form.get("token", type=int),
        files=_files(),
        by=signed_in(),
        at=now(),
    )
    if done.unknown:
        names = ", ".join(f"@{name}" for name in done.unknown)
        flash(_("Not told, for they do not see this case: %(names)s", names=names))
    return _back()


@pages.post(_CASE + "/opinions")
@access(*_WORKS)
def ask(case_id: int) -> ResponseReturnValue:
    """Ask another office for its opinion."""
    asked = ask_opinion(
        session(),
        case_id,
        request.form.get("office", 0, type=int),
        request.form.get("question", ""),
        days=request.form.get("days", 0, type=int),
        token=request.form.get("token", type=int),
        by=signed_in(),
        at=now(),
    )
    flash(_("The opinion is asked for; it is due on %(day)s.", day=day(asked.due_on)))
    return _back()


@pages.get(_CASE + "/opinions/<int(max=9999):number>")
@access(*_READS)
def opinion(case_id: int, number: int) -> ResponseReturnValue:
    """One opinion: what is asked, and the place to answer."""
    return _opinion(opinion_of(session(), signed_in(), case_id, number, at=now()))


@pages.post(_CASE + "/opinions/<int(max=9999):number>")
@access(*_WORKS)
def answer(case_id: int, number: int) -> ResponseReturnValue:
    """Give the opinion."""
    text = request.form.get("answer", "")
    try:
        answer_opinion(session(), case_id, number, text, files=_files(), by=signed_in(), at=now())
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        start_over()
        shown = opinion_of(session(), signed_in(), case_id, number, at=now())
        return _opinion(shown, text, refusal)
    flash(_("Your opinion is with the case."))
    return redirect(url_for("inbox.index"), 303)


@pages.post(_CASE + "/opinions/<int(max=9999):number>/withdraw")
@access(*_WORKS)
def withdraw(case_id: int, number: int) -> ResponseReturnValue:
    """It is no longer needed."""
    reason = request.form.get("reason", "")
    withdraw_opinion(session(), case_id, number, reason, by=signed_in(), at=now())
    return _back()


@pages.post("/tasks/<task_id>/return")
@access(*_WORKS)
def give_back(task_id: str) -> ResponseReturnValue:
    """Return what was proposed, with a reason."""
    task = return_task(session(), task_id, request.form.get("reason", ""), by=signed_in(), at=now())
    flash(_("“%(task)s” is back with who proposed it.", task=task.name))
    return redirect(url_for("inbox.index"), 303)


@pages.post("/tasks/<task_id>/undo")
@access(*_WORKS)
def undo(task_id: str) -> ResponseReturnValue:
    """Take a completion back while nothing has followed."""
    task = undo_completion(session(), task_id, by=signed_in(), at=now())
    cookie.pop("undo", None)
    if task.review == PROPOSED:
        flash(_("“%(task)s” waits for a review again, as it was proposed.", task=task.name))
    else:
        flash(_("“%(task)s” is open again, with what you had answered.", task=task.name))
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@pages.post("/tasks/<task_id>/plan")
@access(*_WORKS)
def plan(task_id: str) -> ResponseReturnValue:
    """When to look at it again; and, for who is in charge, how soon it comes."""
    if "priority" in request.form:
        number = request.form.get("priority", 50, type=int)
        set_priority(session(), task_id, number, by=signed_in(), at=now())
    else:
        on = _day(request.form.get("follow_up", ""))
        follow_up(session(), task_id, on, by=signed_in(), at=now())
    return redirect(url_for("tasks.show", task_id=task_id), 303)


def _opinion(
    shown: AskedOpinion, typed: str = "", refusal: Refusal | None = None
) -> ResponseReturnValue:
    words = sentence(refusal) if refusal else None
    status = 422 if refusal else 200
    return page("together/opinion.html", status, one=shown, typed=typed, refusal=words)


def _files() -> list[StoredFile]:
    store: FileStore = current_app.extensions["files"]
    return [
        store.put(upload.stream, upload.filename)
        for upload in request.files.getlist("files")
        if upload.filename
    ]


def _back() -> ResponseReturnValue:
    """To the page it was said on: the task, or the case."""
    task_id, number = request.form.get("task", ""), request.form.get("number", "")
    if task_id:
        return redirect(url_for("tasks.show", task_id=task_id, _anchor="together"), 303)
    return redirect(url_for("cases.show", number=number, _anchor="together"), 303)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
