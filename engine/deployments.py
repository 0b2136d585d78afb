"""Publishing versions of procedures, matching lanes with offices, and the compiled versions everyone shares."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.models import Person, Procedure, Version


def deploy(
    session: Session,
    key: str,
    name: str,
    *,
    drawing: bytes,
    model: bytes,
    process_id: str,
    forms: dict[str, Any] | None = None,
    decisions: dict[str, Any] | None = None,
    sheet: dict[str, Any] | None = None,
    by: Person | None,
    at: datetime,
) -> Version:
    """A new version, at once the one that new cases take; the procedure is made when the key is new.

    Raises engine.spiff's NotRunnable with everything that stands in the way.
    """
    raise NotImplementedError


def procedure_by_key(session: Session, key: str) -> Procedure:
    """The procedure with this key; NotFound."""
    raise NotImplementedError


def current_version(session: Session, procedure: Procedure) -> Version:
    """The version that new cases take; NotFound where nothing is published."""
    raise NotImplementedError


def version_lanes(version: Version) -> list[str]:
    """Names of the lanes of a version's diagram, outer before inner, in document order."""
    raise NotImplementedError


def lane_offices(session: Session, procedure: Procedure) -> dict[str, int]:
    """Lane name → office that does its tasks."""
    raise NotImplementedError


def match_lanes(
    session: Session,
    procedure: Procedure,
    offices: dict[str, int],
    *,
    by: Person | None,
    at: datetime,
) -> None:
    """Say which office does each lane; open unclaimed tasks go along."""
    raise NotImplementedError
