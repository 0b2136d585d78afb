"""Conditions of other tools are said in FEEL, or handed to a person with the reason."""

import re
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from engine.expressions import PROSE, read_expression
from engine.feel import evaluate


@pytest.mark.parametrize(
    ("text", "feel"),
    [
        ("${approved}", "approved"),
        ("#{!approved}", "not(approved)"),
        ('${DIRECTION == "BACKWARD"}', 'DIRECTION = "BACKWARD"'),
        ("${a != 'x' && b eq 2 || c}", 'a != "x" and b = 2 or c'),
        ("${(a || b) && c}", "(a or b) and c"),
        ('${ execution.getVariable("Done") == true }', "Done = true"),
        ("${execution.hasVariable('note')}", "note != null"),
        ("${variables.get('x') gt 5}", "x > 5"),
        ("${vars:eq(x, 5)}", "x = 5"),
        ("${status.equals('ok')}", 'status = "ok"'),
        ("${name.startsWith('A')}", 'starts with(name, "A")'),
        ("${a.b['c'].rows[0] % 2 == 1}", "modulo(a.b.c.rows[1], 2) = 1"),
        ("${a ? b == 1 : c == 2}", "if a then b = 1 else c = 2"),
        ("${order.prop('total').numberValue() > 3}", "order.total > 3"),
        ("x is not None and y in [1, 'a']", 'x != null and y in [1, "a"]'),
        ("not x or y == True", "not(x) or y = true"),
        ("1 <= x == y", "1 <= x and x = y"),
        ('return "a".equals(b);', '"a" = b'),
        ("x === 'it\\'s'", 'x = "it\'s"'),
        ("bpmn:getDataObject('clarified') = 'yes'", 'clarified = "yes"'),
        ("Service Level == 'Premium'", 'Service Level = "Premium"'),
        ('[Vacation Approval] = "Approved"', 'Vacation Approval = "Approved"'),
        ('Vacation Approval = "Approved"', 'Vacation Approval = "Approved"'),
        ("= not(approved)", "not(approved)"),
        ('= some r in risks satisfies r = "red"', 'some r in risks satisfies r = "red"'),
        ('amount > 1000 and risk = "high"', 'amount > 1000 and risk = "high"'),
        ("true", "true"),
    ],
)
def test_a_condition_is_said_in_feel(text: str, feel: str) -> None:
    found = read_expression(text)
    assert (found.feel, found.reason) == (feel, None)


@pytest.mark.parametrize(
    ("text", "context", "expected"),
    [
        ("${empty x}", {"x": None}, True),
        ("${empty x}", {"x": ""}, True),
        ("${empty x}", {"x": []}, True),
        ("${not empty x}", {"x": "a"}, True),
        ("${not empty x}", {"x": [1]}, True),
        ("${x.contains('a')}", {"x": "cat"}, True),
        ("${x.contains('a')}", {"x": ["a", "b"]}, True),
        ("${x.size() > 1 && !x.isEmpty()}", {"x": [1, 2]}, True),
        ("len(x) == 3", {"x": "cat"}, True),
        ("${x.toLowerCase() == 'a'}", {"x": "A"}, True),
    ],
)
def test_a_translated_condition_means_the_same(
    text: str, context: dict[str, object], expected: bool
) -> None:
    feel = read_expression(text).feel
    assert feel is not None
    assert evaluate(feel, context) is expected


@pytest.mark.parametrize(
    "text",
    ["falls vollständig", "Approved", "Is the form complete?", "Invoice (paid)", "no", "Más de 30"],
)
def test_prose_is_left_to_a_person(text: str) -> None:
    found = read_expression(text)
    assert (found.feel, found.reason) == (None, PROSE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "${bean.check(x)}",
        "isPaid(invoice)",
        "${execution.getEngineServices()}",
        "${x.getClass().forName('java.lang.Runtime')}",
        "${''.getClass()}",
        "__import__('os').system('id')",
        "${a}${b}",
        "dear ${name}",
        "lambda: x == 1",
        "x => x == 1",
        "x == 1; y = 2",
        "${" + "(" * 3000 + "}",
        "!" * 3000 + "x",
        "a == " * 3000 + "b",
        "${x['a b']}",
        "${variables.get('a + evil()')}",
    ],
)
def test_what_cannot_be_translated_has_a_reason(text: str) -> None:
    found = read_expression(text)
    assert found.feel is None
    assert found.reason


def test_the_language_that_a_file_names_decides() -> None:
    assert read_expression("approved", "https://www.omg.org/spec/DMN/20191111/FEEL/").feel
    assert read_expression("approved", "javascript").feel == "approved"
    assert read_expression("approved").feel is None


def test_a_text_in_a_text_literal_is_never_taken_for_a_name() -> None:
    found = read_expression("${x == 'a\" or true or \"b'}")
    assert found.feel == 'x = "a\\" or true or \\"b"'


def test_nearly_all_conditions_of_the_corpus_are_translated(corpus: Path) -> None:
    counts: Counter[bool] = Counter()
    for folder in ("home-office", "engines", "miwg"):
        for file in (corpus / folder).rglob("*"):
            if file.suffix not in (".bpmn", ".xml", ".bpmn2"):
                continue
            for text in _juel_conditions(file):
                counts[read_expression(text).feel is not None] += 1
    assert counts[True] / counts.total() >= 0.98


def _juel_conditions(file: Path) -> list[str]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    root = etree.fromstring(file.read_bytes(), parser)
    if root is None:
        return []
    texts = (str(found.xpath("string()")) for found in root.iter("{*}conditionExpression"))
    return [text for text in texts if re.search(r"[$#]\{", text)]
