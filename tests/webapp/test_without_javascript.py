"""A form answered without JavaScript: nothing typed is lost, nothing is skipped, nothing goes round for ever."""

import re

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from engine.forms import Form, read_form
from tests.webapp.test_forms import form, page, printed
from webapp.forms import Asked, ask, newly_asked, read_sent
from webapp.table_views import View, read_views

__all__ = ["page"]

WHY = (
    {"type": "checkbox", "key": "a"},
    {"type": "textfield", "key": "why", "conditional": {"hide": "=not(a)"}},
)


def again(made: Form, sent: MultiDict[str, str]) -> Asked:
    """The form shown again after it was sent."""
    got = read_sent(made, sent)
    return ask(made, got.raw, sent=got)


def test_an_answer_out_of_sight_comes_back_with_its_question(page: Flask) -> None:
    made = form(*WHY)
    sent = MultiDict([("_asked", "a"), ("_asked", "why"), ("why", "leaks")])
    shown = again(made, sent)
    assert ("why", "leaks") in shown.kept
    sent = MultiDict([("_asked", "a"), ("_seen", "why"), ("why", "leaks"), ("a", "true")])
    assert read_sent(made, sent).raw == {"a": True, "why": "leaks"}
    assert made.clean(read_sent(made, MultiDict([("_asked", "a"), ("why", "leaks")])).raw) == {
        "a": False
    }


def test_a_question_is_new_once_even_when_answers_make_it_come_and_go(page: Flask) -> None:
    made = form(
        {"type": "textfield", "key": "x", "conditional": {"hide": '=y != null and y != ""'}},
        {"type": "textfield", "key": "y", "conditional": {"hide": '=x = null or x = ""'}},
    )
    first = MultiDict([("_asked", "x"), ("x", "1")])
    assert [one.key for one in newly_asked(made, read_sent(made, first))] == ["y"]
    second = MultiDict([("_asked", "x"), ("_asked", "y"), ("x", "1"), ("y", "2")])
    shown = again(made, second)
    assert set(shown.earlier()) | {one.key for one in shown.inputs()} >= {"x", "y"}
    third = MultiDict([("_asked", "y"), ("_seen", "x"), ("x", "1"), ("y", "")])
    assert newly_asked(made, read_sent(made, third)) == []


TABLE = {
    "type": "table",
    "key": "t",
    "label": "Rows",
    "dataSource": "=rows",
    "rowCount": 2,
    "columns": [{"key": "n", "label": "Number"}, {"key": "w", "label": "Word"}],
}
ROWS = {"rows": [{"n": 10, "w": "b"}, {"n": 9, "w": "Á"}, {"n": 100, "w": "c"}]}


def numbers(made: Form, *sent: tuple[str, str]) -> list[str]:
    """The first column of the rows in sight."""
    got = read_sent(made, MultiDict(sent))
    shown = ask(made, got.raw, ROWS, sent=got)
    return [row[0] for row in shown.table(shown.fields[0]).rows]


@pytest.mark.parametrize(
    ("button", "left"),
    [
        ("", ["10", "9"]),
        ("t=2..a", ["100"]),
        ("t=99..a", ["100"]),
        ("t=1.0.a", ["9", "10"]),
        ("t=1.0.d", ["100", "10"]),
        ("t=1.1.a", ["9", "10"]),
        ("t=x.y.z", ["10", "9"]),
        ("nonsense", ["10", "9"]),
    ],
)
def test_a_table_is_turned_and_sorted_by_buttons(page: Flask, button: str, left: list[str]) -> None:
    assert numbers(read_form({"components": [TABLE]}), ("_look", button)) == left


def test_a_table_stays_as_it_was_looked_at_and_the_form_is_not_completed(page: Flask) -> None:
    sent = MultiDict([("_view.t", "2.0.d"), ("_look", "other=1..a")])
    assert read_views(sent)["t"] == View(2, 0, True)
    assert read_sent(read_form({"components": [TABLE]}), sent).is_half
    shown = ask(read_form({"components": [TABLE]}), {}, ROWS, sent=read_sent(form(), sent))
    text = printed(shown).html
    assert re.search(r"Page\s+2\s+of\s+2", text)
