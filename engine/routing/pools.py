"""Pools: who may do tasks that are not simply an office's. What a pool says is kept once; who belongs is evaluated when
read, so that a person who joins or leaves an office costs nothing, however many tasks wait.

A task's queue is an office, or a pool by its negative id.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from engine.database import own_sql
from engine.models import Membership, PartKind, Person, PersonRole, PoolPart, Role, Standing
from engine.people import offices_below

WORKING = (Role.CIVIL_SERVANT, Role.ANALYST, Role.MANAGER)


@dataclass(frozen=True, slots=True)
class Pool:
    """People of these offices and these persons; of them who has one of the roles and all of the skills."""

    offices: tuple[int, ...] = ()
    persons: tuple[int, ...] = ()
    roles: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    home: int | None = None  # the lane's office, whose managers see the task

    @property
    def id(self) -> int:
        """Negative, and the same for pools that say the same."""
        digest = hashlib.sha256(orjson.dumps(self._parts())).digest()
        return -(int.from_bytes(digest[:8]) >> 1) - 1

    def _parts(self) -> list[tuple[str, int, str]]:
        parts = [(PartKind.OFFICE.value, one, "") for one in self.offices]
        parts += [(PartKind.PERSON.value, one, "") for one in self.persons]
        parts += [(PartKind.ROLE.value, 0, one) for one in self.roles]
        parts += [(PartKind.SKILL.value, 0, one) for one in self.skills]
        if self.home is not None:
            parts.append((PartKind.HOME.value, self.home, ""))
        return sorted(set(parts))

    def rows(self) -> list[dict[str, Any]]:
        """Its parts, as they are kept."""
        return [
            {"pool_id": self.id, "kind": kind, "ref_id": ref, "name": name}
            for kind, ref, name in self._parts()
        ]


def keep_pools(session: Session, pools: Iterable[Pool]) -> None:
    """Make sure that the pools are there; two who do this at once make one."""
    wanted = {pool.id: pool for pool in pools}
    if not wanted:
        return
    there = set(session.scalars(select(PoolPart.pool_id).where(PoolPart.pool_id.in_(wanted))))
    rows = [row for id, pool in sorted(wanted.items()) if id not in there for row in pool.rows()]
    if rows:
        session.execute(own_sql(session).insert(PoolPart).on_conflict_do_nothing(), rows)


# Made once: an alias is a copy of the table's columns.
_PARTS = (aliased(PoolPart), aliased(PoolPart), aliased(PoolPart))


def pools_of(person: Standing) -> Select[int]:
    """Ids of the pools whose tasks the person may do, as a query to be read or nested: those they belong to, and for
    a manager those of the own offices and the ones below.
    """
    part, role, skill = _PARTS
    if not person.has_role(*WORKING):
        return select(part.pool_id).where(false())
    roles = sorted(person.roles)
    of_role = and_(role.pool_id == part.pool_id, role.kind == PartKind.ROLE)
    of_skill = and_(skill.pool_id == part.pool_id, skill.kind == PartKind.SKILL)
    belongs = and_(
        or_(
            and_(part.kind == PartKind.OFFICE, part.ref_id.in_(person.office_ids)),
            and_(part.kind == PartKind.PERSON, part.ref_id == person.id),
        ),
        or_(~exists().where(of_role), exists().where(of_role, role.name.in_(roles))),
        ~exists().where(of_skill, skill.name.not_in(person.skill_names)),
    )
    if person.has_role(Role.MANAGER) and person.office_ids:
        managed = and_(
            part.kind.in_((PartKind.OFFICE, PartKind.HOME)),
            part.ref_id.in_(offices_below(person.office_ids)),
        )
        return select(part.pool_id).where(or_(belongs, managed)).distinct()
    return select(part.pool_id).where(belongs).distinct()


def members(session: Session, queue_id: int, pool: Pool | None) -> list[Person]:
    """Who belongs to an office (`pool` None) or pool and can work: active civil servants and managers, by id."""
    offices = (queue_id,) if pool is None else pool.offices
    persons = () if pool is None else pool.persons
    belongs: list[ColumnElement[bool]] = []
    if offices:
        belongs.append(
            exists().where(Membership.person_id == Person.id, Membership.office_id.in_(offices))
        )
    if persons:
        belongs.append(Person.id.in_(persons))
    if not belongs:
        return []
    works = exists().where(
        PersonRole.person_id == Person.id,
        PersonRole.role.in_((Role.CIVIL_SERVANT, Role.MANAGER)),
    )
    found = session.scalars(
        select(Person)
        .where(or_(*belongs), works, Person.is_active)
        .options(
            selectinload(Person.roles),
            selectinload(Person.memberships),
            selectinload(Person.skills),
        )
        .order_by(Person.id)
        .limit(500)
    )
    if pool is None:
        return list(found)
    return [
        person
        for person in found
        if (not pool.roles or any(held.role in pool.roles for held in person.roles))
        and set(pool.skills) <= set(person.skill_names)
    ]
