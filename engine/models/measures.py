"""What is measured: one row per case and per work item, and the cells that add them up. All of it can be rebuilt.

Instants here are whole seconds since 1970 and durations whole seconds: they add, subtract and compare in every
database alike, and what was added is subtracted exactly.
"""

from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import BY_KEY, ROWS, Base

_Id = BigInteger().with_variant(Integer, "sqlite")
_STILL_OPEN = text("ended_at IS NULL")


class Activity(Base):
    """An element of a procedure's diagrams (or an activity of a log) as one office does it."""

    __tablename__ = "activity"

    id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=False)
    procedure_id: Mapped[int] = mapped_column(BigInteger, index=True)
    element_id: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(12))  # engine.metrics.item.ItemKind
    office_id: Mapped[int] = mapped_column(BigInteger, default=0)  # 0: none


class Variant(Base):
    """A way through a procedure: the elements completed, in order of completion."""

    __tablename__ = "variant"

    id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=False)
    procedure_id: Mapped[int] = mapped_column(BigInteger, index=True)
    steps: Mapped[list[str]] = mapped_column(JSON)  # at most MOST_STEPS element ids
    length: Mapped[int]


class Resource(Base):
    """A person or group that an imported log names: the number stands where an id of a person or office would."""

    __tablename__ = "log_resource"

    id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=False)
    procedure_id: Mapped[int] = mapped_column(BigInteger, index=True)
    name: Mapped[str] = mapped_column(String(200))


class Audience(Base):
    """The offices that took part in a case, as a set with a number of its own: who may count the case.

    One row per office of the set; office 0 stands for tasks of no office.
    """

    __tablename__ = "audience"

    id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=False)
    office_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)

    __table_args__ = (BY_KEY,)


class Slice(Base):
    """Cases that are counted together. A broad one holds all cases of an audience; a fine one also tells them apart."""

    __tablename__ = "measure_slice"

    id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=False)
    procedure_id: Mapped[int] = mapped_column(BigInteger, index=True)
    audience_id: Mapped[int] = mapped_column(BigInteger)
    is_fine: Mapped[bool]
    version_id: Mapped[int] = mapped_column(BigInteger, default=0)  # 0 in broad ones
    channel: Mapped[str] = mapped_column(String(20), default="")
    outcome: Mapped[str] = mapped_column(String(200), default="")  # empty: not ended, or no name


class MeasuredCase(Base):
    """A case as it is counted; of an imported log as well, which has no other row for its cases."""

    __tablename__ = "measured_case"

    case_id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=False)
    procedure_id: Mapped[int] = mapped_column(BigInteger)
    version_id: Mapped[int] = mapped_column(BigInteger)  # 0: none, as in a log
    number: Mapped[str] = mapped_column(String(200))
    audience_id: Mapped[int] = mapped_column(BigInteger)
    variant_id: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(12))  # engine.models.CaseStatus
    outcome: Mapped[str] = mapped_column(String(200))  # empty: none
    filed_at: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    due_at: Mapped[int | None] = mapped_column(BigInteger)
    # what the term is judged by (engine.terms.answering); None: by the end
    answered_at: Mapped[int | None] = mapped_column(BigInteger)
    answer_wait: Mapped[int] = mapped_column(BigInteger)  # for the applicant, until then
    suspended: Mapped[int] = mapped_column(BigInteger)
    applicant: Mapped[int] = mapped_column(BigInteger)  # waited for the applicant
    legal_days: Mapped[int | None] = mapped_column(Integer)  # business days on the law's clock
    rework: Mapped[int] = mapped_column(Integer)  # executions of something done before
    handovers: Mapped[int] = mapped_column(Integer)  # from one office to another
    is_silent: Mapped[bool]  # ended by silence
    is_imported: Mapped[bool]  # no facts behind it: the rows themselves are the raw ones
    attributes: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # of a log's case; own cases have engine.case_fields

    __table_args__ = (
        Index("ix_measured_case_ended", "procedure_id", "ended_at"),
        Index(
            "ix_measured_case_open",
            "procedure_id",
            "started_at",
            info={ROWS: _STILL_OPEN},
        ),
    )


class WorkItem(Base):
    """One execution of an activity. `seq` is that of the fact that enabled it; version, channel and outcome are the
    case's. The seconds between enabling and end are split by what they were spent on."""

    __tablename__ = "work_item"

    case_id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    activity_id: Mapped[int] = mapped_column(BigInteger)
    previous_id: Mapped[int] = mapped_column(BigInteger)  # activity completed before; 0: none
    gap: Mapped[int] = mapped_column(BigInteger)  # from its end until this one was begun
    token: Mapped[int | None]
    office_id: Mapped[int] = mapped_column(BigInteger)  # 0: none
    person_id: Mapped[int] = mapped_column(BigInteger)  # who has it or did it; 0: nobody
    enabled_at: Mapped[int] = mapped_column(BigInteger)
    assigned_at: Mapped[int | None] = mapped_column(BigInteger)
    started_at: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    due_at: Mapped[int | None] = mapped_column(BigInteger)
    is_completed: Mapped[bool]  # False: still open, or taken away
    round: Mapped[int] = mapped_column(Integer)  # 1: the first time in the case
    unclaimed: Mapped[int] = mapped_column(BigInteger)
    touch: Mapped[int] = mapped_column(BigInteger)
    applicant: Mapped[int] = mapped_column(BigInteger)
    other_office: Mapped[int] = mapped_column(BigInteger)
    timer: Mapped[int] = mapped_column(BigInteger)
    suspended: Mapped[int] = mapped_column(BigInteger)
    machine: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        Index(
            "ix_work_item_open",
            # with all that is asked of open work, so that its rows, scattered over years, need not be read
            "activity_id",
            "enabled_at",
            "office_id",
            "person_id",
            "due_at",
            "ended_at",  # SQLite reads the row for it else, though the index says it of all
            info={ROWS: _STILL_OPEN},
        ),
        BY_KEY,
    )


class Cell(Base):
    """A number that adds up over days, cases and machines: what `kind` says (engine.metrics.kinds.Kind)."""

    __tablename__ = "measure_cell"

    kind: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    slice_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    period: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False
    )  # a day, or the Monday of a week: days since 1970
    a: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    b: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    bucket: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)  # seconds

    __table_args__ = (BY_KEY,)


class Recount(Base):
    """Cells of a procedure being added up again, by who wrote their number here last: what others found out before is
    not written any more."""

    __tablename__ = "measure_recount"

    procedure_id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
