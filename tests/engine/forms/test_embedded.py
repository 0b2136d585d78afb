"""Fields that other tools put into the diagram, and forms made where there are none."""

from typing import Any

import pytest

from engine.bpmn.model import FormField
from engine.forms import Unfit, from_embedded, made_form


@pytest.mark.parametrize(
    ("field", "typed", "answer"),
    [
        (FormField("a"), "x", "x"),
        (FormField("a", type="long"), "5", 5),
        (FormField("a", type="double"), "5.5", 5.5),
        (FormField("a", type="boolean"), "true", True),
        (FormField("a", type="boolean", is_required=True), None, False),
        (FormField("a", type="date"), "28/07/2026", "2026-07-28"),
        (FormField("a", type="enum", options=(("p", "Paper"), ("d", "Digital"))), "d", "d"),
        (FormField("a", type="somebody.Else"), "x", "x"),
        (FormField("a", type="long", default="7"), None, 7),
        (FormField("a", default="${bean.call()}"), None, ""),
    ],
)
def test_an_embedded_field_is_asked_in_its_type(field: FormField, typed: Any, answer: Any) -> None:
    raw = {} if typed is None else {"a": typed}
    assert from_embedded([field]).clean(raw) == {"a": answer}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        (FormField("a", is_required=True), ""),
        (FormField("a", constraints=(("required", "true"),)), ""),
        (FormField("a", type="long", constraints=(("min", "3"),)), "2"),
        (FormField("a", type="long"), "2.5"),
        (FormField("a", constraints=(("maxlength", "3"),)), "four"),
        (FormField("a", type="enum", options=(("p", "Paper"),)), "q"),
    ],
)
def test_constraints_of_an_embedded_field_hold(field: FormField, typed: str) -> None:
    with pytest.raises(Unfit):
        from_embedded([field]).clean({"a": typed})


CASE = {
    "applicant_name": "Ana",
    "area": 12.5,
    "is_food": True,
    "filed_on": "2026-03-02",
    "story": "x" * 200,
    "owners": [{"name": "Ana"}],
    "plans": [{"sha256": "a" * 64, "name": "p.pdf", "media_type": "application/pdf", "size": 1}],
    "tags": ["a", "b"],
    "_inner": 1,
    "nothing": None,
}


def test_a_form_is_made_from_the_data_of_the_case() -> None:
    made = made_form(CASE, labels={"area": "Area in m²"})
    states = made.state(None, CASE)
    assert [state.type for state in states] == [
        "textfield", "number", "checkbox", "datetime", "textarea", "table", "documentPreview", "expression",
    ]  # fmt: skip
    assert [state.label for state in states][:2] == ["Applicant name", "Area in m²"]
    assert made.notes == ()


def test_a_made_form_gives_back_what_was_corrected_and_leaves_lists_alone() -> None:
    answers = made_form(CASE).clean({"area": "13"}, context=CASE)
    assert answers == {
        "applicant_name": "Ana", "area": 13, "is_food": True, "filed_on": "2026-03-02", "story": "x" * 200,
    }  # fmt: skip


def test_a_made_form_may_be_read_only() -> None:
    made = made_form(CASE, is_editable=False)
    assert made.clean({"area": "13"}, context=CASE)["area"] == 12.5
