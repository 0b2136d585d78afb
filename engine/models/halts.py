"""Procedures that somebody has suspended: why, whether open cases stand still too, and when it was over."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, Instant


class HaltStep(StrEnum):
    """Where a halt stands. Those that end in -ing are the worker's to finish."""

    STOPPING = "stopping"  # open cases are laid still
    STANDING = "standing"
    RESUMING = "resuming"  # new cases are taken again, and those laid still are set going
    OVER = "over"


class Halt(Base):
    """A procedure takes no new cases from `begun_at` to `ended_at`. Kept for ever: it says who did it and why."""

    __tablename__ = "procedure_halt"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"), index=True)
    is_with_cases: Mapped[bool]  # open cases stand still, too
    step: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    begun_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    begun_at: Mapped[datetime] = mapped_column(Instant)
    end_reason: Mapped[str | None] = mapped_column(Text)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    stood: Mapped[int] = mapped_column(default=0)  # cases that stood still when it ended
    # cases that could not be set going, and why: [{number, sentence, values}]
    kept: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
