"""A decision table as a grid: one change at a time, and what the table lacks afterwards."""

from dataclasses import replace

import pytest

from designer.table_editing import Grid, edited, fitting, grid_of, remarks_of
from engine import dmn


def table(policy: str, *rules: tuple[str, str]) -> dmn.Model:
    """A table over the number `a`."""
    rows = "".join(
        f"<rule><inputEntry><text>{test}</text></inputEntry>"
        f"<outputEntry><text>{result}</text></outputEntry></rule>"
        for test, result in rules
    )
    return dmn.load(
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="M" namespace="n">'
        '<inputData id="a" name="a"><variable name="a" typeRef="number"/></inputData>'
        '<decision id="d" name="D"><variable name="D"/>'
        '<informationRequirement><requiredInput href="#a"/></informationRequirement>'
        f'<decisionTable hitPolicy="{policy}"><input label="A"><inputExpression typeRef="number"><text>a</text>'
        f'</inputExpression></input><output name="r"/>{rows}</decisionTable></decision></definitions>'
    )


def cells(grid: Grid) -> list[str]:
    """The condition of each rule."""
    return [row.inputs[0] for row in grid.rows]


FIRST = table("FIRST", ("[1..2]", "1"), ("[3..4]", "2"), ("-", "3"))


@pytest.mark.parametrize(
    ("do", "left"),
    [
        ("save", ["[1..2]", "[3..4]", "-"]),
        ("add", ["[1..2]", "[3..4]", "-", "-"]),
        ("remove.0", ["[3..4]", "-"]),
        ("up.1", ["[3..4]", "[1..2]", "-"]),
        ("up.0", ["[1..2]", "[3..4]", "-"]),
        ("down.1", ["[1..2]", "-", "[3..4]"]),
        ("down.2", ["[1..2]", "[3..4]", "-"]),
        ("remove.99", ["[1..2]", "[3..4]", "-"]),
        ("remove.x", ["[1..2]", "[3..4]", "-"]),
    ],
)
def test_rules_change_as_the_button_says(do: str, left: list[str]) -> None:
    assert cells(edited(grid_of(FIRST, "D"), {"do": do})) == left


def test_a_rule_added_to_a_first_table_comes_before_the_last_resort() -> None:
    grid = edited(grid_of(FIRST, "D"), {"do": "add"})
    assert [row.number for row in grid.rows] == [1, 2, None, 3]


def test_a_rule_added_to_a_first_table_comes_last_where_no_rule_takes_every_case() -> None:
    grid = edited(grid_of(FIRST, "D"), {"in.2.0": "> 4", "do": "add"})
    assert [row.number for row in grid.rows] == [1, 2, 3, None]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("taller", '"taller"'),
        ("taller,bodega", '"taller", "bodega"'),
        ('"taller"', '"taller"'),
        ("taller, limit", "taller, limit"),
        ("> 4", "> 4"),
        ("-", "-"),
    ],
)
def test_a_text_that_its_column_lists_needs_no_quotation_marks(typed: str, kept: str) -> None:
    grid = grid_of(FIRST, "D")
    listing = replace(grid.conditions[0], allowed='"bodega","taller"')
    grid = edited(replace(grid, conditions=(listing,)), {"in.0.0": typed})
    assert grid.rows[0].inputs == (kept,)


def test_what_was_typed_moves_with_its_rule() -> None:
    grid = edited(grid_of(FIRST, "D"), {"in.1.0": "9", "out.1.0": '"x"', "do": "up.1"})
    assert grid.rows[0].inputs == ("9",)
    assert grid.rows[0].outputs == ('"x"',)


def test_a_cell_that_is_no_feel_is_named_with_its_place() -> None:
    grid = edited(grid_of(FIRST, "D"), {"in.0.0": "[1..", "out.2.0": "1 +"})
    assert set(fitting(grid, FIRST)) == {"in.0.0", "out.2.0"}


def test_overlaps_and_gaps_come_with_an_example_by_input() -> None:
    found = remarks_of(table("UNIQUE", ("[1..5]", "1"), ("[5..9]", "2")), "D")
    kinds = {remark.kind: remark for remark in found}
    assert kinds["overlap"].rules == (1, 2)
    assert kinds["overlap"].example == {"a": "5"}
    assert set(kinds["gap"].example or {}) == {"a"}
