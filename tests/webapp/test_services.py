"""Service tasks: entered by an operator, chosen by an analyst, carried out by another machine, refused by it."""

import re
from collections.abc import Callable
from contextlib import suppress
from threading import Event as Flag
from time import sleep

import orjson
import pytest
from sqlalchemy import select

from designer.models import Draft
from engine.cases import Applicant, start_case
from engine.deployments import current_version, match_lanes, procedure_by_key
from engine.jobs import enqueue
from engine.models import Case, Event, Incident, Job, JobKind, Task, TaskStatus
from engine.outbox import send_mail
from engine.people import office_named
from engine.senders import calling
from tests.receivers import WebServer, web_server
from tests.webapp.conftest import Town
from tests.webapp.test_upload import draft_page
from webapp.workers import begin, workers

DRAWN = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:test">
<error id="e1" name="No such taxpayer" errorCode="NO_RUC"/>
<process id="registro" name="Registro" isExecutable="true">
<startEvent id="s"/>
<userTask id="ask" name="Register"><extensionElements><c:formData xmlns:c="http://camunda.org/schema/1.0/bpmn">
<c:formField id="ruc" label="RUC" type="string"/><c:formField id="phone" label="Phone" type="string"/>
</c:formData></extensionElements></userTask>
<serviceTask id="look" name="Look the taxpayer up"/>
<boundaryEvent id="unknown" attachedToRef="look"><errorEventDefinition errorRef="e1"/></boundaryEvent>
<userTask id="go" name="Go on"/><userTask id="call" name="Call the applicant"/>
<endEvent id="x"/><endEvent id="y"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="ask"/><sequenceFlow id="f2" sourceRef="ask" targetRef="look"/>
<sequenceFlow id="f3" sourceRef="look" targetRef="go"/><sequenceFlow id="f4" sourceRef="go" targetRef="x"/>
<sequenceFlow id="f5" sourceRef="unknown" targetRef="call"/><sequenceFlow id="f6" sourceRef="call" targetRef="y"/>
</process></definitions>"""


@pytest.fixture
def server() -> object:
    with web_server() as found:
        yield found


def let(town: Town, server: WebServer, drawn: bytes = DRAWN, /, **chosen: object) -> None:
    """An operator enters the service, an analyst connects the task with it and publishes."""
    settings = town.app.extensions["settings"]
    object.__setattr__(settings, "webhook_hosts", ("127.0.0.1",))
    sent = {"key": "sunat", "title": "Taxpayers", "url": server.url}
    assert town.visitor("oscar").post("/services", sent).status_code == 303
    ana = town.visitor("ana")
    address = draft_page(ana, drawn)
    assert "a person does it until it is connected" in ana.get(address).text
    use = {"service": "sunat", "tells": ["ruc"], **chosen}
    answer = ana.post(f"{address}/tasks/look/service", use)
    assert answer.status_code == 303
    assert "Carried out by the service “sunat”" in ana.get(address).text
    published = ana.post(f"{address}/publish", {"key": "registro", "name": "Registro"})
    assert published.status_code == 303
    with town.database.transaction() as session:
        procedure = procedure_by_key(session, "registro")
        procedure.office_id = office_named(session, "Counter", at=town.clock()).id
        match_lanes(session, procedure, {}, by=None, at=town.clock())


def filed(town: Town) -> int:
    """A case whose first task is done, so that the service is asked."""
    with town.database.transaction() as session:
        version = current_version(session, procedure_by_key(session, "registro"))
        case = start_case(session, version, {}, applicant=Applicant("R"), by=None, at=town.clock())
        number, case_id = case.number, case.id
    carla = town.visitor("carla")
    task = town.task(number)
    assert carla.post(f"/tasks/{task}/claim").status_code == 303
    done = carla.post(f"/tasks/{task}/complete", {"ruc": "20100", "phone": "999"})
    assert done.status_code == 303
    return case_id


def work(town: Town) -> None:
    for worker in workers(town.app.extensions["settings"], town.database, town.clock):
        worker.run_until_idle()


def open_tasks(town: Town, case_id: int) -> list[str]:
    with town.database.reading() as session:
        return list(
            session.scalars(
                select(Task.name).where(Task.case_id == case_id, Task.status == TaskStatus.OPEN)
            )
        )


def incidents(town: Town, case_id: int) -> list[str]:
    with town.database.reading() as session:
        return list(session.scalars(select(Incident.message).where(Incident.case_id == case_id)))


def test_a_service_does_the_task_is_told_only_what_was_chosen_and_its_answer_is_kept(
    town_on_each: Town, server: WebServer
) -> None:
    town = town_on_each
    server.status, server.said = 200, b'{"data": {"owner": "Rosa", "noise": 1}}'
    let(town, server, takes="owner")
    case_id = filed(town)
    work(town)
    assert open_tasks(town, case_id) == ["Go on"]
    told = orjson.loads(server.calls[0].body)
    assert told["data"] == {"ruc": "20100"}
    assert told["element_id"] == "look"
    assert server.calls[0].headers["webhook-signature"].startswith("v1,")
    with town.database.reading() as session:
        case = session.get_one(Case, case_id)
        kept = session.scalars(
            select(Event.data).where(Event.case_id == case_id, Event.type == "service_completed")
        ).one()
        assert kept is not None
        from engine.progress import load

        assert load(session, case, at=town.clock()).execution.variables == {
            "ruc": "20100",
            "phone": "999",
            "owner": "Rosa",
        }


@pytest.mark.parametrize(
    ("status", "said", "chosen"),
    [
        (422, b'{"error": {"code": "NO_RUC", "message": "unknown"}}', {}),
        (200, b'{"error": {"code": "NO_RUC"}}', {}),
        (404, b"<h1>Not found</h1>", {"status.NO_RUC": "404, 410"}),
    ],
    ids=["code in the answer", "code in a 200", "status that was mapped"],
)
def test_what_the_service_refuses_leaves_by_the_error_event_on_its_border(
    town_on_each: Town, server: WebServer, status: int, said: bytes, chosen: dict[str, str]
) -> None:
    town = town_on_each
    server.status, server.said = status, said
    let(town, server, DRAWN, **chosen)
    case_id = filed(town)
    work(town)
    assert open_tasks(town, case_id) == ["Call the applicant"]
    assert incidents(town, case_id) == []
    assert len(server.calls) == 1


def test_an_error_the_diagram_does_not_know_is_an_incident_and_can_be_asked_again(
    town: Town, server: WebServer
) -> None:
    server.status, server.said = 409, b""
    let(town, server)
    case_id = filed(town)
    work(town)
    assert open_tasks(town, case_id) == []
    assert incidents(town, case_id) == ["it answered 409"]
    server.status, server.said = 200, b'{"data": {"owner": "Rosa"}}'
    oscar = town.visitor("oscar")
    shown = oscar.get("/incidents").text
    address = re.search(r'href="(/incidents/[^"#]+)"', shown)
    assert address is not None
    assert oscar.post(f"{address[1]}/again", {"reason": "mended"}).status_code == 303
    work(town)
    assert open_tasks(town, case_id) == ["Go on"]


def test_what_an_operator_corrected_is_what_the_service_is_told_and_is_another_question(
    town: Town, server: WebServer
) -> None:
    server.status, server.said = 409, b""
    let(town, server)
    case_id = filed(town)
    work(town)
    oscar = town.visitor("oscar")
    address = re.search(r'href="(/incidents/[^"#]+)"', oscar.get("/incidents").text)
    assert address is not None
    server.status, server.said = 200, b"{}"
    sent = {"reason": "misread", "data.ruc": "20999"}
    assert oscar.post(f"{address[1]}/again", sent).status_code == 303
    work(town)
    assert open_tasks(town, case_id) == ["Go on"]
    assert [orjson.loads(call.body)["data"] for call in server.calls] == [
        {"ruc": "20100"},
        {"ruc": "20999"},
    ]
    first, second = (call.headers["webhook-id"] for call in server.calls)
    assert first != second


@pytest.mark.parametrize("said", [b"", b'{"data": {'])
def test_an_answer_that_breaks_off_is_no_answer(town: Town, server: WebServer, said: bytes) -> None:
    server.status, server.said, server.promised = 200, said, 500
    let(town, server)
    case_id = filed(town)
    work(town)
    assert open_tasks(town, case_id) == []
    server.promised = None
    server.said = b""
    town.clock.advance(minutes=1)
    work(town)
    assert open_tasks(town, case_id) == ["Go on"]


def test_an_answer_that_does_not_come_in_time_is_no_answer(
    town: Town, server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "TIME_LIMIT", 0.5)
    server.status, server.promised = 200, 500
    is_over = Flag()

    def drip() -> None:
        while not is_over.wait(0.1):
            with suppress(OSError):
                server.write(b" ")

    server.then = drip
    let(town, server)
    case_id = filed(town)
    try:
        work(town)
    finally:
        is_over.set()
    assert open_tasks(town, case_id) == []


def test_a_machine_that_does_not_answer_holds_up_no_mail_and_no_timer(
    town: Town, server: WebServer
) -> None:
    asked, is_over, stop = Flag(), Flag(), Flag()

    def hang() -> None:
        asked.set()
        is_over.wait(60)

    server.status, server.promised, server.then = 200, 2, hang
    let(town, server)
    case_id = filed(town)
    settings = town.app.extensions["settings"]
    threads = begin(workers(settings, town.database, town.clock), stop)
    try:
        assert asked.wait(60)
        with town.database.transaction() as session:
            send_mail(session, to="r@example.org", subject="S", text="T", key="k", at=town.clock())
            look, at = {"begun": "", "after": -1}, town.clock()  # done inside, like a timer
            enqueue(session, JobKind.SIGHT, "sight:x", look, run_at=at, at=at)
        assert waited(lambda: waiting_jobs(town) == {JobKind.SERVICE.value})
    finally:
        is_over.set()
        stop.set()
        for thread in threads:
            thread.join(60)
    assert open_tasks(town, case_id) == []


def waiting_jobs(town: Town) -> set[str]:
    with town.database.reading() as session:
        return set(session.scalars(select(Job.kind).where(Job.run_at <= town.clock())))


def waited(holds: Callable[[], bool]) -> bool:
    """Whether it holds within a minute."""
    for _ in range(600):
        if holds():
            return True
        sleep(0.1)
    return False


def test_an_error_in_words_alone_is_a_refusal(town: Town, server: WebServer) -> None:
    server.status, server.said = 200, b'{"error": "no such taxpayer"}'
    let(town, server)
    case_id = filed(town)
    work(town)
    assert open_tasks(town, case_id) == []
    assert incidents(town, case_id) == ["no such taxpayer"]


def test_a_service_that_is_not_there_is_asked_again_later(town: Town, server: WebServer) -> None:
    server.status = 503
    let(town, server)
    case_id = filed(town)
    work(town)
    assert incidents(town, case_id) == []
    server.status, server.said = 200, b"{}"
    town.clock.advance(minutes=1)
    work(town)
    assert open_tasks(town, case_id) == ["Go on"]
    first, second = (call.headers["webhook-id"] for call in server.calls)
    assert first == second


def test_what_cannot_be_is_said_and_stays_as_typed(town: Town, server: WebServer) -> None:
    let(town, server)
    ana = town.visitor("ana")
    address = draft_page(ana, DRAWN.replace(b"Registro", b"Registro 2"))
    for sent, said in (
        ({"service": "sunat", "takes": "2x"}, "“2x” is no name"),
        ({"service": "sunat", "status.NO_RUC": "200"}, "“200” is no HTTP status"),
        ({"service": "gone"}, "no service “gone” here any more"),
    ):
        answer = ana.post(f"{address}/tasks/look/service", sent)
        assert answer.status_code == 422
        assert said in answer.text
    assert ana.get(f"{address}/tasks/ask/service").status_code == 404


def test_a_service_is_entered_once_and_called_no_more_when_removed(
    town: Town, server: WebServer
) -> None:
    let(town, server)
    case_id = filed(town)
    oscar = town.visitor("oscar")
    again = oscar.post("/services", {"key": "sunat", "title": "x", "url": server.url})
    assert again.status_code == 422
    assert "There is a service “sunat” already" in again.text
    assert oscar.post("/services", {"key": "a b", "url": server.url}).status_code == 422
    asked = oscar.get("/services/sunat/remove").text
    assert "Registro, version 1" in asked
    assert "1 open case<" in asked
    assert oscar.post("/services/sunat/remove").status_code == 303
    assert oscar.get("/services/sunat/remove").status_code == 404
    work(town)
    assert server.calls == []
    assert incidents(town, case_id) == ["there is no service “sunat” here"]
    with town.database.reading() as session:
        assert session.scalars(select(Draft.services)).first() is not None


ESCALATES = (
    DRAWN.replace(b"<error ", b"<escalation ")
    .replace(b"errorCode=", b"escalationCode=")
    .replace(b"errorEventDefinition errorRef", b"escalationEventDefinition escalationRef")
)


@pytest.mark.parametrize(
    ("drawn", "code", "then"),
    [
        (ESCALATES, "NO_RUC", ["Call the applicant"]),
        (
            ESCALATES.replace(
                b'attachedToRef="look"', b'attachedToRef="look" cancelActivity="false"'
            ),
            "NO_RUC",
            ["Call the applicant", "Go on"],
        ),
        (ESCALATES, "OTHER", ["Go on"]),
    ],
    ids=["interrupting", "not interrupting", "nobody catches it"],
)
def test_what_the_service_escalates_goes_to_the_escalation_event_on_its_border(
    town: Town, server: WebServer, drawn: bytes, code: str, then: list[str]
) -> None:
    server.status = 200
    server.said = orjson.dumps({"data": {"owner": "Rosa"}, "escalation": {"code": code}})
    let(town, server, drawn)
    case_id = filed(town)
    work(town)
    assert sorted(open_tasks(town, case_id)) == then
    assert incidents(town, case_id) == []
