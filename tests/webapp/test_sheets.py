"""The sheet of a draft on its page, from and to its file; published sheets as data."""

import io
import tomllib
from typing import Any

import lxml.html
import pytest

from tests.webapp.conftest import LICENCE, Town, Visitor


@pytest.fixture
def ana(town: Town) -> Visitor:
    return town.visitor("ana")


@pytest.fixture
def draft(ana: Visitor) -> str:
    files = {"files": (io.BytesIO(LICENCE), "licence.bpmn")}
    return str(ana.post("/drafts", files, content_type="multipart/form-data").location)


FILLED = {
    "name": "Licencia",
    "m.0.name": "Riesgo bajo",
    "m.0.assessment": "positive_silence",
    "m.0.amount": "8",
    "m.0.unit": "business_days",
    "r.0.name": "Solicitud",
    "r.0.source": "applicant",
    "r.0.legal_basis": "Ley 1, art. 2",
    "fee.amount": "36,50",
    "appeal.file_within": "15",
    "appeal.decide_within": "30",
}


def test_what_was_typed_is_kept_with_the_draft(ana: Visitor, draft: str) -> None:
    assert ana.post(f"{draft}/sheet", FILLED).status_code == 303
    text = ana.get(f"{draft}/sheet").text
    assert 'value="Riesgo bajo"' in text
    assert "Ley 1, art. 2" in text
    assert 'value="36.50"' in text
    assert 'name = "Licencia"' in ana.get(f"{draft}/procedure.toml").text


def test_what_cannot_be_kept_comes_back_as_typed(ana: Visitor, draft: str) -> None:
    answer = ana.post(f"{draft}/sheet", FILLED | {"m.0.amount": "soon"})
    assert answer.status_code == 422
    assert "“soon” is no whole number" in answer.text
    assert 'value="soon"' in answer.text


def test_who_keeps_a_sheet_that_somebody_else_kept_meanwhile_is_told(
    ana: Visitor, draft: str
) -> None:
    text = ana.get(f"{draft}/sheet").text
    seen = text.partition('name="seen" value="')[2].partition('"')[0]
    assert ana.post(f"{draft}/sheet", FILLED | {"seen": seen}).status_code == 303
    late = ana.post(f"{draft}/sheet", {"name": "Otra", "seen": seen})
    assert late.status_code == 409
    assert "changed on another page" in late.text
    assert 'value="Otra"' in late.text  # nothing of what was typed is lost
    assert 'name = "Licencia"' in ana.get(f"{draft}/procedure.toml").text
    again = late.text.partition('name="seen" value="')[2].partition('"')[0]
    assert ana.post(f"{draft}/sheet", {"name": "Otra", "seen": again}).status_code == 303


def test_nothing_typed_is_lost_when_somebody_else_kept_the_sheet_meanwhile(
    ana: Visitor, draft: str
) -> None:
    two = {"name": "Licencia", "verify": "on", "r.0.name": "Solicitud", "r.1.name": "Plano"}
    ana.post(f"{draft}/sheet", two)
    mine = _cells(ana.get(f"{draft}/sheet").text)
    theirs = mine | {"r.2.name": "Croquis", "r.2.place": "0", "r.1.out": "on"}
    assert ana.post(f"{draft}/sheet", theirs).status_code == 303
    mine |= {"r.1.legal_basis": "Ley 7", "r.2.name": "Poder", "r.3.name": "Foto", "m.0.name": "Una"}
    late = ana.post(f"{draft}/sheet", mine | {"strict_order": "on"})
    assert late.status_code == 409
    again = _cells(late.text)
    rows = sorted(name for name in again if name.endswith(".name") and again[name])
    told = {again[row]: again.get(row.replace(".name", ".legal_basis"), "") for row in rows}
    assert told == {
        "Una": "",
        "Croquis": "",
        "Solicitud": "",
        "Plano": "Ley 7",
        "Poder": "",
        "Foto": "",
    }
    assert "Somebody took this line out" in late.text
    assert "strict_order" in again
    assert "verify" in again
    assert ana.post(f"{draft}/sheet", again).status_code == 303
    sheet = tomllib.loads(ana.get(f"{draft}/procedure.toml").text)
    kept = {one["name"]: one.get("legal_basis") for one in sheet["requirements"]}
    assert kept == dict.fromkeys(["Croquis", "Solicitud", "Poder", "Foto"]) | {"Plano": "Ley 7"}


def test_a_tick_that_was_taken_away_stays_away_when_something_else_is_wrong(
    ana: Visitor, draft: str
) -> None:
    ana.post(f"{draft}/sheet", {"name": "Licencia", "verify": "on", "strict_order": "on"})
    wrong = ana.post(f"{draft}/sheet", {"name": "Licencia", "m.0.name": "x", "m.0.amount": "soon"})
    assert not {"verify", "strict_order"} & _cells(wrong.text).keys()
    files = {"file": (io.BytesIO(b"= nonsense"), "procedure.toml")}
    wrong = ana.post(f"{draft}/procedure.toml", files, content_type="multipart/form-data")
    assert {"verify", "strict_order"} <= _cells(wrong.text).keys()


def _cells(text: str) -> dict[str, str]:
    """What a browser would send of the sheet's form as it is drawn."""
    drawn: Any = lxml.html.document_fromstring(text)
    return dict(next(one for one in drawn.forms if "seen" in one.fields).form_values())


def test_a_file_with_a_day_is_taken_over(ana: Visitor, draft: str) -> None:
    data = b'name = "Otra"\nrenewal_basis = { text = "Ley 1", issued_on = 2007-02-05 }\n'
    files = {"file": (io.BytesIO(data), "procedure.toml")}
    address = f"{draft}/procedure.toml"
    assert ana.post(address, files, content_type="multipart/form-data").status_code == 303
    assert "Ley 1 (2007-02-05)" in ana.get(f"{draft}/sheet").text
    assert "2007-02-05" in ana.get(address).text


def test_a_sheet_is_taken_over_from_its_file(ana: Visitor, draft: str) -> None:
    files = {"file": (io.BytesIO(b'name = "Otra"\n'), "procedure.toml")}
    address = f"{draft}/procedure.toml"
    assert ana.post(address, files, content_type="multipart/form-data").status_code == 303
    assert 'value="Otra"' in ana.get(f"{draft}/sheet").text
    files = {"file": (io.BytesIO(b"no"), "procedure.toml")}
    refused = ana.post(address, files, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert "no procedure sheet" in refused.text


def test_a_published_sheet_is_open_as_data(ana: Visitor, draft: str, town: Town) -> None:
    ana.post(f"{draft}/sheet", FILLED)
    ana.post(f"{draft}/publish", {"name": "Licencia", "key": "licencia"})
    nobody = town.visitor(None)
    sheet = nobody.get("/catalogue/licencia/sheet.json").get_json()
    assert sheet["requirements"][0]["name"] == "Solicitud"
    assert "Riesgo bajo" in nobody.get("/catalogue/licencia/sheet.csv").text
    whole = nobody.get("/catalogue.csv")
    assert whole.data.startswith(b"\xef\xbb\xbfcode,")  # how spreadsheets know that it is UTF-8
    assert "Riesgo bajo" in whole.text


def test_only_analysts_edit_sheets(town: Town, draft: str) -> None:
    assert town.visitor("carla").get(f"{draft}/sheet").status_code == 403
