"""The roots that close each day over the chains of all cases, and which fact of each case they reach to."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import BY_KEY, Base, Instant


class DayRoot(Base):
    """One hash over everything recorded until a day was closed; published, it makes any later change show."""

    __tablename__ = "day_root"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    closed_at: Mapped[datetime] = mapped_column(Instant)
    cases: Mapped[int]  # whose chains went on since the root before
    root: Mapped[bytes] = mapped_column(LargeBinary(32))


class DayHead(Base):
    """The newest fact of a case when a day was closed; only of cases that went on since the root before."""

    __tablename__ = "day_head"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seq: Mapped[int]

    __table_args__ = (BY_KEY,)
