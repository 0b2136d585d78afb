"""A form that begins something new, sent twice as by a double click or after a time-out, begins it once."""

import re
from collections.abc import Mapping

import pytest
from sqlalchemy import func, select

from designer.models import Draft, Study, WhatIf
from engine.database import Base
from engine.models import CaseMessage
from tests.webapp.conftest import Town, Visitor
from tests.webapp.test_filing import applicant, file, mailed_code, publish, the_case


def form_of(shown: str, action: str) -> dict[str, str]:
    """The fields of the first form of a page that goes to `action` (empty: to the page itself), as they stand."""
    for tag, body in re.findall(r"<form([^>]*)>(.*?)</form>", shown, re.DOTALL):
        found = re.search(r'action="([^"]*)"', tag)
        if (found[1] if found else "") != action or 'method="post"' not in tag:
            continue
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', body))
        for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', body):
            fields[name] = re.findall(r'value="([^"]*)"', options)[0]
        return fields
    raise AssertionError(f"no form goes to “{action}”")


def count(town: Town, table: type[Base]) -> int:
    with town.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def sent_twice(visitor: Visitor, path: str, fields: Mapping[str, str]) -> None:
    answers = [visitor.client.post(path, data=fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert answers[1].headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    ("page", "action", "table"),
    [
        ("/studies", "/studies", Study),
        ("/procedures/licence", "/procedures/licence/1/change", Draft),
        ("/procedures/licence/what-ifs", "", WhatIf),
    ],
)
def test_what_an_analyst_begins_is_begun_once(
    town_on_each: Town, page: str, action: str, table: type[Base]
) -> None:
    ana = town_on_each.visitor("ana")
    before = count(town_on_each, table)
    sent_twice(ana, action or page, form_of(ana.get(page).text, action))
    assert count(town_on_each, table) == before + 1


def test_a_message_of_somebody_who_is_not_signed_in_is_kept_once_and_another_too(
    town: Town,
) -> None:
    hall = publish(town)
    rosa = applicant(hall)
    code = file(hall, rosa)
    at = f"/follow/{the_case(hall).id}"
    rosa.send("/follow", {"code": code, "document": "40123456"})
    early = {"csrf_token": rosa.token("/login"), "idempotency_key": "k", "text": "¿Cuándo?"}
    assert "/prove" in str(rosa.client.post(f"{at}/message", data=early).location)
    rosa.send(f"{at}/prove/send")
    rosa.send(f"{at}/prove", {"code": mailed_code(hall.database)})
    assert rosa.client.post(f"{at}/message", data=early).location == at
    fields = {**form_of(rosa.get(f"{at}/message").text, ""), "text": "¿Cuándo vienen?"}
    sent_twice(rosa, f"{at}/message", fields)
    assert count(hall, CaseMessage) == 2
    again = {**form_of(rosa.get(f"{at}/message").text, ""), "text": "¿Cuándo vienen?"}
    sent_twice(rosa, f"{at}/message", again)
    assert count(hall, CaseMessage) == 3


def test_a_key_opens_nothing_to_who_may_not_see(town: Town) -> None:
    hall = publish(town)
    file(hall, applicant(hall))
    stranger = applicant(hall)
    at = f"/follow/{the_case(hall).id}/message"
    sent = {"csrf_token": stranger.token("/login"), "idempotency_key": "k", "text": "x"}
    for _ in range(2):
        assert stranger.client.post(at, data=sent).location == "/follow"
    assert count(hall, CaseMessage) == 0
