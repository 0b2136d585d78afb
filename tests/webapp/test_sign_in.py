"""Signing in and out."""

import pytest
from sqlalchemy import func, select

from tests.webapp.conftest import PASSWORD, Town
from webapp.models import LoginFailure, SignIn
from webapp.security.throttle import PER_NAME


def test_a_right_password_leads_to_the_inbox(town_on_each: Town) -> None:
    carla = town_on_each.visitor()
    answer = carla.sign_in("carla")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert carla.get("/", follow_redirects=True).request.path == "/inbox"


def test_a_wrong_password_and_an_unknown_name_read_the_same(town: Town) -> None:
    visitor = town.visitor()
    wrong = visitor.sign_in("carla", "something else")
    unknown = visitor.sign_in("nobody here", "something else")
    assert wrong.status_code == unknown.status_code == 422
    said = [text.split('id="wrong">')[1].split("<")[0] for text in (wrong.text, unknown.text)]
    assert said[0] == said[1]


def test_guessing_is_stopped_for_the_right_password_too(town_on_each: Town) -> None:
    town = town_on_each
    for _ in range(PER_NAME):
        assert town.visitor().sign_in("carla", "a guess").status_code == 422
    answer = town.visitor().sign_in("carla")
    assert answer.status_code == 429
    assert "Wait 15 minutes" in answer.text


def test_who_waits_may_try_again(town: Town) -> None:
    for _ in range(PER_NAME):
        town.visitor().sign_in("carla", "a guess")
    town.clock.advance(minutes=16)
    assert town.visitor().sign_in("carla").status_code == 303


def test_a_success_forgets_the_failures_of_that_name(town: Town) -> None:
    town.visitor().sign_in("carla", "a guess")
    town.visitor("carla")
    with town.database.reading() as session:
        # the address keeps its own count
        assert session.scalar(select(func.count()).select_from(LoginFailure)) == 1


def test_the_secret_of_a_sign_in_changes_at_every_login(town: Town) -> None:
    visitor = town.visitor("carla")
    first = visitor.client.get_cookie("expedito_sign_in")
    assert first is not None
    visitor.post("/logout")
    visitor.sign_in("carla")
    second = visitor.client.get_cookie("expedito_sign_in")
    assert second is not None
    assert first.value != second.value


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(town: Town) -> None:
    answer = town.visitor().sign_in("carla")
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if "sign_in" in line)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_database_does_not_hold_the_secret(town: Town) -> None:
    visitor = town.visitor("carla")
    cookie = visitor.client.get_cookie("expedito_sign_in")
    assert cookie is not None
    with town.database.reading() as session:
        assert session.scalar(select(SignIn.hash)) != cookie.value


def test_signing_out_ends_the_sign_in_on_the_server(town: Town) -> None:
    visitor = town.visitor("carla")
    cookie = visitor.client.get_cookie("expedito_sign_in")
    assert cookie is not None
    assert visitor.post("/logout").status_code == 303
    visitor.client.set_cookie("expedito_sign_in", cookie.value)
    assert visitor.get("/inbox").headers["Location"].startswith("/login")


def test_a_sign_in_ends_with_the_working_day(town: Town) -> None:
    visitor = town.visitor("carla")
    town.clock.advance(hours=13)
    assert visitor.get("/inbox").headers["Location"] == "/login?next=/inbox"


def test_a_closed_account_is_out_at_once(town: Town) -> None:
    visitor = town.visitor("carla")
    with town.database.transaction() as session:
        person = session.get_one(type(town.person("carla")), town.person("carla").id)
        person.is_active = False
    assert visitor.get("/inbox").status_code == 303


@pytest.mark.parametrize(
    "planted", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site_after_signing_in(town: Town, planted: str) -> None:
    visitor = town.visitor()
    sent = {
        "name": "carla",
        "password": PASSWORD,
        "next": planted,
        "csrf_token": visitor.token(),
    }
    assert visitor.client.post("/login", data=sent).headers["Location"] == "/"


def test_a_token_of_another_sign_in_is_refused(town: Town) -> None:
    carla, teo = town.visitor("carla"), town.visitor("teo")
    stolen = teo.token("/account")
    answer = carla.client.post("/account/language", data={"csrf_token": stolen, "language": "es"})
    assert answer.status_code == 400


def test_a_cookie_planted_from_another_sign_in_brings_no_token(town: Town) -> None:
    carla, teo = town.visitor("carla"), town.visitor("teo")
    token = teo.token("/account")
    planted = teo.client.get_cookie("expedito")
    assert planted is not None
    carla.client.set_cookie("expedito", planted.value)
    answer = carla.client.post("/account/language", data={"csrf_token": token, "language": "es"})
    assert answer.status_code == 400


def test_the_token_looks_different_in_every_answer(town: Town) -> None:
    visitor = town.visitor("carla")
    assert visitor.token("/account") != visitor.token("/account")


def test_a_changed_password_signs_other_browsers_out(town: Town) -> None:
    here, elsewhere = town.visitor("carla"), town.visitor("carla")
    new = {"present": PASSWORD, "password": "otra frase bien larga"}
    assert here.post("/account/password", new).status_code == 303
    assert here.get("/inbox").status_code == 200
    assert elsewhere.get("/inbox").status_code == 303
    assert town.visitor().sign_in("carla", "otra frase bien larga").status_code == 303
