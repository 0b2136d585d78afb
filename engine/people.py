"""People and offices: who signs in, what they may do, where they belong."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import CTE, Select, select
from sqlalchemy.orm import Session

from engine.errors import Conflict, NotFound, Refusal
from engine.ids import new_id
from engine.models import Membership, Office, Person, PersonRole, PersonSkill, Role
from engine.outbox import is_address
from engine.search import fold

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST_PASSWORD = 10  # NIST SP 800-63B-4 asks for length, not for kinds of characters


class NameTaken(Conflict):
    """Another person signs in by this name."""

    sentence = "Somebody already signs in as “{name}”. Choose another name."


class PasswordTooShort(Refusal):
    """A password anyone could guess."""

    sentence = (
        "A password needs at least {length} characters. A short sentence is easy to remember."
    )


class AddressWrong(Refusal):
    """No mail can be sent there."""

    sentence = "“{email}” is no e-mail address. It looks like name@example.com."


class RoleUnknown(Refusal):
    """There is no such role."""

    sentence = "There is no role “{role}”. Choose from: {roles}."


def create_person(
    session: Session,
    name: str,
    *,
    full_name: str | None = None,
    email: str | None = None,
    password: str | None = None,
    roles: Iterable[str] = (),
    offices: Iterable[str] = (),
    locale: str | None = None,
    at: datetime,
) -> Person:
    """Someone new who can sign in as `name`; offices are named and made when they are new.

    Without a password they cannot sign in by one; without an e-mail address they get no mail. Raises NameTaken,
    AddressWrong, PasswordTooShort, RoleUnknown.
    """
    name, email = name.strip(), (email or "").strip()
    check_email(email)
    if person_by_name(session, name) is not None:
        raise NameTaken(name=name)
    person = Person(
        id=new_id(at),
        name=name,
        full_name=(full_name or name).strip(),
        email=email or None,
        password_hash=None if password is None else hash_password(password),
        locale=locale,
        created_at=at,
        roles=[PersonRole(role=_role(role)) for role in dict.fromkeys(roles)],
        skills=[],
    )
    session.add(person)
    session.flush()
    for office in dict.fromkeys(offices):
        person.memberships.append(Membership(office_id=office_named(session, office, at=at).id))
    session.flush()
    return person


def person_by_name(session: Session, name: str) -> Person | None:
    """Who signs in as `name`, with roles and offices."""
    return session.scalar(select(Person).where(Person.name == name))


def person_by_id(session: Session, person_id: int) -> Person:
    """The person, with roles and offices; NotFound."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound(what="person", name=person_id)
    return person


def set_roles(session: Session, person: Person, roles: Iterable[str]) -> None:
    """The person has exactly these roles from now on."""
    wanted = {_role(role) for role in roles}
    for held in list(person.roles):
        if held.role in wanted:
            wanted.discard(Role(held.role))
        else:
            person.roles.remove(held)
    person.roles.extend(PersonRole(role=role) for role in sorted(wanted))
    person.standing = None
    session.flush()


def set_offices(session: Session, person: Person, office_ids: Iterable[int]) -> None:
    """The person belongs to exactly these offices from now on."""
    wanted = set(office_ids)
    for held in list(person.memberships):
        if held.office_id in wanted:
            wanted.discard(held.office_id)
        else:
            person.memberships.remove(held)
    person.memberships.extend(Membership(office_id=office_id) for office_id in sorted(wanted))
    person.standing = None
    session.flush()


def set_skills(session: Session, person: Person, skills: Iterable[str]) -> None:
    """The person has exactly these skills from now on; lower case, without accents."""
    wanted = {fold(skill)[:60] for skill in skills} - {""}
    for held in list(person.skills):
        if held.name in wanted:
            wanted.discard(held.name)
        else:
            person.skills.remove(held)
    person.skills.extend(PersonSkill(name=name) for name in sorted(wanted))
    person.standing = None
    session.flush()


def skills_held(session: Session) -> list[str]:
    """Skills that somebody has, by name; at most 200."""
    held = select(PersonSkill.name).distinct().order_by(PersonSkill.name).limit(200)
    return list(session.scalars(held))


def set_email(session: Session, person: Person, email: str) -> None:
    """Mail to the person goes there from now on, nowhere if it is empty; AddressWrong."""
    check_email(email)
    person.email = email or None
    session.flush()


def check_email(email: str) -> None:
    """AddressWrong for what is neither empty nor an address."""
    if email and not is_address(email):
        raise AddressWrong(email=email[:80])


def set_password(session: Session, person: Person, password: str) -> None:
    """Sign in by this password from now on; PasswordTooShort."""
    person.password_hash = hash_password(password)
    session.flush()


def hash_password(password: str) -> str:
    """The argon2id hash to keep; PasswordTooShort."""
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(length=SHORTEST_PASSWORD)
    return _hasher().hash(password)


def is_password_of(person: Person | None, password: str) -> bool:
    """Whether the person signs in by this password; as slow for nobody, so that names cannot be guessed by time."""
    from argon2.exceptions import InvalidHashError, VerificationError

    stored = None if person is None or not person.is_active else person.password_hash
    try:
        _hasher().verify(stored or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@cache
def _nobody() -> str:
    return _hasher().hash("a password that nobody has")


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    # RFC 9106, second recommended option: 64 MiB, three passes
    return PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)


def office_named(
    session: Session, name: str, *, parent_id: int | None = None, at: datetime
) -> Office:
    """The office of this name, made when it is new."""
    name = name.strip()
    office = session.scalar(select(Office).where(Office.name == name))
    if office is None:
        office = Office(id=new_id(at), name=name, parent_id=parent_id)
        session.add(office)
        session.flush()
    return office


def all_offices(session: Session) -> list[Office]:
    """Every office by name."""
    return list(session.scalars(select(Office).order_by(Office.name)))


def offices_below(office_ids: Iterable[int]) -> Select[int]:
    """Ids of these offices and all that are below them, as a query to be read or nested."""
    # without a name: a query may ask this of several sets of offices, or of one set twice
    below: CTE = select(Office.id).where(Office.id.in_(list(office_ids))).cte(recursive=True)
    below = below.union(select(Office.id).join(below, Office.parent_id == below.c.id))
    return select(below.c.id)


def _role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise RoleUnknown(role=role, roles=", ".join(Role)) from None
