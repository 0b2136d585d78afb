"""What is no text is told from a fault of ours, on pages and over the API, also on PostgreSQL, which keeps no NUL."""

from io import BytesIO

import pytest

from tests.webapp.conftest import Town
from webapp.security.tokens import issue_token


def _token(town: Town) -> str:
    with town.database.transaction() as session:
        return issue_token(session, town.person("oscar"), at=town.clock())


def test_a_page_says_what_is_no_character(town: Town) -> None:
    carla = town.visitor("carla")
    for address in ("/cases?q=%00", "/cases/a%00b", "/inbox?view=a&view=%00"):
        answer = carla.get(address)
        assert answer.status_code == 422, address
        assert "holds what is no character" in answer.text


def test_so_does_a_form_whose_key_is_none(town_on_each: Town) -> None:
    carla = town_on_each.visitor("carla")
    sent = {"language": "es", "idempotency_key": "a\0b"}
    assert carla.post("/account/language", sent).status_code == 422


@pytest.mark.parametrize("field", ["name", "password", "idempotency_key", "n\0me"])
def test_so_does_the_sign_in(town: Town, field: str) -> None:
    nobody = town.visitor()
    fields = {"csrf_token": nobody.token("/login"), "name": "ana", field: "a\0b"}
    assert nobody.client.post("/login", data=fields).status_code == 422


def test_so_does_an_upload_by_its_name(town: Town) -> None:
    ana = town.visitor("ana")
    sent = {"files": (BytesIO(b"<definitions/>"), "a\0b.bpmn")}
    answer = ana.post("/drafts", sent)
    assert (answer.status_code, "holds what is no character" in answer.text) == (422, True)


def test_the_api_names_it(town: Town) -> None:
    bearer = {"Authorization": f"Bearer {_token(town)}"}
    client = town.app.test_client()
    for address in ("/api/v1/cases/%00", "/api/v1/cases/a%00b/facts", "/api/v1/cases?text=%00"):
        answer = client.get(address, headers=bearer)
        assert (answer.status_code, answer.get_json()["title"]) == (422, "NoText"), address


def test_what_is_too_deep_to_be_read_is_refused(town: Town) -> None:
    bearer = {"Authorization": f"Bearer {_token(town)}", "Content-Type": "application/json"}
    client = town.app.test_client()
    deepest = (
        b'{"name": "a", "payload": ' + b'{"a":' * n + b"1" + b"}" * n + b"}"
        for n in (199, 930, 940)
    )
    for deep in (
        *deepest,
        b"[" * 200_000,
        b'{"payload": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
    ):
        answer = client.post("/api/v1/messages", data=deep, headers=bearer)
        assert answer.status_code == 400
    many = {"name": "said", "payload": {f"a{n}": [n] for n in range(600)}}
    assert client.post("/api/v1/messages", json=many, headers=bearer).status_code < 300
