"""The table of a study: cells typed over, activities added, in and out of spreadsheets."""

import io
import re
from typing import Any

import lxml.html
import pytest

from tests.webapp.conftest import Town, Visitor
from tests.webapp.paper_study import begun_study


@pytest.fixture
def ana(town: Town) -> Visitor:
    return town.visitor("ana")


@pytest.fixture
def study(ana: Visitor) -> str:
    return begun_study(ana)


def test_a_cell_that_is_typed_over_is_kept_and_one_that_is_cleared_is_derived_again(
    ana: Visitor, study: str
) -> None:
    ana.post(f"{study}/as_is/table", {"a.minutes": "12,5", "a.activity": "Recibir y sellar"})
    text = ana.get(f"{study}/as_is/table").text
    assert 'value="12.5"' in text
    assert "said by the analyst" in text
    assert ">Recibir y sellar</textarea>" in text
    ana.post(f"{study}/as_is/table", {"a.minutes": "", "a.activity": ""})
    text = ana.get(f"{study}/as_is/table").text
    assert "12.5" not in text
    assert ">Recibir</textarea>" in text


def test_every_cell_that_is_typed_over_tells_so_and_its_row_is_had_back(
    ana: Visitor, study: str
) -> None:
    place = f"{study}/as_is/table"
    cells = {"w.type": "filing", "w.value": "no_value", "w.office": "Archivo", "w.minutes": "2880"}
    ana.post(place, cells)
    text = ana.get(place).text
    assert "said by the analyst (review)" in text
    assert "said by the analyst (control)" in text
    assert "= 2 days" in text
    assert "One case on average" in text
    ana.post(place, {**cells, "reset": "w"})
    assert "said by the analyst" not in ana.get(place).text


def test_who_keeps_a_table_that_somebody_else_kept_meanwhile_is_told(
    ana: Visitor, study: str
) -> None:
    for place, cell in ((f"{study}/as_is/table", "a.minutes"), (f"{study}/costs", "services")):
        seen = ana.get(place).text.partition('name="seen" value="')[2].partition('"')[0]
        assert ana.post(place, {cell: "12", "seen": seen}).status_code == 303
        late = ana.post(place, {cell: "7", "seen": seen})
        assert late.status_code == 409
        assert 'value="7"' in late.text
        again = late.text.partition('name="seen" value="')[2].partition('"')[0]
        assert ana.post(place, {cell: "7", "seen": again}).status_code == 303


def test_an_added_activity_that_was_taken_out_meanwhile_is_not_lost_to_who_types_in_it(
    ana: Visitor, study: str
) -> None:
    place = f"{study}/as_is/table"

    def opened() -> dict[str, str]:
        drawn: Any = lxml.html.document_fromstring(ana.get(place).text)
        return dict(next(one for one in drawn.forms if "seen" in one.fields).form_values())

    ana.post(place, {"new.activity": "Sellar", "new.minutes": "3"})
    mine = opened()
    added = next(name for name in mine if name.startswith("added:")).partition(".")[0]
    ana.post(place, opened() | {f"{added}.activity": "", f"{added}.minutes": "", "reset": added})
    ana.post(place, opened() | {"new.activity": "Foliar", "idempotency_key": "other"})
    late = ana.post(place, mine | {f"{added}.minutes": "9"})
    assert late.status_code == 409
    drawn: Any = lxml.html.document_fromstring(late.text)
    again = dict(next(one for one in drawn.forms if "seen" in one.fields).form_values())
    assert (again[f"{added}.activity"], again[f"{added}.minutes"]) == ("Sellar", "9")
    assert ana.post(place, again).status_code == 303
    assert {"Sellar", "Foliar"} <= set(opened().values())


def test_what_is_no_amount_comes_back_with_what_was_typed(ana: Visitor, study: str) -> None:
    answer = ana.post(f"{study}/as_is/table", {"a.minutes": "soon", "v.minutes": "7"})
    assert answer.status_code == 422
    assert "“soon” is no amount" in answer.text
    assert 'value="soon"' in answer.text
    assert 'value="7"' in answer.text


