"""A catalogue is imported after a look: nothing is kept until it is confirmed, and only what was chosen."""

import base64
import io
import re

import pytest
from sqlalchemy import func, select

from designer.models import Draft
from tests.webapp.conftest import Town, Visitor

TABLE = (
    "Código;Procedimiento;Plazo;Tasa;Color\n1;Licencia nueva;treinta;10;rojo\n2;Copia;3;0;azul\n"
).encode("cp1252")


def drafts(town: Town) -> int:
    with town.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Draft)) or 0


def looked(ana: Visitor, data: bytes, name: str = "tupa.csv") -> str:
    sent = {"csrf_token": ana.token("/account"), "file": (io.BytesIO(data), name)}
    answer = ana.client.post("/drafts/catalogue", data=sent, content_type="multipart/form-data")
    return answer.text


def test_a_look_tells_what_does_not_fit_and_keeps_nothing(town: Town) -> None:
    text = looked(town.visitor("ana"), TABLE)
    assert "“treinta” is no term" in text
    assert "“Color” is not known" in text
    assert "Licencia nueva" in text
    assert "separated by semicolons" in text
    assert drafts(town) == 0


def test_what_was_chosen_is_kept_as_drafts(town: Town) -> None:
    ana = town.visitor("ana")
    data = base64.b64encode(TABLE).decode()
    sent = {"file": "tupa.csv", "data": data, "procedure": "2"}
    answer = ana.post("/drafts/catalogue/keep", sent)
    assert answer.status_code == 303
    assert "1 procedure is a draft now" in ana.get(answer.location).text
    with town.database.reading() as session:
        [draft] = session.scalars(select(Draft)).all()
        assert draft.name == "Copia"
        assert draft.is_runnable


def test_more_than_are_kept_at_once_are_taken_in_turn(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("webapp.views.studio.catalogue_import", "designer.catalogue.keeping"):
        monkeypatch.setattr(f"{place}.MOST", 1)
    ana = town.visitor("ana")
    text = looked(ana, TABLE)
    assert chosen(text) == ["1"]
    assert "At most 1 are kept at once" in text
    sent = {"file": "t.csv", "data": base64.b64encode(TABLE).decode(), "procedure": "1"}
    assert ana.post("/drafts/catalogue/keep", sent).status_code == 303
    text = looked(ana, TABLE)
    assert chosen(text) == ["2"]
    assert "is a draft already" in text
    refused = ana.post("/drafts/catalogue/keep", sent | {"procedure": ["1", "2"]})
    assert refused.status_code == 422
    assert chosen(refused.text) == ["1", "2"]  # what was ticked stays ticked


def chosen(text: str) -> list[str]:
    return re.findall(r'name="procedure" value="(\w+)"[^>]* checked', text)


def test_a_remark_names_the_column_as_the_file_does(town: Town) -> None:
    assert "<td>Plazo</td>" in looked(town.visitor("ana"), TABLE)


def test_nothing_chosen_keeps_nothing(town: Town) -> None:
    ana = town.visitor("ana")
    sent = {"file": "t.csv", "data": base64.b64encode(TABLE).decode()}
    answer = ana.post("/drafts/catalogue/keep", sent)
    assert answer.status_code == 422
    assert "Nothing was chosen" in answer.text
    assert drafts(town) == 0


def test_what_is_no_table_is_told_with_what_to_do(town: Town) -> None:
    ana = town.visitor("ana")
    assert "Save the table as CSV" in looked(ana, b"PK\x03\x04", "tupa.xlsx")
    assert "Name its columns" in looked(ana, b"")
    broken = ana.post("/drafts/catalogue/keep", {"file": "t.csv", "data": "%%%"})
    assert broken.status_code == 422


def test_only_analysts_import(town: Town) -> None:
    assert town.visitor("carla").get("/drafts/catalogue").status_code == 403
