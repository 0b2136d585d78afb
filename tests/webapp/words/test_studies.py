"""What was done on a study is read as its reader's pages write numbers, whenever it was done."""

from dataclasses import replace
from decimal import Decimal as D

import orjson
import pytest

from designer.findings import Money, Time
from designer.findings.finding import kept_values, read_values
from tests.webapp.conftest import Town
from webapp.words.studies import accepted_words

SAID = {"name": "Visar", "days": D("1250.5"), "cost": Money(D("36.5"), "USD"), "wait": Time(D(1))}


def test_numbers_of_a_sentence_are_still_numbers_when_it_is_read_later() -> None:
    assert read_values(orjson.loads(orjson.dumps(kept_values(SAID)))) == SAID


@pytest.mark.parametrize(("country", "words"), [("PE", "Visar: 1,250.5"), ("CO", "Visar: 1.250,5")])
def test_an_accepted_finding_is_told_in_the_numerals_of_the_country(
    town: Town, monkeypatch: pytest.MonkeyPatch, country: str, words: str
) -> None:
    settings = replace(town.app.extensions["settings"], jurisdiction=country)
    monkeypatch.setitem(town.app.extensions, "settings", settings)
    kept = {"sentence": "{name}: {days}", "values": kept_values(SAID)}
    with town.app.test_request_context():
        assert accepted_words(kept) == words


def test_one_day_is_one_day(town: Town) -> None:
    kept = {"sentence": "{name}: {wait}", "values": kept_values(SAID)}
    with town.app.test_request_context():
        assert accepted_words(kept) == "Visar: 24 h"
