"""Cases and everything that grows with them; each table carries the case in its key."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    TextClause,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.database import BY_KEY, ROWS, Base, Instant
from engine.models.procedures import Procedure, Version

OPEN = text("status = 'open'")
UNASSIGNED = text("status = 'open' AND assignee_id IS NULL")
ASSIGNED = text("status = 'open' AND assignee_id IS NOT NULL")
WARNED = text("status = 'open' AND warn_at IS NOT NULL")
HALTED = text("halt_id IS NOT NULL")
ENDED = text("ended_by_id IS NOT NULL")
STARTED = text("started_by_id IS NOT NULL")
BEHIND = text("measured_seq < last_seq")  # only cases that the measures have not seen to the end
UNSEALED = text("sealed_seq < last_seq")  # only cases with facts that no day's root covers
NEVER_DUE = 253_402_300_799  # 9999-12-31 in seconds since 1970: sorts after everything that is due


def _open_index(name: str, *columns: str, where: TextClause = OPEN) -> Index:
    # Only open tasks are in it: finished ones cost an inbox nothing, however many there are.
    keys = (*columns, "case_id", "token")
    return Index(name, *keys, info={ROWS: where})


class CaseStatus(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    SUSPENDED = "suspended"  # nothing moves until it is resumed
    COMPLETED = "completed"
    FAILED = "failed"  # an error that nothing in the diagram catches
    CANCELLED = "cancelled"


class TaskStatus(StrEnum):
    """Where a task stands; claimed tasks are open tasks with an assignee."""

    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"  # an event, a cancellation or a move took it away


class TaskKind(StrEnum):
    """What a person is asked for."""

    TASK = "task"
    DECISION = "decision"  # a gateway whose flow only a person can choose


class NumberSeries(Base):
    """The last case number given out, per procedure and year. Not a counter of facts: numbers are promises."""

    __tablename__ = "number_series"

    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Case(Base):
    """One applicant's request (expediente): one process instance."""

    # not named “case”, a word of SQL itself
    __tablename__ = "case_file"

    # on SQLite an INTEGER key is the row number itself and needs no index
    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    number: Mapped[str] = mapped_column(String(60), unique=True)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)
    status: Mapped[str] = mapped_column(String(12), default=CaseStatus.OPEN)
    outcome: Mapped[str | None] = mapped_column(String(200))  # name of the end event reached
    channel: Mapped[str] = mapped_column(
        String(20), default="counter"
    )  # counter, online, api, import
    applicant_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    applicant_name: Mapped[str] = mapped_column(String(200), default="")
    applicant_document: Mapped[str | None] = mapped_column(String(40))  # identity or tax number
    applicant_email: Mapped[str | None] = mapped_column(String(320))
    applicant_language: Mapped[str | None] = mapped_column(String(8))  # of the pages they filed on
    search_words: Mapped[str] = mapped_column(
        String(400), default=""
    )  # lower case, no accents: number and applicant
    filed_on: Mapped[date]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(
        Instant
    )  # to decide; None while it stands still
    # how the law's clock stands (engine.models.terms.ClockState); None: no term applies
    clock: Mapped[str | None] = mapped_column(String(12))
    # the halt of its procedure it stands still with (engine.halts.commands); null: moves, or is suspended by itself
    halt_id: Mapped[int | None] = mapped_column(BigInteger)
    # cases that exchange messages share it: the id of the one that began
    conversation_id: Mapped[int | None] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column()
    state: Mapped[bytes] = mapped_column(
        LargeBinary, deferred=True
    )  # engine.spiff's bytes: live tokens and variables
    # as it was before the completion that moved it last; null once anything else has moved it
    state_before: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    last_seq: Mapped[int] = mapped_column(default=0)  # of the newest fact
    last_hash: Mapped[bytes] = mapped_column(LargeBinary(32), default=b"")  # of the newest fact
    measured_seq: Mapped[int] = mapped_column(
        default=0, server_default="0"
    )  # facts up to here are in the measures (engine.metrics.upkeep)
    sealed_seq: Mapped[int] = mapped_column(
        default=0, server_default="0"
    )  # facts up to here are under a day's root (engine.record.day_roots)

    # Only to be read: adding a case draws nobody else's version or procedure into the session, and writing one need
    # not look at them.
    procedure: Mapped[Procedure] = relationship(viewonly=True)
    version: Mapped[Version] = relationship(viewonly=True)

    # the revision is checked at every write: a state can only be replaced by who read it
    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        Index("ix_case_procedure_started", "procedure_id", "started_at"),
        Index("ix_case_procedure_ended", "procedure_id", "ended_at"),
        Index(
            "ix_case_started_by",
            "started_by_id",
            "id",
            info={ROWS: STARTED},
        ),
        # all that is asked of the open cases of a procedure at once, so that their rows need not be read
        Index(
            "ix_case_due",
            "procedure_id",
            "due_at",
            "started_at",
            "status",  # SQLite reads the row for it else, though the index says it of all
            info={ROWS: OPEN},
        ),
        Index("ix_case_halt", "halt_id", "id", info={ROWS: HALTED}),
        Index("ix_case_behind", "id", info={ROWS: BEHIND}),
        Index("ix_case_unsealed", "id", info={ROWS: UNSEALED}),
    )


