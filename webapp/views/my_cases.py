"""My cases: those I have a task of, worked on or opened; where each is, who holds it, how its clock stands."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from engine.case_list import CaseQuery, cases, open_tasks_in
from engine.models import Role
from engine.procedures import procedures
from engine.terms.view import clock_views
from webapp.navigation import Link
from webapp.pages import page, wanted_block
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session
from webapp.views.cases import statuses

pages = Blueprint("my_cases", __name__, url_prefix="/my-cases")
NAVIGATION = Link("my_cases.index", lazy_gettext("My cases"), place=12)

_WORKS = (Role.CIVIL_SERVANT, Role.MANAGER, Role.OPERATOR)


@pages.get("")
@access(*_WORKS)
def index() -> ResponseReturnValue:
    """The newest first; those under way unless the address asks for all."""
    query = CaseQuery(
        search=request.args.get("q", "").strip()[:100],
        procedure_key=request.args.get("procedure") or None,
        after=request.args.get("after") or None,
        is_mine=True,
        is_under_way=request.args.get("all") != "1",
    )
    found = cases(session(), signed_in(), query)
    ids = [row.id for row in found.rows]
    return page(
        "my_cases/index.html",
        query=query,
        found=found,
        tasks=open_tasks_in(session(), signed_in(), ids),
        clocks=clock_views(session(), ids, at=now()),
        procedures=[] if wanted_block() else procedures(session()),
        statuses=statuses(),
        address=_address,
    )


def _address(query: CaseQuery, *, is_all: bool, after: str | None = None) -> str:
    return url_for(
        "my_cases.index",
        q=query.search or None,
        procedure=query.procedure_key,
        all="1" if is_all else None,
        after=after,
    )
