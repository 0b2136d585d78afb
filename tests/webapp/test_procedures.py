"""Published procedures: the catalogue, versions, who does what, drafts that start from a version, walks."""

from sqlalchemy import select

from designer.models import Draft
from tests.webapp.conftest import LICENCE, Town
from tests.webapp.test_upload import draft_page


def test_the_catalogue_counts_open_cases(town: Town) -> None:
    town.case()
    text = town.visitor("ana").get("/procedures").text
    assert "Licence to operate" in text
    assert "1 open case<" in text


def test_a_version_shows_its_tasks_ways_and_offices(town: Town) -> None:
    text = town.visitor("marta").get("/procedures/licence/1").text
    assert "Receive the request" in text
    assert "Yes, go on" in text
    assert "Licences" in text


def test_a_version_that_is_not_there_is_not_found(town: Town) -> None:
    ana = town.visitor("ana")
    assert ana.get("/procedures/licence/7").status_code == 404
    assert ana.get("/procedures/nothing").status_code == 404


def test_a_lane_given_to_another_office_takes_its_open_tasks_along(town_on_each: Town) -> None:
    town = town_on_each
    task = town.task(town.case())
    ana = town.visitor("ana")
    text = ana.get("/procedures/licence/lanes").text
    licences = text.split(">Licences</option>")[0].rpartition('value="')[2].partition('"')[0]
    ana.post("/procedures/licence/lanes", {"lane.0": licences, "lane.1": licences})
    assert town.visitor("luis").get(f"/tasks/{task}").status_code == 200


def test_a_new_office_is_made_while_matching(town: Town) -> None:
    ana = town.visitor("ana")
    ana.post("/procedures/licence/lanes", {"lane.0.new": "Front office", "home.new": "Archive"})
    text = ana.get("/procedures/licence/lanes").text
    assert ">Front office</option>" in text
    assert "1 lane has no office yet: Board." in text


def test_a_lane_of_an_older_version_keeps_its_office(town: Town) -> None:
    ana = town.visitor("ana")
    renamed = draft_page(ana, LICENCE.replace(b'name="Board"', b'name="Council"'))
    ana.post(f"{renamed}/publish", {"key": "licence", "name": "Licence"})
    ana.post("/procedures/licence/lanes", {"lane.1.new": "Council"})
    old = draft_page(ana, LICENCE)
    ana.post(f"{old}/publish", {"key": "licence", "name": "Licence"})
    text = ana.get("/procedures/licence/lanes").text
    assert "Every lane has its office." in text


def test_a_change_starts_as_the_version_is_and_touches_nothing(town: Town) -> None:
    ana = town.visitor("ana")
    address = ana.post("/procedures/licence/1/change").headers["Location"]
    assert ana.get(f"{address}/drawing").data == LICENCE
    assert 'value="licence"' in ana.get(address).text
    assert "version 2" not in ana.get("/procedures/licence").text


def test_rules_of_a_published_draft_come_along_when_it_is_changed(town: Town) -> None:
    ana = town.visitor("ana")
    address = draft_page(ana)
    ana.post(f"{address}/rule?flow=yes", {"mode": "feel", "feel": "area > 77"})
    ana.post(f"{address}/publish", {"key": "licence", "name": "Licence"})
    assert "area &gt; 77" in ana.get("/procedures/licence").text
    again = ana.post("/procedures/licence/2/change").headers["Location"]
    assert "area &gt; 77" in ana.get(again).text


def test_a_drawing_without_layout_is_arranged(town: Town) -> None:
    ana = town.visitor("ana")
    address = draft_page(ana)
    assert b"BPMNShape" not in ana.get(f"{address}/drawing").data
    assert b"BPMNShape" in ana.get(f"{address}/diagram.bpmn").data
    ana.post(f"{address}/publish", {"key": "arranged", "name": "Arranged"})
    assert b"BPMNShape" in ana.get("/procedures/arranged/1/diagram.bpmn").data


def test_the_same_seed_walks_the_same_way(town: Town) -> None:
    ana = town.visitor("ana")
    address = draft_page(ana)
    first, second = (ana.get(f"{address}/try?seed=3").text for _ in range(2))
    assert "The case came to an end." in first
    assert first.partition("Steps</h2>")[2] == second.partition("Steps</h2>")[2]


def test_a_walk_can_be_read_step_by_step(town: Town) -> None:
    ana = town.visitor("ana")
    text = ana.get(f"{draft_page(ana)}/try?seed=3&at=1").text
    shown = text.partition('aria-current="step">')[2]
    assert shown.startswith("Receive the request")
    assert 'rel="prev"' in text
    assert 'rel="next"' in text


def test_a_sheet_that_leaves_silence_open_is_published_by_who_knows_it(town: Town) -> None:
    ana = town.visitor("ana")
    address = draft_page(ana)
    with town.database.transaction() as session:
        draft = session.scalars(select(Draft)).one()
        draft.sheet = {"name": "Permit", "modalities": [{"name": "Small shops"}]}
    assert "does not say what silence means in “Small shops”" in ana.get(address).text
    said = {"key": "permit", "name": "Permit"}
    refused = ana.post(f"{address}/publish", said)
    assert refused.status_code == 422
    assert "Say it on the sheet first" in refused.text
    assert ana.get("/procedures/permit").status_code == 404
    assert ana.post(f"{address}/publish", {**said, "is_silence_open": "on"}).status_code == 303
    assert ana.get("/procedures/permit").status_code == 200
