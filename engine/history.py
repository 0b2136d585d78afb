"""What happened in a case and where it stands: read from the facts and the state, changing nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.models import Case, Document


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact with the names people know."""

    seq: int
    at: datetime
    type: str  # engine.events.Happened
    element_id: str | None
    element_name: str | None
    token: int | None
    by_name: str | None  # full name; None: the engine itself
    office_name: str | None
    data: dict[str, Any]


def timeline(session: Session, case: Case) -> list[Entry]:
    """Every fact of a case, the oldest first."""
    raise NotImplementedError


def positions(session: Session, case: Case) -> list[str]:
    """Ids of the elements where the case stands now; empty when it has ended."""
    raise NotImplementedError


def path(session: Session, case: Case) -> dict[str, int]:
    """How often the case passed each element and sequence flow of its diagram."""
    raise NotImplementedError


def documents(session: Session, case: Case) -> list[Document]:
    """The files of a case, in the order they were added."""
    raise NotImplementedError


def variables(session: Session, case: Case) -> dict[str, Any]:
    """What the case knows: names and JSON values."""
    raise NotImplementedError


def verify_chain(session: Session, case_id: int) -> bool:
    """True when every fact is as it was written; raises engine.facts.ChainBroken at the first that is not."""
    raise NotImplementedError
