"""The walk of a case over `/api/v1`: publish, start, claim, complete, read, measure."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from engine.metrics.upkeep import Known, catch_up
from engine.people import person_by_name
from tests.webapp.conftest import LICENCE, Town
from webapp.security.tokens import issue_token


class Machine:
    """Another system, calling as one person."""

    def __init__(self, town: Town, name: str) -> None:
        with town.database.transaction() as session:
            person = person_by_name(session, name)
            assert person is not None
            self.token = issue_token(session, person, at=town.clock())
        self.client: FlaskClient = town.app.test_client()

    def get(self, path: str, **query: object) -> Any:
        return self.client.get(f"/api/v1{path}", query_string=query, headers=self.headers())

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        return self.client.post(f"/api/v1{path}", json=body or {}, headers=self.headers(**headers))

    def headers(self, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **more}


def started(town: Town, name: str = "carla") -> str:
    answer = Machine(town, name).post(
        "/procedures/licence/cases", {"applicant": {"name": "Rosa Ñahui", "document": "41234567"}}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json["number"])


def test_a_diagram_is_published_and_a_case_goes_to_its_end(town: Town) -> None:
    ana = Machine(town, "ana")
    answer: Any = ana.client.post(
        "/api/v1/procedures?key=permit&name=Permit",
        data=LICENCE,
        headers=ana.headers(**{"Content-Type": "application/xml"}),
    )
    assert answer.status_code == 201, answer.text
    assert (answer.json["key"], answer.json["version"]) == ("permit", 1)
    assert "permit" in {procedure["key"] for procedure in ana.get("/procedures").json}

    number = started(town)
    carla, luis = Machine(town, "carla"), Machine(town, "luis")
    task = carla.get("/tasks", scope="office").json["tasks"][0]
    assert (task["case"], task["element_id"]) == (number, "receive")
    assert carla.post(f"/tasks/{task['id']}/claim").json["assignee"] == "Carla"
    gateway = carla.get(f"/tasks/{task['id']}").json["choices"][0]
    done = carla.post(
        f"/tasks/{task['id']}/complete",
        {"answers": {"shop": "La Rosa", "area": 40}, "choices": {gateway["element_id"]: ["yes"]}},
    )
    assert done.status_code == 200, done.text
    task = luis.get("/tasks", scope="office").json["tasks"][0]
    done = luis.post(f"/tasks/{task['id']}/complete")
    assert done.json == {"case": number, "status": "completed", "next_task": None}

    case = luis.get(f"/cases/{number}").json
    assert (case["status"], case["outcome"]) == ("completed", "Granted")
    assert case["variables"]["shop"] == "La Rosa"
    events = luis.get(f"/cases/{number}/events").json["events"]
    assert events[0]["type"] == "case_started"
    assert events[-1]["type"] == "case_completed"
    catch_up(town.database, Known())
    figures = Machine(town, "oscar").get("/procedures/licence/metrics").json
    assert (figures["ended"], figures["cycle_time"]["count"]) == (1, 1)


def test_facts_come_a_page_at_a_time(town: Town) -> None:
    number = started(town)
    carla = Machine(town, "carla")
    everything = carla.get(f"/cases/{number}/events").json
    first = carla.get(f"/cases/{number}/events", limit=1).json
    rest = carla.get(f"/cases/{number}/events", after=first["next"]).json
    assert first["events"] + rest["events"] == everything["events"]
    assert everything["next"] is None


def test_the_same_key_again_gets_the_same_answer_and_does_nothing(town: Town) -> None:
    number = started(town)
    carla = Machine(town, "carla")
    task = town.task(number)
    body = {"answers": {"shop": "La Rosa", "area": 4}, "choices": {"complete": ["no"]}}
    first = carla.post(f"/tasks/{task}/complete", body, **{"Idempotency-Key": "k1"})
    again = carla.post(f"/tasks/{task}/complete", body, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert first.json == again.json


def test_who_is_slower_reads_who_was_faster(town: Town) -> None:
    task = town.task(started(town))
    body = {"answers": {"shop": "La Rosa", "area": 4}, "choices": {"complete": ["no"]}}
    assert Machine(town, "carla").post(f"/tasks/{task}/complete", body).status_code == 200
    town.clock.now += timedelta(minutes=1)
    slower = Machine(town, "teo").post(f"/tasks/{task}/complete", body)
    assert slower.status_code == 409
    assert slower.content_type == "application/problem+json"
    assert "Carla" in slower.json["detail"]


@pytest.mark.parametrize(
    ("name", "path"),
    [("luis", "/tasks/{task}"), ("pedro", "/cases/{number}"), ("pedro", "/tasks/{task}")],
)
def test_nobody_reads_what_is_not_theirs(town: Town, name: str, path: str) -> None:
    number = started(town)
    where = path.format(task=town.task(number), number=number)
    assert Machine(town, name).get(where).status_code in {403, 404}


def test_a_request_that_does_not_fit_says_which_field(town: Town) -> None:
    answer = Machine(town, "carla").post("/procedures/licence/cases", {"applicant": {}})
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert "name" in answer.json["errors"]["json"]["applicant"]


def test_without_a_token_nothing_is_answered(town: Town) -> None:
    answer = town.app.test_client().get("/api/v1/tasks")
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"


def test_answers_that_do_not_fit_the_form_are_refused(town: Town) -> None:
    task = town.task(started(town))
    answer = Machine(town, "carla").post(
        f"/tasks/{task}/complete", {"answers": {"area": 40}, "choices": {"complete": ["no"]}}
    )
    assert answer.status_code == 422
    assert "shop" in answer.text.lower()


def test_a_hostile_diagram_is_refused_in_a_sentence(town: Town) -> None:
    ana = Machine(town, "ana")
    bomb = b'<!DOCTYPE d [<!ENTITY a "b">]><definitions>&a;</definitions>'
    answer: Any = ana.client.post("/api/v1/procedures?key=x", data=bomb, headers=ana.headers())
    assert answer.status_code == 422
    assert "DOCTYPE" in answer.json["detail"]


def test_the_description_is_openapi_3_1_and_names_every_command(town: Town) -> None:
    description: Any = town.app.test_client().get("/api/v1/openapi.json").json
    assert description["openapi"].startswith("3.1")
    for path in ("/procedures", "/tasks/{task_id}/complete", "/messages"):
        assert f"/api/v1{path}" in description["paths"]
