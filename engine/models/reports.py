"""What managers want kept: targets, saved reports, and which procedures' figures are open to everyone."""

from datetime import datetime

from sqlalchemy import BigInteger, Float, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import ROWS, Base, Instant

_SENT = text("next_at IS NOT NULL")


class Target(Base):
    """Within how many seconds which share is to be done: of the procedure (empty element) or of one task."""

    __tablename__ = "metric_target"

    procedure_id: Mapped[int] = mapped_column(
        ForeignKey("procedure.id", ondelete="CASCADE"), primary_key=True
    )
    element_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    seconds: Mapped[int] = mapped_column(BigInteger)
    share: Mapped[float] = mapped_column(Float, default=0.85)
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)
    checked_at: Mapped[datetime | None] = mapped_column(Instant)  # by engine.metrics.alerts
    is_missed: Mapped[bool] = mapped_column(default=False)  # then: who answers for it was told


class SavedReport(Base):
    """A page of figures by its address, under a name; `next_at` is when it goes out by mail, if it does."""

    __tablename__ = "saved_report"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    page: Mapped[str] = mapped_column(String(20))  # of the report: show, times, flow, ways
    query: Mapped[str] = mapped_column(String(600))  # what is asked, as in the address
    is_shared: Mapped[bool] = mapped_column(default=False)
    every: Mapped[str] = mapped_column(String(8), default="")  # week, month; empty: not by mail
    next_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_saved_report_next", "next_at", info={ROWS: _SENT}),)


class OpenFigures(Base):
    """A procedure whose counts and times an operator has opened to everyone."""

    __tablename__ = "open_figures"

    procedure_id: Mapped[int] = mapped_column(
        ForeignKey("procedure.id", ondelete="CASCADE"), primary_key=True
    )
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime] = mapped_column(Instant)
