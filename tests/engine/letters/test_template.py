"""The language of letters: what it writes, and what it refuses when a version is published."""

from contextlib import suppress
from datetime import date
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.letters.refusals import BadTemplate, LetterTooLong
from engine.letters.template import read_template
from engine.letters.writing import BLANK, Hand

HAND = Hand("es", "PEN", {"giro": {"bodega": "Bodega o minimarket"}})


def letter(text: str, **values: object) -> str:
    return read_template("test", text).html(values, HAND).strip()


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("{{ x }}", "Rosa", "Rosa"),
        ("{{ x }}", 1234567.5, "1,234,567.5"),
        ("{{ x }}", True, "sí"),
        ("{{ x }}", date(2026, 9, 1), "1 de setiembre de 2026"),
        ("{{ x }}", ["a", "b"], "a, b"),
        ("{{ x }}", {"sha256": "0" * 64, "name": "plano.pdf"}, "plano.pdf"),
        ("{{ x | date }}", "2026-03-03", "3 de marzo de 2026"),
        ("{{ x | date }}", "2026-03-03T10:00:00-05:00", "3 de marzo de 2026"),
        ("{{ x | date }}", "mañana", "mañana"),
        ("{{ x | short date }}", "2026-03-03", "03/03/2026"),
        ("{{ x | money }}", 4, "S/ 4.00"),
        ("{{ x | money }}", "1234.565", "S/ 1,234.57"),
        ("{{ x + 1 | number }}", 1999, "2,000"),
        ('{{ x + "|" }}', "a", "a|"),
    ],
)
def test_a_value_is_written_as_an_office_writes_it(text: str, value: object, written: str) -> None:
    assert letter(text, x=value) == f"<p>{written}</p>"


def test_an_option_is_written_by_its_label() -> None:
    assert letter("{{ giro | label }}", giro="bodega") == "<p>Bodega o minimarket</p>"


@pytest.mark.parametrize("nothing", [None, "", []])
def test_what_nobody_knows_is_a_line_to_fill_in(nothing: object) -> None:
    assert letter("{{ x }}", x=nothing) == f"<p>{BLANK}</p>"
    assert letter("{{ never.asked }}") == f"<p>{BLANK}</p>"


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (True, "yes"),
        ("text", "yes"),
        (3, "yes"),
        (False, "no"),
        (None, "no"),
        ("", "no"),
        ([], "no"),
    ],
)
def test_a_condition_chooses_its_part(value: object, part: str) -> None:
    assert letter("{{#if x}}yes{{#else}}no{{/if}}", x=value) == f"<p>{part}</p>"


def test_a_repetition_makes_the_rows_of_a_table() -> None:
    text = "| a |\n|---|\n{{#for r in rows}}\n| {{ r.n }} |\n{{/for}}\n\nend"
    made = letter(text, rows=[{"n": "one | 1"}, {"n": "two\nlines"}])
    assert made.count("<tr>") == 3
    assert "<td>one | 1</td>" in made
    assert "<td>two<br>lines</td>" in made


def test_blocks_stand_inside_each_other_and_see_outer_names() -> None:
    text = "{{#for a in x}}{{#for b in a.y}}{{#if b > z}}{{ a.n }}{{ b }} {{/if}}{{/for}}{{/for}}"
    made = letter(text, z=1, x=[{"n": "p", "y": [1, 2]}, {"n": "q", "y": [3]}])
    assert made == "<p>p2 q3</p>"


def test_a_block_within_a_line_leaves_the_end_of_the_line() -> None:
    assert letter("{{#if x}}a{{/if}}\nb", x=1) == "<p>a<br>\nb</p>"


