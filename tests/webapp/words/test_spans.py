"""What is told in one breath is told in one unit."""

import pytest
from flask_babel import force_locale

from tests.webapp.conftest import Town
from webapp.words.spans import ranged, spanned, unsigned

HOUR, DAY = 3600.0, 86_400.0


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-3.9 * DAY, -45.6 * HOUR, "−3.9 … −1.9 days"),
        (-600.0, 3 * HOUR, "−0.2 … +3 h"),
        (-60.0, 3 * DAY, "0 … +3 days"),
        (None, 3 * DAY, "? … +3 days"),
        (30 * 60.0, None, "+30 … ? min"),
        (None, None, "? … ?"),
    ],
)
def test_an_interval_has_one_unit(
    town: Town, low: float | None, high: float | None, words: str
) -> None:
    with town.app.test_request_context(), force_locale("en"):
        assert ranged(low, high) == words


def test_a_value_has_the_unit_of_its_interval(town: Town) -> None:
    with town.app.test_request_context(), force_locale("en"):
        assert spanned(-46 * HOUR, -3 * DAY, -20 * HOUR) == "−1.9 (−3 … −0.8) days"
        assert spanned(40 * HOUR, 30 * HOUR, None, unsigned) == "40 (30 … ?) h"
