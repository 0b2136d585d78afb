"""What FEEL means by today, in forms, letters and jobs: the day of this place, by the clock of the request."""

from datetime import UTC, datetime

from engine import feel
from engine.worker import Worker
from tests.webapp.conftest import Town
from webapp.security.access import public

NINE_IN_THE_EVENING = datetime(2026, 3, 3, 2, tzinfo=UTC)  # in Lima, of the 2nd


def test_in_the_evening_it_is_still_today(town: Town) -> None:
    said: list[str] = []

    @public
    def today() -> str:
        said.append(str(feel.compile_expression("string(today())").evaluate()))
        said.append(str(feel.compile_expression("string(now())").evaluate()))
        return "said"

    town.app.add_url_rule("/today", view_func=today)
    town.clock.now = NINE_IN_THE_EVENING
    assert town.app.test_client().get("/today").text == "said"
    assert said == ["2026-03-02", "2026-03-02T21:00:00-05:00"]


def test_a_worker_has_the_same_day(town: Town) -> None:
    said: list[str] = []

    class Watched(Worker):
        def _run_once(self) -> int:
            said.append(str(feel.compile_expression("string(today())").evaluate()))
            return 0

    town.clock.now = NINE_IN_THE_EVENING
    Watched(town.database, town.clock).run_once()
    assert said == ["2026-03-02"]
