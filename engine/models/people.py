"""Offices, people, who belongs where and who may do what."""

from dataclasses import dataclass
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

    skills: Mapped[list["PersonSkill"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan"
    )

    @property
    def standing(self) -> "Standing":
        """What the person may do and where they belong, as the database said when the person was read."""
        known: Standing | None = self.__dict__.get("_standing")
        if known is not None:
            return known
        return Standing(
            self.id,
            frozenset(held.role for held in self.roles),
            tuple(sorted(membership.office_id for membership in self.memberships)),
            tuple(sorted(skill.name for skill in self.skills)),
        )

    @standing.setter
    def standing(self, read: "Standing | None") -> None:
        # None: it changes, and is to be read from roles, memberships and skills.
        self.__dict__["_standing"] = read

    def has_role(self, *roles: Role) -> bool:
        """Whether the person has at least one of the roles."""
        return self.standing.has_role(*roles)

    @property
    def office_ids(self) -> list[int]:
        """The offices the person belongs to."""
        return list(self.standing.office_ids)

    @property
    def skill_names(self) -> list[str]:
        """What the person is able to do beyond their office's work, as the routing of tasks names it."""
        return list(self.standing.skill_names)

    @property
    def stands_in_for(self) -> "tuple[StandIn, ...]":
        """Whose tasks the person may do at present; nobody's until engine.routing.absence.stand_in has said."""
        return self.standing.stands_in_for


@dataclass(frozen=True, slots=True)
class Standing:
    """A person as every rule of who may do and see what knows them: a value, so that what follows from it can be kept
    under it. Who gains or loses a right has another standing.
    """

    id: int
    roles: frozenset[str]
    office_ids: tuple[int, ...]
    skill_names: tuple[str, ...]
    stands_in_for: "tuple[StandIn, ...]" = ()

    @property
    def standing(self) -> "Standing":
        """Itself, so that a rule may be asked of either."""
        return self

    def has_role(self, *roles: Role) -> bool:
        """Whether the person has at least one of the roles."""
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody who is away, and the procedures whose tasks their delegate does meanwhile; None: all."""

    person: Standing
    procedure_ids: frozenset[int] | None

    def covers(self, procedure_id: int) -> bool:
        """Whether tasks of the procedure are meant."""
        return self.procedure_ids is None or procedure_id in self.procedure_ids


class PersonRole(Base):
    """A role that a person holds."""

    __tablename__ = "person_role"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(String(20), primary_key=True)


class PersonSkill(Base):
    """A skill that a person has, such as “structures”; lower case."""

    __tablename__ = "person_skill"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(60), primary_key=True)


class Membership(Base):
    """A person works in an office. Evaluated when read, never copied into tasks."""

    __tablename__ = "membership"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    office_id: Mapped[int] = mapped_column(
        ForeignKey("office.id", ondelete="CASCADE"), primary_key=True, index=True
    )
