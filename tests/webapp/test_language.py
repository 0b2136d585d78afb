"""Which language is spoken."""

from tests.webapp.conftest import LICENCE, Town
from tests.webapp.test_upload import draft_page


def test_the_browser_chooses(town: Town) -> None:
    visitor = town.visitor()
    assert "Ingresar" in visitor.get("/login", headers={"Accept-Language": "es-PE,es;q=0.9"}).text
    assert "Sign in" in visitor.get("/login", headers={"Accept-Language": "en-GB"}).text


def test_what_we_do_not_speak_is_answered_in_the_language_of_the_installation(town: Town) -> None:
    assert "Sign in" in town.visitor().get("/login", headers={"Accept-Language": "ja"}).text


def test_a_person_chooses_for_good(town: Town) -> None:
    carla = town.visitor("carla")
    assert carla.post("/account/language", {"language": "es"}).status_code == 303
    again = town.visitor("carla")
    page = again.get("/inbox?scope=unassigned", headers={"Accept-Language": "en"}).text
    assert '<html lang="es">' in page
    assert "Sin asignar" in page


def test_before_signing_in_the_browser_remembers_the_choice(town: Town) -> None:
    visitor = town.visitor()
    visitor.get("/language/es")
    assert "Ingresar" in visitor.get("/login").text


def test_a_refusal_is_said_in_spanish_with_its_values(town: Town) -> None:
    carla = town.visitor("carla")
    answer = carla.get("/cases/XX-1", headers={"Accept-Language": "es"})
    assert answer.status_code == 404
    assert "No existe expediente “XX-1”" in answer.text


def test_dates_are_said_as_people_say_them(town: Town) -> None:
    number = town.case()
    carla = town.visitor("carla")
    assert "today at 09:00" in carla.get(f"/cases/{number}").text
    town.clock.advance(days=1)
    carla = town.visitor("carla")
    assert (
        "ayer a las 09:00" in carla.get(f"/cases/{number}", headers={"Accept-Language": "es"}).text
    )


def test_what_is_wrong_with_an_expression_is_said_in_the_reader_s_language(town: Town) -> None:
    ana = town.visitor("ana")
    address = draft_page(ana, LICENCE.replace(b"Granted", b"Given"))
    answer = ana.client.get(
        f"{address}/rule?flow=yes&mode=feel&feel=area > )&try=1",
        headers={"Accept-Language": "es"},
    )
    assert "falta un valor" in answer.text or "no tiene sentido aquí" in answer.text
