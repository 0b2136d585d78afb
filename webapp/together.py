"""What the pages of a task and of a case show of working together, and the offer to undo what was just done."""

from typing import Any

from flask import Flask
from flask import session as cookie
from sqlalchemy.orm import Session

from engine.colleagues.comments import comments
from engine.colleagues.opinions import USUAL_DAYS, opinions_of
from engine.interventions.undo import is_undoable
from engine.models import Case, Person, Role
from engine.notifications import unread
from engine.people import all_offices
from webapp.security.sessions import current_person
from webapp.transactions import now, session


def together(opened: Session, person: Person, case: Case) -> dict[str, Any]:
    """Comments, opinions and the offices to ask, for `_together.html`; nothing for who does not work here."""
    if not person.has_role(Role.CIVIL_SERVANT, Role.ANALYST, Role.MANAGER, Role.OPERATOR):
        return {"comments": None, "opinions": [], "askable": [], "usual_days": USUAL_DAYS}
    return {
        "comments": comments(opened, person, case),
        "opinions": opinions_of(opened, person, case, at=now()),
        "askable": [one for one in all_offices(opened) if one.id not in person.office_ids],
        "usual_days": USUAL_DAYS,
    }


def undo_offer() -> str | None:
    """The task that was completed a moment ago, offered once, if its completion can be taken back."""
    found: str | None = cookie.pop("undo", None) if "undo" in cookie else None
    return found if found and is_undoable(session(), found) else None


def unread_count() -> int:
    """How many notifications wait for who is signed in."""
    person = current_person()
    return 0 if person is None else unread(session(), person)[0]


def register(app: Flask) -> None:
    """Give templates the offer and the count."""
    app.jinja_env.globals["undo_offer"] = undo_offer
    app.jinja_env.globals["unread_count"] = unread_count