def test_no_tick_and_no_new_activity_is_lost_when_something_else_is_wrong(
    ana: Visitor, study: str
) -> None:
    place = f"{study}/as_is/table"
    ana.post(place, {"w.excluded": "on", "w.activity": "Revisar"})
    new = {"activity": "Sellar", "office": "Mesa", "minutes": "3", "type": "review"}
    typed = {f"new.{name}": said for name, said in {**new, "value": "control"}.items()}
    typed |= {"a.activity": "Recibir", "a.minutes": "soon", "a.excluded": "on", "w.activity": "R"}
    wrong = ana.post(place, typed)
    assert wrong.status_code == 422
    drawn: Any = lxml.html.document_fromstring(wrong.text)
    again = dict(next(one for one in drawn.forms if "seen" in one.fields).form_values())
    assert {name: again.get(name) for name in typed} == typed
    assert "w.excluded" not in again
    nameless = ana.post(place, {"new.activity": " ", "new.minutes": "3"})
    assert nameless.status_code == 422
    assert "Give the new activity a name" in nameless.text


def test_a_row_that_a_page_does_not_send_stays_as_it_is_said(ana: Visitor, study: str) -> None:
    place = f"{study}/as_is/table"
    ana.post(place, {"w.minutes": "7"})
    ana.post(place, {"a.minutes": "3"})
    assert re.search(r'name="w.minutes"[^>]*value="7"', ana.get(place).text)


def test_an_amount_is_read_as_pages_write_it_and_none_that_could_be_either_is_taken(
    ana: Visitor, study: str
) -> None:
    """Pages write S/ 36,000.00: who types 36,000 means no 36."""
    ana.post("/studies/ledger", {"posts": "Mesa; Técnico; 36,000.00\nMesa; Jefe; 72,000"})
    book = ana.get("/studies/ledger").text
    assert "Mesa; Técnico; 36000" in book
    assert "Mesa; Jefe; 72000" in book
    answer = ana.post(f"{study}/as_is/table", {"a.minutes": "1.250"})
    assert answer.status_code == 422
    assert "“1.250” can be read in two ways. Write 1250 or 1.25." in answer.text
    assert 'value="1.250"' in answer.text


def test_an_activity_that_is_not_drawn_can_be_added(ana: Visitor, study: str) -> None:
    new = {"new.activity": "Sellar", "new.office": "Mesa", "new.minutes": "3", "new.type": "review"}
    ana.post(f"{study}/as_is/table", new)
    assert ">Sellar</textarea>" in ana.get(f"{study}/as_is/table").text


def test_an_added_activity_stays_as_it_is_and_goes_when_its_name_is_cleared(
    ana: Visitor, study: str
) -> None:
    place = f"{study}/as_is/table"
    ana.post(place, {"new.activity": "Sellar", "new.office": "Mesa", "new.minutes": "3"})
    added = re.findall(r'name="(added:\d+)\.activity"', ana.get(place).text)[0]
    same = {"activity": "Sellar", "office": "Mesa", "minutes": "3", "type": "operation"}
    ana.post(place, {f"{added}.{name}": said for name, said in same.items()})
    assert re.search(rf'name="{added}.activity"[^>]*>Sellar</textarea>', ana.get(place).text)
    assert re.search(rf'name="{added}.office"[^>]*>Mesa</textarea>', ana.get(place).text)
    ana.post(place, {f"{added}.activity": ""})
    assert "added:" not in ana.get(place).text


def test_the_table_goes_out_as_a_spreadsheet_and_comes_back(ana: Visitor, study: str) -> None:
    ana.post(f"{study}/as_is/table", {"a.minutes": "12.5"})
    book = ana.get(f"{study}/as_is/table.xlsx").data
    ana.post(f"{study}/as_is/table", {"a.minutes": ""})
    files = {"file": (io.BytesIO(book), "t.xlsx")}
    ana.post(f"{study}/as_is/table.xlsx", files, content_type="multipart/form-data")
    assert 'value="12.5"' in ana.get(f"{study}/as_is/table").text


def test_what_is_no_workbook_is_refused_with_a_sentence(ana: Visitor, study: str) -> None:
    files = {"file": (io.BytesIO(b"no"), "t.xlsx")}
    answer = ana.post(f"{study}/as_is/table.xlsx", files, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "no workbook" in answer.text


def test_each_modality_has_a_table_of_its_own(ana: Visitor) -> None:
    begun = ana.post("/studies", {"procedure": "licence"}).location
    assert "The procedure sheet names none" in ana.get(f"{begun}/as_is/modalities").text
