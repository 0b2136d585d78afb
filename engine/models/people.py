"""Offices, people, who belongs where and who may do what."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.database import Base, Instant


class Role(StrEnum):
    """What a person may do; one person may have several."""

    ANALYST = "analyst"  # draws or uploads, checks, simplifies, publishes
    CIVIL_SERVANT = "civil_servant"  # works an inbox
    MANAGER = "manager"  # watches cycle times, load, terms of the own offices and those below
    OPERATOR = "operator"  # keeps the installation running; sees everything
    APPLICANT = "applicant"  # files, corrects, follows the own cases


class Office(Base):
    """An organisational unit; does the tasks of the lanes matched with it."""

    __tablename__ = "office"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))


class Person(Base):
    """Someone who can sign in. `name` is what they sign in with; `full_name` is what others read."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    full_name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))
    password_hash: Mapped[str | None] = mapped_column(String(300))
    locale: Mapped[str | None] = mapped_column(String(12))  # None: as the browser asks
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(Instant)

    # selectin: who may do what is asked on every request, so both come with the person
    roles: Mapped[list["PersonRole"]] = relationship(lazy="selectin", cascade="all, delete-orphan")
    memberships: Mapped[list["Membership"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan"
    )

    def has_role(self, *roles: Role) -> bool:
        """Whether the person has at least one of the roles."""
        return any(held.role in roles for held in self.roles)

    @property
    def office_ids(self) -> list[int]:
        """The offices the person belongs to."""
        return [membership.office_id for membership in self.memberships]


class PersonRole(Base):
    """A role that a person holds."""

    __tablename__ = "person_role"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(String(20), primary_key=True)


class Membership(Base):
    """A person works in an office. Evaluated when read, never copied into tasks."""

    __tablename__ = "membership"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    office_id: Mapped[int] = mapped_column(
        ForeignKey("office.id", ondelete="CASCADE"), primary_key=True, index=True
    )
