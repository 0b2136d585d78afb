from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dmn import Model
from engine.dmn.cell_shapes import shape_of
from engine.dmn.column_index import ColumnIndex
from engine.feel import compile_unary_tests

Table = Callable[..., Model]
ONE = "<output/>"
LOANS = '<output><outputValues><text>"refuse", "ask", "grant"</text></outputValues></output>'
AGES = [["< 18", '"minor"'], ["[18..65)", '"adult"'], [">= 65", '"senior"']]


def test_a_unique_table_gives_the_one_rule_that_matches(table: Table) -> None:
    model = table("UNIQUE", ["age"], ONE, AGES)
    assert [model.decide("d", {"age": age}) for age in (17, 18, 64.5, 65)] == [
        "minor",
        "adult",
        "adult",
        "senior",
    ]


def test_a_unique_table_with_two_matching_rules_is_null_and_says_which(table: Table) -> None:
    model = table("UNIQUE", ["age"], ONE, [["> 10", '"a"'], ["> 20", '"b"']])
    decided = model.explain("d", {"age": 30})
    assert decided.value is None
    assert "rules 1, 2 do" in decided.problems[0].message
    assert decided.fired[0].rules == (1, 2)


def test_an_any_table_agrees_or_is_null(table: Table) -> None:
    rules = [["> 10", '"a"'], ["> 20", '"a"'], ["> 30", '"b"']]
    model = table("ANY", ["age"], ONE, rules)
    assert model.decide("d", {"age": 25}) == "a"
    assert model.decide("d", {"age": 35}) is None


def test_a_first_table_stops_at_its_first_rule(table: Table) -> None:
    model = table("FIRST", ["age"], ONE, [["> 10", '"a"'], ["-", '"b"']])
    assert model.decide("d", {"age": 25}) == "a"
    assert model.decide("d", {"age": 5}) == "b"
    assert model.explain("d", {"age": 25}).fired[0].rules == (1,)


def test_a_priority_table_gives_the_output_listed_first(table: Table) -> None:
    rules = [["> 10", '"grant"'], ["> 20", '"ask"'], ["> 30", '"refuse"']]
    model = table("PRIORITY", ["age"], LOANS, rules)
    assert [model.decide("d", {"age": age}) for age in (15, 25, 35)] == ["grant", "ask", "refuse"]


def test_rule_order_and_output_order_list_what_matched(table: Table) -> None:
    rules = [["> 10", '"grant"'], ["> 20", '"ask"'], ["> 30", '"refuse"']]
    given = {"age": 40}
    assert table("RULE ORDER", ["age"], LOANS, rules).decide("d", given) == [
        "grant",
        "ask",
        "refuse",
    ]
    assert table("OUTPUT ORDER", ["age"], LOANS, rules).decide("d", given) == [
        "refuse",
        "ask",
        "grant",
    ]


@pytest.mark.parametrize(
    ("policy", "value", "empty"),
    [
        ("COLLECT", [Decimal(5), Decimal(7), Decimal(5)], []),
        ("COLLECT/SUM", Decimal(17), None),
        ("COLLECT/MIN", Decimal(5), None),
        ("COLLECT/MAX", Decimal(7), None),
        ("COLLECT/COUNT", Decimal(3), Decimal(0)),
    ],
)
def test_a_collect_table_lists_or_aggregates(
    table: Table, policy: str, value: object, empty: object
) -> None:
    model = table(policy, ["age"], ONE, [["> 10", "5"], ["> 20", "3 + 4"], ["> 30", "5"]])
    assert model.decide("d", {"age": 40}) == value
    assert model.decide("d", {"age": 1}) == empty


def test_several_outputs_make_a_context(table: Table) -> None:
    outputs = '<output name="fee"/><output name="days to wait"/>'
    model = table("UNIQUE", ["area"], outputs, [["<= 100", "20", "area / 10"]])
    assert model.decide("d", {"area": 50}) == {"fee": 20, "days to wait": 5}


