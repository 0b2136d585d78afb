"""The pages of a study: findings accepted and dismissed, costs, the ledger."""

import io
import re
from typing import Any

import lxml.html
import pytest

from tests.webapp.conftest import Town, Visitor
from tests.webapp.paper_study import AS_IS, begun_study
from tests.webapp.test_mining import work


@pytest.fixture
def ana(town: Town) -> Visitor:
    return town.visitor("ana")


@pytest.fixture
def study(ana: Visitor) -> str:
    return begun_study(ana)


def test_a_published_procedure_is_studied(ana: Visitor) -> None:
    begun = ana.post("/studies", {"procedure": "licence"})
    assert begun.status_code == 303
    text = ana.get(begun.location).text
    assert "Licence to operate" in text
    assert "No log: minutes are what you say they are" in text
    assert "Licence to operate" in ana.get("/studies").text


def test_a_drawing_is_measured_in_an_imported_log(town: Town, ana: Visitor, study: str) -> None:
    rows = "".join(
        f"{case},{name},2026-03-{day:02} {hour}:00:00\n"
        for case in range(40)
        for day, hour, name in (
            (1 + case % 20, 10, "Recibir"),
            (2 + case % 20, 10, "Visar el expediente"),
            (2 + case % 20, 16, "Revisar el expediente"),
        )
    )
    file = io.BytesIO(f"Number,Activity,Timestamp\n{rows}".encode())
    ana.post("/logs", {"file": (file, "old.csv"), "name": "Old"})
    told = {"case": "Number", "activity": "Activity", "time": "Timestamp", "separator": ","}
    ana.post("/logs/old/columns", told)
    work(town)
    unknown = ana.post(f"{study}/measured-in", {"log": "old", "zone": "Mars/Olympus"})
    assert unknown.status_code == 422
    assert "There is no time zone “Mars/Olympus”" in unknown.text
    said = {"log": "old", "zone": "Europe/Amsterdam"}
    assert ana.post(f"{study}/measured-in", said).status_code == 303
    shown = ana.get(study).text
    assert "Measured in 40 cases" in shown
    assert 'value="Europe/Amsterdam"' in shown
    # from one office's end to the next one's: six hours, worked or waited
    assert 'name="w.minutes" inputmode="decimal" size="6" value="360"' in (
        ana.get(f"{study}/as_is/table").text
    )
    assert ana.post(f"{study}/measured-in", {"log": "", "zone": ""}).status_code == 303
    assert "No log: minutes are what you say they are" in ana.get(study).text


def test_accepting_a_finding_changes_the_draft_and_shows_both_sides(
    ana: Visitor, study: str
) -> None:
    assert "reviews what “Visar el expediente” has just reviewed" in ana.get(study).text
    answer = ana.post(f"{study}/accept", {"finding": "consecutive-reviews::w"})
    assert answer.status_code == 303
    text = ana.get(study).text
    assert "Activity table, as it is to be" in text
    assert "Accepted" in text
    assert 'value="Revisar el expediente"' not in ana.get(f"{study}/to_be/table").text


def test_the_tables_page_shows_both_sides_in_numbers_and_as_a_small_picture(
    ana: Visitor, study: str
) -> None:
    minutes = {"a.minutes": "30", "v.minutes": "20", "w.minutes": "10"}
    ana.post(f"{study}/as_is/table", minutes)
    assert 'class="tornado sides"' not in ana.get(f"{study}/as_is/table").text
    ana.post(f"{study}/accept", {"finding": "consecutive-reviews::w"})
    for side in ("as_is", "to_be"):
        drawn: Any = lxml.html.document_fromstring(ana.get(f"{study}/{side}/table").text)
        [whole, work] = drawn.find_class("sides")
        assert len(lxml.html.tostring(whole)) + len(lxml.html.tostring(work)) < 5_000
        bars = [
            [float(part.get("width")) for part in bar.xpath(".//svg[@height]/rect")]
            for bar in work.xpath(".//tr")
        ]
        assert bars == [[50.0, 50.0], [50.0, 33.33]]
        assert "operation: 30 min" in work.text_content()
        assert "review: 20 min" in work.text_content()
        told = [row.xpath("./*/text()") for row in drawn.xpath("//table[not(@class='sides')]//tr")]
        assert ["Work", "60 min", "50 min", "-17%"] in told


