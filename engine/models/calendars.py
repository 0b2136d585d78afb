"""Days that a decree declares, and when offices work: what calendars know beside holidays."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, Instant


class DeclaredDay(Base):
    """A day that a norm makes a business day, or takes away, over weekends and holidays (LPAG 134.1, 137)."""

    __tablename__ = "declared_day"

    # whose day: a jurisdiction “PE”, a region “PE-CUS”, or an office “office:<id>”
    scope: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    is_business_day: Mapped[bool]
    norm: Mapped[str] = mapped_column(Text)  # an office cannot declare its own: never empty
    declared_by_id: Mapped[int | None] = mapped_column(BigInteger)
    declared_at: Mapped[datetime] = mapped_column(Instant)


class OfficeHours(Base):
    """Where an office is and when it works; an office without a row has those of the office above it."""

    __tablename__ = "office_hours"

    office_id: Mapped[int] = mapped_column(
        ForeignKey("office.id", ondelete="CASCADE"), primary_key=True
    )
    jurisdiction: Mapped[str] = mapped_column(String(2))
    region: Mapped[str | None] = mapped_column(String(10))  # ISO 3166-2
    # weekday → spans, as engine.calendars.weekly_hours reads them; None: those of the jurisdiction
    weekly: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    changed_by_id: Mapped[int | None] = mapped_column(BigInteger)
    changed_at: Mapped[datetime] = mapped_column(Instant)
