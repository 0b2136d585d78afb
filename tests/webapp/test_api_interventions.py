"""Intervening over `/api/v1`: in a case, in what broke in it, in the version it follows."""

import pytest
from sqlalchemy import select

from engine.deployments import procedure_by_key, version_numbered
from engine.models import Case
from engine.waiting import raise_incident
from tests.webapp.conftest import LICENCE, Town
from tests.webapp.test_api import Machine, started
from tests.webapp.test_incidents import VISITS
from tests.webapp.test_incidents import started as begun
from tests.webapp.test_migration import RENAMED, at_inspection, publish, version_of, work


def test_a_case_is_suspended_resumed_and_cancelled_with_a_reason(town: Town) -> None:
    number, oscar = started(town), Machine(town, "oscar")
    for deed, status in (("suspend", "suspended"), ("resume", "open"), ("cancel", "cancelled")):
        answer = oscar.post(f"/cases/{number}/{deed}", {"reason": "The applicant asked for it"})
        assert (answer.status_code, answer.json["status"]) == (200, status), answer.text
    told = oscar.get(f"/cases/{number}/events").json["events"]
    reasons = {e["type"]: e["data"].get("reason") for e in told}
    for happened in ("case_suspended", "case_resumed", "case_cancelled"):
        assert reasons[happened] == "The applicant asked for it"
    assert oscar.post(f"/cases/{number}/resume", {"reason": "x"}).status_code == 409


@pytest.mark.parametrize("deed", ["cancel", "suspend", "resume"])
def test_an_intervention_needs_a_reason(town: Town, deed: str) -> None:
    answer = Machine(town, "oscar").post(f"/cases/{started(town)}/{deed}")
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert "reason" in answer.json["errors"]["json"]


@pytest.mark.parametrize(
    "path", ["/cases/{}/cancel", "/cases/{}/suspend", "/cases/{}/move", "/cases/{}/data"]
)
def test_only_who_is_in_charge_intervenes(town: Town, path: str) -> None:
    answer = Machine(town, "carla").post(path.format(started(town)), {"reason": "x"})
    assert answer.status_code == 403


