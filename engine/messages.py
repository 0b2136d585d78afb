"""Messages between cases and with the world, and signals that everyone hears."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from engine.models import Person


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a message went: to a waiting case, into a new case, or into the buffer (both None)."""

    case_id: int | None
    case_number: str | None
    is_started: bool = False
    is_buffered: bool = False


def publish(
    session: Session,
    name: str,
    correlation: dict[str, Any],
    payload: dict[str, Any],
    *,
    by: Person | None,
    at: datetime,
    ttl: timedelta | None = None,
) -> Delivery:
    """Hand a message to the case that waits for it, else start one by it, else keep it for `ttl`."""
    raise NotImplementedError
