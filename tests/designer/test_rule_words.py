"""Rules in words: what is said becomes FEEL that means it, and FEEL that says no more comes back as words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.questions import Question
from designer.rule_words import (
    SIGNS,
    Clause,
    NotADay,
    NotANumber,
    ValueMissing,
    Words,
    from_feel,
    to_feel,
    unknown_names,
)
from engine.feel import evaluate

ASKED = {
    "area": Question("area", "Area", "number"),
    "trade": Question("trade", "Trade", "choice", (("shop", "Shop"),)),
    "is_safe": Question("is_safe", "Is it safe?", "yes_no"),
    "seen_on": Question("seen_on", "Seen on", "date"),
    "note": Question("note", "Note", "text"),
}


def rule(*clauses: tuple[str, str, str], joiner: str = "and") -> str:
    """The FEEL of some clauses."""
    said = tuple((Clause(*clause),) for clause in clauses)
    return to_feel(Words(said, "or" if joiner == "or" else "and"), ASKED)


def test_every_kind_of_question_is_compared_as_what_it_is() -> None:
    feel = rule(("area", ">", "12,5"), ("is_safe", "=", "true"), ("seen_on", "<", "2026-07-28"))
    held = {"area": 13, "is_safe": True, "seen_on": "2026-07-27"}
    assert evaluate(feel, held) is True
    assert evaluate(feel, held | {"seen_on": "2026-07-28"}) is False
    assert evaluate(feel, held | {"area": 12.5}) is False


def test_one_of_several_is_enough_when_so_said() -> None:
    feel = rule(("area", ">", "9"), ("trade", "=", "shop"), joiner="or")
    assert evaluate(feel, {"area": 1, "trade": "shop"}) is True


def test_an_answer_that_is_there_or_not_can_be_asked_for() -> None:
    assert evaluate(rule(("note", "has value", "")), {"note": "x"}) is True
    assert evaluate(rule(("note", "has no value", "")), {"note": None}) is True


@pytest.mark.parametrize(
    ("clause", "refusal"),
    [
        (("area", ">", "big"), NotANumber),
        (("area", ">", "1e50"), NotANumber),  # cut short it would be another number
        (("seen_on", "=", "tomorrow"), NotADay),
        (("trade", "=", " "), ValueMissing),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    clause: tuple[str, str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        rule(clause)


@given(st.text(min_size=1, max_size=40).filter(lambda text: text.strip() == text))
def test_whatever_is_typed_as_text_stays_text(text: str) -> None:
    feel = rule(("note", "=", text))
    assert evaluate(feel, {"note": text}) is True
    assert from_feel(feel, ASKED) == Words(((Clause("note", "=", text),),))


@pytest.mark.parametrize("sign", SIGNS)
def test_a_rule_in_words_survives_the_way_there_and_back(sign: str) -> None:
    value = "" if sign.startswith("has") else "7"
    words = Words(((Clause("area", sign, value),), (Clause("trade", "=", "shop"),)), "or")
    assert from_feel(to_feel(words, ASKED), ASKED) == words


@pytest.mark.parametrize(
    "feel", ["area + 1 > 2", "area > 1 and (is_safe or area < 3 and is_safe)", "3 >", "f(area)"]
)
def test_feel_that_says_more_than_words_stays_feel(feel: str) -> None:
    assert from_feel(feel, ASKED) is None


@pytest.mark.parametrize("joiner", ["and", "or"])
def test_a_group_inside_a_rule_is_joined_the_other_way_round(joiner: str) -> None:
    small, shop = Clause("area", "<", "9"), Clause("trade", "=", "shop")
    words = Words(
        ((Clause("is_safe", "=", "true"),), (small, shop)), "or" if joiner == "or" else "and"
    )
    feel = to_feel(words, ASKED)
    assert from_feel(feel, ASKED) == words
    only_small = {"is_safe": True, "area": 1, "trade": "bar"}
    assert evaluate(feel, only_small) is True
    assert evaluate(feel, only_small | {"is_safe": False}) is False


@pytest.mark.parametrize(("sign", "holds"), [("includes", True), ("=", True), ("lacks", False)])
def test_an_answer_of_several_values_is_asked_for_one_of_them(sign: str, holds: bool) -> None:
    asked = {"papers": Question("papers", "Papers", "list", (("plan", "Plan"),))}
    feel = to_feel(Words(((Clause("papers", sign, "plan"),),)), asked)
    assert evaluate(feel, {"papers": ["deed", "plan"]}) is holds
    words = from_feel(feel, asked)
    assert words is not None
    assert to_feel(words, asked) == feel


def test_names_that_nothing_asks_are_found() -> None:
    assert unknown_names("area > height and count(notes) > 0", ASKED) == ["height", "notes"]
