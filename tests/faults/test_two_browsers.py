import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
import requests
from sqlalchemy import func, select
from werkzeug.serving import make_server

from engine.database import Database
from engine.deployments import current_version, procedure_by_key
from engine.models import Case, Event, Task, TaskStatus
from engine.people import person_by_name, set_password
from tests.clock import Clock
from tests.engine.office import TWO_TASKS, TownHall
from tests.faults.story import check_whole
from webapp import create_app
from webapp.config import Settings
from webapp.security.tokens import issue_token

CROWD = 6
PASSWORD = "correct horse battery"


@pytest.fixture
def address(database: Database, clock: Clock, tmp_path: Path) -> Iterator[str]:
    """A real server with threads, over the test's database, in which ana and eva share an office."""
    with database.transaction() as session:
        hall = TownHall(session, clock())
        for name in ("ana", "eva"):
            set_password(session, hall.person(name, "Office"), PASSWORD)
        hall.publish(TWO_TASKS, by=hall.people["ana"])
    app = create_app(
        Settings(database_url=database.url, var=tmp_path, secret_key="s" * 40),
        database=database,
        clock=clock,
    )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join(30)
    server.server_close()


@pytest.fixture
def bearer(database: Database, clock: Clock, address: str) -> str:
    with database.transaction() as session:
        ana = person_by_name(session, "ana")
        assert ana is not None
        return issue_token(session, ana, at=clock())


def at_once(asks: list[Any]) -> list[requests.Response]:
    """Ask everything at the same time."""
    gate = Barrier(len(asks))
    answers: list[Any] = [None] * len(asks)

    def run(index: int, ask: Any) -> None:
        gate.wait()
        answers[index] = ask()

    threads = [Thread(target=run, args=pair) for pair in enumerate(asks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(180)
    return answers


def begin(database: Database, clock: Clock) -> str:
    with database.transaction() as session:
        version = current_version(session, procedure_by_key(session, "permit"))
        case = TownHall(session, clock()).start(version)
        return session.scalars(select(Task).where(Task.case_id == case.id)).one().id


class Browser(requests.Session):
    """Someone signed in, with the cookies of a browser of their own."""

    def __init__(self, address: str, name: str) -> None:
        super().__init__()
        self.address = address
        page = self.get(f"{address}/login", timeout=180).text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found is not None
        sent = {"name": name, "password": PASSWORD, "csrf_token": found[1]}
        assert self.send_form("/login", sent).status_code == 303

    def send_form(self, path: str, fields: dict[str, str]) -> requests.Response:
        """Send a form; where it leads to is not followed."""
        return self.post(self.address + path, data=fields, timeout=180, allow_redirects=False)


def form_of(client: Browser, task: str) -> dict[str, str]:
    """What the task's page would send: every hidden field of its form."""
    page = client.get(f"{client.address}/tasks/{task}", timeout=180).text
    form = re.search(rf'<form[^>]*action="/tasks/{task}/complete".*?</form>', page, re.DOTALL)
    assert form is not None
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if said.get("type") == "hidden" and "name" in said:
            fields[said["name"]] = said.get("value", "")
    return fields


def completed(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(Event.type == "task_completed")) or 0


def test_of_two_browsers_that_complete_one_task_the_slower_reads_who_was_faster(
    database: Database, clock: Clock, address: str
) -> None:
    task = begin(database, clock)
    people = {name: Browser(address, name) for name in ("ana", "eva")}
    forms = {name: form_of(client, task) for name, client in people.items()}
    answers = at_once(
        [
            lambda client=client, form=forms[name]: client.send_form(
                f"/tasks/{task}/complete", form
            )
            for name, client in people.items()
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    slower = next(answer for answer in answers if answer.status_code == 409)
    assert "was completed by" in slower.text
    assert completed(database) == 1
    with database.reading() as session:
        check_whole(session, at=clock())


def test_a_double_click_completes_a_task_once_and_both_clicks_get_the_same_answer(
    database: Database, clock: Clock, address: str
) -> None:
    task = begin(database, clock)
    ana = Browser(address, "ana")
    form = form_of(ana, task)
    answers = at_once([lambda: ana.send_form(f"/tasks/{task}/complete", form)] * 2)
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert completed(database) == 1


def test_a_request_sent_many_times_at_once_is_carried_out_once(
    database: Database, clock: Clock, address: str, bearer: str
) -> None:
    headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": "once"}
    body = {"applicant": {"name": "Rosa"}}
    where = f"{address}/api/v1/procedures/permit/cases"
    answers = at_once(
        [lambda: requests.post(where, json=body, headers=headers, timeout=180)] * CROWD
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["number"] for answer in answers}) == 1
    replayed = Counter(answer.headers.get("Idempotency-Replayed") for answer in answers)
    assert replayed == {None: 1, "true": CROWD - 1}
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1
        assert len(session.scalars(select(Task).where(Task.status == TaskStatus.OPEN)).all()) == 1
        check_whole(session, at=clock())
