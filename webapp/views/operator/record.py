"""The roots of the record: what an office publishes each day, so that nobody can rewrite the past unseen."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from engine.files.sweep import file_sweeps
from engine.models import Role
from engine.record.day_roots import day_roots, unsealed_cases
from webapp.pages import page
from webapp.security.access import access
from webapp.transactions import session

pages = Blueprint("record", __name__, url_prefix="/record")


@pages.get("")
@access(Role.OPERATOR)
def index() -> ResponseReturnValue:
    """The roots of the last days, to be read or printed."""
    return page(
        "record/index.html",
        roots=day_roots(session(), limit=60),
        unsealed=unsealed_cases(session()),
    )


@pages.get("/files")
@access(Role.OPERATOR)
def files() -> ResponseReturnValue:
    """What the daily look for files that nothing refers to has found."""
    return page("record/files.html", sweeps=file_sweeps(session()))


@pages.get("/roots.txt")
@access(Role.OPERATOR)
def text() -> ResponseReturnValue:
    """All of them, as `expedito audit verify --published` reads them."""
    lines = [f"{one.day} {one.root.hex()} {one.cases}\n" for one in reversed(day_roots(session()))]
    return Response("".join(lines), mimetype="text/plain")
