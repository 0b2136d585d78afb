"""The story of a case, fact by fact."""

from dataclasses import replace

import pytest

from engine.events import Happened
from engine.history import Entry
from tests.webapp.conftest import Town
from webapp.words.facts import UNTOLD, told


def entry(town: Town, happened: str) -> Entry:
    return Entry(1, town.clock(), happened, "x", "Inspect", 1, "Carla", None, {"reason": "Why"})


@pytest.mark.parametrize("happened", [one for one in Happened if one not in UNTOLD])
def test_every_fact_is_said_in_words_of_its_own(town: Town, happened: Happened) -> None:
    with town.app.test_request_context():
        (line,) = told([entry(town, happened)])
    assert happened.value.replace("_", " ") not in line.words, (
        "webapp/words/facts.py has no words for it"
    )
    assert line.reason == "Why"


def test_what_is_of_no_interest_is_not_told(town: Town) -> None:
    with town.app.test_request_context():
        assert told([entry(town, one) for one in UNTOLD]) == []


def test_a_fact_of_a_later_release_is_still_readable(town: Town) -> None:
    with town.app.test_request_context():
        (line,) = told([entry(town, "moon_landed")])
    assert line.words == "Inspect: moon landed"


def test_what_was_taken_out_of_order_says_how_many_waited(town: Town) -> None:
    skipped = replace(entry(town, "task_claimed"), data={"reason": "It burns", "skipped": 2})
    with town.app.test_request_context():
        (line,) = told([skipped])
    assert line.words == "“Inspect” was claimed, ahead of 2 cases that came before"
    assert line.reason == "It burns"
