"""Decision tables before gateways: made on a page, tried, published, run, explained, taken along and away."""

import io

import pytest
from sqlalchemy import select

from designer.models import Draft
from engine.models import Event, Task, TaskStatus
from tests.webapp.conftest import Town, Visitor
from tests.webapp.test_gateway_rules import ASKING
from tests.webapp.test_upload import draft_page

AFTER = b'<userTask id="inspect" name="Inspect the shop"/>'
LATER = ASKING.replace(
    AFTER,
    AFTER[:-2] + b'><extensionElements><c:formData xmlns:c="http://camunda.org/schema/1.0/bpmn">'
    b'<c:formField id="found" label="What was found" type="string"/></c:formData></extensionElements></userTask>',
)
TABLE = "/table?file=is-it-complete.dmn&decision=Is it complete?"


@pytest.fixture
def draft(town: Town) -> tuple[Visitor, str]:
    """ana, and the address of a draft whose gateway has a table over the area, not filled in yet."""
    ana = town.visitor("ana")
    address = draft_page(ana, LATER)
    answer = ana.post(
        f"{address}/gateways/complete/table", {"name": "Is it complete?", "field": ["area"]}
    )
    assert answer.status_code == 303
    assert "/table?file=" in answer.headers["Location"]
    return ana, address


def fill_in(ana: Visitor, address: str) -> None:
    """More than a hundred square metres are inspected, anything else rejected."""
    page = address + TABLE
    ana.post(page, {"in.0.0": "> 100", "out.0.0": '"Yes, go on"', "do": "add"})
    rules = {"in.0.0": "> 100", "out.0.0": '"Yes, go on"', "in.1.0": "-", "out.1.0": '"No, reject"'}
    assert ana.post(page, rules | {"do": "save"}).status_code == 303


