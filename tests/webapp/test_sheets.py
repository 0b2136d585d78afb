"""The sheet of a draft on its page, from and to its file; published sheets as data."""

import io

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
    assert "Riesgo bajo" in nobody.get("/catalogue.csv").text


def test_only_analysts_edit_sheets(town: Town, draft: str) -> None:
    assert town.visitor("carla").get(f"{draft}/sheet").status_code == 403
