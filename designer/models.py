"""The tables of the designer: drafts, everything an analyst has uploaded; and studies of how a procedure could be."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, ForeignKeyConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from designer.sheet_prints import SheetPrint  # noqa: F401  the table that applicants' pages read lives by itself
from engine.database import Base, Instant


class Draft(Base):
    """A diagram on its way to being published, kept even when it cannot run yet.

    `drawing` stays as uploaded; what the analyst decides about it (`rules`, `forms`, `decisions` …) lies beside it
    and is applied when the draft is examined and published.
    """

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(300))
    file_name: Mapped[str] = mapped_column(String(300))
    procedure_key: Mapped[str | None] = mapped_column(
        String(80)
    )  # the procedure it is a new state of
    drawing: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    process_id: Mapped[str | None] = mapped_column(
        String(200)
    )  # chosen by the analyst; None: the importer's choice
    report: Mapped[dict[str, Any]] = mapped_column(JSON)  # designer.examination.Examination.report
    is_runnable: Mapped[bool]
    rules: Mapped[dict[str, str]] = mapped_column(
        JSON
    )  # flow id → FEEL condition said by the analyst
    gateway_tables: Mapped[dict[str, dict[str, str]]] = mapped_column(
        JSON, default=dict
    )  # gateway id → designer.beside.GatewayTable
    services: Mapped[dict[str, dict[str, Any]]] = mapped_column(
        JSON, default=dict
    )  # task id → designer.beside.ServiceUse
    forms: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)  # form key → form-js schema
    decisions: Mapped[dict[str, str]] = mapped_column(JSON, deferred=True)  # file name → DMN text
    sheet: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant, index=True)
    published_version_id: Mapped[int | None] = mapped_column(BigInteger)


class Study(Base):
    """One run of the simplification method on a procedure: as it is, as it is to be, and what the analyst assumes.

    Each side is a published version or a draft. `data` holds what was said on the study's pages (designer.studies).
    """

    __tablename__ = "study"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(300))
    procedure_id: Mapped[int | None] = mapped_column(ForeignKey("procedure.id"), index=True)
    as_is_version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    as_is_draft_id: Mapped[int | None] = mapped_column(BigInteger)
    to_be_draft_id: Mapped[int | None] = mapped_column(BigInteger)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    revision: Mapped[int] = mapped_column()
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant, index=True)

    # two who work on one study: the second reads what the first did before writing
    __mapper_args__ = {"version_id_col": revision}


class StudyStep(Base):
    """One thing that was done on a study, with what it replaced (designer.studies.steps)."""

    __tablename__ = "study_step"

    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sentence: Mapped[str] = mapped_column(String(500))  # a template, filled with `values`
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)  # keys of the study's JSON as they were
    draft_id: Mapped[int | None] = mapped_column(BigInteger)
    draft: Mapped[bytes | None] = mapped_column(LargeBinary)  # as it was, packed
    draft_after: Mapped[str | None] = mapped_column(String(64))  # sha256 of it right afterwards
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class EntityLedger(Base):
    """What the whole entity pays a year (designer.ledger): one row."""

    __tablename__ = "entity_ledger"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime] = mapped_column(Instant)


class StudyReport(Base):
    """A report as it was issued: never changed, so that what was promised can be held against what came of it."""

    __tablename__ = "study_report"

    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(40), unique=True)  # of its public address
    is_public: Mapped[bool] = mapped_column(default=False)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime] = mapped_column(Instant)


class StudySignature(Base):
    """Who signed a report: the text that names what was signed, and the installation's signature over it."""

    __tablename__ = "study_signature"

    study_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    statement: Mapped[bytes] = mapped_column(LargeBinary)  # JSON: designer.studies.signing
    signature: Mapped[bytes] = mapped_column(LargeBinary)  # 64 bytes, Ed25519
    signed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    signed_at: Mapped[datetime] = mapped_column(Instant)
    # the pages with the signature on them, an engine.files.store.StoredFile; None until they are printed
    pdf: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    __table_args__ = (
        ForeignKeyConstraint(
            ["study_id", "number"], ["study_report.study_id", "study_report.number"]
        ),
    )


class WhatIf(Base):
    """A scenario of a procedure or draft: how it is, or how it could be.

    `model` is the diagram as it ran when the scenario was made, so that its figures can be had again.
    """

    __tablename__ = "what_if"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(300))
    procedure_id: Mapped[int | None] = mapped_column(ForeignKey("procedure.id"), index=True)
    draft_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    is_as_is: Mapped[bool]
    drawing: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # what pages show
    model: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # what is simulated
    process_id: Mapped[str] = mapped_column(String(200))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)  # designer.simulation.scenario_writing
    origin: Mapped[dict[str, Any]] = mapped_column(JSON)  # measured times and what a fit has to say
    revision: Mapped[int] = mapped_column()
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)

    __mapper_args__ = {"version_id_col": revision}


class SimulationRun(Base):
    """A scenario being simulated by the worker, or what came of it; kept."""

    __tablename__ = "simulation_run"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    what_if_id: Mapped[int] = mapped_column(BigInteger, index=True)
    status: Mapped[str] = mapped_column(String(12))  # designer.simulation.runs.RunStatus
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)  # seed, cases, replications, …
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=1)
    message: Mapped[str] = mapped_column(String(2000), default="")
    results: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class MiningRun(Base):
    """A diagram being found in a log, or a log being compared with a diagram, by the worker; or what came of it.

    `digest` is of the log's ways and of what was asked: the same is mined once, and a log that changed anew.
    """

    __tablename__ = "mining_run"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    procedure_id: Mapped[int] = mapped_column(BigInteger, index=True)
    status: Mapped[str] = mapped_column(String(12))  # designer.discovery.runs.RunStatus
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)  # designer.discovery.asking
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    results: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    # of a refusal: its sentence, in English, and the values in it
    refusal: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
