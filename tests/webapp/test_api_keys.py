"""The same `Idempotency-Key` again: every command of `/api/v1` answers as before and does nothing more."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.database import Base
from engine.models import CommandReceipt
from tests.webapp.conftest import LICENCE, Town
from tests.webapp.test_api import Machine, started
from tests.webapp.test_incidents import failed_call
from tests.webapp.test_migration import RENAMED, at_inspection, publish, work
from tests.webapp.test_terms import permit

Sent = tuple[str, str, Any]  # who, where, with what


def _case(deed: str, **body: Any) -> Callable[[Town], Sent]:
    return lambda town: ("oscar", f"/cases/{started(town)}/{deed}", {"reason": "r", **body})


def _resumed(town: Town) -> Sent:
    number = started(town)
    Machine(town, "oscar").post(f"/cases/{number}/suspend", {"reason": "r"})
    return "oscar", f"/cases/{number}/resume", {"reason": "r"}


def _moved(town: Town) -> Sent:
    number = started(town)
    (token,) = Machine(town, "oscar").get(f"/cases/{number}/tokens").json["tokens"]
    body = {"token": token["token"], "to": "inspect", "reason": "r"}
    return "oscar", f"/cases/{number}/move", body


def _task(town: Town) -> str:
    started(town)
    return str(Machine(town, "carla").get("/tasks", scope="office").json["tasks"][0]["id"])


def _claimed(deed: str) -> Callable[[Town], Sent]:
    def made(town: Town) -> Sent:
        task, carla = _task(town), Machine(town, "carla")
        carla.post(f"/tasks/{task}/claim")
        body: dict[str, Any] = {}
        if deed == "complete":
            choice = carla.get(f"/tasks/{task}").json["choices"][0]
            chosen = {choice["element_id"]: ["yes"]}
            body = {"answers": {"shop": "La Rosa", "area": 20}, "choices": chosen}
        return "carla", f"/tasks/{task}/{deed}", body

    return made


def _retried(town: Town) -> Sent:
    case = failed_call(town)
    return "oscar", f"/incidents/{case.id}-1/retry", {"reason": "r"}


def _settled(town: Town) -> Sent:
    case = failed_call(town)
    return "oscar", f"/incidents/{case.id}-1/settle", {"reason": "r", "answer": {}}


def _planned(town: Town) -> Sent:
    publish(town, RENAMED)
    at_inspection(town)
    return "oscar", "/procedures/licence/migrations", {"from": 1, "to": 2, "reason": "r"}


def _migration(*deeds: str) -> Callable[[Town], Sent]:
    def made(town: Town) -> Sent:
        who, where, body = _planned(town)
        oscar = Machine(town, who)
        at = f"/migrations/{oscar.post(where, body).json['id']}"
        work(town)
        for deed in deeds[:-1]:
            oscar.post(f"{at}/{deed}")
            work(town)
        return who, f"{at}/{deeds[-1]}", {}

    return made


def _appealed(town: Town) -> Sent:
    number = permit(town, "negative_silence")
    town.clock.set(datetime(2026, 2, 24, 15, 0, tzinfo=UTC))
    work(town)
    return "luis", f"/cases/{number}/appeals", {"kind": "appeal", "grounds": "Too slow"}


def _ruled(town: Town) -> Sent:
    who, where, body = _appealed(town)
    filed = Machine(town, who).post(where, body)
    ruling = {"result": "founded", "decision": "It was late.", "effect": "anew"}
    return "marta", f"{where}/{filed.json['number']}/decide", ruling


NOTICE = {"items": [{"requirement_key": "plan", "text": "Sign it."}]}


def _clock(
    *deeds: tuple[str, Any], later: datetime | None = None, who: str = "luis"
) -> Callable[[Town], Sent]:
    """The last of these deeds on the clock of a case, the others done."""

    def made(town: Town) -> Sent:
        luis, at = Machine(town, "luis"), f"/cases/{permit(town, 'positive_silence')}"
        for path, body in deeds[:-1]:
            done = luis.post(f"{at}/{path}", body)
            assert done.status_code in (200, 201), done.text
        if later is not None:
            town.clock.set(later)
        return who, f"{at}/{deeds[-1][0]}", deeds[-1][1]

    return made


def _longer(town: Town) -> Sent:
    number = permit(town, "positive_silence", clock={"tasks": {"check": "report"}})
    (one,) = Machine(town, "luis").get(f"/cases/{number}/term").json["extendable_tasks"]
    token = one["task"].partition("-")[2]
    return "luis", f"/cases/{number}/tasks/{token}/longer", {"reason": "r"}


_ASKED = ("suspension", {"kind": "other_entity", "reason": "asked SUNARP", "days": 2})
_STOP = ("suspension", {"kind": "applicant_request", "reason": "they asked"})

COMMANDS: dict[str, Callable[[Town], Sent]] = {
    "messages": lambda town: ("oscar", "/messages", {"name": "paid", "ttl": 60}),
    "procedures": lambda town: ("ana", "/procedures?key=other&name=Other", LICENCE),
    "procedures/<key>/suspend": lambda town: (
        "oscar",
        "/procedures/licence/suspend",
        {"reason": "r", "cases": True},
    ),
    "procedures/<key>/resume": lambda town: ("ana", "/procedures/licence/resume", {"reason": "r"}),
    "procedures/<key>/halts/again": lambda town: ("oscar", "/procedures/licence/halts/again", {}),
    "procedures/<key>/cases": lambda town: (
        "carla",
        "/procedures/licence/cases",
        {"applicant": {"name": "Eva"}},
    ),
    "procedures/<key>/migrations": _planned,
    "migrations/<migration_id>/move": _migration("move"),
    "migrations/<migration_id>/undo": _migration("move", "undo"),
    "migrations/<migration_id>/resume": _migration("resume"),
    "cases/<path:number>/cancel": _case("cancel"),
    "cases/<path:number>/suspend": _case("suspend"),
    "cases/<path:number>/resume": _resumed,
    "cases/<path:number>/move": _moved,
    "cases/<path:number>/data": _case("data", values={"area": 5}),
    "cases/<path:number>/appeals": _appealed,
    "cases/<path:number>/appeals/<int:which>/decide": _ruled,
    "cases/<path:number>/notices": _clock(("notices", NOTICE)),
    "cases/<path:number>/corrections/<int(max=1000):item>": _clock(
        ("notices", NOTICE), ("corrections/1", {"text": "Signed."})
    ),
    "cases/<path:number>/corrections": _clock(
        ("notices", NOTICE), ("corrections/1", {"text": "Signed."}), ("corrections", {})
    ),
    "cases/<path:number>/suspension": _clock(_STOP),
    "cases/<path:number>/suspension/longer": _clock(_ASKED, ("suspension/longer", {"reason": "r"})),
    "cases/<path:number>/suspension/end": _clock(_STOP, ("suspension/end", {})),
    "cases/<path:number>/tasks/<int:token>/longer": _longer,
    "cases/<path:number>/withdrawal": _clock(("withdrawal", {})),
    "cases/<path:number>/abandonment": _clock(
        _STOP, ("abandonment", {}), later=datetime(2026, 3, 2, 15, tzinfo=UTC), who="marta"
    ),
    "incidents/<incident_id>/retry": _retried,
    "incidents/<incident_id>/settle": _settled,
    "tasks/<task_id>/claim": lambda town: ("carla", f"/tasks/{_task(town)}/claim", {}),
    "tasks/<task_id>/release": _claimed("release"),
    "tasks/<task_id>/assign": lambda town: (
        "carla",
        f"/tasks/{_task(town)}/assign",
        {"to": "carla"},
    ),
    "tasks/<task_id>/complete": _claimed("complete"),
}


def posted(machine: Machine, where: str, body: Any, key: str) -> Any:
    if isinstance(body, bytes):
        headers = machine.headers(**{"Content-Type": "application/xml", "Idempotency-Key": key})
        return machine.client.post(f"/api/v1{where}", data=body, headers=headers)
    return machine.post(where, body, **{"Idempotency-Key": key})


def rows(town: Town) -> dict[str, int]:
    with town.database.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table is not CommandReceipt.__table__
        }


def test_no_command_is_missing_here(town: Town) -> None:
    found = {
        rule.rule.removeprefix("/api/v1/")
        for rule in town.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        and not (rule.methods or set()) <= {"GET", "HEAD", "OPTIONS"}
    }
    assert found == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_same_key_again_gets_the_same_answer_and_does_nothing(
    town_on_each: Town, name: str
) -> None:
    town = town_on_each
    who, where, body = COMMANDS[name](town)
    machine = Machine(town, who)
    first = posted(machine, where, body, "key-1")
    assert first.status_code in (200, 201, 202), first.text
    after = rows(town)
    again = posted(machine, where, body, "key-1")
    assert (again.status_code, again.json) == (first.status_code, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert rows(town) == after


@pytest.mark.parametrize("name", COMMANDS)
def test_the_same_key_with_another_body_is_refused_in_words(town: Town, name: str) -> None:
    who, where, body = COMMANDS[name](town)
    machine = Machine(town, who)
    posted(machine, where, body, "key-1")
    after = rows(town)
    other = body + b" " if isinstance(body, bytes) else {**body, "reason": "another"}
    refused = posted(machine, where, other, "key-1")
    assert refused.status_code == 422
    assert "This idempotency key was used for another request" in refused.json["detail"]
    assert rows(town) == after


def test_the_same_key_with_another_address_is_refused(town: Town) -> None:
    ana = Machine(town, "ana")
    for key, status in (("one", 201), ("two", 422)):
        answer = posted(ana, f"/procedures?key={key}&name=Other", LICENCE, "key-1")
        assert answer.status_code == status, answer.text
    assert posted(ana, "/procedures?key=two&name=Other", LICENCE, "key-2").status_code == 201
