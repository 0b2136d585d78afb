"""The manager's pages: figures, charts with a table behind each, CSV, nothing of other offices."""

from datetime import timedelta

import pytest

from engine.tasks import claim_task, complete_task
from tests.webapp.conftest import Town


@pytest.fixture
def watched(town: Town) -> Town:
    """One case worked to its end in six hours, one open."""
    number = town.case()
    for name, choices in (("carla", {"complete": ["yes"]}), ("luis", {})):
        for act in ("claim", "complete"):
            town.clock.now += timedelta(hours=1.5)
            with town.database.transaction() as session:
                task, by = town.task(number), town.person(name)
                if act == "claim":
                    claim_task(session, task, by=by, at=town.clock())
                else:
                    answers = {"shop": "Bodega"} if name == "carla" else {}
                    complete_task(session, task, answers, choices=choices, by=by, at=town.clock())
    town.case("Somebody else")
    return town


def test_the_first_page_has_a_line_per_procedure(watched: Town) -> None:
    text = watched.visitor("marta").get("/metrics").text
    assert "Licence to operate" in text
    assert "6 h" in text


def test_a_procedure_shows_charts_with_the_figures_behind_them(watched: Town) -> None:
    text = watched.visitor("marta").get("/metrics/licence").text
    assert text.count("<svg") == 3
    assert text.count('class="behind"') == 3
    assert "Receive the request" in text
    assert "style=" not in text.split("<main", 1)[1]  # the policy forbids inline styles


def test_days_and_versions_narrow_the_figures_and_stay_in_the_address(watched: Town) -> None:
    marta = watched.visitor("marta")
    later = marta.get("/metrics/licence?since=2027-01-01&until=&version=1").text
    assert "No case was completed in these days." in later
    assert 'value="2027-01-01"' in later
    assert '<option value="1" selected>' in later
    assert "since=2027-01-01" in later.split("weeks.csv" if "weeks.csv" in later else "load.csv")[1]


@pytest.mark.parametrize("wrong", ["since=yesterday", "until=2026-13-40", "version=abc"])
def test_a_mistyped_address_is_read_as_far_as_it_goes(watched: Town, wrong: str) -> None:
    assert watched.visitor("marta").get(f"/metrics/licence?{wrong}").status_code == 200


@pytest.mark.parametrize("table", ["cycle-time", "weeks", "tasks", "oldest", "load"])
def test_every_chart_can_be_downloaded(watched: Town, table: str) -> None:
    answer = watched.visitor("oscar").get(f"/metrics/licence/{table}.csv")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert len(answer.text.splitlines()) > 1


def test_a_name_that_is_a_formula_stays_text_in_a_spreadsheet(town: Town) -> None:
    from webapp.views.metrics import _harmless

    assert _harmless("=1+1") == "'=1+1"
    assert _harmless("Bodega") == "Bodega"
    assert _harmless(-3) == -3


def test_a_civil_servant_does_not_watch(watched: Town) -> None:
    assert watched.visitor("carla").get("/metrics").status_code == 403


def test_an_unknown_table_is_not_found(watched: Town) -> None:
    assert watched.visitor("marta").get("/metrics/licence/secrets.csv").status_code == 404
