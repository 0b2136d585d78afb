"""Which language is spoken."""

import pytest

from engine.errors import Said
from engine.feel import FeelSyntaxError, compile_expression, report
from tests.webapp.conftest import LICENCE, Town
from tests.webapp.test_upload import draft_page
from webapp.i18n import said


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


@pytest.mark.parametrize("path", ["/catalogue", "/login", "/nothing", "/catalogue/none", "/verify"])
def test_a_page_in_part_in_quechua_says_so_and_can_be_had_in_spanish(town: Town, path: str) -> None:
    text = town.visitor().get(path, headers={"Accept-Language": "qu"}).text
    assert "Por ahora solo algunas palabras están en Runasimi" in text
    assert 'hreflang="es"' in text


def test_who_meets_a_refusal_without_an_account_keeps_the_ways_of_the_window(town: Town) -> None:
    text = town.visitor().get("/nothing").text
    assert 'href="/catalogue"' in text
    assert 'href="/follow"' in text
    assert 'href="/inbox' in town.visitor("carla").get("/nothing").text


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


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ('1 < "a"', "“<” no puede comparar un número con un texto."),
        ('date(2026, 1, 1) + "a"', "No existe “+” entre una fecha y un texto."),
        ("[1].a = (1)(2)", "Esto es un número, no una función."),
        ('(function(x: list<date and time>) x)("a")',
         "El argumento x debe ser una lista, cada elemento una fecha y hora, no un texto."),
        ('@"P1Y".days', "No hay “days” en una duración en años y meses."),
        ('matches("a", "]")', "En el patrón “]”: ] necesita un \\ antes."),
    ],
)  # fmt: skip
def test_the_reasons_of_feel_are_whole_in_spanish(town: Town, expression: str, words: str) -> None:
    problem = report(expression, {})[1][-1]
    with town.app.test_request_context(headers={"Accept-Language": "es"}):
        assert said(Said(problem.sentence, problem.values)) == words


def test_what_feel_misses_is_said_whole_in_spanish(town: Town) -> None:
    with pytest.raises(FeelSyntaxError) as refused:
        compile_expression("for x in [1] x")
    with town.app.test_request_context(headers={"Accept-Language": "es"}):
        assert said(refused.value.problem) == "falta “return” después de la lista de “for”."
