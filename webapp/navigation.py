"""The links at the top of every page: each view file brings its own, shown to those who may follow it."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app, request
from flask_babel.speaklater import LazyString

from engine.models import Person, Role
from webapp.parts import all_pages
from webapp.security.access import declared
from webapp.security.sessions import current_person

# Who has several roles has many links: more than these would take a second line on a screen of 1280 pixels.
IN_THE_BAR = 6

# In this order: whoever works an inbox starts there.
_STARTS = (
    (Role.CIVIL_SERVANT, "inbox.index"),
    (Role.ANALYST, "procedures.index"),
    (Role.MANAGER, "metrics.index"),
    (Role.OPERATOR, "people.index"),
    (Role.APPLICANT, "cases.index"),
)
# What stands beside it in the bar, before the links that everybody has: what broke is an operator's to mend.
_BESIDE = {"people.index": ("people.index", "incidents.index")}
# Civil servants and applicants have all their links at hand (webapp/discovery.py); the work of these is elsewhere too.
_ELSEWHERE = (Role.ANALYST, Role.MANAGER, Role.OPERATOR)


@dataclass(frozen=True, slots=True)
class Link:
    """A view file's module-level `NAVIGATION`: the endpoint, its words and its place (small numbers first).

    `count` says how much waits there for the person who looks. `is_alone`: the view file has pages with doors of
    their own, and the link is for its own page only.
    """

    endpoint: str
    label: LazyString | str
    place: int = 50
    count: Callable[[], int] | None = None
    is_alone: bool = False


def links() -> tuple[list[Link], list[Link]]:
    """The links this person may follow, where their work is first: those of the bar, and the others under "More"."""
    person = current_person()
    app = (
        current_app
        if person is None or not person.has_role(*_ELSEWHERE)
        else all_pages(current_app)
    )
    allowed = [link for link in app.extensions["navigation"] if may(link.endpoint)]
    if person is not None:
        first = first_page(person)
        own = _BESIDE.get(first or "", (first,))
        # a stable sort keeps the order of the others
        allowed.sort(
            key=lambda link: own.index(link.endpoint) if link.endpoint in own else len(own)
        )
    if len(allowed) <= IN_THE_BAR:
        return allowed, []
    return allowed[:IN_THE_BAR], allowed[IN_THE_BAR:]


def first_page(person: Person) -> str | None:
    """The endpoint of the page where this person's work is; None for a person without a role that has one."""
    for role, endpoint in _STARTS:
        if person.has_role(role) and declared(current_app, endpoint) is not None:
            return endpoint
    return None


def may(endpoint: str) -> bool:
    """Whether this person may use the page, for links inside pages."""
    needed = declared(current_app, endpoint)
    if needed is None:
        return False
    person = current_person()
    if needed.is_public or person is None:
        return needed.is_public
    return not needed.roles or person.has_role(*needed.roles)


def is_here(link: Link) -> bool:
    """Whether the present page belongs to the link: one view file is one area, unless it says otherwise."""
    if link.is_alone:
        return request.endpoint == link.endpoint
    return (request.blueprint or "") == link.endpoint.partition(".")[0]


def register(app: Flask, found: list[Link]) -> None:
    """Give templates the links."""
    app.extensions["navigation"] = sorted(found, key=lambda link: link.place)
    app.jinja_env.globals["navigation"] = links
    app.jinja_env.globals["may"] = may
    app.jinja_env.tests["here"] = is_here
