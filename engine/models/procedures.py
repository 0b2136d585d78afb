"""Procedures, their published versions, and which office does what a lane says."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.database import Base, Instant


class Procedure(Base):
    """What an office offers. `key` names it in addresses and commands."""

    __tablename__ = "procedure"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(300))
    # does the tasks whose lane is matched with no office, and those of diagrams without lanes
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    current_version_id: Mapped[int | None] = mapped_column(BigInteger)  # new cases take it
    is_suspended: Mapped[bool] = mapped_column(default=False)  # takes no new cases
    created_at: Mapped[datetime] = mapped_column(Instant)
    # element id → who does its tasks and how, over what the sheets of the versions say (engine.routing.rules)
    task_rules: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Version(Base):
    """A published state of a procedure; never changed afterwards. Open cases keep theirs."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("procedure_id", "number"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"), index=True)
    number: Mapped[int]
    process_id: Mapped[str] = mapped_column(String(200))  # which process of the file a case runs
    hash: Mapped[str] = mapped_column(
        String(64), index=True
    )  # what the model says (engine.spiff.Compiled.model_hash)
    drawing: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # the file as uploaded
    model: Mapped[bytes] = mapped_column(
        LargeBinary, deferred=True
    )  # the repaired file, as it is run
    forms: Mapped[dict[str, Any]] = mapped_column(
        JSON, deferred=True
    )  # form key → form-js schema; "start" → start form
    decisions: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)  # file name → DMN text
    sheet: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)  # procedure.toml as JSON
    element_names: Mapped[dict[str, str]] = mapped_column(
        JSON, deferred=True
    )  # element_id → name, to read facts by
    published_at: Mapped[datetime] = mapped_column(Instant)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    procedure: Mapped[Procedure] = relationship(lazy="raise_on_sql")


class LaneOffice(Base):
    """The office that does the tasks of a lane, for all versions of the procedure that have a lane of this name."""

    __tablename__ = "lane_office"

    procedure_id: Mapped[int] = mapped_column(
        ForeignKey("procedure.id", ondelete="CASCADE"), primary_key=True
    )
    lane: Mapped[str] = mapped_column(String(300), primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))


class DataStore(Base):
    """A data store of the diagrams: what cases leave there for later ones, by the name drawn."""

    __tablename__ = "data_store"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    written_at: Mapped[datetime] = mapped_column(Instant)
