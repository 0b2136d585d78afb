"""Completing a task over HTTP: what the office does all day."""

import io
import re
from typing import Any

import pytest
from flask import g
from sqlalchemy import event

from engine.cases import Applicant, start_case
from engine.deployments import current_version, deploy, procedure_by_key
from engine.inbox.worklists import task_by_id
from engine.models import CaseStatus, Task, TaskStatus
from engine.people import office_named
from tests.webapp.conftest import Town
from webapp.config import LARGEST_REQUEST

AD_HOC = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:test">
<process id="p" name="Visits" isExecutable="true"><startEvent id="s"/>
<adHocSubProcess id="ad" name="What is needed" ordering="Parallel"><userTask id="a" name="Visit"/>
<userTask id="b" name="Measure"/></adHocSubProcess><endEvent id="e"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="ad"/><sequenceFlow id="f2" sourceRef="ad" targetRef="e"/>
</process></definitions>"""
ANSWERS: dict[str, object] = {"shop": "Bodega", "area": "40", "choice.complete": "yes"}


def read(town: Town, task_id: str, who: str = "oscar") -> Task:
    with town.database.reading() as session:
        return task_by_id(session, town.person(who), task_id)


def test_completing_leads_on_to_more_work(town_on_each: Town) -> None:
    town = town_on_each
    first, second = town.task(town.case()), town.task(town.case())
    carla = town.visitor("carla")
    carla.get("/inbox?scope=unassigned")
    answer = carla.post(f"/tasks/{first}/complete", ANSWERS)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/inbox/next")
    assert carla.get("/inbox/next").headers["Location"] == f"/tasks/{second}"
    assert read(town, first).status == TaskStatus.COMPLETED


def test_completing_leads_to_the_next_task_of_the_same_case_when_it_is_ours(town: Town) -> None:
    with town.database.transaction() as session:
        session.connection().exec_driver_sql(
            "UPDATE lane_office SET office_id = (SELECT id FROM office WHERE name = 'Counter')"
        )
    number = town.case()
    answer = town.visitor("carla").post(f"/tasks/{town.task(number)}/complete", ANSWERS)
    assert answer.headers["Location"] == f"/tasks/{town.task(number)}"


def test_the_button_of_a_gateway_decides_where_the_case_goes(town: Town) -> None:
    task = town.task(town.case())
    carla = town.visitor("carla")
    assert "No, reject" in carla.get(f"/tasks/{task}").text
    carla.post(f"/tasks/{task}/complete", {**ANSWERS, "choice.complete": "no"})
    case = read(town, task).case
    assert (case.status, case.outcome) == (CaseStatus.COMPLETED, "Rejected")


def test_unfit_answers_come_back_as_they_were_typed(town: Town) -> None:
    task = town.task(town.case())
    carla = town.visitor("carla")
    answer = carla.post(
        f"/tasks/{task}/complete", {"shop": "", "area": "4o", "choice.complete": "yes"}
    )
    assert answer.status_code == 422
    assert 'value="4o"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert read(town, task).status == TaskStatus.OPEN


def test_a_choice_that_was_not_made_is_asked_for_and_nothing_is_lost(town: Town) -> None:
    task = town.task(town.case())
    answer = town.visitor("carla").post(f"/tasks/{task}/complete", {"shop": "Bodega El Sol"})
    assert answer.status_code == 422
    assert "Bodega El Sol" in answer.text
    assert "Choose how to go on" in answer.text


def test_of_two_people_the_second_reads_who_was_faster(town_on_each: Town) -> None:
    town = town_on_each
    task = town.task(town.case())
    carla, teo = town.visitor("carla"), town.visitor("teo")
    assert carla.post(f"/tasks/{task}/complete", ANSWERS).status_code == 303
    late = teo.post(f"/tasks/{task}/complete", ANSWERS)
    assert late.status_code == 409
    # 14:00 UTC is nine in the morning in Lima
    assert "was completed by Carla at 09:00" in late.text


def test_a_task_claimed_by_somebody_else_is_not_completed(town: Town) -> None:
    task = town.task(town.case())
    town.visitor("carla").post(f"/tasks/{task}/claim")
    late = town.visitor("teo").post(f"/tasks/{task}/complete", ANSWERS)
    assert late.status_code == 409
    assert "Carla" in late.text


def test_the_same_key_completes_once_and_answers_twice(town_on_each: Town) -> None:
    town = town_on_each
    task = town.task(town.case())
    carla = town.visitor("carla")
    first = carla.post(f"/tasks/{task}/complete", ANSWERS, **{"Idempotency-Key": "k1"})
    again = carla.post(f"/tasks/{task}/complete", ANSWERS, **{"Idempotency-Key": "k1"})
    assert (first.status_code, first.headers["Location"]) == (303, "/inbox/next")
    assert (again.status_code, again.headers["Location"]) == (303, "/inbox/next")
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_form_to_mend_keeps_no_receipt_so_that_the_same_page_may_be_sent_mended(
    town_on_each: Town,
) -> None:
    town = town_on_each
    task = town.task(town.case())
    carla = town.visitor("carla")
    wrong = {**ANSWERS, "area": "4o", "idempotency_key": "k2"}
    refused = carla.post(f"/tasks/{task}/complete", wrong)
    assert refused.status_code == 422
    assert 'value="4o"' in refused.text
    mended = carla.post(f"/tasks/{task}/complete", {**ANSWERS, "idempotency_key": "k2"})
    assert mended.status_code == 303
    assert read(town, task).status == TaskStatus.COMPLETED


class Body(io.RawIOBase):
    """What a server hands over that has not yet received it; it remembers what was open when it was read."""

    def __init__(self, body: bytes) -> None:
        self.body = io.BytesIO(body)
        self.open: list[bool] = []

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.open.append("db_session" in g)
        return self.body.readinto(buffer)


@pytest.mark.parametrize(
    ("name", "status", "is_read"),
    [(None, 401, False), ("ana", 403, False), ("carla", 303, True)],
    ids=["nobody", "somebody else", "who may"],
)
def test_files_are_read_only_from_who_may_send_them(
    town: Town, name: str | None, status: int, is_read: bool
) -> None:
    address = f"/tasks/{town.task(town.case())}/complete"
    visitor = town.visitor(name)
    fields = {"csrf_token": visitor.token("/account" if name else "/login"), **ANSWERS}
    parts = (
        f'--x\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'
        for n, v in fields.items()
    )
    raw = ("".join(parts) + "--x--\r\n").encode()
    body = Body(raw)
    environ = {
        "wsgi.input": io.BufferedReader(body),
        "CONTENT_LENGTH": str(len(raw)),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
    }
    answer = visitor.client.post(address, environ_overrides=environ)
    assert (answer.status_code, bool(body.open)) == (status, is_read)
    assert not any(body.open)  # nobody waits for a transaction while a body comes in slowly


def test_a_file_that_is_far_too_large_does_not_cost_the_answers_beside_it(town: Town) -> None:
    """Where no script says so before it is sent."""
    task = town.task(town.case())
    carla = town.visitor("carla")
    fields = {**ANSWERS, "area": "4o", "csrf_token": carla.token("/account")}
    parts = [f'form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    parts.append('form-data; name="plan"; filename="plan.pdf"\r\n\r\n' + "0" * LARGEST_REQUEST)
    body = "".join(f"--part\r\nContent-Disposition: {part}\r\n" for part in parts) + "--part--\r\n"
    refused = carla.client.post(
        f"/tasks/{task}/complete",
        data=body.encode(),
        content_type="multipart/form-data; boundary=part",
    )
    assert refused.status_code == 422
    assert 'value="4o"' in refused.text


def test_the_same_key_for_something_else_is_refused(town: Town) -> None:
    task = town.task(town.case())
    carla = town.visitor("carla")
    carla.post(f"/tasks/{task}/complete", ANSWERS, **{"Idempotency-Key": "k1"})
    other = carla.post(f"/tasks/{task}/claim", {}, **{"Idempotency-Key": "k1"})
    assert other.status_code == 422


def test_it_costs_one_commit_and_at_most_nine_statements(town_on_each: Town) -> None:
    town = town_on_each
    tasks = [town.task(town.case()) for _ in range(2)]
    carla = town.visitor("carla")
    carla.post(f"/tasks/{tasks[0]}/complete", ANSWERS)  # compiles the version
    token = carla.token("/account")
    statements: list[str] = []
    commits: list[int] = []
    event.listen(
        town.database.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_: statements.append(statement),
    )
    event.listen(town.database.engine, "commit", lambda _c: commits.append(1))
    carla.client.post(f"/tasks/{tasks[1]}/complete", data={**ANSWERS, "csrf_token": token})
    assert len(commits) == 1
    statements = [one for one in statements if not one.startswith("BEGIN")]
    assert len(statements) <= 9, "\n".join(statements)


def test_what_was_typed_is_kept_before_it_is_fit(town_on_each: Town) -> None:
    town = town_on_each
    task = town.task(town.case())
    carla = town.visitor("carla")
    kept = carla.post(
        f"/tasks/{task}/draft", {"shop": "Bod", "area": "many"}, **{"HX-Request": "true"}
    )
    assert kept.status_code == 200
    assert "<html" not in kept.text
    page = carla.get(f"/tasks/{task}").text
    assert 'value="Bod"' in page
    assert 'value="many"' in page


@pytest.mark.parametrize("action", ["claim", "release"])
def test_claiming_and_releasing_move_a_task_between_lists(town: Town, action: str) -> None:
    number = town.case()
    task = town.task(number)
    carla = town.visitor("carla")
    assert carla.post(f"/tasks/{task}/claim").status_code == 303
    if action == "release":
        assert carla.post(f"/tasks/{task}/release").status_code == 303
    mine = number in carla.get("/inbox?scope=mine").text
    free = number in carla.get("/inbox?scope=unassigned").text
    assert (mine, free) == ((True, False) if action == "claim" else (False, True))


def test_nothing_more_is_needed_is_ticked_alone(town: Town) -> None:
    with town.database.transaction() as session:
        deploy(
            session,
            "visits",
            "Visits",
            drawing=AD_HOC,
            model=AD_HOC,
            process_id="p",
            by=None,
            at=town.clock(),
        )
        procedure = procedure_by_key(session, "visits")
        procedure.office_id = office_named(session, "Counter", at=town.clock()).id
        version = current_version(session, procedure)
        case = start_case(session, version, {}, applicant=Applicant("R"), by=None, at=town.clock())
        number = case.number
    task, carla = town.task(number), town.visitor("carla")
    page = carla.get(f"/tasks/{task}").text
    assert "Nothing more is needed" in page
    assert "tick it alone" in page
    answer = carla.post(f"/tasks/{task}/complete", {"choice.ad": ["a", "done"]})
    assert answer.status_code == 422
    assert "Tick it alone" in answer.text
    ticked = re.findall(r'name="choice.ad" value="(\w+)" checked', answer.text)
    assert ticked == ["a", "done"]  # it stays
    assert read(town, task, "carla").status == TaskStatus.OPEN
    done = carla.post(f"/tasks/{task}/complete", {"choice.ad": ["done"]})
    assert done.status_code == 303
