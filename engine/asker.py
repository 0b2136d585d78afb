"""Who asks: the person behind a sign-in or a token, with all that says what they may do, in one statement."""

from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, String, bindparam, cast, func, literal_column, select
from sqlalchemy.orm import QueryableAttribute, Session

from engine.as_read import as_read, columns
from engine.models import Membership, Person, PersonRole, PersonSkill, Standing
from engine.routing.absence import day_of, stand_in, stands_in_on

_BETWEEN = "\x1f"  # in no name: what it is there for in ASCII
# Said, not bound: SQLAlchemy would write it into the statement's text anew at every use.
_SAID: Any = literal_column(f"'{_BETWEEN}'", String)


def _gathered(
    column: QueryableAttribute[Any], person_id: QueryableAttribute[int]
) -> ScalarSelect[str]:
    text = func.aggregate_strings(cast(column, String), _SAID)
    return select(text).where(person_id == Person.id).correlate(Person).scalar_subquery()


_PERSON = columns(Person)
# Asked on every request. Rows of roles, offices and skills would come multiplied, and as objects cost more than the
# rest of the question.
ASKER = select(
    *_PERSON,
    _gathered(PersonRole.role, PersonRole.person_id).label("roles"),
    _gathered(Membership.office_id, Membership.person_id).label("offices"),
    _gathered(PersonSkill.name, PersonSkill.person_id).label("skills"),
    stands_in_on(Person.id, bindparam("today")).label("stands_in"),
).where(Person.is_active)


def who_asks(
    session: Session,
    statement: Select[Any],
    shown: dict[str, Any],
    at: datetime,
) -> Person | None:
    """The active person whom a statement finds that narrows ASKER to what they have `shown`, with their standing."""
    session.flush()  # as as_read asks for
    asked = {**shown, "at": at, "today": day_of(at)}
    row = session.connection().execute(statement, asked).one_or_none()
    if row is None:
        return None
    *values, roles, offices, skills, stands_in = row
    person = as_read(session, Person, _PERSON, tuple(values))
    person.standing = Standing(
        person.id,
        frozenset(_parts(roles)),
        tuple(sorted(int(one) for one in _parts(offices))),
        tuple(sorted(_parts(skills))),
    )
    return stand_in(session, person, at=at) if stands_in else person


def _parts(gathered: str | None) -> list[str]:
    return gathered.split(_BETWEEN) if gathered else []
