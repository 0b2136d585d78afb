"""Messages to cases, over the API and on the operator's page: what became of each is said."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.cases import Applicant, start_case
from engine.deployments import deploy
from tests.engine.office import diagram
from tests.webapp.conftest import Town
from tests.webapp.test_api import Machine

AWAITS = diagram(
    '<startEvent id="s"/><receiveTask id="r" name="Payment" messageRef="m"/><userTask id="t" name="T"/>'
    '<endEvent id="e"/>',
    flows="s>r r>t t>e",
    roots='<message id="m" name="Paid"/>',
)
BEGINS = diagram(
    '<startEvent id="s"><messageEventDefinition messageRef="m"/></startEvent><userTask id="t" name="T"/>'
    '<endEvent id="e"/>',
    flows="s>t t>e",
    roots='<message id="m" name="Asked"/>',
)
KEYED = diagram(
    '<startEvent id="s"/><receiveTask id="r" name="Payment" messageRef="m"/><endEvent id="e"/>',
    flows="s>r r>e",
    roots='<message id="m" name="Paid"><extensionElements>'
    '<zeebe:subscription xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" correlationKey="=n"/>'
    "</extensionElements></message>",
)


@pytest.fixture
def number(town: Town) -> str:
    """A case that waits for “Paid”; another procedure begins with “Asked”."""
    with town.database.transaction() as session:
        for key, drawn in (("awaits", AWAITS), ("begins", BEGINS)):
            version = deploy(
                session,
                key,
                key,
                drawing=drawn,
                model=drawn,
                process_id="p",
                by=None,
                at=town.clock(),
            )
            if key == "awaits":
                case = start_case(
                    session, version, {}, applicant=Applicant("R"), by=None, at=town.clock()
                )
        return case.number


def sent(town: Town, name: str, **more: Any) -> dict[str, Any]:
    answer = Machine(town, "oscar").post("/messages", {"name": name, **more})
    assert answer.status_code == 200
    return dict(answer.json)


def test_the_api_says_what_became_of_a_message(town: Town, number: str) -> None:
    told = sent(town, "Paid", correlation={"case": number})
    assert (told["outcome"], told["case"], told["kept_until"]) == ("delivered", number, None)
    told = sent(town, "Paid", correlation={"case": number})
    assert (told["outcome"], told["case"], told["kept_until"]) == ("nobody", None, None)
    told = sent(town, "Paid", ttl=3600)
    assert (told["outcome"], told["case"]) == ("kept", None)
    assert datetime.fromisoformat(told["kept_until"]) == town.clock() + timedelta(hours=1)
    told = sent(town, "Asked")
    assert told["outcome"] == "started"
    assert told["case"] not in (None, number)


def test_an_operator_sends_what_a_case_waits_for_from_its_page(town: Town, number: str) -> None:
    oscar = town.visitor("oscar")
    assert (
        f"/messages?name=Paid&amp;correlation=case+%3D+{number}"
        in oscar.get(f"/cases/{number}").text
    )
    form = {"name": "Paid", "correlation": f"case = {number}", "payload": "sum = 12\nby = Rosa"}
    answer = oscar.post("/messages", form)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/cases/{number}"
    shown = oscar.get(f"/cases/{number}").text
    assert "The case waited for “Paid” and goes on." in shown
    again = oscar.post("/messages", form)
    assert again.status_code == 422
    assert "Nothing was sent" in again.text
    assert "by = Rosa" in again.text


def test_what_nobody_waits_for_is_kept_as_long_as_was_said_and_listed(
    town: Town, number: str
) -> None:
    oscar = town.visitor("oscar")
    assert oscar.post("/messages", {"name": "Later", "hours": "5"}).status_code == 303
    shown = oscar.get("/messages").text
    assert "It is kept." in shown
    assert "<td>Later</td>" in shown
    wrong = oscar.post("/messages", {"name": "Later", "payload": "no pair"})
    assert wrong.status_code == 422
    assert "“no pair” says no name and value" in wrong.text


def test_what_no_case_may_hold_is_refused_before_it_is_kept(town: Town, number: str) -> None:
    deep: dict[str, Any] = {}
    for _ in range(100):
        deep = {"a": deep}
    for payload in ({"typename": "x"}, {"a": deep}):
        answer = Machine(town, "oscar").post(
            "/messages", {"name": "Later", "payload": payload, "ttl": 3600}
        )
        assert (answer.status_code, answer.json["title"]) == (422, "ValueRefused")


def test_what_is_no_text_is_refused_in_a_sentence(town: Town, number: str) -> None:
    oscar = Machine(town, "oscar")
    for body in (
        {"name": "\ud800"},
        {"name": "Later", "correlation": {"a": "\udfff"}, "ttl": 9},
        {"name": "Later", "correlation": {"case": "\0"}},
        {"name": "Later", "payload": {"a": [{"b\ud800": 1}]}, "ttl": 9},
    ):
        answer = oscar.post("/messages", body)
        assert (answer.status_code, answer.json["title"]) == (422, "NoText"), body
    assert oscar.get("/cases", q="\0").status_code == 422
    # a pair of them is a character, and a backslash before a u is two
    assert sent(town, "😀 \\ud800", ttl=9)["outcome"] == "kept"


def test_a_number_that_says_which_case_is_the_same_however_it_is_written(
    town: Town, number: str
) -> None:
    drawn = KEYED
    with town.database.transaction() as session:
        version = deploy(
            session, "k", "k", drawing=drawn, model=drawn, process_id="p", by=None, at=town.clock()
        )
        numbers = [
            start_case(
                session, version, {"n": n}, applicant=Applicant("R"), by=None, at=town.clock()
            ).number
            for n in ("91", 92, "12E3")
        ]
    assert sent(town, "Paid", correlation={"correlationKey": 91.0})["case"] == numbers[0]
    assert sent(town, "Paid", correlation={"correlationKey": "92"})["case"] == numbers[1]
    form = {"name": "Paid", "correlation": "correlationKey = 12E3"}
    answer = town.visitor("oscar").post("/messages", form)
    assert answer.headers["Location"] == f"/cases/{numbers[2]}"
