"""Amounts as people type them into the ledger and the assumptions."""

from decimal import Decimal as D

import pytest

from designer.amounts import NoAmount, typed_amount
from engine.calendars.jurisdiction import jurisdiction
from engine.numerals import TwoReadings

PERU, COLOMBIA = (jurisdiction(code).numerals for code in ("PE", "CO"))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", "0"),
        ("36000", "36000"),
        ("36 000", "36000"),
        ("36,000.50", "36000.50"),
        ("36.000,50", "36000.50"),
        ("1,236,000", "1236000"),
        ("1.236.000", "1236000"),
        ("0,08", "0.08"),
        ("0.125", "0.125"),
        ("0,125", "0.125"),
        ("12,5", "12.5"),
    ],
)
def test_thousands_may_be_set_off(text: str, meant: str) -> None:
    assert typed_amount(text, PERU) == typed_amount(text, COLOMBIA) == D(meant)


def test_what_is_a_thousand_here_is_one_and_what_is_only_one_elsewhere_is_asked_back() -> None:
    assert typed_amount("36,000", PERU) == typed_amount("36.000", COLOMBIA) == 36_000
    for text, here in (("36.000", PERU), ("36,000", COLOMBIA)):
        with pytest.raises(TwoReadings, match=r"Write 36000 or 36\."):
            typed_amount(text, here)


@pytest.mark.parametrize("text", ["S/ 3", "-1", "1,2,3", "1e400", "nan"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(NoAmount):
        typed_amount(text, PERU)
