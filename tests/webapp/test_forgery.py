"""What a request must carry to change something, and what does not pass for it."""

import base64
import secrets

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from tests.webapp.conftest import Town, Visitor

PATH = "/account/language"


def _sent(visitor: Visitor, token: str | None) -> int:
    fields = {"language": "es"} | ({} if token is None else {"csrf_token": token})
    return visitor.client.post(PATH, data=fields).status_code


def _masked(said: str) -> str:
    mask = secrets.token_bytes(len(said))
    hidden = bytes(a ^ b for a, b in zip(mask, said.encode(), strict=True))
    return base64.urlsafe_b64encode(mask + hidden).decode()


def _signed(app: Flask, said: str, *, key: str | None = None) -> str:
    """As Flask-WTF signs it."""
    serializer = URLSafeTimedSerializer(key or str(app.secret_key), salt="wtf-csrf-token")
    return str(serializer.dumps(said))


def _kept(visitor: Visitor) -> str:
    visitor.get("/account")
    with visitor.client.session_transaction() as session:
        return str(session["csrf_token"])


def test_a_page_gives_a_token_that_looks_different_each_time(town: Town) -> None:
    carla = town.visitor("carla")
    first, second = carla.token("/account"), carla.token("/account")
    assert first != second
    assert [_sent(carla, first), _sent(carla, second)] == [303, 303]


def test_the_header_that_htmx_sends_does_as_well(town: Town) -> None:
    carla = town.visitor("carla")
    headers = {"X-CSRFToken": carla.token("/account")}
    answer = carla.client.post(PATH, data={"language": "es"}, headers=headers)
    assert answer.status_code == 303


def test_a_token_that_flask_wtf_signed_is_right_under_any_mask(town: Town) -> None:
    carla = town.visitor("carla")
    assert _sent(carla, _masked(_signed(town.app, _kept(carla)))) == 303


@pytest.mark.parametrize("token", [None, "", "x", "!!!!", "YWJj", "YWJjZA==", "é", "A" * 5000])
def test_what_is_no_token_is_refused_with_a_sentence(town: Town, token: str | None) -> None:
    carla = town.visitor("carla")
    fields = {"language": "es"} | ({} if token is None else {"csrf_token": token})
    answer = carla.client.post(PATH, data=fields)
    assert answer.status_code == 400
    assert "Reload it and send it again" in answer.text


def test_a_token_that_we_did_not_sign_is_refused(town: Town) -> None:
    carla = town.visitor("carla")
    kept = _kept(carla)
    assert _sent(carla, _masked(_signed(town.app, kept, key="of somebody else"))) == 400
    assert _sent(carla, _masked(kept)) == 400  # what is in the cookie, which anybody can read
    assert _sent(carla, _masked(_signed(town.app, ""))) == 400
    assert _sent(carla, _signed(town.app, kept)) == 400  # without its mask


def test_without_a_session_of_this_browser_no_token_is_right(town: Town) -> None:
    carla = town.visitor("carla")
    token = carla.token("/account")
    carla.client.delete_cookie("expedito")
    assert _sent(carla, token) == 400
