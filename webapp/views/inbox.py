"""The inbox: which work there is, in which order; its whole state is in the address."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from engine.case_fields import FieldOfCases, fields_of_procedure, kinds_of_tasks, values_of
from engine.colleagues.opinions import opinions_wanted
from engine.directory import office_names
from engine.errors import Refusal
from engine.inbox.bulk import Deed, assigning, claiming, completing, in_bulk, releasing
from engine.inbox.filters import Scope, TaskQuery
from engine.inbox.next_task import take_next
from engine.inbox.saved_filters import (
    FilterKept,
    FilterShared,
    remove_filter,
    save_filter,
    saved_filters,
)
from engine.inbox.worklists import TaskRow, inbox, next_tasks
from engine.models import Role
from engine.people import person_by_name
from engine.procedures import procedures
from engine.routing.absence import colleagues
from engine.terms.view import clock_views
from webapp.i18n import _, sentence
from webapp.inbox_address import (
    address,
    asked,
    back_to_inbox,
    columns,
    is_filtered,
    remember,
    remembered,
    without_field,
)
from webapp.navigation import Link
from webapp.pages import page, wanted_block
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import current_zone, database, now, session, start_over

pages = Blueprint("inbox", __name__, url_prefix="/inbox")
NAVIGATION = Link("inbox.index", lazy_gettext("Inbox"), place=10)

_WORKS = (Role.CIVIL_SERVANT, Role.MANAGER, Role.OPERATOR)


class NobodyCalled(Refusal):
    """There is no such person."""

    sentence = "Nobody signs in as “{name}”. Choose from the list."


@pages.get("")
@access(*_WORKS)
def index() -> ResponseReturnValue:
    """The list that the address asks for; htmx gets only the list."""
    query, person = asked(), signed_in()
    key = query.procedure_key
    kinds = kinds_of_tasks(session(), key) if key else {}
    fields = list(fields_of_procedure(session(), key)) if key else []
    query = _within(query, kinds, fields)
    if wanted_block() == "narrow":
        return page("inbox/index.html", query=query, kinds=kinds, fields=fields, columns=columns())
    found, counts = inbox(session(), person, query, at=now(), zone=current_zone())
    here = address(query)
    remember(here)
    response = page(
        "inbox/index.html",
        query=query,
        found=found,
        counts=counts,
        scopes=_scopes(),
        procedures=[] if wanted_block() else procedures(session()),
        kinds=kinds,
        fields=fields,
        values=_values(found.rows, fields),
        columns=columns(),
        clocks=clock_views(session(), list({row.case_id for row in found.rows}), at=now()),
        filters=[] if wanted_block() else saved_filters(session(), person),
        offices=office_names(session(), person.office_ids),
        opinions=[] if wanted_block() else opinions_wanted(session(), person, at=now()),
        people=[] if wanted_block() else [person, *colleagues(session(), person).beside],
        address=address,
        without_field=without_field,
        is_filtered=is_filtered(query),
        chosen=request.args.get("task", ""),
        today=now().astimezone(current_zone()).date(),
    )
    if wanted_block():
        response.headers["HX-Push-Url"] = here
    return response


@pages.get("/next")
@access(*_WORKS)
def following() -> ResponseReturnValue:
    """To the first task of the inbox as it was last seen, or back to the inbox when nothing is left."""
    found = next_tasks(session(), signed_in(), remembered(), at=now(), zone=current_zone())
    first = next(found, None)
    if first is None:
        return redirect(back_to_inbox(), 303)
    return redirect(url_for("tasks.show", task_id=first.id), 303)


@pages.post("/take")
@access(*_WORKS)
def take() -> ResponseReturnValue:
    """Claim what comes next, and open it."""
    task = take_next(session(), signed_in(), remembered(), at=now(), zone=current_zone())
    if task is None:
        flash(_("Nothing is free at present."))
        return redirect(back_to_inbox(), 303)
    return redirect(url_for("tasks.show", task_id=task.id), 303)


@pages.post("/bulk")
@access(*_WORKS)
def bulk() -> ResponseReturnValue:
    """One deed on the chosen tasks, each in a transaction of its own; what became of each."""
    wanted, me = request.form.getlist("tasks"), signed_in().id
    deed = _deed()
    start_over()  # each task has a transaction of its own
    results = in_bulk(database(), wanted, deed, by=me, at=now()) if wanted else []
    return page(
        "inbox/bulk.html",
        results=[(one, sentence(one.refusal) if one.refusal else None) for one in results],
        done=sum(one.refusal is None for one in results),
        back=back_to_inbox(),
    )


@pages.post("/filters")
@access(*_WORKS)
def keep() -> ResponseReturnValue:
    """Keep the inbox as it stands under a name; asked again before it takes the place of another view."""
    state = request.form.get("state", "").partition("?")[2]
    office, name = request.form.get("office", type=int) or None, request.form.get("name", "")
    try:
        kept = save_filter(
            session(),
            name,
            state,
            office_id=office,
            is_replacing="replace" in request.form,
            by=signed_in(),
            at=now(),
        )
    except (FilterKept, FilterShared) as refusal:
        start_over()
        return page(
            "inbox/keep.html",
            409,
            refusal=sentence(refusal),
            may_replace=isinstance(refusal, FilterKept),
            name=name,
            state=request.form.get("state", ""),
            office=office,
            offices=office_names(session(), signed_in().office_ids),
        )
    flash(_("“%(name)s” is kept.", name=kept.name))
    return redirect(url_for("inbox.index") + (f"?{state}" if state else ""), 303)


@pages.post("/filters/<int:filter_id>/remove")
@access(*_WORKS)
def forget(filter_id: int) -> ResponseReturnValue:
    """Forget a filter of one's own."""
    gone = remove_filter(session(), filter_id, by=signed_in())
    flash(_("“%(name)s” is gone.", name=gone.name))
    return redirect(back_to_inbox(), 303)


def _within(query: TaskQuery, kinds: dict[str, str], fields: list[FieldOfCases]) -> TaskQuery:
    """The query without what belongs to another procedure than the one that was chosen."""
    if not query.procedure_key:
        return query
    known = {one.name for one in fields}
    return replace(
        query,
        element_id=query.element_id if query.element_id in kinds else None,
        fields=tuple(one for one in query.fields if one.name in known),
    )


def _deed() -> Deed:
    action = request.form.get("action")
    if action == "release":
        return releasing(now())
    if action == "complete":
        return completing(now())
    if action == "assign":
        name = request.form.get("to", "").strip()
        to = person_by_name(session(), name)
        if to is None:
            raise NobodyCalled(name=name[:120])
        return assigning(to.id, now())
    return claiming(now())


def _values(rows: list[TaskRow], fields: list[FieldOfCases]) -> dict[int, list[tuple[str, str]]]:
    """Case → label and value of the chosen columns, in words."""
    shown = [one for one in fields if one.name in columns()]
    known = values_of(session(), [row.case_id for row in rows], [one.name for one in shown])
    return {
        case_id: [
            (one.label, one.options.get(said[one.name], said[one.name]))
            for one in shown
            if one.name in said
        ]
        for case_id, said in known.items()
    }


def _scopes() -> dict[Scope, str]:
    return {
        "mine": _("Mine"),
        "office": _("My office's"),
        "unassigned": _("Unassigned"),
        "all": _("All I may see"),
    }
