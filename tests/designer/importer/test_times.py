import pytest

from designer.importer.times import from_cron, from_words, iso_kind
from engine.bpmn.model import TimerKind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("PT5M", TimerKind.DURATION),
        ("P1Y2M3W4DT5H6M7.5S", TimerKind.DURATION),
        ("2026-01-05", TimerKind.DATE),
        ("2026-01-05T09:00:00Z", TimerKind.DATE),
        ("R3/PT1H", TimerKind.CYCLE),
        ("R/2026-01-05T09:00:00Z/P1D", TimerKind.CYCLE),
        ("R0/PT1H", None),
        ("P", None),
        ("PT", None),
        ("soon", None),
        ("", None),
        ("5", None),
    ],
)
def test_iso_times_are_known_for_what_they_are(text: str, kind: TimerKind | None) -> None:
    assert iso_kind(text) == kind


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("after 2 weeks", "P2W"),
        ("7 days", "P7D"),
        ("30 minutos", "PT30M"),
        ("diez días hábiles", "P10D"),
        ("nach 3 Tagen", "P3D"),
        ("one hour", "PT1H"),
        ("24h", "PT24H"),
        ("1 year later", "P1Y"),
    ],
)
def test_a_duration_in_words_is_understood(text: str, iso: str) -> None:
    assert from_words(text) == (TimerKind.DURATION, iso)


@pytest.mark.parametrize("text", ["", "tomorrow", "1 size", "version 2.5 days", "x1 day"])
def test_other_words_are_no_duration(text: str) -> None:
    assert from_words(text) is None


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("0 0/5 * * * ?", "R/PT5M"),
        ("*/5 * * * *", "R/PT5M"),
        ("0/10 * * * * ?", "R/PT10S"),
        ("0 0 0/2 * * ?", "R/PT2H"),
        ("0 0 9 * * ?", "R/P1D"),
        ("0 0 9 ? * MON", "R/P1W"),
        ("0 0 9 1 * ?", "R/P1M"),
    ],
)
def test_a_regular_cron_text_is_a_cycle(text: str, iso: str) -> None:
    assert from_cron(text) == (TimerKind.CYCLE, iso)


@pytest.mark.parametrize("text", ["", "PT5M", "0 0/0 * * * ?", "every day at nine", "1 2 3"])
def test_anything_else_is_no_cron(text: str) -> None:
    assert from_cron(text) is None