class Task(Base):
    """Work for a person; one row per execution, kept when it is done. `token` is the engine's, unique in the case."""

    __tablename__ = "task"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    token: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    element_id: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(12), default=TaskKind.TASK)
    status: Mapped[str] = mapped_column(String(12), default=TaskStatus.OPEN)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    # who may do it: the office itself, or a pool (negative, engine.routing.pools)
    queue_id: Mapped[int | None] = mapped_column(BigInteger)
    # people who may not, for they did what it checks: “,12,15,”; only tasks of a pool have any
    not_by: Mapped[str | None] = mapped_column(String(400))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    priority: Mapped[int] = mapped_column(default=50)  # higher first
    opened_at: Mapped[datetime] = mapped_column(Instant)
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)  # by the present or last assignee
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    # due_at in seconds since 1970, NEVER_DUE without one: a key to page by that is never null
    due_order: Mapped[int] = mapped_column(BigInteger, default=NEVER_DUE)
    # when somebody is next to be warned of it (engine.inbox.warnings); null: there is nothing more to say
    warn_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # what somebody proposes another one reviews: null, “wanted” or “proposed”
    review: Mapped[str | None] = mapped_column(String(10))
    follow_up_on: Mapped[date | None]  # when who has it wants to look again
    # what the engine says about this wait: choices, local variables (engine.spiff.Wait as JSON)
    wait: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)

    case: Mapped[Case] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        _open_index("ix_task_queue_due", "queue_id", "due_order"),
        _open_index("ix_task_queue_opened", "queue_id", "opened_at"),
        _open_index("ix_task_queue_priority", "queue_id", "priority"),
        _open_index("ix_task_unassigned_due", "queue_id", "due_order", where=UNASSIGNED),
        _open_index("ix_task_entry", "procedure_id", "element_id", "queue_id", where=UNASSIGNED),
        _open_index("ix_task_unassigned_opened", "opened_at", where=UNASSIGNED),
        _open_index("ix_task_assignee_due", "assignee_id", "due_order", where=ASSIGNED),
        _open_index("ix_task_due", "due_order"),
        _open_index("ix_task_opened", "opened_at"),
        Index("ix_task_warn", "warn_at", info={ROWS: WARNED}),
        _open_index("ix_task_priority", "priority"),
        Index("ix_task_ended_by", "ended_by_id", "case_id", info={ROWS: ENDED}),
        Index("ix_task_procedure_element", "procedure_id", "element_id", "ended_at"),
        BY_KEY,
    )

    @property
    def id(self) -> str:
        """The task in addresses: `case-token`."""
        return f"{self.case_id}-{self.token}"


class Event(Base):
    """A fact (see engine.events). Appended in the transaction that makes it true; never changed."""

    __tablename__ = "event"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    type: Mapped[str] = mapped_column(String(24))
    element_id: Mapped[str | None] = mapped_column(String(200))
    token: Mapped[int | None]  # the task, timer or other wait it is about
    by_id: Mapped[int | None] = mapped_column(
        BigInteger
    )  # None: the engine itself. No foreign key: facts outlive people
    office_id: Mapped[int | None] = mapped_column(BigInteger)
    data: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    hash: Mapped[bytes] = mapped_column(
        LargeBinary(32)
    )  # sha256 over the previous hash and this fact

    __table_args__ = (BY_KEY,)


class AnswerDraft(Base):
    """What a person has typed into a task's form so far; ignores validation, survives everything."""

    __tablename__ = "answer_draft"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    token: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (ForeignKeyConstraint(["case_id", "token"], ["task.case_id", "task.token"]),)


class Document(Base):
    """A file in a case; its bytes lie in the file store under their sha256."""

    __tablename__ = "document"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    number: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False
    )  # in sequence within the case
    name: Mapped[str] = mapped_column(String(300))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    origin: Mapped[str] = mapped_column(String(40))  # applicant, task, letter, message
    token: Mapped[int | None]
    field: Mapped[str | None] = mapped_column(String(200))
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(Instant)


class Incident(Base):
    """Something inside a case that broke or can no longer move; an operator sees it on the diagram and mends it."""

    __tablename__ = "incident"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(24))  # stuck, job_failed, condition_failed, livelock
    element_id: Mapped[str | None] = mapped_column(String(200))
    token: Mapped[int | None]
    message: Mapped[str] = mapped_column(Text)
    # the message as engine.errors.Said, for any language; None: another machine's words, or an earlier release's
    said: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    raised_at: Mapped[datetime] = mapped_column(Instant)
    resolved_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    resolution: Mapped[str | None] = mapped_column(Text)
