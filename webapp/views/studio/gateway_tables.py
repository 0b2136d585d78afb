"""Decision tables before gateways: make one, take it away."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from designer.draft_questions import questions_of
from designer.drafts import draft_by_id
from designer.gateway_tables import (
    gateway_of,
    put_table,
    table_of_gateway,
    take_table_away,
    way_names,
)
from engine.errors import Refusal
from engine.models import Role
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.transactions import now, session, start_over
from webapp.views.studio.drafts import DRAFT, pages


@pages.get(DRAFT + "/gateways/<gateway>/table")
@access(Role.ANALYST)
def gateway_table(draft_id: int, gateway: str) -> ResponseReturnValue:
    """What a new table would look at, or the way to the one there is."""
    return _page(draft_id, gateway)


@pages.post(DRAFT + "/gateways/<gateway>/table")
@access(Role.ANALYST)
def put_gateway_table(draft_id: int, gateway: str) -> ResponseReturnValue:
    """Make the table and go on to fill it in."""
    sent = request.form
    try:
        made = put_table(
            session(), draft_id, gateway, sent.get("name", ""), sent.getlist("field"), at=now()
        )
    except Refusal as refusal:
        start_over()
        return _page(draft_id, gateway, refusal)
    flash(_("The table is made. Say in each rule which way a case takes."))
    table = url_for("drafts.table", draft_id=draft_id, file=made.file, decision=made.decision)
    return redirect(table, 303)


@pages.post(DRAFT + "/gateways/<gateway>/table/remove")
@access(Role.ANALYST)
def remove_gateway_table(draft_id: int, gateway: str) -> ResponseReturnValue:
    """Take the table away."""
    take_table_away(session(), draft_id, gateway, at=now())
    flash(_("The table is gone. Give each way a rule, or let a person choose."))
    return redirect(url_for("drafts.show", draft_id=draft_id, _anchor="rules"), 303)


def _page(draft_id: int, gateway_id: str, refusal: Refusal | None = None) -> ResponseReturnValue:
    draft = draft_by_id(session(), draft_id)
    gateway = gateway_of(draft, gateway_id)
    return page(
        "drafts/gateway_table.html",
        200 if refusal is None else refusal.status,
        draft=draft,
        gateway=gateway,
        ways=way_names(gateway),
        questions=questions_of(draft, gateway_id),
        chosen=request.form.getlist("field"),
        name=request.form.get("name", gateway["name"] or ""),
        table=table_of_gateway(draft, gateway_id),
        is_own=gateway_id in draft.gateway_tables,
        refusal=sentence(refusal) if refusal else None,
    )
