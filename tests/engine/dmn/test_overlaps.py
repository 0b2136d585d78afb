from collections.abc import Callable, Mapping
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.dmn import Model, Table
from engine.dmn.overlaps import gaps, overlaps, unreachable
from engine.feel import evaluate

Build = Callable[..., Model]
ONE = "<output/>"


def drawn(model: Model) -> Table:
    """The table of the model's decision."""
    found = model.table("d")
    assert found is not None
    return found


def test_an_overlap_of_a_unique_table_has_an_example(table: Build) -> None:
    model = table("UNIQUE", ["age"], ONE, [["<= 18", "1"], ["[18..65]", "2"], ["> 65", "3"]])
    found = overlaps(drawn(model))
    assert [(each.rules, each.example) for each in found] == [((1, 2), {"age": Decimal(18)})]
    assert found[0].where == {"age": "18"}


def test_rules_of_an_any_table_may_overlap_when_they_agree(table: Build) -> None:
    rules = [["< 20", "1"], ["< 30", "1"], ["< 10", "2"]]
    model = table("ANY", ["age"], ONE, rules)
    assert [each.rules for each in overlaps(drawn(model))] == [(1, 3), (2, 3)]


def test_a_rule_that_earlier_rules_cover_together_is_never_reached(table: Build) -> None:
    rules = [["< 20", "1"], [">= 20", "2"], ["[10..30]", "3"], ["-", "4"]]
    found = unreachable(drawn(table("FIRST", ["age:number"], ONE, rules)))
    assert [(each.rule, each.by) for each in found] == [(3, (1, 2))]


def test_a_last_rule_for_blank_answers_counts_as_reached(table: Build) -> None:
    model = table("FIRST", ["yes:boolean"], ONE, [["true", "1"], ["false", "2"], ["-", "3"]])
    assert unreachable(drawn(model)) == []


def test_a_gap_has_an_example_and_is_written_as_a_test(table: Build) -> None:
    rules = [["[0..10)", "true", "1"], ["[10..20]", "-", "2"]]
    found = gaps(drawn(table("UNIQUE", ["age:number", "member:boolean"], ONE, rules)))
    assert [each.where for each in found] == [
        {"age": "< 0", "member": "-"},
        {"age": "[0..10)", "member": "false"},
        {"age": "> 20", "member": "-"},
    ]
    assert found[1].example == {"age": Decimal(0), "member": False}


def test_allowed_values_of_the_type_bound_the_search_for_gaps(table: Build) -> None:
    types = (
        '<itemDefinition name="tRisk"><typeRef>string</typeRef><allowedValues>'
        '<text>"low", "high"</text></allowedValues></itemDefinition>'
        '<itemDefinition name="tAge"><typeRef>number</typeRef><allowedValues>'
        "<text>[0..120]</text></allowedValues></itemDefinition>"
    )
    rules = [['"low"', "-", "1"], ['"high"', "< 100", "2"]]
    model = table("UNIQUE", ["risk:tRisk", "age:tAge"], ONE, rules, types)
    assert [each.where for each in gaps(drawn(model))] == [{"risk": '"high"', "age": "[100..120]"}]


def test_gaps_between_days_are_days(table: Build) -> None:
    rules = [['< date("2026-01-01")', "1"], ['> @"2026-01-01"', "2"]]
    (found,) = gaps(drawn(table("UNIQUE", ["on:date"], ONE, rules)))
    assert found.example == {"on": evaluate('date("2026-01-01")')}
    assert found.where == {"on": 'date("2026-01-01")'}


def test_a_number_among_days_is_not_taken_for_a_day(table: Build) -> None:
    rules = [['< date("2026-01-01")', "1"], ["7", "2"]]
    found = gaps(drawn(table("UNIQUE", ["on:date"], ONE, rules)))
    assert [each.where for each in found] == []


def test_nothing_is_claimed_about_cells_that_must_be_evaluated(table: Build) -> None:
    rules = [["? > 3", "1"], ["? > 4", "2"]]
    model = table("UNIQUE", ["age:number"], ONE, rules)
    assert overlaps(drawn(model)) == []
    assert gaps(drawn(model)) == []


def test_a_table_with_a_default_has_no_gaps(table: Build) -> None:
    output = "<output><defaultOutputEntry><text>0</text></defaultOutputEntry></output>"
    assert gaps(drawn(table("UNIQUE", ["age"], output, [["< 3", "1"]]))) == []


TEXTS = st.sampled_from(["-", '"a"', '"a", "b"', 'not("a")', 'not("b", "c")'])
NUMBERS = st.sampled_from(["-", "< 5", ">= 5", "[1..5]", "(1..5)", "3", "1, > 7"])
FLAGS = st.sampled_from(["-", "true", "false"])
RULES = st.lists(st.tuples(TEXTS, NUMBERS, FLAGS), min_size=1, max_size=6)
INPUTS = ["t:string", "n:number", "f:boolean"]
EXAMPLES: list[dict[str, object]] = [
    {"t": text, "n": number, "f": flag}
    for text in ("a", "b", "c", "zzz")
    for number in map(Decimal, ("0", "1", "2", "3", "4.5", "5", "6", "7", "7.5", "9"))
    for flag in (True, False)
]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rules=RULES)
def test_overlaps_and_gaps_are_those_that_deciding_shows(
    table: Build, rules: list[tuple[str, str, str]]
) -> None:
    model = table("UNIQUE", INPUTS, ONE, [[*rule, str(n)] for n, rule in enumerate(rules)])
    shown = drawn(model)

    def fired(example: Mapping[str, object]) -> tuple[int, ...]:
        explained = model.explain("d", example).fired
        return explained[0].rules if explained else ()

    found = {each.rules: each.example for each in overlaps(shown)}
    for pair, example in found.items():
        assert set(pair) <= set(fired(example))
    holes = gaps(shown)
    for hole in holes:
        assert fired(hole.example) == ()
    for example in EXAMPLES:
        matched = fired(example)
        pairs = {(a, b) for a in matched for b in matched if a < b}
        assert pairs <= found.keys()
        assert matched or holes


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rules=RULES)
def test_a_rule_said_to_be_unreachable_never_fires(
    table: Build, rules: list[tuple[str, str, str]]
) -> None:
    model = table("FIRST", INPUTS, ONE, [[*rule, str(n)] for n, rule in enumerate(rules, 1)])
    never = {each.rule for each in unreachable(drawn(model))}
    blanks: list[dict[str, object]] = [
        {"t": None, "n": None, "f": None},
        {"t": "a", "n": None, "f": True},
    ]
    fired = {model.decide("d", example) for example in (*EXAMPLES, *blanks)}
    assert not never & fired
