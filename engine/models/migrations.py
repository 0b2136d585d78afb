"""Open cases on their way to another version of their procedure, case by case, so that it can be undone."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, Instant


class MigrationStep(StrEnum):
    """Where a migration stands. Those that end in -ing are the worker's to finish."""

    CHECKING = "checking"  # which cases can move, and what stands in the way of the others
    CHECKED = "checked"  # an operator decides
    MOVING = "moving"
    MOVED = "moved"
    UNDOING = "undoing"
    UNDONE = "undone"


class MigratedStatus(StrEnum):
    """Where one case of a migration stands."""

    FITS = "fits"  # can move
    BLOCKED = "blocked"  # cannot; `obstacles` say why
    MOVED = "moved"
    UNDONE = "undone"
    LEFT = "left"  # ended, or was moved by other means, before its turn came
    KEPT = "kept"  # moved, and could not be moved back; `obstacles` say why


class Migration(Base):
    """What an operator decided: from which version to which, element by element, and why."""

    __tablename__ = "migration"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"), index=True)
    from_version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    to_version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    mapping: Mapped[dict[str, str]] = mapped_column(JSON)  # element_id there → element_id here
    # which cases (engine.migration.chosen_cases); null: every open one of the version
    chosen: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    reason: Mapped[str] = mapped_column(Text)
    step: Mapped[str] = mapped_column(String(10))
    planned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    planned_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)  # the last sign of progress


class MigratedCase(Base):
    """One case of a migration."""

    __tablename__ = "migrated_case"

    migration_id: Mapped[int] = mapped_column(
        ForeignKey("migration.id", ondelete="CASCADE"), primary_key=True
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True, index=True)
    status: Mapped[str] = mapped_column(String(10))
    obstacles: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # message, element_id
    # To put it back exactly: the state before, and what the state was right after.
    state_before: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    hash_after: Mapped[bytes | None] = mapped_column(LargeBinary(32), deferred=True)

    __table_args__ = (Index("ix_migrated_case_status", "migration_id", "status", "case_id"),)