def test_a_line_ends_where_it_ends_in_the_template() -> None:
    assert letter("Señora\n**Rosa**") == "<p>Señora<br>\n<strong>Rosa</strong></p>"


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a\n{{#if x}}\nb", 2, "never closed"),
        ("{{/if}}", 1, "closes nothing"),
        ("\n\n{{ 1 + }}", 3, "a value is missing"),
        ("{{ a | loud }}", 1, "no way to write"),
        ("a\n{{ b", 2, "without"),
        ("{{#for x of y}}{{/for}}", 1, "for name in list"),
        ("{{#if x}}\n{{/for}}\n{{/if}}", 2, "closes nothing"),
        ("{{#if x}}a{{#else}}b{{#else}}c{{/if}}", 1, "once"),
        ("{{#include x}}", 1, "no tag"),
        ("x\n" + "{{#if a}}" * 9 + "{{/if}}" * 9, 2, "deep"),
        ("{{ a }}" * 1001, 1, "more than 1000 tags"),
        ("a" * 50_001, 1, "more than 50000"),
    ],
)
def test_a_template_that_cannot_be_read_is_refused_with_its_line(
    text: str, line: int, problem: str
) -> None:
    with pytest.raises(BadTemplate, match=problem) as refused:
        read_template("test", text)
    assert refused.value.values["line"] == line


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</p></main><style>@import url(file:///etc/passwd)</style>",
    "![x](file:///etc/passwd)",
    "[x](javascript:alert(1))",
    "**bold** # title\n# title\n| a | b |",
    "{{ 1 + 1 }}",
    "{{#for x in [1,2,3]}}",
    "\ue0000\ue001",
    "&lt;b&gt;",
    "url(file:///etc/passwd)",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_value_is_only_its_letters(name: str) -> None:
    made = letter("Señora {{ name }}", name=name)
    inside = made.removeprefix("<p>Señora ").removesuffix("</p>").replace("<br>", "\n")
    assert "<" not in inside
    assert ">" not in inside


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<link rel=stylesheet href=file:///etc/passwd>",
        "<object data=file:///etc/passwd></object>",
        "![x](file:///etc/passwd)",
        "[x](http://example.com)",
        '<p style="background:url(http://example.com)">',
        "[x]: http://example.com\n\n[x] ![x][x]",
        "<http://example.com>",
        "![{{ x }}]({{ x }} '{{ x }}')",
    ],
)
def test_a_hostile_template_holds_no_address_and_no_style(text: str) -> None:
    made = letter(text, x="http://example.com")
    for tag in ("<script", "<link", "<object", "<img", "<a ", "<p "):
        assert tag not in made


@pytest.mark.parametrize(
    "text",
    [
        "{{#for x in for i in 1..100000 return i}}x{{/for}}",
        "{{#for x in for i in 1..1000 return i}}{{#for y in for i in 1..1000 return i}}{{/for}}{{/for}}",
        "{{#for x in for i in 1..10000 return i}}{{ x }}{{/for}}",
        '{{ string join(for i in 1..70000 return "x") }}',
        "{{ for i in 1..1000, j in 1..1000, k in 1..1000 return i }}",
    ],
)
def test_a_letter_without_end_is_refused_within_seconds(text: str) -> None:
    began = process_time()
    try:
        made = letter(text)
    except LetterTooLong:
        made = ""
    assert len(made) < 100
    assert process_time() - began < 5


@pytest.mark.parametrize("huge", ["a " * 30_001, "a" * 2_001, "a\n" * 3_001])
def test_a_huge_value_is_refused(huge: str) -> None:
    assert "a" in letter("{{ x }}", x=huge[:2_000])
    with pytest.raises(LetterTooLong):
        letter("{{ x }}", x=huge)


def test_labels_and_values_stand_in_a_table_without_a_heading() -> None:
    made = letter("|  |  |\n|---|---|\n| **Giro** | {{ x }} |", x="Bodega")
    assert made.startswith('<table class="pairs">')
    assert "<th" not in made


@pytest.mark.parametrize("text", [">" * 20_000, "* " * 20_000, "[" * 20_000, "**a" * 10_000,
                                  "|a" * 10_000 + "\n" + "|-" * 10_000, "`" * 20_000, "(a](" * 9_000])  # fmt: skip
def test_hostile_markdown_costs_seconds_at_most(text: str) -> None:
    began = process_time()
    with suppress(LetterTooLong):
        letter(text)
    assert process_time() - began < 10


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_the_template_it_is_read_or_refused(text: str, value: str) -> None:
    try:
        made = read_template("test", text + "{{ x }}" + value).html({"x": value}, HAND)
    except (BadTemplate, LetterTooLong):
        return
    assert "<script" not in made
    assert "\ue000" not in made