def test_only_what_was_asked_by_then_can_be_looked_at(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    text = ana.get(f"{address}/rule?flow=yes&mode=feel&feel=found").text
    assert "By this point nobody has been asked yet: What was found" in text
    again = ana.post(f"{address}/gateways/complete/table", {"name": "Other", "field": ["found"]})
    assert again.status_code == 422
    assert "at least one field" in again.text


def test_results_are_picked_from_the_ways_on_and_blank_ones_are_said(
    draft: tuple[Visitor, str],
) -> None:
    ana, address = draft
    text = ana.get(address + TABLE).text
    assert '<option value="&#34;Yes, go on&#34;">Yes, go on</option>' in text
    assert "Rules that name no way, so that a person will have to choose: 1." in text
    fill_in(ana, address)
    text = ana.get(address + TABLE).text
    assert "name no way" not in text
    tried = ana.get(f"{address}{TABLE}&try=1&try.area=120").text
    assert "<strong>Yes, go on</strong>" in tried


def test_the_ways_get_their_conditions_and_say_them_in_words(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    text = ana.get(address).text
    assert "is_it_complete = &#34;Yes, go on&#34;" in text
    assert "decided by rules" in text
    rule = ana.get(f"{address}/rule?flow=yes").text
    assert '<option value="is_it_complete" selected>' in rule


@pytest.mark.parametrize(("area", "goes_on"), [("150", True), ("50", False)])
def test_a_published_table_decides_the_next_case_and_says_why(
    town: Town, draft: tuple[Visitor, str], area: str, goes_on: bool
) -> None:
    ana, address = draft
    fill_in(ana, address)
    assert ana.post(f"{address}/publish", {"key": "licence", "name": "L"}).status_code == 303
    number = town.case()
    carla = town.visitor("carla")
    done = carla.post(f"/tasks/{town.task(number)}/complete", {"area": area})
    assert done.status_code == 303
    text = carla.get(f"/cases/{number}").text
    assert ("Rejected" in text) is not goes_on
    with town.database.transaction() as session:
        seq = session.scalars(select(Event.seq).where(Event.type == "decision_made")).one()
    assert f"/cases/{number}/decisions/{seq}" in text
    why = carla.get(f"/cases/{number}/decisions/{seq}").text
    lit = why.split("data-fired")[1].split("</tr>")[0]
    assert ("&gt; 100" in lit) is goes_on
    assert why.count("data-fired") == 1


def test_a_case_that_no_rule_fits_is_decided_by_a_person(
    town: Town, draft: tuple[Visitor, str]
) -> None:
    ana, address = draft  # the only rule has no result yet
    ana.post(f"{address}/publish", {"key": "licence", "name": "L"})
    number = town.case()
    carla = town.visitor("carla")
    carla.post(f"/tasks/{town.task(number)}/complete", {"area": "1"})
    with town.database.reading() as session:
        asked = session.scalars(select(Task).where(Task.status == TaskStatus.OPEN)).one()
        assert asked.element_id == "complete"


def test_the_table_goes_along_when_a_version_is_changed(
    town: Town, draft: tuple[Visitor, str]
) -> None:
    ana, address = draft
    fill_in(ana, address)
    ana.post(f"{address}/publish", {"key": "licence", "name": "L"})
    again = ana.post("/procedures/licence/2/change").headers["Location"]
    assert "by the table “Is it complete?”" in ana.get(again).text
    assert "&gt; 100" in ana.get(again + TABLE).text


def test_diagram_and_table_exported_and_uploaded_again_decide_alike(
    town: Town, draft: tuple[Visitor, str]
) -> None:
    ana, address = draft
    fill_in(ana, address)
    model = ana.get(f"{address}/model").data
    table = ana.get(f"{address}/parts/is-it-complete.dmn").data
    other = draft_page(ana, model, name="again.bpmn")
    assert "not uploaded" in ana.get(other).text
    ana.post(f"{other}/parts", {"files": (io.BytesIO(table), "is-it-complete.dmn")})
    text = ana.get(other).text
    assert "by the table “Is it complete?”" in text
    assert "is_it_complete = &#34;Yes, go on&#34;" in text


def test_a_rehearsal_follows_the_draft_s_own_table(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    fill_in(ana, address)
    walks = [ana.get(f"{address}/try?seed={seed}").text for seed in range(1, 7)]
    assert any("rule 1 → Yes, go on" in text for text in walks)
    assert any("rule 2 → No, reject" in text for text in walks)


def test_a_table_taken_away_takes_its_conditions_and_its_file_along(
    town: Town, draft: tuple[Visitor, str]
) -> None:
    ana, address = draft
    assert ana.post(f"{address}/gateways/complete/table/remove").status_code == 303
    assert "a person chooses" in ana.get(address).text
    with town.database.transaction() as session:
        kept = session.scalars(select(Draft)).one()
        assert (kept.rules, kept.gateway_tables, kept.decisions) == ({}, {}, {})


def test_a_second_decision_by_the_same_name_is_refused(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    again = ana.post(
        f"{address}/gateways/complete/table", {"name": "Is it complete?", "field": ["area"]}
    )
    assert again.status_code == 422
    assert "already" in again.text


def test_a_gateway_that_is_not_there_is_not_found(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    assert ana.get(f"{address}/gateways/nowhere/table").status_code == 404


def test_why_there_is_no_answer_is_said_in_the_reader_s_language(
    draft: tuple[Visitor, str],
) -> None:
    ana, address = draft
    rules = {"in.0.0": "-", "out.0.0": '"Yes, go on"', "policy": "UNIQUE", "do": "add"}
    ana.post(address + TABLE, rules)
    spanish = {"Accept-Language": "es"}
    tried = ana.get(f"{address}{TABLE}&try=1&try.area=1", headers=spanish).text
    assert "Solo puede cumplirse una regla, pero se cumplen las reglas 1, 2." in tried
    rule = ana.get(f"{address}/rule?flow=yes&mode=feel&feel=area < 1&try=1", headers=spanish).text
    assert "“&lt;” no puede comparar" in rule
