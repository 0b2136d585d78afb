"""The manager's pages: figures, charts with a table behind each, CSV, nothing of other offices."""

import csv
import gzip
import io
import re
import zipfile
from datetime import date, datetime, timedelta

import pytest
from python_calamine import CalamineWorkbook

from engine.cases import cancel_case
from engine.metrics.measure import definitions
from engine.metrics.upkeep import Known, catch_up
from engine.models import Case
from engine.people import create_person
from engine.tasks import claim_task, complete_task
from tests.webapp.conftest import Town
from webapp.spreadsheets import as_xlsx, harmless


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
    catch_up(town.database, Known())
    return town


def test_the_first_page_has_a_line_per_procedure(watched: Town) -> None:
    text = watched.visitor("marta").get("/metrics").text
    assert "Licence to operate" in text
    assert "6 h" in text


PAGES = ["", "/times", "/flow", "/ways"]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_the_report_shows_charts_with_the_figures_behind_them(
    watched: Town, page: str
) -> None:
    text = watched.visitor("marta").get(f"/metrics/licence{page}").text
    charts = text.count('<svg class="chart" ')
    assert charts >= (0 if page == "/ways" else 1)
    assert text.count('class="behind"') >= charts
    assert "What is this?" in text
    assert "Receive the request" in text or page == "/times"
    assert "style=" not in text.split("<main", 1)[1]  # the policy forbids inline styles


@pytest.mark.parametrize("page", PAGES)
def test_a_chart_is_no_larger_than_five_kilobytes(watched: Town, page: str) -> None:
    text = watched.visitor("marta").get(f"/metrics/licence{page}").text
    for chart in re.findall(r'<svg class="chart" .*?</svg>', text, re.DOTALL):
        assert len(gzip.compress(chart.encode())) <= 5_000


def test_days_and_versions_narrow_the_figures_and_stay_in_the_address(watched: Town) -> None:
    marta = watched.visitor("marta")
    later = marta.get("/metrics/licence/times?since=2027-01-01&until=&version=1").text
    assert "No case was completed in these days." in later
    assert 'value="2027-01-01"' in later
    links = re.findall(r'href="(/metrics/licence/(?:flow|ways)[^"]*)"', later)
    assert len(links) == 2
    assert all("since=2027-01-01" in link and "version=1" in link for link in links)


def test_channel_outcome_office_and_case_fields_narrow_the_figures(watched: Town) -> None:
    marta = watched.visitor("marta")

    def ended(query: str) -> str:
        text = marta.get(f"/metrics/licence?{query}").text
        found = re.search(r"<dt>Ended</dt><dd><a[^>]*>(\d+)<", text)
        assert found is not None
        return found.group(1)

    assert ended("channel=counter") == "1"
    assert ended("channel=online") == "0"
    assert ended("outcome=Granted") == "1"
    assert ended("outcome=Rejected") == "0"
    assert ended("field.area=99") == "0"


def test_every_number_leads_to_its_cases(watched: Town) -> None:
    oscar = watched.visitor("oscar")
    text = oscar.get("/metrics/licence").text
    links = set(re.findall(r'href="(/metrics/licence/cases[^"]*)"', text))
    assert len(links) >= 6
    for link in links:
        assert oscar.get(link.replace("&amp;", "&")).status_code == 200
    listed = oscar.get("/metrics/licence/cases?state=open").text
    assert "Somebody else" in listed
    assert "Rosa" not in listed


def test_a_column_of_a_week_leads_to_the_cases_it_counts(watched: Town) -> None:
    oscar = watched.visitor("oscar")
    text = oscar.get("/metrics/licence/times").text
    picture = text.split('aria-labelledby="weeks-chart-title"')[1].split("</svg>")[0]
    links = re.findall(r'href="([^"]*)"', picture)
    assert len(links) == 2
    for link in links:
        listed = oscar.get(link.replace("&amp;", "&")).text
        assert ("Cases ended" if "state=ended" in link else "Cases started") in listed
    assert "Somebody else" in oscar.get(links[0].replace("&amp;", "&")).text


