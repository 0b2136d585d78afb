"""Answers that fit become typed JSON; those that do not come back with every reason at once."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.files.store import StoredFile
from engine.forms import Form, Unfit, read_form

TODAY = date(2026, 3, 2)


def form(*components: dict[str, Any]) -> Form:
    made = read_form({"components": list(components)})
    assert made.notes == ()
    return made


def one(kind: str, **rest: Any) -> Form:
    return form({"type": kind, "key": "a", "label": "The answer", **rest})


def clean(made: Form, value: Any, **rest: Any) -> Any:
    return made.clean({"a": value}, today=TODAY, **rest).get("a")


def reason(made: Form, value: Any, **rest: Any) -> str:
    with pytest.raises(Unfit) as unfit:
        clean(made, value, **rest)
    assert [error.key for error in unfit.value.errors] == ["a"]
    return unfit.value.errors[0].sentence


VALUES = [
    {"value": "x", "label": "X"},
    {"value": 2, "label": "Two"},
    {"value": True, "label": "Yes"},
]


@pytest.mark.parametrize(
    ("made", "typed", "answer"),
    [
        (one("textfield"), "  Ana\r\n", "Ana"),
        (one("textfield"), None, ""),
        (one("textfield"), "a\0b\x07\ud800", "ab"),
        (one("textarea"), "one\r\ntwo\rthree", "one\ntwo\nthree"),
        (one("number"), "12", 12),
        (one("number"), "12.50", 12.5),
        (one("number"), "12,5", 12.5),
        (one("number"), "1,234", 1234),
        (one("number"), "1 250", 1250),
        (one("number"), "1,234,567.5", 1234567.5),
        (one("number"), "1.234.567,5", 1234567.5),
        (one("number"), "1 234", 1234),
        (one("number", decimalDigits=2), "1,234", 1234),
        (one("number"), "0.1", 0.1),
        (one("number"), "15.5", 15.5),
        (one("number"), "0.125", 0.125),
        (one("number"), "1.1250", 1.125),
        (one("number"), 1.125, 1.125),
        (one("number"), -0.0, 0),
        (one("number"), "", None),
        (one("number", serializeToString=True), "1.10", "1.1"),
        (one("number", serializeToString=True), "12345678901234567890.5", "12345678901234567890.5"),
        (one("datetime", subtype="date"), "2026-07-28", "2026-07-28"),
        (one("datetime", subtype="date"), "28/7/2026", "2026-07-28"),
        (one("datetime", subtype="time"), "09:30", "09:30:00"),
        (one("datetime", subtype="time"), "09:30:15-05:00", "09:30:15-05:00"),
        (one("datetime", subtype="datetime"), "2026-07-28T09:30", "2026-07-28T09:30:00"),
        (one("datetime", subtype="time", timeInterval=15), "09:45", "09:45:00"),
        (one("checkbox"), "true", True),
        (one("checkbox"), None, False),
        (one("radio", values=VALUES), "x", "x"),
        (one("radio", values=VALUES), "2", 2),
        (one("select", values=VALUES), "true", True),
        (one("select", values=VALUES), 2, 2),
        (one("select", values=VALUES), "", None),
        (one("checklist", values=VALUES), ["2", "x", "x"], ["x", 2]),
        (one("taglist", values=VALUES), "x", ["x"]),
    ],
)  # fmt: skip
def test_what_people_type_becomes_typed_json(made: Form, typed: Any, answer: Any) -> None:
    found = clean(made, typed)
    assert found == answer
    assert type(found) is type(answer)
    assert clean(made, found) == found


@pytest.mark.parametrize(
    ("made", "typed", "words"),
    [
        (one("textfield", validate={"required": True}), "  ", "Answer “The answer”."),
        (one("textfield", validate={"maxLength": 3}), "abcd", "at most 3 characters, there are 4"),
        (one("textfield", validate={"minLength": 3}), "ab", "at least 3"),
        (one("textfield", validate={"pattern": "^[0-9]{4}$"}), "12a4", "expected way"),
        (one("textfield", validate={"pattern": "^[0-9]{4}$"}), "12a4", "Write it like 1234."),
        (one("textfield", validate={"pattern": "^[A-Z]{3}-[0-9]{3}$"}), "abc", "Write it like ABC-567."),
        (one("textfield", validate={"pattern": "^(a|b)+$"}), "c", "as it stands in your document"),
        (one("textfield", validate={"pattern": "^[0-9]$"}, description="One digit"), "c", "hint beside"),
        (one("textfield", validate={"pattern": "^x", "patternErrorMessage": "Start with {label}"}), "y", "Start with"),
        (one("textfield", validate={"validationType": "email"}), "ana@", "e-mail"),
        (one("textfield", validate={"validationType": "phone"}), "call me", "telephone"),
        (one("textfield"), 5, "must be text"),
        (one("number"), "12a", "must be a number"),
        (one("number"), "1.234", "Write 1234 or 1.2340."),
        (one("number", decimalDigits=2), "1.250", "Write 1250 or 1.25."),
        (one("number"), "NaN", "must be a number"),
        (one("number"), float("inf"), "must be a number"),
        (one("number"), True, "must be a number"),
        (one("number"), "9" * 16, "at most 15"),
        (one("number", decimalDigits=0), "1.5", "whole number"),
        (one("number", decimalDigits=2), "1.555", "at most 2"),
        (one("number", validate={"min": 5}), "4", "5 or more"),
        (one("number", validate={"max": "5"}), "6", "5 or less"),
        (one("datetime", subtype="date"), "2026-02-30", "a day that exists"),
        (one("datetime", subtype="time"), "25:00", "time of day"),
        (one("datetime", subtype="datetime"), "2026-02-03", "a day and a time"),
        (one("datetime", subtype="date", disallowPassedDates=True), "2026-03-01", "today or later"),
        (one("datetime", subtype="date", validate={"max": "2026-12-31"}), "2027-01-01", "or earlier"),
        (one("datetime", subtype="time", timeInterval=15), "09:20", "full 15 minutes, such as 09:15"),
        (one("datetime", subtype="datetime", timeInterval=30), "2026-02-03T09:15", "full 30 minutes"),
        (one("checkbox", validate={"required": True}), False, "Answer"),
        (one("checkbox"), "maybe", "yes or no"),
        (one("radio", values=VALUES), "y", "choose from the list"),
        (one("select", values=VALUES), {"x": 1}, "choose from the list"),
        (one("checklist", values=VALUES), ["x", "y"], "choose from the list"),
        (one("checklist", values=VALUES, validate={"required": True}), [], "Answer"),
    ],
)  # fmt: skip
def test_what_does_not_fit_comes_back_with_a_sentence(made: Form, typed: Any, words: str) -> None:
    assert words in reason(made, typed)


def test_every_problem_is_told_at_once_in_the_order_of_the_form() -> None:
    made = form(
        {"type": "number", "key": "b"},
        {"type": "textfield", "key": "a", "validate": {"required": True}},
    )
    with pytest.raises(Unfit) as unfit:
        made.clean({"b": "x", "z": 1})
    assert [error.key for error in unfit.value.errors] == ["z", "b", "a"]


@pytest.mark.parametrize(
    "raw", [{"z": 1}, {"g": {"z": 1}}, {"l": [{"z": 1}]}, {"g": 3}, {"__class__": 1}]
)
def test_an_answer_nobody_asked_for_is_refused(raw: Any) -> None:
    made = form(
        {"type": "group", "path": "g", "components": [{"type": "textfield", "key": "a"}]},
        {"type": "dynamiclist", "path": "l", "components": [{"type": "textfield", "key": "b"}]},
    )
    with pytest.raises(Unfit, match="need mending"):
        made.clean(raw)


def test_the_answer_of_a_hidden_field_is_dropped() -> None:
    made = form(
        {"type": "checkbox", "key": "a"},
        {
            "type": "textfield",
            "key": "b",
            "validate": {"required": True},
            "conditional": {"hide": "=not(a)"},
        },
    )
    assert made.clean({"a": False, "b": "left over"}) == {"a": False}
    assert made.clean({"a": True, "b": "asked"}) == {"a": True, "b": "asked"}
    with pytest.raises(Unfit):
        made.clean({"a": True})


def test_what_depends_on_a_hidden_answer_is_hidden_too() -> None:
    made = form(
        {"type": "textfield", "key": "c", "conditional": {"hide": '=b != "go"'}},
        {"type": "textfield", "key": "b", "conditional": {"hide": "=a != 1"}},
        {"type": "number", "key": "a"},
    )
    assert made.clean({"a": 2, "b": "go", "c": "x"}) == {"a": 2}
    assert made.clean({"a": 1, "b": "go", "c": "x"}) == {"a": 1, "b": "go", "c": "x"}


def test_conditions_that_chase_each_other_show_the_fields() -> None:
    made = form(
        {"type": "textfield", "key": "a", "conditional": {"hide": '=b = "x"'}},
        {"type": "textfield", "key": "b", "conditional": {"hide": '=a = "x"'}},
    )
    assert made.clean({"a": "x", "b": "x"}) == {"a": "x", "b": "x"}


def test_a_hidden_group_takes_its_fields_along() -> None:
    made = form(
        {"type": "group", "path": "g", "conditional": {"hide": "=true"},
         "components": [{"type": "textfield", "key": "a", "validate": {"required": True}}]},
        {"type": "textfield", "key": "b"},
    )  # fmt: skip
    assert made.clean({"g": {"a": "x"}, "b": "y"}) == {"b": "y"}


def test_bounds_required_and_readonly_may_be_expressions_over_the_case() -> None:
    made = form(
        {"type": "number", "key": "a", "readonly": "=closed", "validate": {"required": "=must", "max": "=budget"}},
    )  # fmt: skip
    assert clean(made, 5, context={"budget": 10}) == 5
    assert "10 or less" in reason(made, 11, context={"budget": 10})
    assert "Answer" in reason(made, None, context={"must": True})
    assert clean(made, 11, context={"closed": True, "a": 3}) == 3


def test_a_readonly_answer_is_never_taken_from_the_sender() -> None:
    made = one("textfield", readonly=True, defaultValue="from the form")
    assert clean(made, "forged") == "from the form"
    assert clean(made, "forged", context={"a": "from the case"}) == "from the case"
    assert clean(made, "forged", context={"a": 5}) == 5


def test_calculated_values_are_worked_out_again_on_the_server() -> None:
    made = form(
        {"type": "number", "key": "price"},
        {"type": "expression", "key": "tax", "expression": "=price * 0.18"},
        {"type": "expression", "key": "total", "expression": "=price + tax"},
    )
    assert made.clean({"price": "100", "total": 1}) == {"price": 100, "tax": 18, "total": 118}


def test_options_come_from_the_case_or_an_expression() -> None:
    keyed = one("select", valuesKey="sites")
    assert clean(keyed, "Lima", context={"sites": ["Lima", "Cusco"]}) == "Lima"
    assert "list" in reason(keyed, "Paris", context={"sites": ["Lima", "Cusco"]})
    worked_out = form(
        {"type": "number", "key": "n"},
        {"type": "radio", "key": "a", "valuesExpression": "=for i in 1..n return {value: i, label: string(i)}"},
    )  # fmt: skip
    assert worked_out.clean({"n": 3, "a": "3"}) == {"n": 3, "a": 3}
    with pytest.raises(Unfit):
        worked_out.clean({"n": 2, "a": "3"})


def test_rows_are_cleaned_one_by_one() -> None:
    made = form(
        {"type": "dynamiclist", "path": "owners", "label": "Owners", "components": [
            {"type": "textfield", "key": "name", "validate": {"required": True}},
            {"type": "number", "key": "share", "conditional": {"hide": "=i = 1"}},
            {"type": "textfield", "key": "why", "conditional": {"hide": "=share != 5 or parent.kind != \"x\""}},
        ]},
        {"type": "textfield", "key": "kind"},
    )  # fmt: skip
    rows = [{"name": "Ana", "share": 1}, {"name": "Beto", "share": "5", "why": "so"}]
    assert made.clean({"owners": rows, "kind": "x"})["owners"] == [
        {"name": "Ana"},
        {"name": "Beto", "share": 5, "why": "so"},
    ]
    with pytest.raises(Unfit) as unfit:
        made.clean({"owners": [{"name": "Ana"}, {"name": "", "share": "x"}], "kind": ""})
    assert [error.key for error in unfit.value.errors] == ["owners.1.name", "owners.1.share"]


def rows(**more: Any) -> Form:
    """A list of shops with a name, a box and a total."""
    return form(
        {"type": "dynamiclist", "path": "l", "label": "Shops", **more, "components": [
            {"type": "textfield", "key": "name"},
            {"type": "checkbox", "key": "open"},
            {"type": "dynamiclist", "path": "doors", "components": [{"type": "number", "key": "w"}]},
            {"type": "expression", "key": "e", "expression": "=i"},
        ]},
        {"type": "expression", "key": "n", "expression": "=count(l)"},
    )  # fmt: skip


def test_a_row_nobody_filled_in_is_no_answer() -> None:
    empty: dict[str, Any] = {"name": " ", "open": False, "doors": [{"w": ""}]}
    said = {"name": "", "open": True, "doors": [], "e": 1}
    assert rows().clean({"l": [empty, {**empty, "open": True}]}) == {"l": [said], "n": 1}
    assert rows().clean({}) == {"l": [], "n": 0}
    assert len(rows(allowAddRemove=False).clean({"l": [empty, empty]})["l"]) == 2  # type: ignore[arg-type]
    with pytest.raises(Unfit) as unfit:
        rows(validate={"required": True}).clean({"l": [empty]})
    assert [error.key for error in unfit.value.errors] == ["l"]
    assert len(rows().state({"l": [empty, empty]})[0].rows) == 2


@pytest.mark.parametrize("rows", ["x", 3, [1], {"name": "x"}, [[]], [{}] * 101])
def test_rows_that_are_none_are_told(rows: Any) -> None:
    made = form(
        {"type": "dynamiclist", "path": "l", "components": [{"type": "textfield", "key": "n"}]}
    )
    with pytest.raises(Unfit) as unfit:
        made.clean({"l": rows})
    assert unfit.value.errors[0].key == "l"


def test_a_readonly_answer_of_a_row_stays_with_its_row_when_another_is_removed() -> None:
    made = form({"type": "dynamiclist", "path": "l", "components": [
        {"type": "textfield", "key": "code", "readonly": True}, {"type": "number", "key": "n"}]})  # fmt: skip
    case = {"l": [{"code": "A", "n": 1}, {"code": "B", "n": 2}]}
    assert made.clean({"l": [{"code": "B", "n": 7}]}, context=case) == {
        "l": [{"code": "B", "n": 7}]
    }
    assert made.clean({"l": [{"code": "Z", "n": 7}]}, context=case) == {"l": [{"code": "", "n": 7}]}


def test_a_group_keeps_what_the_case_already_has_in_it() -> None:
    made = form(
        {"type": "group", "path": "owner", "components": [{"type": "textfield", "key": "email"}]}
    )
    case = {"owner": {"name": "Ana", "email": "old"}}
    assert made.clean({"owner": {"email": "new"}}, context=case) == {
        "owner": {"name": "Ana", "email": "new"}
    }


def test_an_answer_that_was_not_sent_stays_as_the_case_has_it() -> None:
    made = form(
        {"type": "number", "key": "a", "defaultValue": 1},
        {"type": "number", "key": "b", "defaultValue": 1},
    )
    assert made.clean({}, context={"a": 5}) == {"a": 5, "b": 1}


FILE = StoredFile("a" * 64, "plan.pdf", "application/pdf", 10)


def test_only_files_vouched_for_can_be_attached() -> None:
    made = one("filepicker", accept=".pdf,image/*")
    assert clean(made, [FILE.sha256], files={FILE.sha256: FILE}) == [FILE.as_json()]
    assert clean(made, [FILE.as_json()], context={"plans": [FILE.as_json()]}) == [FILE.as_json()]
    assert "attach the file again" in reason(made, [FILE.as_json()])


def test_a_file_of_another_kind_or_one_too_many_is_refused() -> None:
    page = StoredFile("b" * 64, "plan.pdf", "text/html", 10)
    files = {FILE.sha256: FILE, page.sha256: page}
    assert "not of a kind" in reason(one("filepicker", accept=".pdf"), [page.sha256], files=files)
    assert "one file only" in reason(one("filepicker"), list(files), files=files)
    assert len(clean(one("filepicker", multiple=True), list(files), files=files)) == 2


def test_the_words_of_an_error_are_values_and_never_a_template() -> None:
    made = read_form(
        {
            "components": [
                {
                    "type": "number",
                    "key": "a",
                    "label": "{limit} %s {0.__class__}",
                    "validate": {"min": 3},
                }
            ]
        }
    )
    with pytest.raises(Unfit) as unfit:
        made.clean({"a": 1})
    assert unfit.value.errors[0].values["label"] == "{limit} %s {0.__class__}"


EVERYTHING = form(
    {"type": "textfield", "key": "t"},
    {"type": "textarea", "key": "u"},
    {"type": "number", "key": "n"},
    {"type": "number", "key": "s", "serializeToString": True},
    {"type": "datetime", "key": "d", "subtype": "date"},
    {"type": "datetime", "key": "h", "subtype": "time"},
    {"type": "datetime", "key": "dh", "subtype": "datetime"},
    {"type": "checkbox", "key": "c"},
    {"type": "select", "key": "o", "values": VALUES},
    {"type": "checklist", "key": "m", "values": VALUES, "conditional": {"hide": "=c"}},
    {"type": "expression", "key": "e", "expression": "=n * 2"},
    {"type": "dynamiclist", "path": "l", "components": [
        {"type": "textfield", "key": "t"},
        {"type": "number", "key": "n", "conditional": {"hide": '=t = ""'}},
    ]},
)  # fmt: skip
NUMBERS = st.integers(-(10**14), 10**14) | st.floats(allow_nan=False, width=16) | st.decimals(
    allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=1000
).map(str)  # fmt: skip
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "t": st.text(max_size=30),
        "u": st.text(max_size=30),
        "n": NUMBERS,
        "s": NUMBERS,
        "d": st.dates().map(str) | st.just(""),
        "h": st.times().map(str),
        "dh": st.datetimes().map(str),
        "c": st.sampled_from([True, False, "true", ""]),
        "o": st.sampled_from(["x", 2, "2", True, "true", None]),
        "m": st.lists(st.sampled_from(["x", 2, "2", True])),
        "l": st.lists(
            st.fixed_dictionaries({"t": st.text(max_size=3)}, optional={"n": NUMBERS}), max_size=3
        ),
    },
)


@given(ANSWERS)
def test_clean_answers_stay_as_they_are(raw: dict[str, Any]) -> None:
    try:
        answers = EVERYTHING.clean(raw)
    except Unfit:
        return
    assert EVERYTHING.clean(answers) == answers


def test_a_number_of_thousands_of_digits_is_refused_before_it_is_read() -> None:
    assert "at most 15" in reason(one("number"), 10**5000)
