"""Logs of other systems that were imported, each a procedure of its own that takes no cases."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, Instant


class LogState(StrEnum):
    """How far an import is."""

    MAPPING = "mapping"  # the columns of a table are still to be told
    WAITING = "waiting"
    READING = "reading"
    DONE = "done"
    FAILED = "failed"  # what had come in was taken out again
    STOPPING = "stopping"  # being taken out again, for somebody stopped it
    LEAVING = "leaving"  # being deleted


class EventLog(Base):
    """An imported log: where it came from, how it was read and how far the import is.

    Its cases and events are the rows of engine.metrics, under `procedure_id`.
    """

    __tablename__ = "event_log"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"), unique=True)
    file_name: Mapped[str] = mapped_column(String(300))
    format: Mapped[str] = mapped_column(String(8))  # xes, csv, ocel
    sha256: Mapped[str | None] = mapped_column(String(64))  # of the file while it is still needed
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)  # of columns (engine.logs.csv_log)
    state: Mapped[str] = mapped_column(String(12))
    cases: Mapped[int] = mapped_column(default=0)
    events: Mapped[int] = mapped_column(BigInteger, default=0)
    empty_cases: Mapped[int] = mapped_column(default=0)  # without an event; left out
    bytes_read: Mapped[int] = mapped_column(BigInteger, default=0)
    bytes_whole: Mapped[int] = mapped_column(BigInteger, default=0)
    # of the refusal: its sentence, in English, and the values in it, as JSON
    error: Mapped[str | None] = mapped_column(Text)
    imported_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    imported_at: Mapped[datetime] = mapped_column(Instant)
