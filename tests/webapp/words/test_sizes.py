"""Sizes and days as people say them, one way everywhere."""

from datetime import date

from flask_babel import force_locale

from engine.calendars.written_days import written_day
from engine.models import NotificationKind
from engine.notification_words import sentence
from tests.webapp.conftest import Town
from webapp.i18n import speaking
from webapp.words.sizes import size_words
from webapp.words.times import day

SIZES = {
    0: "0 bytes",
    1: "1 byte",
    14: "14 bytes",
    999: "999 bytes",
    1000: "1 kB",
    22_431: "22.4 kB",
    999_990: "1 MB",
    20_000_000: "20 MB",
}


def test_a_size_is_told_in_the_unit_people_know(town: Town) -> None:
    with town.app.test_request_context(), force_locale("en"):
        assert {size: size_words(size) for size in SIZES} == SIZES


def test_mails_and_pages_write_a_day_the_same_way(town: Town) -> None:
    with town.app.test_request_context():
        for language in ("en", "es"):
            with speaking(language):
                for month in range(1, 13):
                    on = date(2026, month, 26)
                    assert written_day(on, language) == day(on)


def test_a_notice_tells_its_day_in_the_language_of_its_reader() -> None:
    told = {"task": "Check", "number": "L-1", "words": "2026-11-26"}
    assert sentence(NotificationKind.TASK_DUE, told, "en").endswith("is due on 26 Nov 2026.")
    assert sentence(NotificationKind.TASK_DUE, told, "es").endswith("vence el 26 nov. 2026.")
    older = {**told, "words": "26/11/2026"}
    assert sentence(NotificationKind.TASK_DUE, older, "es").endswith("vence el 26/11/2026.")
