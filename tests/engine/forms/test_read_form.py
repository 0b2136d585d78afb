"""A schema becomes a form; whatever is in it, there is a form or a sentence."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Refusal
from engine.forms import FieldError, Form, Unfit, UnreadableForm, read_form
from engine.forms.fields import field_types

# every component that form-js 1.x knows
FORM_JS = {
    "button", "checkbox", "checklist", "datetime", "documentPreview", "dynamiclist", "expression", "filepicker",
    "group", "html", "iframe", "image", "number", "radio", "select", "separator", "spacer", "table", "taglist",
    "text", "textarea", "textfield",
}  # fmt: skip


def form(*components: dict[str, Any]) -> Any:
    return read_form({"components": list(components)})


def test_every_component_of_form_js_has_its_type() -> None:
    assert set(field_types()) == FORM_JS


@pytest.mark.parametrize("kind", sorted(FORM_JS))
def test_a_bare_component_of_every_type_is_read_shown_and_cleaned(kind: str) -> None:
    bare = form({"type": kind, "key": "a", "path": "a", "id": "x", "components": []})
    assert [state.type for state in bare.state()] == [kind]
    assert isinstance(bare.clean({}), dict)


def test_an_unknown_type_becomes_text_and_a_note() -> None:
    made = form({"type": "signature", "key": "sign", "label": "Sign here"})
    assert made.clean({"sign": "Ana"}) == {"sign": "Ana"}
    assert "signature" in made.notes[0].sentence


def test_what_is_inside_an_unknown_container_is_still_asked() -> None:
    made = form({"type": "columns", "components": [{"type": "textfield", "key": "a"}]})
    assert made.clean({"a": "x"}) == {"a": "x"}


@pytest.mark.parametrize(
    "schema",
    ["", "[]", "null", "{", '{"components": {}}', "[" * 100_000, '"' + "a" * 2_000_000 + '"'],
)
def test_what_is_no_schema_is_refused_with_a_sentence(schema: str) -> None:
    with pytest.raises(UnreadableForm, match="cannot be read"):
        read_form(schema)


def test_a_form_with_too_many_components_is_refused() -> None:
    with pytest.raises(UnreadableForm, match="components"):
        form(*({"type": "textfield", "key": f"k{n}"} for n in range(1_001)))


def test_groups_nested_without_end_are_refused() -> None:
    nested: dict[str, Any] = {"type": "group"}
    for _ in range(5_000):
        nested = {"type": "group", "components": [nested]}
    with pytest.raises(UnreadableForm, match="8 deep"):
        form(nested)


@pytest.mark.parametrize(
    "key", ["typename", "a.typename", "_asked", "a..b", "", " a", "a\0b", "a" * 300]
)
def test_a_key_that_would_break_a_case_or_a_page_is_left_out_with_a_note(key: str) -> None:
    made = form({"type": "textfield", "key": key, "id": "f"})
    assert made.fields == ()
    assert len(made.notes) == 1


def test_the_second_field_with_a_key_is_left_out_with_a_note() -> None:
    made = form(
        {"type": "textfield", "key": "a"},
        {"type": "number", "key": "a"},
        {"type": "number", "key": "a.b"},
    )
    assert [field.type for field in made.fields] == ["textfield"]
    assert len(made.notes) == 2


def test_a_broken_condition_shows_the_field_and_tells_the_author() -> None:
    made = form({"type": "textfield", "key": "a", "conditional": {"hide": "=1 +"}})
    assert made.state()[0].is_visible
    assert "left out" in made.notes[0].sentence


def test_a_pattern_that_could_hang_the_office_is_left_out_or_linear() -> None:
    made = form(
        {"type": "textfield", "key": "a", "validate": {"pattern": "^(a+)+$"}},
        {"type": "textfield", "key": "b", "validate": {"pattern": "(?=x)"}},
    )
    with pytest.raises(Unfit):
        made.clean({"a": "a" * 3_000 + "!"})
    assert "pattern" in made.notes[0].sentence


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
EXPRESSIONS = st.sampled_from(
    ["=a", "=a = 1", "=a > b", "=[a, b]", "=i + 1", "=", "={a: b}", "=1/0", "= )", "=today()"]
)
WORDS = ("label", "description", "defaultValue", "readonly", "disabled", "expression", "valuesExpression", "valuesKey",
         "values", "text", "content", "dataSource", "columns", "source", "accept", "multiple", "subtype", "validate",
         "conditional", "appearance", "decimalDigits", "increment", "defaultRepetitions", "allowAddRemove")  # fmt: skip
PARTS = st.dictionaries(
    st.sampled_from(
        ["required", "min", "max", "hide", "pattern", "minLength", "maxLength", "prefixAdorner"]
    ),
    JSON | EXPRESSIONS,
    max_size=3,
)
COMPONENTS: st.SearchStrategy[Any] = st.recursive(
    st.builds(
        lambda kind, key, rest: {"type": kind, "key": key, "path": key, **rest},
        st.sampled_from([*sorted(FORM_JS), "nonsense"]),
        st.sampled_from(["a", "b", "c", "d.e", "d.f", ""]),
        st.dictionaries(st.sampled_from(WORDS), JSON | EXPRESSIONS | PARTS, max_size=5),
    ),
    lambda inner: st.builds(
        lambda kind, path, components: {"type": kind, "path": path, "components": components},
        st.sampled_from(["group", "dynamiclist"]),
        st.sampled_from(["", "g", "l", "a"]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=5,
)
RAW = st.dictionaries(st.sampled_from(["a", "b", "c", "d", "g", "l", "x"]), JSON, max_size=5)


@given(JSON)
def test_any_json_is_a_form_or_a_refusal(data: Any) -> None:
    try:
        read_form(data if isinstance(data, dict) else json.dumps(data))
    except Refusal:
        return


@given(st.lists(COMPONENTS, max_size=5), RAW, RAW)
def test_whatever_the_form_and_the_answers_they_are_cleaned_or_unfit(
    components: list[Any], raw: dict[str, Any], context: dict[str, Any]
) -> None:
    made = form(*components)
    made.state(raw, context)
    answers, errors = cleaned(made, raw, context)
    assert json.loads(json.dumps(answers, allow_nan=False)) == answers
    assert all(error.sentence for error in errors)


def cleaned(made: Form, raw: Any, context: Any) -> tuple[dict[str, Any], Sequence[FieldError]]:
    try:
        return made.clean(raw, context=context), ()
    except Unfit as unfit:
        return {}, unfit.errors
