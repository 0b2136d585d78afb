"""Who asks, and what they may do, read at each request."""

import pytest
from sqlalchemy import event

from engine.asker import ASKER, who_asks
from engine.database import Database
from engine.models import Person, Role
from engine.people import set_offices, set_roles, set_skills
from engine.routing.absence import declare_absence
from engine.visibility import visible_tasks
from tests.engine.office import TownHall

CLERK = (Role.CIVIL_SERVANT, Role.MANAGER)


def asks(hall: TownHall, name: str) -> Person | None:
    """The person as the next request finds them."""
    hall.session.flush()
    hall.session.expunge_all()
    return who_asks(hall.session, ASKER.where(Person.name == name), {}, hall.at)


def test_all_that_somebody_may_do_comes_in_one_statement(
    hall: TownHall, database: Database
) -> None:
    ana = hall.person("ana", "Front desk", "Board", roles=CLERK)
    set_skills(hall.session, ana, ["structures, heavy", "fire"])
    known = ana.standing
    statements: list[str] = []
    event.listen(
        database.engine, "before_cursor_execute", lambda _c, _k, text, *_: statements.append(text)
    )
    hall.session.flush()
    found = asks(hall, "ana")
    assert found is not None
    assert found.standing == known
    assert (found.has_role(Role.MANAGER), found.has_role(Role.ANALYST)) == (True, False)
    assert len(found.office_ids) == 2
    assert found.skill_names == ["fire", "structures, heavy"]
    assert len(statements) == 1, statements


def test_somebody_without_role_or_office_may_nothing(hall: TownHall) -> None:
    ana = hall.person("ana")
    set_roles(hall.session, ana, [])
    found = asks(hall, "ana")
    assert found is not None
    assert not found.has_role(*Role)
    assert (found.office_ids, found.skill_names, found.stands_in_for) == ([], [], ())


def test_nobody_asks_whose_account_is_closed(hall: TownHall) -> None:
    hall.person("ana").is_active = False
    assert asks(hall, "ana") is None


def test_a_delegate_is_known_as_one(hall: TownHall) -> None:
    ana, beto = hall.person("ana", "Board"), hall.person("beto", "Archive")
    declare_absence(
        hall.session, ana, hall.at.date(), hall.at.date(), delegate=beto, by=ana, at=hall.at
    )
    known = ana.standing
    found = asks(hall, "beto")
    assert found is not None
    assert [one.person for one in found.stands_in_for] == [known]


@pytest.mark.parametrize("change", ["role", "office", "skill"])
def test_who_gains_or_loses_a_right_has_another_standing_at_once(
    hall: TownHall, change: str
) -> None:
    hall.person("ana", "Front desk")
    found = asks(hall, "ana")
    assert found is not None
    before, seen = found.standing, visible_tasks(found)
    if change == "role":
        set_roles(hall.session, found, [Role.ANALYST])
    elif change == "office":
        set_offices(hall.session, found, [hall.office("Board").id])
    else:
        set_skills(hall.session, found, ["fire"])
    assert found.standing != before
    assert visible_tasks(found) is not seen
