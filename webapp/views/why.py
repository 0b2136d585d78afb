"""Why a decision came out as it did: its table with the rules that fired lit."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from engine.cases import case_by_number
from engine.errors import NotFound, Refusal
from engine.history import decision_made
from engine.models import Role
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import session
from webapp.words.case_data import told

if TYPE_CHECKING:  # decision tables are read where a case was decided by one
    from designer.table_editing import Grid

pages = Blueprint("why", __name__, url_prefix="/cases")


@dataclass(frozen=True, slots=True)
class Shown:
    """A table and what happened in it: numbers of the rules that fired, values of the input columns."""

    grid: "Grid"
    rules: list[int]
    inputs: list[Any]


@pages.get("/<path:number>/decisions/<int:seq>")
@access(Role.CIVIL_SERVANT, Role.ANALYST, Role.MANAGER, Role.OPERATOR, Role.APPLICANT)
def show(number: str, seq: int) -> ResponseReturnValue:
    """The tables that were asked, with what was given and which rules applied."""
    case = case_by_number(session(), signed_in(), number)
    fact, models = decision_made(session(), case, seq)
    tables = [
        Shown(_grid(texts, fired["decision"]), fired["rules"], fired["inputs"])
        for fired, texts in zip(fact.get("fired", []), models, strict=True)
    ]
    return page("why/show.html", case=case, fact=fact, tables=tables, told=told)


def _grid(texts: dict[str, str], decision: str) -> "Grid":
    """The table of the decision, from whichever of these models holds it."""
    from designer.table_editing import grid_of
    from engine import dmn

    for model in dmn.load_all(texts).values():
        try:
            return grid_of(model, decision)
        except Refusal:
            continue
    raise NotFound(what="decision", name=decision)
