"""What broke inside a case: raised by the engine, mended by an operator with a reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.models import Incident, Person


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An open incident as a list shows it."""

    case_id: int
    number: int
    case_number: str
    procedure_name: str
    kind: str
    element_id: str | None
    message: str
    raised_at: datetime


def open_incidents(session: Session, person: Person, *, limit: int = 100) -> list[IncidentRow]:
    """Incidents nobody has mended yet, of cases the person may see, the oldest first."""
    raise NotImplementedError


def release(
    session: Session, case_id: int, number: int, reason: str, *, by: Person, at: datetime
) -> Incident:
    """Let a case go on from a join that waits for what can no longer come."""
    raise NotImplementedError


def retry(
    session: Session,
    case_id: int,
    number: int,
    reason: str,
    *,
    data: dict[str, Any] | None = None,
    by: Person,
    at: datetime,
) -> Incident:
    """Try again what failed, with edited data when given."""
    raise NotImplementedError


def resolve(
    session: Session, case_id: int, number: int, reason: str, *, by: Person, at: datetime
) -> Incident:
    """Note that it needs nothing further."""
    raise NotImplementedError
