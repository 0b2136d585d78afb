"""The law's clock on cases: terms, notices, suspensions, appeals, and the sample that is checked afterwards."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.database import BY_KEY, ROWS, Base, Instant
from engine.models.cases import Case

_APPROVED = text("approved_on IS NOT NULL")


class ClockState(StrEnum):
    """How the law's clock stands on a case (`Case.clock`)."""

    UNDETERMINED = "undetermined"  # runs, but which modality applies is not known yet
    RUNNING = "running"
    NOTICE = "notice"  # stands still until the applicant has corrected
    SUSPENDED = "suspended"  # stands still for another reason the law allows
    SILENT = "silent"  # negative silence: the applicant may appeal, the office must still decide
    APPROVED = "approved"  # by the filing itself, or by positive silence
    ANSWERED = "answered"  # decided and notified
    STOPPED = "stopped"  # not filed, withdrawn, abandoned: nothing is to be decided


class CaseTerm(Base):
    """The term of a case: one row each. Days are days of the jurisdiction."""

    __tablename__ = "case_term"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    jurisdiction: Mapped[str] = mapped_column(String(2))
    office_id: Mapped[int | None] = mapped_column(BigInteger)  # whose calendar counts
    # whose sheet it was filed under; a case that moves to another version keeps it. None: the case's own
    version_id: Mapped[int | None] = mapped_column(BigInteger)
    modality: Mapped[str] = mapped_column(String(200), default="")
    assessment: Mapped[str | None] = mapped_column(String(20))  # None: not known yet
    # both by what the applicant declared; what the office registers has the last word
    is_expected: Mapped[bool] = mapped_column(default=False, server_default=false())
    amount: Mapped[int]
    unit: Mapped[str] = mapped_column(String(14))
    # the day the filing counts as; stays when the term begins anew
    filed_on: Mapped[date]
    clock_started_on: Mapped[date]
    distance_days: Mapped[int] = mapped_column(default=0)
    stopped_days: Mapped[int] = mapped_column(default=0)  # business days it stood still so far
    decide_by: Mapped[date]
    notify_by: Mapped[date]
    silence_from: Mapped[date]
    # while it stands still
    stopped_on: Mapped[date | None]
    stopped_until: Mapped[date | None]
    stopped_why: Mapped[str | None] = mapped_column(String(40))
    decided_on: Mapped[date | None]
    notified_on: Mapped[date | None]
    silent_on: Mapped[date | None]  # silence has had its effect since
    approved_on: Mapped[date | None]  # by filing or by silence: may be drawn for the sample
    warned_days: Mapped[int | None]  # of the last warning: business days before the end
    is_escalated: Mapped[bool] = mapped_column(default=False)

    case: Mapped[Case] = relationship(lazy="raise_on_sql")  # written before its term

    __table_args__ = (
        Index(
            "ix_case_term_approved",
            "approved_on",
            info={ROWS: _APPROVED},
        ),
    )


class Notice(Base):
    """A deficiency notice (observación): what is lacking, stated once, in one act."""

    __tablename__ = "notice"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    given_on: Mapped[date]
    given_at: Mapped[datetime] = mapped_column(Instant)
    given_by_id: Mapped[int | None] = mapped_column(BigInteger)
    correct_by: Mapped[date]
    closed_on: Mapped[date | None]
    outcome: Mapped[str | None] = mapped_column(String(12))  # corrected, late, withdrawn
    override_reason: Mapped[str | None] = mapped_column(Text)  # of a second notice: a legal risk

    __table_args__ = (BY_KEY,)


class Deficiency(Base):
    """One item of a notice, and what the applicant did about it."""

    __tablename__ = "deficiency"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    notice: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    requirement_key: Mapped[str] = mapped_column(String(60))  # empty: of no listed requirement
    requirement: Mapped[str] = mapped_column(Text)  # its name when the notice was given
    text: Mapped[str] = mapped_column(Text)
    correction: Mapped[str | None] = mapped_column(Text)
    documents: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))  # their numbers
    corrected_at: Mapped[datetime | None] = mapped_column(Instant)
    corrected_by_id: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (BY_KEY,)


