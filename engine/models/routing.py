"""Who else than an office may do tasks: pools of people, whose turn it is, who stands in for whom."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, Instant


class PartKind(StrEnum):
    """What a part of a pool says."""

    OFFICE = "office"  # its people belong
    PERSON = "person"  # belongs
    ROLE = "role"  # of those who belong, only who has it (or another role that is named)
    SKILL = "skill"  # of those who belong, only who has it (and every other that is named)
    HOME = "home"  # the office of the lane: its managers see the task


class PoolPart(Base):
    """One part of a pool. `pool_id` is negative and made of what the pool says, so that equal pools are one."""

    __tablename__ = "pool_part"

    pool_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    ref_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)  # of a role or skill


class Turn(Base):
    """Whose turn it was last, for tasks that go round. Not a counter: a promise that the next one is next."""

    __tablename__ = "turn"

    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"), primary_key=True)
    element_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger)


class Absence(Base):
    """A person is away, perhaps with a delegate who sees and does their tasks meanwhile; days are inclusive."""

    __tablename__ = "absence"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    delegate_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    from_on: Mapped[date]
    until_on: Mapped[date]
    # ids of the procedures the delegate stands in for; null: all
    procedures: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    note: Mapped[str] = mapped_column(String(300), default="")
    written_by_id: Mapped[int | None] = mapped_column(BigInteger)
    written_at: Mapped[datetime] = mapped_column(Instant)
