"""A form costs what a page may cost, whatever its author or its sender made of it."""

from time import process_time
from typing import Any

import pytest

from engine.forms import FormTooCostly, Unfit, read_form
from engine.forms import formula as formulas

SLOW = "=count(for a in 1..1000, b in 1..1000 return a * b) > 0"


def test_lists_within_lists_are_not_multiplied_without_end() -> None:
    nested: dict[str, Any] = {"type": "textfield", "key": "t"}
    for name in "abcdef":
        nested = {
            "type": "dynamiclist",
            "path": name,
            "defaultRepetitions": 100,
            "components": [nested],
        }
    with pytest.raises(FormTooCostly, match="cannot be worked out"):
        read_form({"components": [nested]}).state()


def test_expressions_that_take_too_long_together_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(formulas, "ALL_SECONDS", 0.3)
    made = read_form(
        {
            "components": [
                {"type": "textfield", "key": f"k{n}", "conditional": {"hide": SLOW}}
                for n in range(300)
            ]
        }
    )
    began = process_time()
    with pytest.raises(FormTooCostly, match="cannot be worked out"):
        made.clean({})
    assert process_time() - began < 3


def test_a_form_with_a_thousand_conditions_is_settled_in_a_second() -> None:
    made = read_form(
        {
            "components": [
                {"type": "number", "key": f"k{n}", "conditional": {"hide": f"=k{n - 1} = 0"}}
                for n in range(1_000)
            ]
        }
    )
    began = process_time()
    made.clean({f"k{n}": 1 for n in range(1_000)})
    assert process_time() - began < 2


def test_answers_with_very_many_strangers_are_refused_in_few_words() -> None:
    with pytest.raises(Unfit) as unfit:
        read_form({}).clean({f"x{n}": n for n in range(100_000)})
    assert len(unfit.value.errors) == 100
