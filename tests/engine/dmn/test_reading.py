import pytest

from engine.dmn import load
from engine.dmn.document import MAX_BYTES, NAMESPACES
from engine.dmn.refusals import (
    BrokenModel,
    EndlessImport,
    EndlessRequirement,
    MissingImport,
    NotADecisionModel,
    UnreadableModel,
)

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="n">'


def of(body: str) -> str:
    return f"{HEAD}\n{body}</definitions>"


@pytest.mark.parametrize("namespace", sorted(NAMESPACES))
def test_every_version_of_dmn_is_read(namespace: str) -> None:
    xml = (
        f'<?xml version="1.0" encoding="UTF-8"?><x:definitions xmlns:x="{namespace}" name="m" '
        'namespace="n"><x:decision id="d" name="d"><x:literalExpression><x:text>1 + 1</x:text>'
        "</x:literalExpression></x:decision></x:definitions>"
    )
    assert load(xml).decide("d") == 2
    assert load(xml.encode()).decide("d") == 2


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "no xml",
        "<definitions>",
        f'<!DOCTYPE definitions [<!ENTITY a "b">]>{HEAD}</definitions>',
        f'<!DOCTYPE definitions SYSTEM "http://127.0.0.1:9/x.dtd">{HEAD}</definitions>',
        '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">'
        f'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>{HEAD}<description>&c;</description></definitions>',
        HEAD + "<context>" * 400 + "</context>" * 400 + "</definitions>",
    ],
)
def test_unsafe_or_broken_xml_is_refused_with_a_line(xml: str) -> None:
    with pytest.raises(UnreadableModel, match=r"^Line \d+: "):
        load(xml)


def test_a_file_that_is_too_large_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(UnreadableModel, match="larger than"):
        load(b" " * (MAX_BYTES + 1))
    with pytest.raises(UnreadableModel, match="elements"):
        load(b"<a/>" * 1_000_000)


def test_another_kind_of_xml_is_refused_by_name() -> None:
    with pytest.raises(NotADecisionModel, match="“html”"):
        load("<html/>")
    with pytest.raises(NotADecisionModel):
        load('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>')


def test_foreign_elements_and_comments_are_passed_over() -> None:
    body = (
        '<extensionElements><x:any xmlns:x="urn:x"/></extensionElements><decision id="d" name="d">'
        "<!-- why --><literalExpression><text>1 <!-- one -->+ 1</text></literalExpression>"
        "</decision>"
    )
    assert load(of(body)).decide("d") == 2


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("<decision/>", "decision has no name"),
        ('<decision id="a" name="a"/><decision id="a" name="b"/>', "“a” is used twice"),
        ('<decision name="a"><decisionTable/></decision>', "has no output column"),
        (
            '<decision name="a"><decisionTable hitPolicy="BEST"><output/></decisionTable></decision>',
            "“BEST” is none of UNIQUE",
        ),
        (
            '<decision name="a"><decisionTable><output/>\n<rule/></decisionTable></decision>',
            r"Line 3: Rule 1 has 0 conditions and 0 results",
        ),
        (
            '<decision name="a"><decisionTable><output/><output/></decisionTable></decision>',
            "one of them has no name",
        ),
        (
            '<decision name="a"><relation><column name="c"/><row/></relation></decision>',
            "0 values for 1 columns",
        ),
        (
            '<decision name="a"><functionDefinition kind="Cobol"/></decision>',
            "“Cobol” is no kind of function",
        ),
        ('<decision name="a"><invocation><binding/></invocation></decision>', "no parameter"),
    ],
)
def test_a_model_without_meaning_is_refused_where_it_is_broken(body: str, what: str) -> None:
    with pytest.raises(BrokenModel, match=what):
        load(of(body))


def test_decisions_that_need_each_other_are_refused() -> None:
    with pytest.raises(EndlessRequirement, match="a → b → a"):
        load(of(decision("a", "b") + decision("b", "a")))


def test_a_very_long_chain_of_decisions_is_refused() -> None:
    chain = "".join(decision(f"d{n}", f"d{n + 1}") for n in range(500))
    with pytest.raises(EndlessRequirement):
        load(of(chain + '<decision id="d500" name="d500"/>'))


def test_imports_must_be_there_and_must_end() -> None:
    importing = of(
        '<import name="x" namespace="other" importType="https://www.omg.org/spec/DMN/"/>'
    )
    with pytest.raises(MissingImport, match="“x”"):
        load(importing)
    circle = importing.replace('namespace="n"', 'namespace="other"')
    with pytest.raises(EndlessImport):
        load(importing, resolve=lambda namespace, location: circle.encode())


def test_a_requirement_that_leads_nowhere_is_a_problem_of_the_model() -> None:
    model = load(of(decision("a", "ghost")))
    assert "“#ghost”" in model.problems[0].message
    assert model.decide("a") is None


def decision(name: str, needs: str) -> str:
    return (
        f'<decision id="{name}" name="{name}"><informationRequirement><requiredDecision '
        f'href="#{needs}"/></informationRequirement><literalExpression><text>{needs}</text>'
        "</literalExpression></decision>"
    )
