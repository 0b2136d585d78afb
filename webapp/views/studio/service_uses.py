"""Who carries out an automatic task of a draft: a person, or a service, told what and keeping what."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from designer.draft_questions import questions_of
from designer.drafts import draft_by_id
from designer.service_uses import automatic_task, put_service
from engine.errors import Refusal
from engine.machines import services
from engine.models import Role
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.transactions import now, session, start_over
from webapp.views.studio.drafts import DRAFT, pages


@pages.get(DRAFT + "/tasks/<task>/service")
@access(Role.ANALYST)
def service_use(draft_id: int, task: str) -> ResponseReturnValue:
    """Who does it as the draft stands."""
    return _page(draft_id, task)


@pages.post(DRAFT + "/tasks/<task>/service")
@access(Role.ANALYST)
def put_service_use(draft_id: int, task: str) -> ResponseReturnValue:
    """Keep who does it."""
    sent = request.form
    try:
        draft = put_service(
            session(),
            draft_id,
            task,
            sent.get("service", ""),
            tells=sent.getlist("tells"),
            takes=sent.get("takes", ""),
            statuses={
                name.removeprefix("status."): text
                for name, text in sent.items()
                if name.startswith("status.")
            },
            at=now(),
        )
    except Refusal as refusal:
        start_over()
        return _page(draft_id, task, refusal)
    is_served = task in draft.services
    flash(_("The service does it from now on.") if is_served else _("A person does it."))
    return redirect(url_for("drafts.show", draft_id=draft_id, _anchor="tasks"), 303)


def _page(draft_id: int, task_id: str, refusal: Refusal | None = None) -> ResponseReturnValue:
    draft = draft_by_id(session(), draft_id)
    task = automatic_task(draft, task_id)
    use = draft.services.get(task_id, {})
    codes = [code for code in task.get("errors", ()) if code]
    kept = {code: ", ".join(_of(use.get("statuses", {}), code)) for code in codes}
    is_typed = refusal is not None
    asked = questions_of(draft)
    told = request.form.getlist("tells") if is_typed else use.get("tells", [])
    return page(
        "drafts/service_use.html",
        refusal.status if refusal else 200,
        draft=draft,
        task=task,
        services=services(session()),
        chosen=request.form.get("service", "")
        if is_typed
        else use.get("service") or task.get("service") or "",
        questions=list(asked.values()),
        told=told,
        others=[name for name in told if name not in asked],
        takes=request.form.get("takes", "") if is_typed else ", ".join(use.get("takes", [])),
        codes=codes,
        catches_all=None in task.get("errors", ()),
        statuses={code: request.form.get(f"status.{code}", "") for code in codes}
        if is_typed
        else kept,
        refusal=sentence(refusal) if refusal else None,
    )


def _of(statuses: dict[str, str], code: str) -> list[str]:
    return [status for status, meant in statuses.items() if meant == code]
