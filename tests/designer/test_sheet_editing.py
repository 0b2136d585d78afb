"""A procedure sheet is edited line by line, and is `procedure.toml` again afterwards."""

import csv
import io
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.amounts import NoAmount
from designer.library import read_folder
from designer.sheet import NoSheet, WrongEncoding, from_toml, to_csv, to_toml
from designer.sheet_editing import NeedsNumber, cells, edited
from designer.sheet_rows import NeedsName
from engine.feel import FeelSyntaxError
from engine.numerals import TwoReadings
from engine.sheet import read_sheet

FOLDER = read_folder(Path(__file__).parents[2] / "processes" / "licencia-funcionamiento")
SHEET: dict[str, Any] = {
    "name": "Licencia",
    "number_prefix": "LF",
    "requirements": [
        {"name": "b", "order": 2, "legal_basis": {"norm_type": "Ley", "number": "1"}},
        {"name": "a", "order": 1},
    ],
}

RICH: dict[str, Any] = {
    **SHEET,
    "modalities": [{"name": "Riesgo bajo"}, {"name": "Riesgo alto"}],
}

TOP = (
    "key", "code", "objective", "who_may_ask", "contact", "renewal", "renewal_basis", "channels", "sites", "steps",
    "verify", "strict_order", "jurisdiction", "language", "forms",
)  # fmt: skip
SHARED = (
    "legal_basis", "justification", "protected_good", "applies_if", "registry", "fields", "used_by",
    "technical_justification", "legal_justification",
)  # fmt: skip
RICH_APPEAL = {
    "file_within": 15,
    "decide_within": 30,
    "authority": "Alcaldía",
    "silence": "negative",
    "after_silence": "positive",
}


def names(sheet: dict[str, Any]) -> list[str]:
    return [one.name for one in read_sheet(sheet).requirements]


def sent(**changed: str) -> dict[str, str]:
    """What the page sends of SHEET: its two requirements in their order."""
    shown = cells(SHEET)
    there = ("name", "r.0.key", "r.0.name", "r.1.key", "r.1.name", "r.1.legal_basis")
    return {name: shown[name] for name in there} | changed


@pytest.mark.parametrize("amount", [0, 0.0, "0"])
def test_what_is_free_stays_free(amount: object) -> None:
    free = {"name": "X", "fee": {"amount": amount, "currency": "PEN"}}
    fee = read_sheet(edited(free, {"name": "X", "fee.means": "Caja"})).fee
    assert fee is not None
    assert fee.amount == 0


def test_what_the_page_does_not_know_of_stays() -> None:
    assert edited(SHEET, sent())["number_prefix"] == "LF"


def test_a_norm_that_nobody_touched_keeps_its_parts() -> None:
    changed = edited(SHEET, sent())
    assert {"norm_type": "Ley", "number": "1"} in [
        one.get("legal_basis") for one in changed["requirements"]
    ]


def test_a_line_at_the_end_is_a_new_requirement_and_an_empty_one_goes() -> None:
    changed = edited(SHEET, sent(**{"r.0.name": "", "r.2.name": "c", "r.2.source": "own_registry"}))
    assert names(changed) == ["b", "c"]


def test_requirements_keep_their_keys_when_their_order_changes() -> None:
    before = {one.name: one.key for one in read_sheet(SHEET).requirements}
    changed = edited(SHEET, sent(**{"r.0.place": "2", "r.1.place": "1"}))
    assert names(changed) == ["b", "a"]
    assert {one.name: one.key for one in read_sheet(changed).requirements} == before


def test_a_requirement_that_is_new_gets_a_key_of_its_own() -> None:
    changed = edited(SHEET, sent(**{"r.2.name": "c"}))
    assert len({one["key"] for one in changed["requirements"]}) == 3


def test_a_requirement_without_a_name_is_not_lost_silently() -> None:
    with pytest.raises(NeedsName):
        edited(SHEET, sent(**{"r.2.name": "", "r.2.used_by": "Registrar"}))


@pytest.mark.parametrize("text", ["soon", "0", "-3", "1.5", "99999"])
def test_a_term_is_a_whole_number(text: str) -> None:
    with pytest.raises(NeedsNumber, match="is no whole number"):
        edited(SHEET, sent(**{"m.0.name": "m", "m.0.amount": text}))


