"""The public catalogue: anybody finds a procedure, reads it in plain words and learns exactly what to bring."""

from pathlib import Path

import pytest

from designer.library import publish_folder
from tests.webapp.conftest import Town
from webapp.transactions import Transactional

PROCESSES = Path(__file__).parents[2] / "processes"
KEY = "licencia-funcionamiento"


@pytest.fixture
def hall(town: Town) -> Town:
    """The town with the sample procedures published."""
    with town.database.transaction() as session:
        for folder in sorted(PROCESSES.glob("*/procedure.toml")):
            publish_folder(session, folder.parent, by=None, at=town.clock())
    return town


def test_a_stranger_sees_the_catalogue_at_the_door(hall: Town) -> None:
    answer = hall.visitor().get("/", follow_redirects=True)
    assert answer.status_code == 200
    assert "Licencia de funcionamiento" in answer.text
    assert "Sign in" in answer.text


def test_a_drawing_without_a_sheet_is_not_offered(hall: Town) -> None:
    visitor = hall.visitor()
    assert "Licence to operate" not in visitor.get("/catalogue").text
    assert visitor.get("/catalogue/licence").status_code == 404


@pytest.mark.parametrize("typed", ["LICENCIA", "informacion publica", "licensia", "funcionamento"])
def test_search_forgives_case_accents_and_a_wrong_letter(hall: Town, typed: str) -> None:
    text = hall.visitor().get(f"/catalogue?q={typed}").text
    assert "1 procedure found" in text


def test_what_nobody_offers_is_not_found(hall: Town) -> None:
    assert "Nothing was found" in hall.visitor().get("/catalogue?q=pasaporte").text


def test_what_the_office_has_not_confirmed_is_never_quoted_as_law(hall: Town) -> None:
    text = hall.visitor().get(f"/catalogue/{KEY}").text
    assert "to be confirmed by the office" in text
    assert "28976" not in text


def test_what_the_office_has_confirmed_is_quoted(hall: Town) -> None:
    with hall.database.transaction() as session:
        folder = PROCESSES / KEY
        version = publish_folder(session, folder, by=None, at=hall.clock())
        version.sheet = {**version.sheet, "verify": False}
    assert "TUO de la Ley 28976, art. 7" in hall.visitor().get(f"/catalogue/{KEY}").text


@pytest.mark.parametrize("country", ["BO", "CL", "CO", "EC"])
def test_what_is_known_of_a_country_only_by_heart_is_marked(hall: Town, country: str) -> None:
    with hall.database.transaction() as session:
        version = publish_folder(session, PROCESSES / KEY, by=None, at=hall.clock())
        version.sheet = {**version.sheet, "verify": False, "jurisdiction": country}
    text = hall.visitor().get(f"/catalogue/{KEY}").text
    assert "The office has not yet confirmed the terms and norms on this page." in text
    assert "(to be confirmed by the office)" in text


def test_silence_is_told_in_plain_words(hall: Town) -> None:
    text = hall.visitor().get(f"/catalogue/{KEY}").text
    assert "your request counts as approved" in text
    denied = hall.visitor().get("/catalogue/acceso-informacion-publica").text
    assert "you may appeal as if it had said no" in denied


def test_the_guide_asks_one_question_per_page_and_carries_the_answers(hall: Town) -> None:
    visitor = hall.visitor()
    first = visitor.get(f"/catalogue/{KEY}/guide").text
    assert "¿A qué se dedicará el local?" in first
    assert "metros cuadrados" not in first
    second = visitor.get(f"/catalogue/{KEY}/guide?giro=bodega").text
    assert "¿Cuántos metros cuadrados" in second
    assert '<input type="hidden" name="giro" value="bodega">' in second


def test_the_guide_asks_again_for_what_is_not_fit(hall: Town) -> None:
    answer = hall.visitor().get(f"/catalogue/{KEY}/guide?giro=bodega&area_m2=grande")
    assert answer.status_code == 422
    assert "Mend this:" in answer.text
    assert "¿Cuántos metros cuadrados" in answer.text


@pytest.mark.parametrize(
    ("answers", "needed", "spared"),
    [
        ("giro=bodega&area_m2=40&aforo=10", "Declaración jurada de condiciones", "Croquis"),
        ("giro=grifo&area_m2=40&aforo=10", "Croquis", "Declaración jurada de condiciones"),
    ],
)
def test_the_guide_gives_exactly_what_this_applicant_needs(
    hall: Town, answers: str, needed: str, spared: str
) -> None:
    text = hall.visitor().get(f"/catalogue/{KEY}/guide?{answers}").text
    assert needed in text
    assert spared not in text
    assert "Solicitud con carácter" in text


def test_quechua_says_what_it_can_and_the_rest_in_spanish(hall: Town) -> None:
    visitor = hall.visitor()
    answer = visitor.get("/language/qu?next=/catalogue", follow_redirects=True)
    # a page is in the language that most of it is in, and words of another are marked
    assert '<html lang="es">' in answer.text
    assert "Por ahora solo algunas palabras están en Runasimi" in answer.text
    assert '<span lang="qu">Maskay</span>' in answer.text  # to search
    asked = visitor.get(f"/catalogue/{KEY}/guide").text
    assert '<h1 class="small"><span lang="qu">Tapuy 1</span></h1>' in asked
    assert (
        'lang="qu"' not in hall.visitor().get(f"/catalogue/{KEY}/guide").text.partition("foot")[0]
    )
    assert "¿Qué necesita de esta oficina?" in answer.text


def test_a_public_page_brings_no_script(hall: Town) -> None:
    assert "<script" not in hall.visitor().get(f"/catalogue/{KEY}").text


def test_the_language_link_leads_back_and_nowhere_else(hall: Town) -> None:
    visitor = hall.visitor()
    assert visitor.get("/language/es?next=/catalogue").location == "/catalogue"
    assert visitor.get("/language/es?next=https://evil.example/").location == "/"


def test_the_guide_needs_no_cookie(hall: Town) -> None:
    app: Transactional = hall.app
    answer = app.test_client(use_cookies=False).get(f"/catalogue/{KEY}/guide?giro=bodega")
    assert answer.status_code == 200
