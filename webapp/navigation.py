"""The links at the top of every page: each view file brings its own, shown to those who may follow it."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app, request
from flask_babel.speaklater import LazyString

from webapp.access import declared
from webapp.sessions import current_person


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


def links() -> list[Link]:
    """The links this person may follow, in their order."""
    return [link for link in current_app.extensions["navigation"] if may(link.endpoint)]


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
    app.jinja_env.globals["is_here"] = is_here
