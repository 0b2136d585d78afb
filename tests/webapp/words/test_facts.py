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


def test_a_task_went_to_somebody_or_waits_and_nobody_else_did_that(town: Town) -> None:
    waits = entry(town, "task_opened")
    given = replace(waits, to_name="Beto")
    handed = replace(entry(town, "task_assigned"), to_name="Beto")
    with town.app.test_request_context():
        lines = told([handed, given, waits])
    assert [(line.words, line.by_name) for line in lines] == [
        ("“Inspect” waits for somebody", None),
        ("“Inspect” went to Beto", None),
        ("“Inspect” was given to Beto", "Carla"),
    ]


def test_what_nobody_signed_in_for_the_applicant_did(town: Town) -> None:
    entries = [
        replace(entry(town, "case_started"), by_name=None, data={"channel": "online"}),
        replace(entry(town, "document_added"), by_name=None, data={"origin": "applicant"}),
        replace(entry(town, "request_withdrawn"), by_name=None),
        replace(entry(town, "case_started"), by_name=None, data={"channel": "timer"}),
        replace(entry(town, "document_added"), by_name=None, data={"origin": "letter"}),
        entry(town, "request_withdrawn"),
    ]
    with town.app.test_request_context():
        doers = [line.by_name for line in reversed(told(entries))]
    assert doers == ["the applicant"] * 3 + [None, None, "Carla"]


def test_what_was_taken_out_of_order_says_how_many_waited(town: Town) -> None:
    skipped = replace(entry(town, "task_claimed"), data={"reason": "It burns", "skipped": 2})
    with town.app.test_request_context():
        (line,) = told([skipped])
    assert line.words == "“Inspect” was claimed, ahead of 2 cases that came before"
    assert line.reason == "It burns"
