"""What a case is found, sorted and grouped by: some of its answers, one row each."""

from sqlalchemy import Double, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base
from engine.models.cases import WITHOUT_ROWID


class CaseField(Base):
    """The present value of one field of a case (engine.case_fields); written with the answer that changes it."""

    __tablename__ = "case_field"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    # as JSON writes it, texts without quotes; days sort as they are; empty: no longer answered
    value: Mapped[str] = mapped_column(String(60))
    number: Mapped[float | None] = mapped_column(Double)  # of a number, to compare and sort by

    __table_args__ = (Index("ix_case_field_value", "name", "value", "case_id"), WITHOUT_ROWID)
