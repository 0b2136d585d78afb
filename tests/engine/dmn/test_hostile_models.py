from collections.abc import Callable
from time import process_time

import pytest

from engine.dmn import Model, load, mapping
from engine.dmn.overlaps import gaps, overlaps
from engine.dmn.refusals import BrokenModel

Load = Callable[[str], Model]


@pytest.fixture(autouse=True)
def _within_seconds() -> object:
    start = process_time()
    yield
    assert process_time() - start < 8, "a hostile model must not cost more than seconds"


def test_types_that_double_at_every_level_stay_small(model: Load) -> None:
    levels = "".join(
        f'<itemDefinition name="t{n}"><itemComponent name="a"><typeRef>t{n + 1}</typeRef>'
        f'</itemComponent><itemComponent name="b"><typeRef>t{n + 1}</typeRef></itemComponent>'
        "</itemDefinition>"
        for n in range(60)
    )
    loaded = model(
        f'{levels}<itemDefinition name="t60"><typeRef>string</typeRef></itemDefinition>'
        '<decision id="d" name="d"><variable name="d" typeRef="t0"/><literalExpression>'
        "<text>{a: 1} instance of t0</text></literalExpression></decision>"
    )
    assert loaded.decide("d") is None
    assert loaded.inputs("d") == ()


def test_thousands_of_names_with_blanks_do_not_slow_every_text_down(model: Load) -> None:
    decisions = "".join(
        f'<decision id="d{n}" name="d {n}"><context><contextEntry><variable name="part {n} of it"/>'
        f"<literalExpression><text>{n} + 1</text></literalExpression></contextEntry></context>"
        "</decision>"
        for n in range(3000)
    )
    assert model(decisions).decide("d 7") == {"part 7 of it": 8}


def test_imports_that_multiply_use_up_the_budget_not_the_machine() -> None:
    def layer(depth: int, place: int) -> bytes:
        below = [f"{depth + 1}-{each}" for each in range(6)] if depth < 8 else []
        imports = "".join(
            f'<import name="m{n}" namespace="urn:{name}" importType="https://www.omg.org/DMN/x"/>'
            for n, name in enumerate(below)
        )
        needs = "".join(
            f'<informationRequirement><requiredDecision href="urn:{name}#d"/>'
            "</informationRequirement>"
            for name in below
        )
        return (
            '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" '
            f'namespace="urn:{depth}-{place}">{imports}<decision id="d" name="d">{needs}'
            "<list/></decision></definitions>"
        ).encode()

    files = [layer(depth, place) for depth in range(1, 9) for place in range(6)]
    loaded = load(layer(0, 0), resolve=mapping(files))
    decided = loaded.explain("d")
    assert decided.value is None
    assert "than" in decided.problems[-1].message
    assert loaded.inputs("d") == ()


def test_a_table_of_too_many_rules_is_refused(model: Load) -> None:
    rule = "<rule><outputEntry><text>1</text></outputEntry></rule>"
    with pytest.raises(BrokenModel, match="20,001 rules"):
        model(
            f'<decision id="d" name="d"><decisionTable><output/>{rule * 20_001}</decisionTable>'
            "</decision>"
        )


def test_a_table_of_thousands_of_rules_is_searched_in_time(table: Callable[..., Model]) -> None:
    rules = [[f'"text {n}"', f"[{n}..{n + 3})", str(n)] for n in range(4_000)]
    loaded = table("UNIQUE", ["t", "n"], "<output/>", rules)
    assert loaded.decide("d", {"t": "text 3999", "n": 4_000}) == 3_999
    drawn = loaded.table("d")
    assert drawn is not None
    assert overlaps(drawn) == []
    assert len(gaps(drawn)) == 50


def test_a_loop_in_a_box_stops_at_the_limit(model: Load) -> None:
    loop = (
        '<for iteratorVariable="{0}"><in><literalExpression><text>[1..2000]</text>'
        "</literalExpression></in><return>{1}</return></for>"
    )
    inner = loop.format("b", "<list/>")
    loaded = model(f'<decision id="d" name="d">{loop.format("a", inner)}</decision>')
    decided = loaded.explain("d")
    assert decided.value is None
    assert "than" in decided.problems[-1].message
