import pytest
from sqlalchemy.orm import Session

from engine.models import Role
from engine.people import (
    AddressWrong,
    NameTaken,
    PasswordTooShort,
    RoleUnknown,
    create_person,
    is_password_of,
    offices_below,
    person_by_name,
    set_offices,
    set_roles,
)
from tests.engine.office import TownHall


def test_a_password_is_kept_as_argon2id_and_nobody_elses_opens(
    hall: TownHall, session: Session
) -> None:
    ana = create_person(session, "ana", password="a short sentence", at=hall.at)
    assert ana.password_hash is not None
    assert ana.password_hash.startswith("$argon2id$")
    assert is_password_of(ana, "a short sentence")
    assert not is_password_of(ana, "a short sentence ")
    assert not is_password_of(None, "a short sentence")
    ana.is_active = False
    assert not is_password_of(ana, "a short sentence")


def test_someone_without_a_password_cannot_sign_in_by_one(hall: TownHall, session: Session) -> None:
    assert not is_password_of(create_person(session, "ana", at=hall.at), "")


def test_what_cannot_be_is_refused(hall: TownHall, session: Session) -> None:
    create_person(session, "ana", at=hall.at)
    with pytest.raises(NameTaken, match="ana"):
        create_person(session, " ana ", at=hall.at)
    with pytest.raises(PasswordTooShort, match="10"):
        create_person(session, "eva", password="short", at=hall.at)
    with pytest.raises(RoleUnknown, match="king"):
        create_person(session, "eva", roles=["king"], at=hall.at)
    with pytest.raises(AddressWrong, match="at home"):
        create_person(session, "eva", email="at home", at=hall.at)
    assert create_person(session, "ivo", email=" ", at=hall.at).email is None


def test_roles_and_offices_can_be_changed(hall: TownHall, session: Session) -> None:
    hall.person("ana", "A", "B", roles=(Role.ANALYST, Role.MANAGER))
    ana = person_by_name(session, "ana")
    assert ana is not None
    set_roles(session, ana, ["manager", "operator"])
    set_offices(session, ana, [hall.office("B").id, hall.office("C").id])
    session.expire_all()
    assert {held.role for held in ana.roles} == {"manager", "operator"}
    assert set(ana.office_ids) == {hall.office("B").id, hall.office("C").id}


def test_offices_below_reach_all_the_way_down_even_in_a_circle(
    hall: TownHall, session: Session
) -> None:
    top = hall.office("Top")
    middle = hall.office("Middle", below="Top")
    low = hall.office("Low", below="Middle")
    hall.office("Aside")
    assert set(session.scalars(offices_below([top.id]))) == {top.id, middle.id, low.id}
    top.parent_id = low.id
    session.flush()
    assert set(session.scalars(offices_below([middle.id]))) == {top.id, middle.id, low.id}