def test_what_ended_in_any_way_is_behind_the_number_of_ended_cases(watched: Town) -> None:
    with watched.database.transaction() as session:
        case = session.query(Case).filter(Case.ended_at.is_(None)).one()
        cancel_case(session, case.id, by=watched.person("oscar"), reason="-", at=watched.clock())
    catch_up(watched.database, Known())
    oscar = watched.visitor("oscar")
    assert "Somebody else" in oscar.get("/metrics/licence/cases?state=ended").text
    assert "Somebody else" not in oscar.get("/metrics/licence/cases?state=completed").text
    assert re.search(
        r"<dt>Ended</dt><dd><a[^>]*state=ended[^>]*>2<", oscar.get("/metrics/licence").text
    )


def test_a_manager_of_another_office_finds_no_case_behind_a_number(watched: Town) -> None:
    with watched.database.transaction() as session:
        stranger = create_person(
            session,
            "eva",
            full_name="Eva",
            roles=["manager"],
            offices=["Archive"],
            at=watched.clock(),
        )
        stranger.password_hash = watched.person("marta").password_hash
    eva = watched.visitor("eva")
    for state in ("open", "completed", "started", "late"):
        assert "No such case" in eva.get(f"/metrics/licence/cases?state={state}").text
    assert "Somebody else" not in eva.get("/metrics/licence").text


def test_two_periods_stand_side_by_side(watched: Town) -> None:
    today = watched.clock().date()
    text = watched.visitor("marta").get(f"/metrics/licence/times?since={today}&compare=before").text
    assert "too few cases to compare" in text


def test_two_periods_are_named_with_their_cases(watched: Town) -> None:
    today = watched.clock().date()
    text = watched.visitor("marta").get(f"/metrics/licence/times?since={today}&compare=before").text
    table = text.split('id="compared"')[1].split("</table>")[0]
    assert "0 cases" in table
    assert "1 case" in table
    assert table.index("0 cases") < table.index("1 case"), "what was before stands first"


def test_a_late_case_is_counted_and_found(watched: Town) -> None:
    with watched.database.transaction() as session:
        case = session.query(Case).filter(Case.ended_at.is_(None)).one()
        case.due_at = watched.clock() - timedelta(days=1)
    oscar = watched.visitor("oscar")
    assert "Somebody else" in oscar.get("/metrics/licence/cases?state=late").text
    assert re.search(r"Late now</dt><dd><a[^>]*>1<", oscar.get("/metrics/licence").text)


def test_targets_are_set_by_managers_and_judged(watched: Town) -> None:
    oscar = watched.visitor("oscar")
    sent = {"element": "", "hours": "1", "share": "85"}
    assert oscar.post("/metrics/licence/targets", sent).status_code == 303
    assert "85 %" in oscar.get("/metrics/licence/targets").text
    assert oscar.post("/metrics/licence/targets", {"element": "", "hours": "x"}).status_code == 422
    oscar.post("/metrics/licence/targets", {"element": "", "hours": ""})
    assert "No target yet." in oscar.get("/metrics/licence/targets").text
    assert watched.visitor("marta").post("/metrics/licence/targets", sent).status_code == 403


def test_every_measure_says_what_it_is_and_where_that_comes_from(town: Town) -> None:
    found = definitions()
    assert len(found) >= 20
    for one in found:
        assert len(one.text) > 60, one.name
        assert one.source, one.name


MISTYPED = [
    "since=yesterday", "until=2026-13-40", "version=abc", "since=9999-12-31&compare=before",
    "since=0001-01-01&compare=year", "until=9999-12-31",
]  # fmt: skip


@pytest.mark.parametrize("wrong", MISTYPED)
def test_a_mistyped_address_is_read_as_far_as_it_goes(watched: Town, wrong: str) -> None:
    assert watched.visitor("marta").get(f"/metrics/licence?{wrong}").status_code == 200


TABLES = [
    "cycle-time", "cases", "weeks", "weekdays", "tasks", "oldest", "load", "days", "ageing", "steps",
    "handovers-offices", "handovers-people", "people", "ways",
]  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_every_chart_can_be_downloaded(watched: Town, table: str) -> None:
    oscar = watched.visitor("oscar")
    answer = oscar.get(f"/metrics/licence/{table}.csv")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert len(answer.text.splitlines()) > 1
    sheet = oscar.get(f"/metrics/licence/{table}.xlsx")
    assert sheet.status_code == 200
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data)).get_sheet_by_index(0).to_python()
    assert len(rows) == len(list(csv.reader(io.StringIO(answer.text))))


