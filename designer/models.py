"""The table of the designer: drafts, everything an analyst has uploaded and not thrown away."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, Instant


class Draft(Base):
    """A diagram on its way to being published, kept even when it cannot run yet.

    `drawing` stays as uploaded; what the analyst decides about it (`rules`, `forms`, `decisions` …) lies beside it
    and is applied when the draft is examined and published.
    """

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(300))
    file_name: Mapped[str] = mapped_column(String(300))
    procedure_key: Mapped[str | None] = mapped_column(
        String(80)
    )  # the procedure it is a new state of
    drawing: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    process_id: Mapped[str | None] = mapped_column(
        String(200)
    )  # chosen by the analyst; None: the importer's choice
    report: Mapped[dict[str, Any]] = mapped_column(JSON)  # designer.examination.Examination.report
    is_runnable: Mapped[bool]
    rules: Mapped[dict[str, str]] = mapped_column(
        JSON
    )  # flow id → FEEL condition said by the analyst
    gateway_tables: Mapped[dict[str, dict[str, str]]] = mapped_column(
        JSON, default=dict
    )  # gateway id → designer.beside.GatewayTable
    forms: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)  # form key → form-js schema
    decisions: Mapped[dict[str, str]] = mapped_column(JSON, deferred=True)  # file name → DMN text
    sheet: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant, index=True)
    published_version_id: Mapped[int | None] = mapped_column(BigInteger)
