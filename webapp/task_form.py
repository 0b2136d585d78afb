"""A task's form on a page: what is asked, what a browser sent, and the buttons that gateways need."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask import current_app, request
from sqlalchemy.orm import Session

from engine.deployments import blueprint
from engine.files.store import FileStore
from engine.forms import Answers, FieldError, Form
from engine.history import variables
from engine.models import Task
from engine.task_forms import form_of_data, task_form, with_stores
from webapp.forms import Asked, Sent, ask, newly_asked, read_sent
from webapp.i18n import _
from webapp.transactions import current_zone, now, session

CHOICE = "choice."  # field names of gateways begin so
# what the engine offers beside what is drawn (engine.spiff), as it calls it
_OFFERED = {"done": "Done", "again": "Again"}


def form_of(session: Session, task: Task, variables: Mapping[str, object]) -> Form:
    """The form of a task, or one made from the data of its case."""
    found = task_form(session, task.version_id, task.element_id)
    return found or form_of_data(session, task.version_id, variables)


def known_to(session: Session, task: Task) -> Answers:
    """What a task's form may refer to: the data of its case, and what only this task knows."""
    known = {**variables(session, task.case), **task.wait.get("variables", {})}
    form = task_form(session, task.version_id, task.element_id)
    return known if form is None else with_stores(session, form, known)


def sent(form: Form, *, keeps_files: bool = False) -> Sent:
    """What the browser sent; uploads are kept only where the person has finished with the form."""
    store: FileStore = current_app.extensions["files"]
    return read_sent(form, request.form, request.files, store if keeps_files else None)


def read_answers(session: Session, task: Task) -> tuple[Form, Sent]:
    """The form of a task and what was sent to complete it; raw, for complete_task cleans it."""
    form = task_form(session, task.version_id, task.element_id)
    if form is not None:
        return form, sent(form, keeps_files=True)
    made = form_of_data(session, task.version_id, known_to(session, task))
    got = sent(made, keeps_files=True)
    # complete_task knows of no form here, so that what was made for this page is cleaned here
    return made, replace(got, raw=made.clean(got.raw, files=got.files))


def asked(
    form: Form,
    raw: Mapping[str, object],
    context: Mapping[str, object],
    *,
    got: Sent | None = None,
    errors: Sequence[FieldError] = (),
    update_url: str = "",
    is_asking_more: bool = False,
) -> Asked:
    """The form to print, as it stands for what was typed."""
    return ask(
        form,
        raw,
        context,
        errors=errors,
        files=got.files if got else {},
        update_url=update_url,
        sent=got,
        is_asking_more=is_asking_more,
        today=_today(),
    )


def is_asking_more(form: Form, got: Sent, known: Mapping[str, object]) -> bool:
    """Whether the answers brought up questions that the person has not seen."""
    return bool(newly_asked(form, got, known, today=_today()))


def _today() -> date:
    return now().astimezone(current_zone()).date()


def choices_of(task: Task) -> list[dict[str, Any]]:
    """The gateways that the person decides with this task (engine.spiff.Choice as JSON); what the engine offers beside
    what is drawn is in the reader's words and `is_ours`.
    """
    nodes = blueprint(session(), task.version_id).nodes
    words = {"done": _("Nothing more is needed"), "again": _("Once more")}

    def told(gateway: dict[str, Any], option: dict[str, Any]) -> dict[str, Any]:
        node, key = nodes.get(gateway["element_id"]), option["id"]
        is_drawn = node is not None and key in node.outgoing
        if is_drawn or _OFFERED.get(key) != option["label"]:
            return option
        return {**option, "label": words[key], "is_ours": True}

    return [
        {**gateway, "options": [told(gateway, option) for option in gateway["options"]]}
        for gateway in task.wait.get("choices") or ()
    ]


def chosen() -> dict[str, list[str]] | None:
    """Gateway → flows chosen in this request; None when the task asks for no choice."""
    found = {
        name.removeprefix(CHOICE): request.form.getlist(name)
        for name in request.form
        if name.startswith(CHOICE)
    }
    return found or None