class Suspension(Base):
    """A time for which the clock stood, or stands, still."""

    __tablename__ = "suspension"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(40))  # of the jurisdiction's law
    reason: Mapped[str] = mapped_column(Text)
    begun_on: Mapped[date]
    until: Mapped[date]  # the last day it may last
    is_extended: Mapped[bool] = mapped_column(default=False)
    ended_on: Mapped[date | None]
    begun_by_id: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (BY_KEY,)


class FiledAppeal(Base):
    """A reconsideration, an appeal, or a complaint for delay: a phase of the case with a term of its own.

    Once `silent_on` is set its own silence has operated; it may still be decided. `is_exhausted`: nothing can be filed
    here after it.
    """

    __tablename__ = "filed_appeal"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20))  # reconsideration, appeal, complaint
    grounds: Mapped[str] = mapped_column(Text)
    authority: Mapped[str] = mapped_column(String(200), default="")
    office_id: Mapped[int | None] = mapped_column(BigInteger)  # that decides; None: in charge
    # what it contests: a decision (“act”), or that there is none (“silence”)
    against: Mapped[str] = mapped_column(String(8), default="act", server_default="act")
    filed_on: Mapped[date]
    decide_by: Mapped[date]
    silence_from: Mapped[date | None]
    silent_on: Mapped[date | None]
    warned_days: Mapped[int | None]  # of the last warning: business days before the end
    is_escalated: Mapped[bool] = mapped_column(default=False, server_default=false())
    filed_by_id: Mapped[int | None] = mapped_column(BigInteger)
    decided_on: Mapped[date | None]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger)
    result: Mapped[str | None] = mapped_column(String(12))  # engine.terms.rulings.RESULTS
    decision: Mapped[str | None] = mapped_column(Text)
    effect: Mapped[str | None] = mapped_column(String(8))  # of a founded one: back, anew
    returned_to: Mapped[str | None] = mapped_column(String(200))  # the element it goes back to
    is_exhausted: Mapped[bool] = mapped_column(default=False, server_default=false())

    __table_args__ = (
        Index(
            "ix_filed_appeal_open",
            "decide_by",
            info={ROWS: text("decided_on IS NULL")},
        ),
    )


class ListedRisk(Base):
    """Someone whose approvals are always checked afterwards: the risk list."""

    __tablename__ = "listed_risk"

    document: Mapped[str] = mapped_column(String(40), primary_key=True)  # of the applicant
    reason: Mapped[str] = mapped_column(Text)
    listed_by_id: Mapped[int | None] = mapped_column(BigInteger)
    listed_at: Mapped[datetime] = mapped_column(Instant)


class ExpostSample(Base):
    """A draw of cases to be checked after they were approved; anyone can draw it again from the seed."""

    __tablename__ = "expost_sample"

    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"), primary_key=True)
    half_year: Mapped[str] = mapped_column(String(6), primary_key=True)  # 2026-1
    seed: Mapped[str] = mapped_column(String(40))
    population: Mapped[int]
    size: Mapped[int]
    drawn_by_id: Mapped[int | None] = mapped_column(BigInteger)
    drawn_at: Mapped[datetime] = mapped_column(Instant)


class ExpostCheck(Base):
    """A case that was drawn, or is on the risk list, and what the check found."""

    __tablename__ = "expost_check"

    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"), primary_key=True)
    half_year: Mapped[str] = mapped_column(String(6), primary_key=True)
    case_id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), ForeignKey("case_file.id"), primary_key=True
    )
    is_risk: Mapped[bool]  # by the list, not by the draw
    found: Mapped[str | None] = mapped_column(String(12))  # true, false
    note: Mapped[str | None] = mapped_column(Text)
    checked_by_id: Mapped[int | None] = mapped_column(BigInteger)
    checked_at: Mapped[datetime | None] = mapped_column(Instant)


class TermWarning(Base):
    """A warning to a person about a case's term, shown in their pages until they have seen it."""

    __tablename__ = "term_warning"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    # engine.terms.warnings: soon, overdue, silence, and those of an appeal
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
