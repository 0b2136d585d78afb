"""How a form stands for what was typed: what is shown, asked, filled in and printed."""

from typing import Any

import pytest

from engine.forms import FieldState, Form, read_form


def form(*components: dict[str, Any]) -> Form:
    return read_form({"components": list(components)})


def state_of(component: dict[str, Any], raw: Any = None, context: Any = None) -> FieldState:
    return form({"key": "a", **component}).state(raw, context)[0]


def test_a_field_starts_with_what_the_case_has_else_with_its_default() -> None:
    component = {"type": "textfield", "defaultValue": "=upper case(who)"}
    assert state_of(component, None, {"who": "ana"}).value == "ANA"
    assert state_of(component, None, {"who": "ana", "a": "known"}).value == "known"
    assert state_of(component, {"a": ""}, {"a": "known"}).value == ""


def test_what_does_not_fit_is_shown_as_it_was_typed() -> None:
    assert state_of({"type": "number"}, {"a": "twelve"}).value == "twelve"


def test_conditions_decide_what_is_shown_required_and_readonly() -> None:
    made = form(
        {"type": "checkbox", "key": "on"},
        {"type": "textfield", "key": "a", "conditional": {"hide": "=not(on)"}},
        {"type": "textfield", "key": "b", "validate": {"required": "=on"}, "readonly": "=on"},
    )
    _, a, b = made.state({"on": "true"})
    assert (a.is_visible, b.is_required, b.is_readonly) == (True, True, True)
    _, a, b = made.state({})
    assert (a.is_visible, b.is_required, b.is_readonly) == (False, False, False)


def test_bounds_of_dates_and_numbers_are_shown_as_they_stand() -> None:
    shown = state_of(
        {"type": "number", "validate": {"min": "=least", "max": 9}}, None, {"least": 3}
    ).shown
    assert (shown.minimum, shown.maximum) == (3, 9)


def test_labels_and_hints_may_hold_values() -> None:
    state = state_of(
        {"type": "textfield", "label": "Hello {{name}}", "description": "=\"of \" + name"}, None, {"name": "Ana"}
    )  # fmt: skip
    assert (state.label, state.hint) == ("Hello Ana", "of Ana")


def test_rows_have_states_of_their_own_with_paths() -> None:
    state = state_of(
        {"type": "dynamiclist", "path": "l", "defaultRepetitions": 2,
         "components": [{"type": "textfield", "key": "n"}]}
    )  # fmt: skip
    assert [[field.key for field in row] for row in state.rows] == [["l.0.n"], ["l.1.n"]]


@pytest.mark.parametrize(
    ("component", "inside"),
    [
        ({"type": "text", "text": "# Hi\n**{{name}}**"}, "<strong>A&lt;b&gt;"),
        (
            {"type": "text", "text": "{{#if n > 1}}many{{/if}}{{#loop l}}<{{this}}>{{/loop}}"},
            "many&lt;1&gt;&lt;2&gt;",
        ),
        ({"type": "text", "text": "{{ 1 +"}, "{{ 1 +"),
        ({"type": "html", "content": "<p>{{name}}</p>"}, "<p>A&lt;b&gt;</p>"),
        ({"type": "html", "content": "<b>{{#loop o}}{{k}};{{/loop}}</b>"}, "<b>v;w;</b>"),
    ],
)
def test_texts_become_html_with_values_escaped(component: dict[str, Any], inside: str) -> None:
    context = {"name": "A<b>", "n": 2, "l": [1, 2], "o": [{"k": "v"}, {"k": "w"}]}
    assert inside in state_of(component, None, context).shown.html


