"""Where mail to who signs in goes: proved by a code, or said by an operator; the address before is told."""

import re

from sqlalchemy import select

from engine.models import Job, JobKind
from tests.webapp.conftest import Town


def mails(town: Town, to: str) -> list[str]:
    with town.database.reading() as session:
        jobs = session.scalars(select(Job).where(Job.kind == JobKind.MAIL).order_by(Job.id))
        return [str(job.payload["text"]) for job in jobs if job.payload["to"] == to]


def code(town: Town, to: str) -> str:
    found = re.search(r"\d{6}", mails(town, to)[-1])
    assert found is not None
    return found.group(0)


def address(town: Town, name: str = "carla") -> str | None:
    with town.database.reading():
        return town.person(name).email


def test_an_address_counts_once_its_code_came_back(town_on_each: Town) -> None:
    town = town_on_each
    carla = town.visitor("carla")
    carla.post("/account/email", {"email": "carla@town.example"})
    assert address(town) is None
    assert "on its way to carla@town.example" in carla.get("/account").text
    wrong = carla.post("/account/email/code", {"code": "nothing"})
    assert wrong.status_code == 422
    assert address(town) is None
    carla.post("/account/email/code", {"code": code(town, "carla@town.example")})
    assert address(town) == "carla@town.example"


def test_the_address_before_is_told(town: Town) -> None:
    carla, oscar = town.visitor("carla"), town.visitor("oscar")
    at = f"/people/{town.person('carla').id}"
    kept = {"full_name": "Carla", "roles": ["civil_servant"], "is_active": "on"}
    oscar.post(at, {**kept, "email": "first@town.example"})
    assert address(town) == "first@town.example"
    oscar.post(at, {**kept, "email": "second@town.example"})
    assert "no longer comes to this address" in mails(town, "first@town.example")[-1]
    carla.post("/account/email", {"email": ""})
    assert address(town) is None
    assert len(mails(town, "second@town.example")) == 1


def test_what_is_no_address_is_refused_with_what_was_typed(town: Town) -> None:
    carla, oscar = town.visitor("carla"), town.visitor("oscar")
    for sent in ("carla@", "a b@x.pe", "carla@x.pe\r\nBcc: eva@x.pe", "<carla@x.pe>"):
        answer = carla.post("/account/email", {"email": sent})
        assert answer.status_code == 422, sent
        assert "is no e-mail address" in answer.text
    at = f"/people/{town.person('carla').id}"
    answer = oscar.post(at, {"full_name": "X", "is_active": "on", "email": "carla@"})
    assert answer.status_code == 422
    assert town.person("carla").full_name != "X"
    assert oscar.post("/people", {"name": "zoe", "email": "zoe@"}).status_code == 422
    oscar.post("/people", {"name": "zoe", "email": "zoe@town.example"})
    assert address(town, "zoe") == "zoe@town.example"


def test_a_code_of_one_account_is_none_of_another(town: Town) -> None:
    carla, oscar = town.visitor("carla"), town.visitor("oscar")
    carla.post("/account/email", {"email": "shared@town.example"})
    stolen = code(town, "shared@town.example")
    oscar.post("/account/email", {"email": "shared@town.example"})
    assert "shared@town.example" in oscar.get("/account").text  # it waits for its own code
    oscar.post("/account/email/code", {"code": stolen})
    assert address(town, "oscar") is None


def test_who_asks_too_often_keeps_the_code_that_is_on_its_way(town: Town) -> None:
    carla = town.visitor("carla")
    tries = [carla.post("/account/email", {"email": "c@town.example"}) for _ in range(9)]
    assert tries[-1].status_code in (422, 429)
    assert "on its way to c@town.example" in carla.get("/account").text
