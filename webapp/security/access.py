"""Every route declares who may use it; one that declares nothing is refused to everyone.

`@access(Role.CIVIL_SERVANT, …)` needs one of the roles, `@access()` any signed-in person, `@public` nobody.
The declaration stands under the route: ``@pages.get("/inbox")``, then ``@access(…)``, then the function.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, request

from engine.errors import Forbidden, Refusal
from engine.models import Role
from webapp.i18n import role_name
from webapp.parts import all_pages
from webapp.security.sessions import current_person

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use a route. `roles` empty and not public: whoever is signed in."""

    is_public: bool = False
    roles: frozenset[Role] = frozenset()


class NotSignedIn(Refusal):
    """Nobody is signed in, or no longer."""

    sentence = "You are not signed in, or your session has ended. Sign in and try again."
    status = 401


class NothingDeclared(Refusal):
    """A route without a declaration: a fault of ours, closed rather than open."""

    sentence = "Nobody may use this page, because it does not say who may. Tell whoever installed Expedito."
    status = 403


def access(*roles: Role) -> Callable[[View], View]:
    """Declare that a view needs one of the roles; without any, a signed-in person."""

    def declare(view: View) -> View:
        view.access = Access(roles=frozenset(roles))  # type: ignore[attr-defined]  # a function's own mark
        return view

    return declare


def public(view: View) -> View:
    """Declare that anyone may use a view."""
    view.access = Access(is_public=True)  # type: ignore[attr-defined]  # a function's own mark
    return view


def declared(app: Flask, endpoint: str) -> Access | None:
    """What the view behind an endpoint declares; None: nothing."""
    if endpoint not in app.view_functions:
        app = all_pages(app)
    return getattr(app.view_functions.get(endpoint), "access", None)


def check_access(app: Flask) -> None:
    """Raise NotSignedIn or Forbidden unless the present person may use the present route."""
    if request.endpoint is None:
        return  # no such route: answered with 404 by the dispatcher
    needed = declared(app, request.endpoint)
    if needed is None:
        raise NothingDeclared()
    if needed.is_public:
        return
    person = current_person()
    if person is None:
        raise NotSignedIn()
    if needed.roles and not person.has_role(*needed.roles):
        raise Forbidden(role=" / ".join(sorted(role_name(role) for role in needed.roles)))
