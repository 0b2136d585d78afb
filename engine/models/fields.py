"""What a case is found, sorted and grouped by: some of its answers, one row each."""

from sqlalchemy import BigInteger, Double, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import BY_KEY, Base


class CaseField(Base):
    """The present value of one field of a case (engine.case_fields); written with the answer that changes it."""

    __tablename__ = "case_field"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    # as JSON writes it, texts without quotes; days sort as they are; empty: no longer answered
    value: Mapped[str] = mapped_column(String(60))
    number: Mapped[float | None] = mapped_column(Double)  # of a number, to compare and sort by

    __table_args__ = (Index("ix_case_field_value", "name", "value", "case_id"), BY_KEY)


_SOUGHT = ("key", "at", "due_order", "case_id", "token", "opened_order", "priority")


class TaskKey(Base):
    """Something an open task is found by (engine.inbox.keys); gone when the task is done, so that an inbox reads only
    what is open. Derived from task and case: no fact, and no foreign key to check at every write.
    """

    __tablename__ = "task_key"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    token: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    # what ranges are asked of: a number, a day, the beginning of a word; 0 where only the key counts
    at: Mapped[float] = mapped_column(Double, primary_key=True)
    queue_id: Mapped[int] = mapped_column(BigInteger)  # the task's, 0 for none
    # What lists are in the order of, the task's: matches are sorted without a look at any task.
    due_order: Mapped[int] = mapped_column(BigInteger)
    opened_order: Mapped[int] = mapped_column(BigInteger)  # microseconds since 1970
    priority: Mapped[int]

    __table_args__ = (
        Index("ix_task_key_queue", "queue_id", *_SOUGHT),
        Index("ix_task_key_all", *_SOUGHT),
        BY_KEY,
    )