def test_a_draft_that_a_study_stands_on_is_not_thrown_away(ana: Visitor, study: str) -> None:
    draft = re.findall(r'href="(/drafts/\d+)"', ana.get(study).text)[0]
    asked = ana.get(f"{draft}/discard").text
    assert "how it is done today" in asked
    assert "danger" not in asked
    assert ana.post(f"{draft}/discard").status_code == 409
    assert ana.get(study).status_code == 200


def test_a_finding_accepted_by_somebody_else_meanwhile_is_told(ana: Visitor, study: str) -> None:
    ana.post(f"{study}/accept", {"finding": "consecutive-reviews::w"})
    again = ana.post(f"{study}/accept", {"finding": "consecutive-reviews::w"})
    assert again.status_code == 404
    assert "There is no finding" in again.text


def test_a_finding_is_dismissed_with_a_reason(ana: Visitor, study: str) -> None:
    refused = ana.post(f"{study}/dismiss", {"finding": "consecutive-reviews::w", "reason": " "})
    assert refused.status_code == 422
    assert "Say why" in refused.text
    ana.post(f"{study}/dismiss", {"finding": "consecutive-reviews::w", "reason": "A norm asks."})
    assert "A norm asks." in ana.get(study).text


def test_cost_is_told_once_minutes_posts_and_prices_are_said(ana: Visitor, study: str) -> None:
    ana.post("/studies/ledger", {"posts": "GDU; Técnico; 36000", "persons": "GDU; 6"})
    cells = {
        f"{row}.{name}": said
        for row in "avw"
        for name, said in (("minutes", "30"), ("office", "GDU"))
    }
    ana.post(f"{study}/as_is/table", cells)
    ana.post(f"{study}/costs", {"services": "400", "as_is.consumables": "papel; 6; 0,08"})
    text = ana.get(f"{study}/costs").text
    assert "S/\u00a018.48" in text  # three times half an hour at 0.20, and six sheets
    assert "papel; 6; 0.08" in text
    ana.post(f"{study}/as_is/table", cells | {"a.minutes": "30.005"})
    assert "exactly S/\u00a019.23" in ana.get(f"{study}/costs").text


def test_a_fee_over_the_cost_is_told_in_money_as_elsewhere(ana: Visitor, study: str) -> None:
    test_cost_is_told_once_minutes_posts_and_prices_are_said(ana, study)
    draft = re.search(r"/drafts/\d+", ana.get(study).text)
    assert draft is not None
    ana.post(f"{draft[0]}/sheet", {"name": "x", "fee.amount": "1150", "fee.currency": "PEN"})
    assert (
        "Applicants pay S/\u00a01,150.00, but the service costs S/\u00a018.48."
        in ana.get(study).text
    )
    assert f'href="{draft[0]}/sheet">Mend it on the sheet' in ana.get(study).text


def test_one_requirement_has_one_place_among_the_findings_with_all_reasons(ana: Visitor) -> None:
    files = {"files": (io.BytesIO(AS_IS), "paper.bpmn")}
    draft = ana.post("/drafts", files, content_type="multipart/form-data").location
    ana.post(f"{draft}/sheet", {"name": "x", "r.0.name": "Dos fotos tamaño carné"})
    study = ana.post("/studies", {"draft": draft.rpartition("/")[2]}).location
    text = ana.get(study).text
    told = next(one for one in text.split("<li>") if "prohibited-requirement" in one)
    assert "requirement-without-basis" in told
    assert "unused-requirement" in told
    assert told.count("/accept") == 1  # three reasons, one thing to do


def test_work_without_a_price_is_named(ana: Visitor, study: str) -> None:
    ana.post(f"{study}/as_is/table", {"a.minutes": "30", "a.office": "Nowhere"})
    assert "No price for the work of: Recibir." in ana.get(f"{study}/costs").text