def test_the_default_output_answers_when_no_rule_matches(table: Table) -> None:
    output = '<output><defaultOutputEntry><text>"desk"</text></defaultOutputEntry></output>'
    model = table("UNIQUE", ["age"], output, [["> 10", '"a"']])
    assert model.decide("d", {"age": 3}) == "desk"
    assert model.decide("d", {"age": None}) == "desk"


def test_an_output_that_is_not_allowed_is_null(table: Table) -> None:
    model = table("UNIQUE", ["age"], LOANS, [["> 10", '"perhaps"'], ["<= 10", '"ask"']])
    decided = model.explain("d", {"age": 20})
    assert decided.value is None
    assert "“perhaps” is not among the output values" in decided.problems[0].message
    assert model.decide("d", {"age": 1}) == "ask"


def test_an_input_that_is_not_allowed_makes_the_table_null(model: Callable[[str], Model]) -> None:
    colours = model(
        '<inputData id="i" name="colour"/><decision id="d" name="d">'
        '<informationRequirement><requiredInput href="#i"/></informationRequirement>'
        '<decisionTable><input label="Colour"><inputExpression><text>colour</text>'
        '</inputExpression><inputValues><text>"red", "blue"</text></inputValues></input>'
        "<output/><rule><inputEntry><text>-</text></inputEntry><outputEntry><text>1</text>"
        "</outputEntry></rule></decisionTable></decision>"
    )
    assert colours.decide("d", {"colour": "red"}) == 1
    decided = colours.explain("d", {"colour": "green"})
    assert decided.value is None
    assert "“green” is not among the input values of “Colour”" in decided.problems[0].message


def test_a_cell_may_refer_to_other_inputs_and_to_its_own_value(table: Table) -> None:
    rules = [["> limit", "-", '"over"'], ["? * 2 > limit", "-", '"half"'], ["-", "-", '"under"']]
    model = table("FIRST", ["amount", "limit"], ONE, rules)
    values = [model.decide("d", {"amount": amount, "limit": 10}) for amount in (11, 6, 4)]
    assert values == ["over", "half", "under"]


def test_a_broken_cell_never_matches_and_is_reported_with_its_line(table: Table) -> None:
    model = table("FIRST", ["age"], ONE, [["> 3 3", '"a"'], ["-", '"b"']])
    assert model.decide("d", {"age": 9}) == "b"
    assert model.problems[0].place.line > 1
    assert model.explain("d", {"age": 9}).problems


CELLS = st.sampled_from(
    [
        "-", '"a"', '"a", "b"', 'not("a")', 'not("a", "c")', "true", "false", "5", "-2", "1.50",
        "< 5", "<= 5", "> 5", ">= 1.5", "[1..5]", "(1..5)", "]1..5[", "[5..5]", "(5..5)", "1, 3, > 7",
        "[0..2], [2..4]", "< 1, > 1", '"b", 5', "null", "? > 3", '"a" ', "5,", "[5..1]", "= 5",
    ]
)  # fmt: skip
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(["a", "b", "c", ""]),
    st.sampled_from(["-3", "-2", "0", "1", "1.5", "1.50", "2", "3", "5", "5.0", "7", "8"]).map(
        Decimal
    ),
    st.lists(st.sampled_from(["a", Decimal(5)]), max_size=2),
)


@settings(max_examples=400, deadline=None)
@given(cells=st.lists(CELLS, min_size=1, max_size=8), value=VALUES)
def test_the_index_finds_exactly_the_cells_that_feel_finds(cells: list[str], value: object) -> None:
    index = ColumnIndex([shape_of(cell) for cell in cells])
    sure, doubtful = index.find(value)
    for number, cell in enumerate(cells):
        is_sure = bool(sure >> number & 1)
        if not is_sure and doubtful >> number & 1:
            continue  # left to FEEL
        assert (compile_unary_tests(cell).matches(value) is True) is is_sure, cell
