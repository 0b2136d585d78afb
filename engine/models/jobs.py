"""Work that waits for a time or for another machine, and the receipts of commands already carried out."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import ROWS, Base, Instant


class JobKind(StrEnum):
    """What a job does when it is due."""

    TIMER = "timer"  # fire a timer of a case
    SERVICE = "service"  # call what a service task asks for
    MESSAGE = "message"  # hand on a message that a case threw
    SIGNAL = "signal"  # tell every case that listens
    MAIL = "mail"
    LETTER = "letter"  # set a letter as PDF
    WEBHOOK = "webhook"
    CLOCK = "clock"  # look at the law's clock of a case
    REGISTRY = "registry"  # ask another entity for what it holds
    EXPORT = "export"  # make a signed copy of a case file
    REPORT = "report"  # simulate a study and write its report
    ROOT = "root"  # close a day with a root over all chains
    SIMULATION = "simulation"  # simulate a scenario of an analyst
    LOG = "log"  # read an uploaded event log, or take it out again
    MINING = "mining"  # find a diagram in a log, or compare a log with one
    FILES = "files"  # remove files that nothing refers to
    MIGRATION = "migration"  # a batch of cases on their way to another version
    SIGHT = "sight"  # look for cases that stand still and nobody is told
    LOOKS = "looks"  # after an upgrade: plan looks at conditions that read the clock
    HALT = "halt"  # a batch of cases that stand still with their procedure, or go on again


class Job(Base):
    """One piece of waiting work. Delivered at least once; `key` is stable, so a receiver can tell a repetition."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(12))
    key: Mapped[str] = mapped_column(String(120), unique=True)  # e.g. “timer:<case>:<token>”
    case_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    token: Mapped[int | None]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    run_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    leased_by: Mapped[str | None] = mapped_column(String(80))
    is_dead: Mapped[bool] = mapped_column(default=False)  # given up: an incident says why
    last_error: Mapped[str | None] = mapped_column(Text)
    # The same as words of ours (engine.errors.Said), where they are: read in any language.
    last_said: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    __table_args__ = (
        Index(
            "ix_job_due",
            "run_at",
            info={ROWS: text("NOT is_dead")},
        ),
    )


class CommandReceipt(Base):
    """What a command with an idempotency key answered; the same key again gets the same answer and does nothing."""

    __tablename__ = "command_receipt"

    person_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(
        String(64)
    )  # of the request: the same key with another request is refused
    status: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Instant)