def test_a_ledger_that_cannot_be_read_comes_back_as_typed(ana: Visitor) -> None:
    answer = ana.post("/studies/ledger", {"posts": "GDU; Técnico; a lot"})
    assert answer.status_code == 422
    assert "GDU; Técnico; a lot" in answer.text


@pytest.mark.parametrize(
    ("field", "line", "told"),
    [
        ("posts", "Técnico 36000", "“Técnico 36000” is not whole"),
        ("posts", "GDU; Técnico; 36000\nGDU; Técnico; 40000", "“GDU; Técnico” is said twice"),
        ("persons", "GDU", "“GDU” is not whole"),
        ("persons", "GDU; 3\nGDU; 4", "“GDU” is said twice"),
        ("resources", "Energy; 9600; GDU; GDU", "“Energy; 9600; GDU; GDU” is not whole"),
        ("resources", "Energy; 9600", "“Energy; 9600” is not whole"),
        ("resources", "Energy; 9; A 1; A\nEnergy; 9; B 1; B", "“Energy” is said twice"),
    ],
)
def test_no_line_of_the_ledger_is_passed_over(
    ana: Visitor, field: str, line: str, told: str
) -> None:
    answer = ana.post("/studies/ledger", {field: line})
    assert answer.status_code == 422
    assert told in answer.text


def test_a_spreadsheet_is_sent_as_one_and_only_to_be_saved(ana: Visitor, study: str) -> None:
    answer = ana.get(f"{study}/as_is/table.xlsx")
    assert str(answer.mimetype).endswith("spreadsheetml.sheet")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_only_analysts_study(town: Town, study: str) -> None:
    assert town.visitor("carla").get(study).status_code == 403
    assert town.visitor("carla").get("/studies/ledger").status_code == 403


@pytest.mark.parametrize("place", ["/studies/1", "/studies/1/as_is/table", "/studies/1/costs"])
def test_a_study_that_is_not_there_is_not_found(ana: Visitor, place: str) -> None:
    assert ana.get(place).status_code == 404


def test_a_change_of_the_diagram_is_proposed_with_its_figures_and_kept_when_wanted(
    ana: Visitor, study: str
) -> None:
    ana.post(f"{study}/as_is/table", {f"{row}.minutes": "30" for row in ("a", "v", "w")})
    asked = f"{study}/change?kind=merge_activities&element=w&other=v"
    text = ana.get(asked).text
    assert "“Revisar el expediente” is done together with “Visar el expediente”." in text
    assert "Nothing is kept yet" in text
    assert "1.5 h" in text
    assert "60 min" in text
    assert "Activity table, as it is to be" not in ana.get(study).text  # there is no draft yet
    sent = {"kind": "merge_activities", "element": "w", "other": "v"}
    assert ana.post(f"{study}/change", sent).status_code == 303
    assert 'value="Revisar el expediente"' not in ana.get(f"{study}/to_be/table").text
    assert "is done together with" in ana.get(study).text


def test_a_table_that_says_otherwise_than_the_diagram_proposes_to_change_it(
    ana: Visitor, study: str
) -> None:
    ana.post(f"{study}/to-be")
    ana.post(f"{study}/to_be/table", {"v.excluded": "on"})
    text = ana.get(f"{study}/to_be/table").text
    assert "“Visar el expediente” is taken out of the diagram." in text
    ana.post(f"{study}/change", {"kind": "remove_activity", "element": "v"})
    assert 'value="Visar el expediente"' not in ana.get(f"{study}/to_be/table").text