def test_a_condition_is_feel() -> None:
    with pytest.raises(FeelSyntaxError):
        edited(SHEET, sent(**{"m.0.name": "m", "m.0.applies_if": "import os; os"}))


def test_the_sample_sheet_comes_back_from_its_own_file() -> None:
    again = from_toml(to_toml(FOLDER.sheet).encode(), FOLDER.sheet)
    assert again == FOLDER.sheet
    assert "template" not in to_toml(FOLDER.sheet)


@pytest.mark.parametrize("text", ["", "= nonsense", "key = 3", "name = 7"])
def test_what_is_no_sheet_is_refused(text: str) -> None:
    with pytest.raises(NoSheet, match="no procedure sheet"):
        from_toml(text.encode(), {})


def test_a_written_file_is_one_that_python_reads() -> None:
    assert tomllib.loads(to_toml({"name": "x", "nothing": None, "list": [None, 1]})) == {
        "name": "x",
        "list": [1],
    }


def test_the_table_has_a_line_per_modality_and_requirement_that_belongs_to_it() -> None:
    sheet = read_sheet(FOLDER.sheet)
    rows = list(csv.DictReader(io.StringIO(to_csv([sheet]))))
    belonging = sum(
        not one.modalities or modality.name in one.modalities
        for modality in sheet.modalities
        for one in sheet.requirements
    )
    assert len(rows) == belonging
    assert {row["fee"] for row in rows} == {"36.50"}


def test_no_cell_of_the_table_is_a_formula() -> None:
    sheet = read_sheet({"name": "=1+1", "requirements": [{"name": "@SUM(A1)"}]})
    [row] = csv.DictReader(io.StringIO(to_csv([sheet])))
    assert (row["procedure"], row["requirement"]) == ("'=1+1", "'@SUM(A1)")


PARTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["a\r\nb", " a, b ", "positive", "business_days", "1,5", "gratis", "x > 1"]),
    st.integers(-3, 40),
    st.booleans(),
    st.dates(),
)
ANYTHING = st.recursive(
    PARTS,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=3,
)