def test_the_same_key_again_cancels_once(town: Town) -> None:
    number, oscar = started(town), Machine(town, "oscar")
    body, key = {"reason": "Withdrawn"}, {"Idempotency-Key": "cancel-1"}
    first = oscar.post(f"/cases/{number}/cancel", body, **key)
    again = oscar.post(f"/cases/{number}/cancel", body, **key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json == again.json


def test_who_looked_at_another_state_is_told(town: Town) -> None:
    number, oscar = started(town), Machine(town, "oscar")
    seen = oscar.get(f"/cases/{number}/tokens").json["revision"]
    oscar.post(f"/cases/{number}/data", {"values": {"x": 1}, "reason": "Missing"})
    answer = oscar.post(f"/cases/{number}/cancel", {"reason": "x", "seen": seen})
    assert answer.status_code == 409


def test_a_token_is_moved_to_one_of_its_places(town: Town) -> None:
    number, oscar = started(town), Machine(town, "oscar")
    (token,) = oscar.get(f"/cases/{number}/tokens").json["tokens"]
    assert token["element_id"] == "receive"
    assert "inspect" in [place["element_id"] for place in token["places"]]
    body = {"token": token["token"], "to": "inspect", "reason": "Received on paper"}
    answer = oscar.post(f"/cases/{number}/move", body)
    assert [task["name"] for task in answer.json["tasks"]] == ["Inspect the shop"]
    nowhere = oscar.post(f"/cases/{number}/move", {**body, "to": "nowhere"})
    assert nowhere.status_code in {404, 409, 422}


def test_a_move_is_looked_at_before_it_is_made(town: Town) -> None:
    number, oscar = started(town), Machine(town, "oscar")
    (token,) = oscar.get(f"/cases/{number}/tokens").json["tokens"]
    body = {"token": token["token"], "to": "inspect"}
    told = oscar.get(f"/cases/{number}/move", **body).json
    assert [work["name"] for work in told["leaving"]] == ["Receive the request"]
    assert [work["name"] for work in told["opening"]] == ["Inspect the shop"]
    assert told["status"] == "running"
    tasks = oscar.get(f"/cases/{number}").json["tasks"]
    assert [task["name"] for task in tasks] == ["Receive the request"], "nothing has moved yet"
    sent = {**body, "reason": "On paper", "seen": told["revision"]}
    assert oscar.post(f"/cases/{number}/move", sent).status_code == 200
    assert oscar.post(f"/cases/{number}/move", sent).status_code == 409
    assert Machine(town, "carla").get(f"/cases/{number}/move", **body).status_code == 403


def test_a_procedure_takes_no_cases_while_it_is_suspended(town: Town) -> None:
    number, ana = started(town), Machine(town, "ana")
    why = {"reason": "The norm changed"}
    assert ana.post("/procedures/licence/suspend").status_code == 422, "a reason is asked for"
    assert ana.post("/procedures/licence/suspend", why).json["takes_cases"] is False
    carla = Machine(town, "carla")
    refused = carla.post("/procedures/licence/cases", {"applicant": {"name": "Eva"}})
    assert (refused.status_code, "no new cases" in refused.text) == (422, True), refused.text
    assert carla.get(f"/cases/{number}").json["status"] == "open", "open ones go on"
    assert carla.post("/procedures/licence/resume", why).status_code == 403
    assert ana.post("/procedures/licence/resume", why).json["takes_cases"] is True
    assert started(town) != number
    assert ana.post("/procedures/nothing/suspend", why).status_code == 404


def test_what_only_one_round_knows_is_corrected_with_the_retry(town: Town) -> None:
    begun(town, VISITS, days=["PT1H", "soon"])
    oscar = Machine(town, "oscar")
    (found,) = oscar.get("/incidents").json
    (part,) = found["local"]
    assert (part["element_id"], part["variables"]["day"]) == ("visit", "soon")
    body = {"reason": "Asked", "local": [{"token": part["token"], "values": {"day": "PT2H"}}]}
    done = oscar.post(f"/incidents/{found['id']}/retry", body)
    assert (done.status_code, done.json["local"]) == (200, [])
    assert oscar.get("/incidents").json == []


def test_what_a_case_knows_is_corrected(town: Town) -> None:
    number, oscar = started(town), Machine(town, "oscar")
    answer = oscar.post(f"/cases/{number}/data", {"values": {"area": 5}, "reason": "Measured"})
    assert answer.json["variables"]["area"] == 5
    assert answer.json["local"] == []
    bad = oscar.post(f"/cases/{number}/data", {"values": {"x": 1}, "reason": "r", "token": 77})
    assert bad.status_code in {404, 409, 422}


def test_an_incident_is_listed_and_settled(town: Town) -> None:
    number, oscar = started(town), Machine(town, "oscar")
    with town.database.transaction() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        raise_incident(session, case, "job_failed", "no answer", "receive", None, at=town.clock())
    (found,) = oscar.get("/incidents").json
    assert (found["case"], found["message"]) == (number, "no answer")
    assert Machine(town, "carla").get("/incidents").status_code == 403
    nothing = oscar.post(f"/incidents/{found['id']}/retry", {"reason": "Again"})
    assert nothing.status_code == 422
    assert "Nothing failed" in nothing.json["detail"]
    done = oscar.post(f"/incidents/{found['id']}/settle", {"reason": "By telephone"})
    assert done.json["resolution"] == "By telephone"
    assert oscar.get("/incidents").json == []
    assert oscar.get("/incidents/1-1").status_code == 404
    assert oscar.get("/incidents/x").status_code == 404


def test_chosen_cases_are_checked_moved_and_moved_back(town: Town) -> None:
    publish(town, RENAMED)
    chosen, other = at_inspection(town), at_inspection(town)
    before, oscar = version_of(town, chosen), Machine(town, "oscar")
    pairs = oscar.get("/procedures/licence/migrations/proposal", **{"from": 1, "to": 2}).json
    assert {p["element_id"]: p["proposed"] for p in pairs if p["element_id"] == "inspect"} == {
        "inspect": "visit"
    }
    body = {"from": 1, "to": 2, "reason": "New rule", "cases": {"numbers": [chosen]}}
    made = oscar.post("/procedures/licence/migrations", body)
    assert made.status_code == 201, made.text
    assert (made.json["step"], made.json["cases"]) == ("checking", {"numbers": [chosen]})
    where = f"/migrations/{made.json['id']}"
    work(town)
    assert oscar.get(where).json["counts"] == {"fits": 1}
    assert oscar.post(f"{where}/undo").status_code == 409
    assert oscar.post(f"{where}/move").json["step"] == "moving"
    work(town)
    assert version_of(town, chosen) != before
    assert version_of(town, other) == before
    oscar.post(f"{where}/undo")
    work(town)
    assert version_of(town, chosen) == before
    assert oscar.get(where).json["counts"] == {"undone": 1}


def test_cases_are_chosen_by_where_they_stand_and_by_day(town: Town) -> None:
    publish(town, RENAMED)
    at_inspection(town)
    with town.database.transaction() as session:
        from engine.cases import Applicant, start_case

        old = version_numbered(session, procedure_by_key(session, "licence"), 1)
        start_case(session, old, {}, applicant=Applicant("Eva"), by=None, at=town.clock())
    oscar = Machine(town, "oscar")
    body = {"from": 1, "to": 2, "reason": "New rule"}
    for cases, count in (
        ({"element_ids": ["inspect"]}, 1),
        ({"element_ids": ["inspect", "receive"]}, 2),
        ({"filed_from": "2999-01-01"}, 0),
        ({"filed_until": "2999-01-01", "element_ids": ["receive"]}, 1),
    ):
        made = oscar.post("/procedures/licence/migrations", {**body, "cases": cases})
        work(town)
        found = oscar.get(f"/migrations/{made.json['id']}").json
        assert (found["open_cases"], sum(found["counts"].values())) == (count, count), cases


def test_a_number_that_is_not_there_is_named(town: Town) -> None:
    publish(town, LICENCE)
    body = {"from": 1, "to": 2, "reason": "r", "cases": {"numbers": ["NO-2026-000001"]}}
    answer = Machine(town, "oscar").post("/procedures/licence/migrations", body)
    assert answer.status_code == 422
    assert "NO-2026-000001" in answer.json["detail"]


def test_only_an_operator_plans_migrations(town: Town) -> None:
    body = {"from": 1, "to": 2, "reason": "r"}
    assert Machine(town, "ana").post("/procedures/licence/migrations", body).status_code == 403
    assert Machine(town, "oscar").get("/migrations/77").status_code == 404


def test_the_description_names_every_intervention(town: Town) -> None:
    paths = town.app.test_client().get("/api/v1/openapi.json").json["paths"]  # type: ignore[index]  # JSON
    for path in (
        *("/cases/{number}/cancel", "/cases/{number}/suspend", "/cases/{number}/resume"),
        *("/cases/{number}/move", "/cases/{number}/data", "/incidents/{incident_id}/retry"),
        *("/procedures/{key}/migrations", "/migrations/{migration_id}/move"),
    ):
        assert "post" in paths[f"/api/v1{path}"], path
