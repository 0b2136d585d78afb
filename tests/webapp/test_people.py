"""What the operator does with people and offices."""

import re

from tests.webapp.conftest import Town


def test_a_new_person_signs_in_with_the_password_shown_once(town_on_each: Town) -> None:
    town = town_on_each
    oscar = town.visitor("oscar")
    sent = {"name": "zoe", "full_name": "Zoé Ruiz", "roles": ["civil_servant"]}
    answer = oscar.post("/people", sent)
    assert answer.status_code == 303
    shown = oscar.get(answer.headers["Location"]).text
    password = re.search(r"with the password ([\w-]+)", shown)
    assert password is not None
    assert town.visitor().sign_in("zoe", password.group(1)).status_code == 303
    assert password.group(1) not in oscar.get(answer.headers["Location"]).text


def test_a_name_taken_is_refused_and_nothing_is_lost(town: Town) -> None:
    answer = town.visitor("oscar").post("/people", {"name": "carla", "full_name": "Another"})
    assert answer.status_code == 422
    assert "already signs in as “carla”" in answer.text
    assert 'value="Another"' in answer.text


def test_the_page_of_a_person_is_about_that_person(town: Town) -> None:
    oscar, person = town.visitor("oscar"), town.person("carla")
    page = oscar.get(f"/people/{person.id}").text
    assert f"<h1>{person.full_name}</h1>" in page
    assert f'value="{person.full_name}"' in page
    assert f'action="/people/{person.id}"' in page
    assert f'action="/people/{person.id}/password"' in page


def test_closing_an_account_ends_its_sign_ins(town: Town) -> None:
    carla, oscar = town.visitor("carla"), town.visitor("oscar")
    person = town.person("carla")
    assert carla.get("/inbox").status_code == 200
    sent = {"full_name": "Carla", "roles": ["civil_servant"]}
    assert oscar.post(f"/people/{person.id}", sent).status_code == 303
    assert carla.get("/inbox").status_code == 303
    assert town.visitor().sign_in("carla").status_code == 422


def test_an_operator_cannot_lock_the_door_from_outside(town: Town) -> None:
    oscar = town.visitor("oscar")
    person = town.person("oscar")
    sent = {"full_name": "Oscar", "roles": ["analyst"], "is_active": "on"}
    assert oscar.post(f"/people/{person.id}", sent).status_code == 422
    assert oscar.get("/people").status_code == 200


def test_a_role_given_opens_its_pages_at_once(town: Town) -> None:
    nadie, oscar = town.visitor("nadie"), town.visitor("oscar")
    assert nadie.get("/inbox").status_code == 403
    person = town.person("nadie")
    sent = {"full_name": "Nadie", "roles": ["civil_servant"], "is_active": "on"}
    oscar.post(f"/people/{person.id}", sent)
    assert nadie.get("/inbox").status_code == 200


def test_an_office_is_added_below_another(town: Town) -> None:
    oscar = town.visitor("oscar")
    assert oscar.post("/people/offices", {"office": "Archive"}).status_code == 303
    assert "Archive" in oscar.get("/people").text


def test_a_number_beyond_all_columns_in_an_address_is_no_fault(town_on_each: Town) -> None:
    oscar = town_on_each.visitor("oscar")
    for address in (f"/people/{10**20}", f"/procedures/licence/migrations?from=1&to={10**20}"):
        assert oscar.get(address).status_code in {404, 422}


def test_nobody_else_manages_people(town: Town) -> None:
    carla = town.visitor("carla")
    assert carla.get("/people").status_code == 403
    assert carla.post("/people", {"name": "x", "roles": ["operator"]}).status_code == 403
