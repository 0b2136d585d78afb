import pytest

from engine.formulas import no_formula


@pytest.mark.parametrize(
    "typed",
    ["=1+1", "+51 987 654 321", "+1", "-1+cmd|' /C calc'!A0", "-", "--1", "-1\n=2", "@SUM(A1)", "\t=1", "\r=1", "\n=1",
     "＝1+1", "＠SUM(A1)"],
)  # fmt: skip
def test_what_a_spreadsheet_would_run_is_text(typed: str) -> None:
    assert no_formula(typed) == f"'{typed}"


@pytest.mark.parametrize("typed", ["", "Bodega", "'quoted", "-3", "-12.50", "3", "a=1", " =1"])
def test_anything_else_stays_as_it_is(typed: str) -> None:
    assert no_formula(typed) == typed
