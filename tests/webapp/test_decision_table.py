"""Decision tables on a page: change them, see what they lack, try them, without opening a file."""

import re
from pathlib import Path

import pytest

from designer.library import publish_folder
from tests.webapp.conftest import Town, Visitor

FOLDER = Path(__file__).resolve().parents[2] / "processes" / "licencia-funcionamiento"
TABLE = "table?file=nivel-de-riesgo.dmn&decision=Nivel de riesgo"


@pytest.fixture
def draft(town: Town) -> tuple[Visitor, str]:
    """ana, and the address of her draft of the sample procedure."""
    with town.database.transaction() as session:
        publish_folder(session, FOLDER, by=None, at=town.clock())
    ana = town.visitor("ana")
    address = ana.post("/procedures/licencia-funcionamiento/1/change").headers["Location"]
    return ana, address


def test_a_cell_is_changed_and_the_decision_with_it(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    asked = f"{address}/{TABLE}&try=1&try.giro=bodega&try.area_m2=50&try.aforo=10"
    assert "<strong>bajo</strong>" in ana.get(asked).text
    answer = ana.post(f"{address}/{TABLE}", {"in.1.1": "> 40", "do": "save"})
    assert answer.status_code == 303
    shown = ana.get(asked).text
    assert "<strong>alto</strong>" in shown
    assert shown.count("data-fired") == 1


def test_a_cell_that_is_no_feel_is_marked_and_nothing_is_kept(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    answer = ana.post(f"{address}/{TABLE}", {"in.1.1": "> (40", "do": "save"})
    assert answer.status_code == 422
    assert "&gt; (40" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "&gt; 500" in ana.get(f"{address}/{TABLE}").text


def test_rules_are_added_moved_and_removed(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    page = f"{address}/{TABLE}"
    ana.post(page, {"do": "add"})
    assert ana.get(page).text.count('scope="row"') == 6
    ana.post(page, {"in.4.0": '"cine"', "out.4.0": '"muy alto"', "do": "up.4"})
    text = ana.get(page).text
    assert text.index("cine") < text.index("restaurante")
    ana.post(page, {"do": "remove.3"})
    text = ana.get(page).text
    assert "cine" not in text
    assert text.count('scope="row"') == 5


def test_a_rule_that_never_gets_its_turn_is_said(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    assert "None found" in ana.get(f"{address}/{TABLE}").text
    ana.post(f"{address}/{TABLE}", {"do": "up.4"})
    assert "Rule 5 never gets its turn" in ana.get(f"{address}/{TABLE}").text


def test_an_input_that_no_rule_matches_is_said_with_an_example(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    ana.post(f"{address}/{TABLE}", {"do": "remove.4"})
    assert "No rule applies when" in ana.get(f"{address}/{TABLE}").text


def test_the_example_of_a_gap_can_be_tried(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    ana.post(f"{address}/{TABLE}", {"do": "remove.4"})
    text = ana.get(f"{address}/{TABLE}").text
    link = text.split(">Try this one<")[0].rpartition('href="')[2].rstrip('"')
    assert "No answer." in ana.get(link.replace("&amp;", "&")).text


def test_a_published_table_is_read_and_tried_but_not_changed(draft: tuple[Visitor, str]) -> None:
    ana, _ = draft
    asked = f"/procedures/licencia-funcionamiento/1/{TABLE}&try=1&try.giro=grifo"
    text = ana.get(asked).text
    assert "<strong>muy alto</strong>" in text
    assert "Keep the table" not in text
    assert ana.post(asked, {"do": "add"}).status_code == 405


def test_an_unknown_table_is_not_found(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    assert ana.get(f"{address}/table?file=other.dmn&decision=x").status_code == 404


def shown_columns(ana: Visitor, page: str) -> list[str]:
    """The heads of the table."""
    head = ana.get(page).text.partition("<thead>")[2].partition("</thead>")[0]
    return re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', head)[1:]


def test_columns_are_added_from_fields_moved_and_removed_with_their_cells(
    draft: tuple[Visitor, str],
) -> None:
    ana, address = draft
    page = f"{address}/{TABLE}"
    heads = shown_columns(ana, page)
    ana.post(page, {"do": "in-add", "new.in": "nombre_comercial"})
    assert len(shown_columns(ana, page)) == len(heads) + 1
    asked = f"{page}&try=1&try.giro=bodega&try.area_m2=50&try.aforo=10"
    assert "<strong>bajo</strong>" in ana.get(asked).text
    ana.post(page, {"in.0.3": '"El Faro"', "do": "in-left.3"})
    assert shown_columns(ana, page)[2] not in heads
    ana.post(page, {"do": "in-remove.2"})
    assert shown_columns(ana, page) == heads
    assert "<strong>bajo</strong>" in ana.get(asked).text


def test_a_new_column_is_asked_although_the_model_draws_its_inputs(
    draft: tuple[Visitor, str],
) -> None:
    ana, address = draft
    page = f"{address}/{TABLE}"
    ana.post(page, {"do": "in-add", "new.in": "nombre_comercial"})
    cells = {f"in.{row}.3": '"Faro"' if row else "-" for row in range(5)}
    ana.post(page, cells | {"do": "save"})
    asked = f"{page}&try=1&try.giro=bodega&try.area_m2=50&try.aforo=10&try.nombre_comercial="
    assert "<strong>bajo</strong>" in ana.get(asked + "Faro").text
    assert "<strong>bajo</strong>" not in ana.get(asked + "Otro").text


def test_the_hit_policy_is_chosen_in_words_and_overlaps_are_said_at_once(
    draft: tuple[Visitor, str],
) -> None:
    ana, address = draft
    page = f"{address}/{TABLE}"
    ana.post(page, {"policy": "UNIQUE", "do": "save"})
    text = ana.get(page).text
    assert "Only one rule may apply" in text
    assert "both apply when" in text


def test_a_second_result_makes_the_answer_have_two_parts(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    page = f"{address}/{TABLE}"
    ana.post(page, {"do": "out-add", "new.out": "tasa"})
    ana.post(page, {f"out.{row}.1": "12" for row in range(5)} | {"do": "save"})
    asked = f"{page}&try=1&try.giro=bodega&try.area_m2=50&try.aforo=10"
    assert "tasa: 12" in ana.get(asked).text


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"do": "in-add"}, "Choose the field"),
        ({"do": "in-add", "new.feel": "1 +"}, "Column 4"),
        ({"do": "save", "allowed.in.0": '"a",'}, "Column 1"),
        ({"do": "out-remove.0"}, "at least one column of results"),
    ],
)
def test_a_column_that_makes_no_sense_is_refused_and_nothing_is_lost(
    draft: tuple[Visitor, str], sent: dict[str, str], words: str
) -> None:
    ana, address = draft
    answer = ana.post(f"{address}/{TABLE}", sent | {"in.0.0": '"cine"'})
    assert answer.status_code == 422
    assert words in answer.text
    assert "cine" in answer.text