def test_a_changed_table_and_a_changed_diagram_are_taken_back_with_a_button(
    ana: Visitor, study: str
) -> None:
    ana.post(f"{study}/to-be")
    ana.post(f"{study}/to_be/table", {"v.type": "filing", "v.minutes": "12"})
    table = ana.get(f"{study}/to_be/table").text
    assert "“Visar el expediente” becomes filing." in table
    assert "The activity table was changed, as it is to be." in table
    ana.post(f"{study}/change", {"kind": "to_filing", "element": "v"})
    assert "reviews what “Visar el expediente”" not in ana.get(study).text
    back = {"number": "2", "back": f"{study}/to_be/table"}
    answer = ana.post(f"{study}/undo", back)
    assert answer.location == f"{study}/to_be/table"
    assert "Taken back: “Visar el expediente” becomes filing." in ana.get(answer.location).text
    assert (
        "reviews what “Visar el expediente”" not in ana.get(study).text
    )  # the table still says so
    assert ana.post(f"{study}/undo", {"number": "1", "back": "//evil.example"}).location == study
    assert "reviews what “Visar el expediente”" in ana.get(study).text
    again = ana.post(f"{study}/undo", {"number": "1"})
    assert "nothing to take back" in ana.get(again.location).text


def test_a_change_that_cannot_be_is_refused_with_why(ana: Visitor, study: str) -> None:
    answer = ana.get(f"{study}/change?kind=swap_activities&element=a&other=w")
    assert answer.status_code == 303
    assert "cannot change places" in ana.get(answer.location).text
    assert ana.get(f"{study}/change?kind=drop_tables&element=a").status_code == 303


DECIDED = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">
<process id="p" isExecutable="true"><startEvent id="s"/><userTask id="a" name="Recibir"/>
<userTask id="v" name="Revisar"/><exclusiveGateway id="g"/><userTask id="y" name="Entregar"/>
<userTask id="n" name="Denegar"/><endEvent id="e"/><endEvent id="f"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="v"/>
<sequenceFlow id="f3" sourceRef="v" targetRef="g"/>
<sequenceFlow id="f4" sourceRef="g" targetRef="y" name="procede"/>
<sequenceFlow id="f5" sourceRef="g" targetRef="n" name="no procede"/>
<sequenceFlow id="f6" sourceRef="y" targetRef="e"/><sequenceFlow id="f7" sourceRef="n" targetRef="f"/>
</process></definitions>"""


def test_nobody_waits_any_more_for_what_a_table_decides(town: Town, ana: Visitor) -> None:
    rows = "".join(
        f"{case},{name},2026-03-{day:02} 10:00:00\n"
        for case in range(60)
        for day, name in (
            (1 + case % 20, "Recibir"),
            (3 + case % 20, "Revisar"),
            (6 + case % 20, "Entregar"),
        )
    )
    file = io.BytesIO(f"Number,Activity,Timestamp\n{rows}".encode())
    ana.post("/logs", {"file": (file, "old.csv"), "name": "Old"})
    told = {"case": "Number", "activity": "Activity", "time": "Timestamp", "separator": ","}
    ana.post("/logs/old/columns", told)
    work(town)
    files = {"files": (io.BytesIO(DECIDED), "paper.bpmn")}
    draft = ana.post("/drafts", files, content_type="multipart/form-data").location
    study = str(ana.post("/studies", {"draft": draft.rpartition("/")[2]}).location)
    ana.post(f"{study}/measured-in", {"log": "old", "zone": "America/Lima"})
    assert 'name="wait:v.minutes"' in ana.get(f"{study}/as_is/table").text
    ana.post(f"{study}/accept", {"finding": "review-never-rejects::v"})
    after = ana.get(f"{study}/to_be/table").text
    assert 'name="wait:v.minutes"' not in after
    assert 'name="wait:y.minutes"' in after


def test_what_was_said_on_the_cost_page_is_taken_back_in_one_step(ana: Visitor, study: str) -> None:
    assert ">Undo<" not in ana.get(f"{study}/costs").text
    said = {
        "services": "400",
        "population": "380",
        "as_is.visits": "3",
        "as_is.visit.minutes": "45",
    }
    assert ana.post(f"{study}/costs", said).status_code == 303
    shown = ana.get(f"{study}/costs").text
    assert 'value="400"' in shown
    assert "Undo<" in shown
    number = re.search(r'name="number" value="(\d+)"', shown)
    assert number is not None
    ana.post(f"{study}/undo", {"number": number[1], "back": f"{study}/costs"})
    shown = ana.get(f"{study}/costs").text
    assert 'value="400"' not in shown
    assert 'value="45"' not in shown
    assert "Undo<" not in shown