def table(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """A table with some of these names, each saying anything, and one that nobody knows of."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys((*names, "unheard_of"), ANYTHING))


APPEAL = table("file_within", "decide_within", "authority", "silence", "after_silence")
SHEETS = st.fixed_dictionaries(
    {"name": st.text(min_size=1, max_size=9)},
    optional={
        **dict.fromkeys((*TOP, "case", "clock", "letters", "tasks"), ANYTHING),
        "offices": table("receives", "decides", "processes", "lanes"),
        "fee": table("amount", "currency", "stage", "means", "stages"),
        "appeals": st.dictionaries(
            st.sampled_from(["reconsideration", "appeal", "review"]), APPEAL | ANYTHING
        ),
        "modalities": st.lists(table("name", "assessment", "term", "verify", *SHARED), max_size=3),
        "requirements": st.lists(
            table("key", "order", "name", "source", "kind", "modalities", "form", *SHARED) | PARTS,
            max_size=3,
        ),
    },
)


@settings(max_examples=30)
@given(SHEETS)
def test_nothing_a_sheet_can_say_is_lost_by_opening_and_keeping_it(sheet: dict[str, Any]) -> None:
    assert edited(sheet, kept(sheet)) == sheet


def kept(sheet: dict[str, Any]) -> dict[str, str]:
    """What the page sends of a sheet when nothing is typed, the lines it offers for new ones included."""
    sent = {name: text.replace("\n", "\r\n") for name, text in cells(sheet).items()}
    offered = {"m.9.name": "", "m.9.assessment": "automatic", "r.9.place": "10", "r.9.name": " "}
    ticked = {name: "on" for name in ("verify", "strict_order") if sheet.get(name) is True}
    return sent | offered | ticked


@pytest.mark.parametrize("cell", ["appeal.file_within", "m.0.amount", "r.0.registry", "fee.stage"])
def test_a_cell_that_is_changed_leaves_what_stands_beside_it(cell: str) -> None:
    sheet = {**FOLDER.sheet, "appeals": {"appeal": RICH_APPEAL, "review": {"file_within": 3}}}
    changed = edited(sheet, kept(sheet) | {cell: "7"})
    assert changed != sheet
    other = edited(changed, kept(changed) | {cell: cells(sheet)[cell]})
    assert read_sheet(other) == replace(read_sheet(sheet), raw=other)
    assert other["appeals"]["appeal"] == RICH_APPEAL
    assert other["appeals"]["review"] == {"file_within": 3}


def test_an_appeal_goes_when_its_days_are_cleared() -> None:
    sheet = {**SHEET, "appeals": {"appeal": RICH_APPEAL}}
    cleared = {"appeal.file_within": "", "appeal.decide_within": ""}
    assert "appeals" not in edited(sheet, kept(sheet) | cleared)


def test_what_is_no_table_among_the_lines_stays_when_another_one_is_edited() -> None:
    odd = {**SHEET, "requirements": ["DNI", *SHEET["requirements"], 7], "modalities": ["Única"]}
    changed = edited(odd, sent(**{"r.0.name": "A", "m.0.name": "Riesgo bajo"}))
    assert names(changed) == ["A", "b"]
    assert [one for one in changed["requirements"] if not isinstance(one, dict)] == ["DNI", 7]
    assert changed["modalities"][1:] == ["Única"]
    assert tomllib.loads(to_toml(changed))["requirements"] == changed["requirements"]


def test_an_appeal_decided_in_months_stays_so_when_its_authority_is_edited() -> None:
    month = {"amount": 1, "unit": "months"}
    appeal = {"file_within": 10, "decide_within": month}
    sheet = {**SHEET, "appeals": {"appeal": appeal}}
    shown = {name: said for name, said in cells(sheet).items() if name.startswith("appeal.")}
    changed = edited(sheet, sent(**{**shown, "appeal.authority": "Alcaldía"}))
    assert changed["appeals"]["appeal"] == {**appeal, "authority": "Alcaldía"}
    (read,) = read_sheet(changed).appeals
    assert (read.decide.amount, read.decide.unit) == (1, "months")


def test_an_appeal_is_decided_in_the_unit_that_is_chosen() -> None:
    new = {"appeal.file_within": "10", "appeal.decide_within": "2", "appeal.decide_unit": "months"}
    changed = edited(SHEET, sent(**new))
    assert changed["appeals"]["appeal"]["decide_within"] == {"amount": 2, "unit": "months"}
    back = edited(changed, kept(changed) | {"appeal.decide_unit": "business_days"})
    assert back["appeals"]["appeal"]["decide_within"] == 2


def test_a_new_appeal_is_offered_in_the_unit_of_its_country() -> None:
    assert cells({**SHEET, "jurisdiction": "EC"})["appeal.decide_unit"] == "months"
    assert cells({**SHEET, "jurisdiction": "PE"})["appeal.decide_unit"] == "business_days"
    assert cells({**SHEET, "jurisdiction": "XX"})["appeal.decide_unit"] == "business_days"


def test_a_norm_is_typed_with_its_day_and_its_address() -> None:
    line = "Ley N.° 28976, art. 7 (05/02/2007) https://example.gob.pe/28976"
    changed = edited(SHEET, sent(**{"r.0.legal_basis": line + "\nTUPA anterior"}))
    [a, _b] = read_sheet(changed).requirements
    law, other = a.legal_basis
    assert (law.text, law.norm_type, law.number) == ("Ley N.° 28976, art. 7", "Ley", "28976")
    assert (law.article, law.url) == ("7", "https://example.gob.pe/28976")
    assert str(law.issued_on) == "2007-02-05"
    assert changed["requirements"][0]["legal_basis"][1] == other.text == "TUPA anterior"
    shown = cells(changed)["r.0.legal_basis"].splitlines()
    assert shown[0].endswith("art. 7 (2007-02-05) https://example.gob.pe/28976")
    again = edited(changed, kept(changed) | {"r.0.legal_basis": f"{shown[0]}\nLey 3"})
    assert read_sheet(again).requirements[0].legal_basis[0] == law


def test_a_day_that_no_calendar_has_stays_in_the_text() -> None:
    changed = edited(SHEET, sent(**{"r.0.legal_basis": "Ley 2 (31/02/2007)"}))
    assert changed["requirements"][0]["legal_basis"] == "Ley 2 (31/02/2007)"


def test_every_field_of_a_requirement_is_on_its_page() -> None:
    typed = {"r.0.form": "F-01", "r.0.modalities": "Riesgo bajo, medio\r\nRiesgo alto"}
    [a, _b] = read_sheet(edited(SHEET, sent(**typed))).requirements
    assert (a.form, a.modalities) == ("F-01", ("Riesgo bajo, medio", "Riesgo alto"))
    assert edited(SHEET, sent(forms="F-01\nF-02"))["forms"] == ["F-01", "F-02"]
    assert read_sheet(edited(SHEET, sent(jurisdiction="CO"))).jurisdiction == "CO"


def test_a_line_that_is_ticked_goes_whatever_it_says() -> None:
    assert names(edited(SHEET, sent(**{"r.0.out": "on"}))) == ["b"]


def test_what_is_typed_lands_in_its_own_line_though_others_were_put_before_it_meanwhile() -> None:
    mine = kept(RICH) | {"r.1.legal_basis": "Ley 7", "m.1.amount": "9", "r.2.name": "mía"}
    first = {"r.2.name": "suya", "r.2.place": "0", "m.2.name": "Riesgo nuevo"}
    theirs = edited(RICH, kept(RICH) | first)
    assert names(theirs) == ["suya", "a", "b"]
    theirs["modalities"].insert(0, theirs["modalities"].pop())
    whole = read_sheet(edited(theirs, mine))
    assert {one.name: [norm.text for norm in one.legal_basis] for one in whole.requirements} == {
        "suya": [],
        "a": [],
        "b": ["Ley 7"],
        "mía": [],
    }
    terms = {one.name: one.term and one.term.amount for one in whole.modalities}
    assert terms == {"Riesgo nuevo": None, "Riesgo bajo": None, "Riesgo alto": 9}


def test_a_line_that_somebody_took_out_meanwhile_is_added_with_what_was_typed_in_it() -> None:
    mine = kept(RICH) | {"r.0.form": "F-01"}
    whole = read_sheet(edited(edited(RICH, kept(RICH) | {"r.0.out": "on"}), mine))
    assert [(one.name, one.form) for one in whole.requirements] == [("a", "F-01"), ("b", "")]
    assert len({one.key for one in whole.requirements}) == 2


def test_lines_without_keys_of_their_own_are_told_by_their_names() -> None:
    sheet = {**SHEET, "requirements": [{"name": "a"}, {"name": "b"}]}
    mine = kept(sheet) | {"r.1.legal_basis": "Ley 7"}
    theirs = {**sheet, "requirements": [{"name": "c"}, {"name": "a"}, {"name": "b"}]}
    whole = read_sheet(edited(theirs, mine))
    assert sorted(
        (one.name, [norm.text for norm in one.legal_basis]) for one in whole.requirements
    ) == [
        ("a", []),
        ("b", ["Ley 7"]),
        ("c", []),
    ]


def test_requirements_with_one_key_are_all_kept() -> None:
    twice = [{"name": "a", "key": "x"}, {"name": "b", "key": "x"}, {"name": "c"}]
    sheet = {**SHEET, "requirements": twice}
    assert names(edited(sheet, kept(sheet) | {"r.1.form": "F-01"})) == ["a", "b", "c"]


def test_a_fee_that_is_no_amount_is_refused() -> None:
    for text, refusal in (("gratis", NoAmount), ("1.250", TwoReadings), ("-3", NoAmount)):
        with pytest.raises(refusal):
            edited(SHEET, sent(**{"fee.amount": text}))
    assert edited(SHEET, sent(**{"fee.amount": "1,250"}))["fee"]["amount"] == "1250"
    assert edited(SHEET, sent(**{"fee.amount": "1,250.50"}))["fee"]["amount"] == "1250.50"


def test_a_file_in_another_encoding_is_refused_before_its_accents_are_lost() -> None:
    with pytest.raises(WrongEncoding):
        from_toml('name = "Autorización"'.encode("latin-1"), {})
    for data in ('\ufeffname = "Autorización"\r\n', 'name = "Autorización"'):
        assert from_toml(data.encode(), {})["name"] == "Autorización"
