"""A task: read it, take it, answer it. “Complete” is where the walk of a request through Expedito begins."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from engine.cases import CaseSuspended, check_open
from engine.colleagues.reviews import proposal_of, why_returned
from engine.directory import office_names, people_names
from engine.errors import Refusal
from engine.forms import Form, Unfit
from engine.history import documents, variables
from engine.inbox.order_of_entry import OutOfOrder, oldest
from engine.inbox.worklists import task_by_id
from engine.interventions.undo import is_undoable
from engine.models import Proposal, Role, Task, TaskStatus
from engine.routing.assignment import on_behalf
from engine.spiff import ChoiceNeeded, ChoiceUnknown, EndsAll
from engine.stillness import stop_of
from engine.tasks import (
    claim_task,
    complete_task,
    open_task,
    release_task,
    save_answers,
    saved_answers,
)
from engine.terms.view import clock_view
from webapp.forms import Asked, Sent
from webapp.i18n import _, sentence
from webapp.inbox_address import back_to_inbox
from webapp.pages import page
from webapp.readings import is_read
from webapp.repetition import repeatable
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.task_form import (
    asked,
    choices_of,
    chosen,
    form_of,
    is_asking_more,
    known_to,
    read_answers,
    sent,
)
from webapp.together import together
from webapp.transactions import keep_work, now, session, start_over
from webapp.words.case_data import knows, shown

pages = Blueprint("tasks", __name__, url_prefix="/tasks")

_WORKS = (Role.CIVIL_SERVANT, Role.MANAGER, Role.OPERATOR)


@pages.get("/<task_id>")
@access(*_WORKS)
def show(task_id: str) -> ResponseReturnValue:
    """The task with its form, as it was left."""
    task = task_by_id(session(), signed_in(), task_id)
    is_read(task.case, "task")
    known = known_to(session(), task)
    form = form_of(session(), task, known)
    found = proposal_of(session(), task)
    typed = saved_answers(session(), task_id, signed_in()) or (found.answers if found else {})
    return _page(task, asked(form, typed, known, update_url=_update_url(task)))


@pages.get("/<task_id>/preview")
@access(*_WORKS)
def preview(task_id: str) -> ResponseReturnValue:
    """What the inbox shows beside the list."""
    task = task_by_id(session(), signed_in(), task_id)
    return page("tasks/_preview.html", **_context(task))


@pages.post("/<task_id>/claim")
@access(*_WORKS)
def claim(task_id: str) -> ResponseReturnValue:
    """Take the task; out of the order of entry only with a reason."""
    reason = request.form.get("reason", "")
    try:
        claim_task(session(), task_id, reason=reason, by=signed_in(), at=now())
    except OutOfOrder as refusal:
        start_over()
        return _unordered(task_id, refusal)
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@pages.post("/<task_id>/release")
@access(*_WORKS)
def release(task_id: str) -> ResponseReturnValue:
    """Give the task back to its office."""
    task = release_task(session(), task_id, by=signed_in(), at=now())
    flash(_("“%(task)s” is free again; what you typed is kept.", task=task.name))
    return redirect(back_to_inbox(), 303)


@pages.post("/<task_id>/draft")
@access(*_WORKS)
@repeatable
def draft(task_id: str) -> ResponseReturnValue:
    """Keep what was typed so far, fit or not."""
    task = task_by_id(session(), signed_in(), task_id)
    form = form_of(session(), task, variables(session(), task.case))
    save_answers(session(), task_id, sent(form).raw, by=signed_in(), at=now())
    if request.headers.get("HX-Request"):
        return page("tasks/_saved.html", at=now())
    flash(_("What you typed is kept."))
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@pages.post("/<task_id>/questions")
@access(*_WORKS)
@repeatable
def questions(task_id: str) -> ResponseReturnValue:
    """The form as the answers so far make it: some bring up questions, some make them go away."""
    task = task_by_id(session(), signed_in(), task_id)
    known = known_to(session(), task)
    form = form_of(session(), task, known)
    got = sent(form)
    save_answers(session(), task_id, got.raw, by=signed_in(), at=now())
    return _page(task, asked(form, got.raw, known, got=got, update_url=_update_url(task)))


@pages.post("/<task_id>/complete")
@access(*_WORKS)
def complete(task_id: str) -> ResponseReturnValue:
    """Complete the task and go on to the next one of the case, or else of the inbox."""
    try:
        opened = open_task(session(), task_id, by=signed_in())
    except CaseSuspended as refusal:  # meanwhile, while somebody was filling it in
        task = task_by_id(session(), signed_in(), task_id)
        return _mend(task_id, *read_answers(session(), task), refusal)
    form, got = read_answers(session(), opened.task)
    if got.errors:
        return _mend(task_id, form, got, Unfit(got.errors))
    if got.is_half or _brings_up_more(opened.task, form, got):
        return _mend(task_id, form, got)
    try:
        done = complete_task(
            session(),
            task_id,
            got.raw,
            choices=chosen(),
            files=got.files,
            reason=request.form.get("reason", ""),
            opened=opened,
            by=signed_in(),
            at=now(),
        )
    except (Unfit, ChoiceNeeded, ChoiceUnknown, EndsAll, OutOfOrder) as refusal:
        return _mend(task_id, form, got, refusal)
    if done.is_proposed:
        flash(_("“%(task)s” is proposed; somebody else reviews it.", task=done.task.name))
        return redirect(back_to_inbox(), 303)
    flash(_("“%(task)s” is done.", task=done.task.name))
    cookie["undo"] = done.task.id
    if done.next_task is not None:
        return redirect(url_for("tasks.show", task_id=done.next_task.id), 303)
    return redirect(url_for("inbox.following"), 303)


def _brings_up_more(task: Task, form: Form, got: Sent) -> bool:
    return form.is_reactive and is_asking_more(form, got, known_to(session(), task))


def _mend(
    task_id: str, form: Form, got: Sent, refusal: Refusal | None = None
) -> ResponseReturnValue:
    """The form again, with what was typed and what is wrong with it."""
    start_over()
    task = task_by_id(session(), signed_in(), task_id)
    known = known_to(session(), task)
    is_put_off = isinstance(refusal, CaseSuspended)
    if refusal is None or is_put_off:  # nothing is wrong with it, so that this much is kept
        save_answers(session(), task_id, got.raw, by=signed_in(), at=now())
        keep_work()
    errors = refusal.errors if isinstance(refusal, Unfit) else ()
    words = sentence(refusal) if refusal and not errors else None
    if is_put_off:  # why is said beside it
        words = _("“%(task)s” was not completed. What you typed is kept for you.", task=task.name)
    again = asked(
        form,
        got.raw,
        known,
        got=got,
        errors=errors,
        update_url=_update_url(task),
        is_asking_more=refusal is None and not got.is_half,
    )
    first = oldest(session(), task) if isinstance(refusal, OutOfOrder) else None
    status = 200 if refusal is None else refusal.status
    return _page(task, again, words, status, first=first)


def _unordered(task_id: str, refusal: OutOfOrder) -> ResponseReturnValue:
    """The task, asking why it goes before older ones."""
    task = task_by_id(session(), signed_in(), task_id)
    known = known_to(session(), task)
    form = form_of(session(), task, known)
    typed = saved_answers(session(), task_id, signed_in())
    again = asked(form, typed, known, update_url=_update_url(task))
    return _page(task, again, sentence(refusal), 422, first=oldest(session(), task))


def _page(
    task: Task,
    form: Asked,
    refusal: str | None = None,
    status: int = 200,
    *,
    first: Task | None = None,
) -> ResponseReturnValue:
    """`first`: what came before it, when taking it out of order asks for a reason."""
    return page(
        "tasks/show.html",
        status=status,
        asked=form,
        gateways=choices_of(task),
        refusal=refusal,
        documents=documents(session(), task.case),
        back=back_to_inbox(),
        first=first,
        proposed=_proposed(task),
        returned=why_returned(session(), task) if task.status == TaskStatus.OPEN else None,
        may_undo=task.ended_by_id == signed_in().id and is_undoable(session(), task.id),
        is_chief=signed_in().has_role(Role.MANAGER, Role.OPERATOR),
        **together(session(), signed_in(), task.case),
        **_context(task),
    )


def _proposed(task: Task) -> dict[str, Any] | None:
    """Who proposed what waits for a review, and whether the reader did."""
    found = proposal_of(session(), task)
    if found is None:
        return None
    name = people_names(session(), [found.by_id]).get(found.by_id)
    is_mine = found.by_id == signed_in().id
    return {"by": name, "is_mine": is_mine, "at": found.at, "ways": _ways(task, found)}


def _ways(task: Task, proposal: Proposal) -> list[str]:
    """How it goes on by what is proposed, as the options are labelled."""
    return [
        str(option["label"])
        for gateway in choices_of(task)
        for option in gateway["options"]
        if option["id"] in (proposal.choices or {}).get(gateway["element_id"], ())
    ]


def _context(task: Task) -> dict[str, Any]:
    me = signed_in()
    acts = on_behalf(session(), me, task) if task.status == TaskStatus.OPEN else None
    return {
        "task": task,
        "case": task.case,
        "clock": clock_view(session(), task.case, at=now()),
        "is_masked": not knows(task.case),
        "is_open": task.status == TaskStatus.OPEN,
        "stands_still": _stands_still(task),
        "stop": stop_of(session(), task.case),
        "is_mine": task.assignee_id == me.id,
        "acts_for": people_names(session(), [acts.person.id])[acts.person.id] if acts else None,
        "office": office_names(session(), [task.office_id]).get(task.office_id or 0),
        "assignee": people_names(session(), [task.assignee_id]).get(task.assignee_id or 0),
        "data": shown(session(), task.case, variables(session(), task.case)),
    }


def _stands_still(task: Task) -> str | None:
    """Why an open task cannot be done for the present, so that nobody fills in a form in vain."""
    if task.status != TaskStatus.OPEN:
        return None
    try:
        check_open(task.case)
    except Refusal as refusal:
        return sentence(refusal)
    return None


def _update_url(task: Task) -> str:
    return url_for("tasks.questions", task_id=task.id)