def test_a_name_that_is_a_formula_stays_text_in_a_spreadsheet() -> None:
    assert harmless("=1+1") == "'=1+1"
    assert harmless("Bodega") == "Bodega"
    assert harmless(-3) == -3
    sheet = as_xlsx("x", [("name",), ("=HYPERLINK(1)",)]).data
    assert CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python() == [
        ["name"],
        ["=HYPERLINK(1)"],
    ]
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(sheet)).read("xl/worksheets/sheet1.xml")


def test_days_and_instants_are_such_in_a_spreadsheet(watched: Town) -> None:
    oscar = watched.visitor("oscar")

    def second_row(table: str) -> list[object]:
        sheet = oscar.get(f"/metrics/licence/{table}.xlsx")
        book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data))
        return list(book.get_sheet_by_index(0).to_python()[1])

    assert second_row("weeks")[0] == monday_of(watched)
    _number, started, standing = second_row("oldest")
    assert isinstance(started, datetime)
    assert isinstance(standing, str)
    lines = oscar.get("/metrics/licence/weeks.csv").text.splitlines()
    assert lines[1].startswith(monday_of(watched).isoformat())


def monday_of(town: Town) -> date:
    today = town.clock().date()
    return today - timedelta(days=today.weekday())


def test_a_civil_servant_does_not_watch(watched: Town) -> None:
    assert watched.visitor("carla").get("/metrics").status_code == 403


def test_an_unknown_table_is_not_found(watched: Town) -> None:
    assert watched.visitor("marta").get("/metrics/licence/secrets.csv").status_code == 404


def test_a_report_is_kept_with_what_it_asks_and_shared(watched: Town) -> None:
    marta, oscar = watched.visitor("marta"), watched.visitor("oscar")
    sent = {"name": "At the counter", "page": "times", "every": "week", "is_shared": "on"}
    assert marta.post("/metrics/licence/reports?channel=counter", sent).status_code == 303
    text = oscar.get("/metrics/licence/reports").text
    assert "/metrics/licence/times?channel=counter" in text
    assert "by mail every week" in text
    assert "Delete" not in text
    assert marta.post("/metrics/licence/reports", {"name": " "}).status_code == 422
    number = re.search(r"reports/(\d+)/forget", marta.get("/metrics/licence/reports").text)
    assert number is not None
    assert oscar.post(f"/metrics/licence/reports/{number[1]}/forget").status_code == 404
    assert marta.post(f"/metrics/licence/reports/{number[1]}/forget").status_code == 303


def test_figures_are_closed_until_an_operator_opens_them(watched: Town) -> None:
    nobody, oscar = watched.visitor(), watched.visitor("oscar")
    assert nobody.get("/open-data").get_json()["dcat:dataset"] == []
    assert nobody.get("/open-data/licence.csv").status_code == 404
    assert watched.visitor("marta").post("/open-data/licence", {"open": "yes"}).status_code == 403
    assert oscar.post("/open-data/licence", {"open": "yes"}).status_code == 303
    (dataset,) = nobody.get("/open-data").get_json()["dcat:dataset"]
    assert dataset["dct:identifier"] == "licence"
    # what DCAT-AP asks of a data set and a distribution, with addresses as addresses
    assert {"dct:title", "dct:description", "dct:license"} <= set(dataset)
    for one in dataset["dcat:distribution"]:
        assert nobody.get(one["dcat:accessURL"]["@id"]).status_code == 200
        assert one["dct:license"]["@id"].startswith("https://")
    assert nobody.get("/open-data/licence.csv").text.splitlines()[0].endswith("within_hours")
    assert nobody.get("/open-data/licence.json").json == []  # one case is nobody's business
    oscar.post("/open-data/licence", {"open": "no"})
    assert nobody.get("/open-data/licence.json").status_code == 404
