"""A procedure sheet is read as far as it can be."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from engine.sheet import Assessment, LegalBasis, Source, Term, TermUnit, read_sheet, read_term

PROCESSES = Path(__file__).parents[2] / "processes"


def test_the_sample_sheet_says_what_its_file_says() -> None:
    text = (PROCESSES / "licencia-funcionamiento" / "procedure.toml").read_text("utf-8")
    sheet = read_sheet(tomllib.loads(text))
    assert sheet.name == "Licencia de funcionamiento"
    assert [one.assessment for one in sheet.modalities][:1] == [Assessment.AUTOMATIC]
    assert sheet.modalities[0].term == Term(2, TermUnit.BUSINESS_DAYS)
    assert sheet.fee is not None
    assert sheet.fee.amount == Decimal("36.50")
    assert Source.OWN_REGISTRY in {requirement.source for requirement in sheet.requirements}
    assert all(requirement.legal_basis for requirement in sheet.requirements)
    assert {appeal.kind for appeal in sheet.appeals} == {"reconsideration", "appeal"}


def test_requirements_come_in_their_order_and_have_keys() -> None:
    sheet = read_sheet({"requirements": [{"name": "b", "order": 2}, {"name": "a", "order": 1}]})
    assert [(one.key, one.name) for one in sheet.requirements] == [("r2", "a"), ("r1", "b")]


def test_a_norm_may_be_a_text_or_its_parts() -> None:
    said = [" Ley 1, art. 2 ", {"norm_type": "Ley", "number": "1", "issued_on": "2001-04-11"}]
    [requirement] = read_sheet({"requirements": [{"legal_basis": said}]}).requirements
    assert requirement.legal_basis == (
        LegalBasis("Ley 1, art. 2"),
        LegalBasis("Ley 1", "Ley", "1", "", date(2001, 4, 11)),
    )


@pytest.mark.parametrize(
    "term",
    [None, 3, {}, {"amount": 0, "unit": "months"}, {"amount": True, "unit": "months"},
     {"amount": 3, "unit": "moons"}],
)  # fmt: skip
def test_what_is_no_term_counts_as_not_said(term: object) -> None:
    assert read_term(term) is None


def test_a_sheet_of_nonsense_is_an_empty_sheet() -> None:
    nonsense = {
        "name": 3,
        "modalities": "x",
        "requirements": [4, {}],
        "fee": {"amount": "NaN"},
        "appeals": {"appeal": {"file_within": "x"}},
        "offices": [],
    }
    sheet = read_sheet(nonsense)
    assert (sheet.name, sheet.modalities, sheet.fee, sheet.appeals) == ("", (), None, ())
    assert len(sheet.requirements) == 1
