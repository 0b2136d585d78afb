from collections.abc import Callable
from decimal import Decimal

import pytest

from engine.dmn import Model

Boxed = Callable[..., object]
Load = Callable[[str], Model]


def lit(text: str) -> str:
    return f"<literalExpression><text>{text}</text></literalExpression>"


def entry(name: str, text: str, kind: str = "Any") -> str:
    return f'<contextEntry><variable name="{name}" typeRef="{kind}"/>{lit(text)}</contextEntry>'


def test_a_literal_reads_names_with_spaces_and_signs(boxed: Boxed) -> None:
    given = {"floor-area in m2": 30, "rate": 2}
    assert boxed(lit("floor-area in m2 * rate"), **given) == 60


def test_entries_of_a_context_see_the_ones_before_them(boxed: Boxed) -> None:
    box = f"<context>{entry('base fee', '10')}{entry('total', 'base fee * 3')}</context>"
    assert boxed(box) == {"base fee": 10, "total": 30}


def test_an_entry_without_a_name_is_the_result_of_a_context(boxed: Boxed) -> None:
    last = f"<contextEntry>{lit('a + 1')}</contextEntry>"
    assert boxed(f"<context>{entry('a', '10')}{last}</context>") == 11


def test_an_entry_that_is_not_of_its_type_is_null(boxed: Boxed) -> None:
    box = f"<context>{entry('a', '&quot;ten&quot;', 'number')}{entry('b', 'a = null')}</context>"
    assert boxed(box) == {"a": None, "b": True}


def test_lists_and_relations_hold_their_expressions(boxed: Boxed) -> None:
    assert boxed(f"<list>{lit('1')}{lit('n + 1')}</list>", n=4) == [1, 5]
    relation = (
        '<relation><column name="office"/><column name="open days"/>'
        f"<row>{lit('&quot;centre&quot;')}{lit('n')}</row>"
        f"<row>{lit('&quot;north&quot;')}{lit('n - 1')}</row></relation>"
    )
    assert boxed(relation, n=5) == [
        {"office": "centre", "open days": 5},
        {"office": "north", "open days": 4},
    ]


@pytest.mark.parametrize(
    ("test", "value"), [("true", 1), ("false", 2), ("null", 2), ("&quot;yes&quot;", None)]
)
def test_a_conditional_wants_yes_or_no(boxed: Boxed, test: str, value: object) -> None:
    box = (
        f"<conditional><if>{lit(test)}</if><then>{lit('1')}</then><else>{lit('2')}</else>"
        "</conditional>"
    )
    assert boxed(box) == value


@pytest.mark.parametrize(
    ("match", "value"),
    [
        ("item > 1", [2, 3]),
        ("2", 2),
        ("-1", 3),
        ("9", None),
        ("item = limit", [3]),
        ("&quot;no&quot;", None),
        ("null", []),
    ],
)
def test_a_filter_keeps_or_picks(boxed: Boxed, match: str, value: object) -> None:
    box = f"<filter><in>{lit('[1, 2, 3]')}</in><match>{lit(match)}</match></filter>"
    assert boxed(box, limit=3) == value


def test_a_filter_sees_the_members_of_what_it_goes_through(model: Load) -> None:
    people = (
        '<itemDefinition name="tPerson"><itemComponent name="full name"><typeRef>string</typeRef>'
        '</itemComponent><itemComponent name="age"><typeRef>number</typeRef></itemComponent>'
        '</itemDefinition><itemDefinition name="tPeople" isCollection="true"><typeRef>tPerson'
        '</typeRef></itemDefinition><inputData id="i" name="people"><variable name="people" '
        'typeRef="tPeople"/></inputData><decision id="d" name="d"><informationRequirement>'
        '<requiredInput href="#i"/></informationRequirement>'
        f"<filter><in>{lit('people')}</in>"
        f"<match>{lit('age &gt; 17 and full name != &quot;Eva&quot;')}</match></filter></decision>"
    )
    ada, eva = {"full name": "Ada", "age": 40}, {"full name": "Eva", "age": 41}
    young = {"full name": "Tim", "age": 4}
    given = {"people": [ada, eva, young]}
    assert model(people).decide("d", given) == [{"full name": "Ada", "age": Decimal(40)}]


def test_for_some_and_every_go_through_lists_and_ranges(boxed: Boxed) -> None:
    def loop(kind: str, source: str, body: str) -> object:
        tag = "return" if kind == "for" else "satisfies"
        return boxed(
            f'<{kind} iteratorVariable="one part"><in>{lit(source)}</in>'
            f"<{tag}>{lit(body)}</{tag}></{kind}>"
        )

    assert loop("for", "[1, 2]", "one part * 10") == [10, 20]
    assert loop("for", "[1..3]", "one part + count(partial)") == [1, 3, 5]
    assert loop("for", "7", "one part") == [7]
    assert loop("for", "null", "one part") is None
    assert loop("some", "[1, 2]", "one part = 2") is True
    assert loop("some", "[]", "true") is False
    assert loop("every", "[1, 2]", "one part &lt; 2") is False
    assert loop("every", "[1, 2]", "&quot;x&quot;") is None


def test_an_invocation_passes_arguments_by_name(boxed: Boxed) -> None:
    function = (
        '<contextEntry><variable name="fee"/><functionDefinition>'
        '<formalParameter name="area" typeRef="number"/><formalParameter name="the rate"/>'
        f"{lit('area * the rate')}</functionDefinition></contextEntry>"
    )

    def call(*bindings: tuple[str, str]) -> object:
        bound = "".join(
            f'<binding><parameter name="{name}"/>{lit(text)}</binding>' for name, text in bindings
        )
        called = f"<contextEntry><invocation>{lit('fee')}{bound}</invocation></contextEntry>"
        return boxed(f"<context>{function}{called}</context>")

    assert call(("the rate", "3"), ("area", "5")) == 15
    assert call(("area", "5")) is None
    assert call(("area", "&quot;wide&quot;"), ("the rate", "3")) is None
    assert call(("area", "5"), ("the rate", "3"), ("more", "1")) is None


def test_a_boxed_function_remembers_the_scope_it_stands_in(boxed: Boxed) -> None:
    function = (
        f'<functionDefinition><formalParameter name="a"/>{lit("a + outer")}</functionDefinition>'
    )
    box = (
        f"<context>{entry('outer', '100')}<contextEntry><variable name='f'/>{function}"
        f"</contextEntry><contextEntry>{lit('f(1)')}</contextEntry></context>"
    )
    assert boxed(box) == 101


@pytest.mark.parametrize("kind", ["Java", "PMML"])
def test_a_function_in_another_language_is_null_and_says_so(model: Load, kind: str) -> None:
    loaded = model(
        f'<decision id="d" name="d"><context><contextEntry><variable name="f"/>'
        f'<functionDefinition kind="{kind}"><formalParameter name="a"/>{lit("a")}'
        f"</functionDefinition></contextEntry><contextEntry>{lit('f(1)')}</contextEntry>"
        "</context></decision>"
    )
    decided = loaded.explain("d", {})
    assert decided.value is None
    assert f"is written in {kind}" in decided.problems[0].message


def test_a_problem_may_speak_of_any_value_by_any_name(model: Load) -> None:
    # FEEL's sentence for `remove` has a value called “place”, as the trace has an argument.
    loaded = model(f'<decision id="d" name="d">{lit("remove([1], 5)")}</decision>')
    decided = loaded.explain("d")
    assert decided.value is None
    assert decided.problems