@pytest.mark.parametrize("kind", ["text", "html"])
@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "[x](javascript:alert(1))",
        "<svg><script>alert(1)</script></svg>",
        "<iframe src='https://evil.example'></iframe>",
        "<form action='https://evil.example'><input name=password></form>",
        "<p style='position:fixed' onclick='x()'>x</p>",
        "<style>body{display:none}</style>",
        "<base href='https://evil.example'>",
        "{{evil}}",
    ],
)
def test_nothing_that_acts_gets_through(kind: str, attack: str) -> None:
    context = {"evil": "<script>alert(1)</script>"}
    html = state_of(
        {"type": kind, "text": attack, "content": attack}, None, context
    ).shown.html.lower()
    live = (
        "<script",
        "<img",
        "<iframe",
        "<form",
        "<input",
        "<style",
        "<base",
        "<svg",
        'href="javascript',
    )
    assert not any(part in html for part in live)
    assert not any(f"<p {name}" in html for name in ("style", "onclick"))


@pytest.mark.parametrize(
    ("kind", "url", "kept"),
    [
        ("image", "data:image/png;base64,AAAA", True),
        ("image", "data:image/svg+xml;base64,AAAA", False),
        ("image", "javascript:alert(1)", False),
        ("image", "//evil.example/x.png", False),
        ("image", "/static/map.png", True),
        ("iframe", "https://maps.example/x", True),
        ("iframe", "data:text/html,x", False),
        ("iframe", "/\\evil.example", False),
    ],
)
def test_only_addresses_that_are_safe_to_follow_are_shown(kind: str, url: str, kept: bool) -> None:
    assert state_of({"type": kind, "source": url, "url": url}).shown.url == (url if kept else "")


def test_a_table_shows_the_rows_of_the_case() -> None:
    component = {
        "type": "table",
        "dataSource": "=people",
        "columns": [{"key": "n", "label": "Name"}],
    }
    shown = state_of(component, None, {"people": [{"n": "Ana", "x": 1}, {"n": None}, 3]}).shown
    assert (shown.columns, shown.rows) == ((("n", "Name"),), (("Ana",), ("",)))


def test_a_table_without_columns_takes_them_from_the_rows() -> None:
    shown = state_of(
        {"type": "table", "dataSource": "=p"}, None, {"p": [{"a": 1}, {"b": True}]}
    ).shown
    assert [key for key, _ in shown.columns] == ["a", "b"]


def test_documents_of_the_case_are_listed() -> None:
    file = {"sha256": "a" * 64, "name": "plan.pdf", "media_type": "application/pdf", "size": 3}
    shown = state_of(
        {"type": "documentPreview", "dataSource": "=plans"}, None, {"plans": [file, "x"]}
    ).shown
    assert [one["name"] for one in shown.files] == ["plan.pdf"]


@pytest.mark.parametrize(
    ("component", "is_reactive"),
    [
        ({"type": "textfield", "key": "b", "conditional": {"hide": "=a"}}, True),
        ({"type": "textfield", "key": "b", "label": "About {{a}}"}, True),
        ({"type": "textfield", "key": "b", "conditional": {"hide": "=of_the_case"}}, False),
        ({"type": "textfield", "key": "b"}, False),
    ],
)
def test_a_form_reacts_only_when_answers_change_it(
    component: dict[str, Any], is_reactive: bool
) -> None:
    assert form({"type": "textfield", "key": "a"}, component).is_reactive is is_reactive


def test_ids_are_unique_and_safe_whatever_the_keys() -> None:
    made = form(
        *(
            {"type": "textfield", "key": key}
            for key in ("a b", "a_b", "a-b", "ñ", 'a"b', "a.b", "a-b-c")
        )
    )
    ids = [field.id for field in made.state()]
    assert len(set(ids)) == len(ids)
    assert all(
        letter.isascii() and (letter.isalnum() or letter in "-_") for one in ids for letter in one
    )


def test_a_loop_over_loops_ends_in_a_bounded_text() -> None:
    text = "{{#loop l}}" * 5 + "x" * 50 + "{{/loop}}" * 5
    assert (
        len(state_of({"type": "text", "text": text}, None, {"l": list(range(200))}).shown.html)
        < 200_000
    )
