from collections.abc import Callable, Mapping
from decimal import Decimal
from xml.sax.saxutils import escape

import pytest

from engine.dmn import Model
from engine.feel import Value, evaluate

Load = Callable[[str], Model]

TYPES = """
<itemDefinition name="tGrade"><typeRef>string</typeRef>
  <allowedValues><text>"A", "B"</text></allowedValues></itemDefinition>
<itemDefinition name="tGrades" isCollection="true"><typeRef>tGrade</typeRef>
  <typeConstraint><text>count(?) &lt; 3</text></typeConstraint></itemDefinition>
<itemDefinition name="tPerson">
  <itemComponent name="name"><typeRef>string</typeRef></itemComponent>
  <itemComponent name="grade"><typeRef>tGrade</typeRef></itemComponent></itemDefinition>
<itemDefinition name="tFolder">
  <itemComponent name="title"><typeRef>string</typeRef></itemComponent>
  <itemComponent name="inside" isCollection="true"><typeRef>tFolder</typeRef></itemComponent>
</itemDefinition>
<itemDefinition name="tSame"><typeRef>tOther</typeRef></itemDefinition>
<itemDefinition name="tOther"><typeRef>tSame</typeRef></itemDefinition>
<itemDefinition name="tPair"><functionItem outputTypeRef="number"><parameters name="a"
  typeRef="number"/></functionItem></itemDefinition>
"""


@pytest.fixture
def passed(model: Load) -> Callable[[str, object], Value]:
    """What becomes of a value given to an input of a type."""

    def value(kind: str, given: object) -> Value:
        return model(
            f'{TYPES}<inputData id="i" name="i"><variable name="i" typeRef="{escape(kind)}"/></inputData>'
            '<decision id="d" name="d"><informationRequirement><requiredInput href="#i"/>'
            "</informationRequirement><literalExpression><text>i</text></literalExpression>"
            "</decision>"
        ).decide("d", {"i": given})

    return value


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("number", 3, Decimal(3)),
        ("number", "3", None),
        ("string", ["only"], "only"),
        ("string", ["one", "two"], None),
        ("feel:string", 3, None),
        ("tGrade", "A", "A"),
        ("tGrade", "C", None),
        ("tGrade", None, None),
        ("tGrades", "A", ["A"]),
        ("tGrades", ["A", "B"], ["A", "B"]),
        ("tGrades", ["A", "C"], None),
        ("tGrades", ["A", "B", "A"], None),
        ("tPerson", {"name": "Ada", "grade": "A"}, {"name": "Ada", "grade": "A"}),
        ("tPerson", {"name": "Ada", "grade": "C"}, None),
        ("tPerson", {"name": "Ada"}, None),
        ("tPerson", {"name": "Ada", "grade": None}, {"name": "Ada", "grade": None}),
        ("tSame", "anything", "anything"),
        ("ghost", "anything", "anything"),
        ("x:tGrade", "C", None),
        ("tPair", 3, None),
        ("list<number>", 3, [Decimal(3)]),
        ("list<number>", ["a"], None),
        ("list<", 3, Decimal(3)),
    ],
)
def test_a_value_fits_its_type_or_is_null(
    passed: Callable[[str, object], Value], kind: str, given: object, expected: object
) -> None:
    assert passed(kind, given) == expected


def test_what_a_form_left_blank_is_null_in_its_context(model: Load) -> None:
    decided = model(
        f'{TYPES}<inputData id="i" name="i"><variable name="i" typeRef="tPerson"/></inputData>'
        '<decision id="d" name="d"><informationRequirement><requiredInput href="#i"/>'
        "</informationRequirement><literalExpression><text>i</text></literalExpression></decision>"
    )
    given = {"i": {"name": "Ada"}}
    assert decided.decide("d", given) is None
    assert decided.decide("d", decided.from_json("d", given)) == {"name": "Ada", "grade": None}


def test_what_does_not_fit_inside_a_context_is_named(model: Load) -> None:
    decided = model(
        f'{TYPES}<inputData id="i" name="i"><variable name="i" typeRef="tPerson"/></inputData>'
        '<decision id="d" name="d"><informationRequirement><requiredInput href="#i"/>'
        "</informationRequirement><literalExpression><text>i</text></literalExpression></decision>"
    ).explain("d", {"i": {"name": 7, "grade": "A"}})
    assert decided.value is None
    assert "“name” in" in decided.problems[0].message
    assert "is not a text" in decided.problems[0].message


def test_a_date_becomes_its_midnight_where_a_moment_is_wanted(
    passed: Callable[[str, object], Value],
) -> None:
    midnight = evaluate('date and time("2026-03-01T00:00:00Z")')
    assert passed("date and time", evaluate('date("2026-03-01")')) == midnight


def test_a_type_that_contains_itself_is_checked_at_every_level(
    passed: Callable[[str, object], Value],
) -> None:
    def folder(title: object, *inside: object) -> Mapping[str, object]:
        return {"title": title, "inside": list(inside)}

    good = folder("a", folder("b"), folder("c", folder("d")))
    assert passed("tFolder", good) == good
    assert passed("tFolder", folder("a", folder("b", folder("c", folder(4))))) is None


def test_a_decision_of_another_type_than_it_says_is_null_and_says_why(model: Load) -> None:
    decided = model(
        f'{TYPES}<decision id="d" name="d"><variable name="d" typeRef="tGrade"/>'
        '<literalExpression><text>"Z"</text></literalExpression></decision>'
    ).explain("d")
    assert decided.value is None
    assert decided.problems[0].message == "The value Z is not “tGrade”."


def test_expressions_may_ask_for_types_of_the_model(model: Load) -> None:
    asked = model(
        f'{TYPES}<decision id="d" name="d"><literalExpression>'
        '<text>{name: "Ada", grade: "A"} instance of tPerson</text></literalExpression></decision>'
    )
    assert asked.decide("d") is True


def test_an_unknown_type_is_a_problem_of_the_model(model: Load) -> None:
    loaded = model('<inputData id="i" name="i"><variable name="i" typeRef="tGhost"/></inputData>')
    assert "“tGhost” is not defined" in loaded.problems[0].message
