import pytest

from designer.importer.language import is_prose


@pytest.mark.parametrize(
    "text",
    ["yes", "Nein", "falls vollständig", "amount is high", "Ist der Antrag gültig?", "otherwise"],
)
def test_words_for_people_are_prose(text: str) -> None:
    assert is_prose(text)


@pytest.mark.parametrize(
    "text",
    ["complete", "amount > 10", "not approved", "a and b", 'risk = "high"', "x in [1, 2]", "f(x)"],
)
def test_expressions_are_no_prose(text: str) -> None:
    assert not is_prose(text)
