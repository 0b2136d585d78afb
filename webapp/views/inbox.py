"""The inbox: which work there is, in which order; its whole state is in the address."""

from typing import get_args
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from engine.models import Role
from engine.procedures import procedures
from engine.worklists import SCOPES, Due, Scope, Sort, TaskQuery, open_tasks, task_counts
from webapp.access import access
from webapp.i18n import _
from webapp.navigation import Link
from webapp.pages import page, wanted_block
from webapp.sessions import signed_in
from webapp.transactions import current_zone, now, session

pages = Blueprint("inbox", __name__, url_prefix="/inbox")
NAVIGATION = Link("inbox.index", lazy_gettext("Inbox"), place=10)

_WORKS = (Role.CIVIL_SERVANT, Role.MANAGER, Role.OPERATOR)
_DUE: tuple[Due, ...] = get_args(Due)
_SORT: tuple[Sort, ...] = get_args(Sort)
_REMEMBERED = 300  # characters of an address worth a cookie


@pages.get("")
@access(*_WORKS)
def index() -> ResponseReturnValue:
    """The list that the address asks for; htmx gets only the list."""
    query = asked()
    person = signed_in()
    found = open_tasks(session(), person, query, at=now(), zone=current_zone())
    counts = task_counts(session(), person, query, at=now(), zone=current_zone())
    here = address(query)
    _remember(here)
    response = page(
        "inbox/index.html",
        query=query,
        found=found,
        counts=counts,
        scopes=_scopes(),
        procedures=[] if wanted_block() else procedures(session()),
        address=address,
        chosen=request.args.get("task", ""),
    )
    if wanted_block():
        response.headers["HX-Push-Url"] = here
    return response


@pages.get("/next")
@access(*_WORKS)
def following() -> ResponseReturnValue:
    """To the first task of the inbox as it was last seen, or back to the inbox when nothing is left."""
    query = asked(cookie.get("inbox", ""))
    found = open_tasks(session(), signed_in(), query, at=now(), zone=current_zone())
    if not found.rows:
        return redirect(back_to_inbox(), 303)
    return redirect(url_for("tasks.show", task_id=found.rows[0].id), 303)


def asked(remembered: str | None = None) -> TaskQuery:
    """The query in the address, or in a remembered one; what cannot be understood is left out."""
    values = request.args
    if remembered is not None:
        values = type(request.args)(_pairs(remembered))
    scope = values.get("scope", "mine")
    due, sort = values.get("due"), values.get("sort")
    return TaskQuery(
        scope=next((known for known in SCOPES if known == scope), "mine"),
        search=values.get("q", "").strip()[:100],
        procedure_key=values.get("procedure") or None,
        due=next((known for known in _DUE if known == due), None),
        sort=next((known for known in _SORT if known == sort), "due"),
        after=values.get("after") or None,
        before=values.get("before") or None,
    )


def address(query: TaskQuery, **changed: str | None) -> str:
    """The address of a query, without what is the same as by default; `changed` replaces parts of it."""
    parts: dict[str, str | None] = {
        "scope": query.scope if query.scope != "mine" else None,
        "q": query.search or None,
        "procedure": query.procedure_key,
        "due": query.due,
        "sort": query.sort if query.sort != "due" else None,
        "after": query.after,
        "before": query.before,
    }
    parts.update(changed)
    told = urlencode({name: value for name, value in parts.items() if value})
    return url_for("inbox.index") + (f"?{told}" if told else "")


def back_to_inbox() -> str:
    """The inbox as this browser last saw it."""
    remembered = cookie.get("inbox", "")
    return url_for("inbox.index") + (f"?{remembered}" if remembered else "")


def _remember(here: str) -> None:
    """Keep the list's state in the signed cookie, so that coming back needs no script."""
    state = here.partition("?")[2]
    state = state if len(state) <= _REMEMBERED else ""
    if cookie.get("inbox", "") != state:
        cookie["inbox"] = state


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text[:_REMEMBERED])


def _scopes() -> dict[Scope, str]:
    return {
        "mine": _("Mine"),
        "office": _("My office's"),
        "unassigned": _("Unassigned"),
        "all": _("All I may see"),
    }
