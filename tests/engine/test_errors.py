"""Sentences with values in them."""

from engine.errors import NotFound, filled, said_by


def test_a_value_that_looks_like_a_name_stays_what_it_is() -> None:
    assert filled("{who} has {what}", {"who": "{what}", "what": "1"}) == "{what} has 1"


def test_a_sentence_reaches_no_attribute_of_a_value() -> None:
    assert filled("{who.__class__} {who!r} {who}", {"who": "x"}) == "{who.__class__} {who!r} x"


def test_a_name_without_a_value_stays() -> None:
    assert filled("{who} at {time}", {"who": "Ana"}) == "Ana at {time}"


def test_a_refusal_says_its_sentence() -> None:
    assert "task “7”" in NotFound(what="task", name=7).message()


def test_the_row_that_postgresql_quotes_is_not_told() -> None:
    error = ValueError(
        "duplicate key\nDETAIL:  Key (document)=(41234567) already exists.\n[SQL: …]"
    )
    assert said_by(error) == "duplicate key"
