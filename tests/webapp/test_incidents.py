"""What broke is seen by who is in charge, corrected and tried again."""

import re

import pytest
from sqlalchemy import select

from engine import jobs
from engine.casefile.readings import readings_of
from engine.cases import Applicant, start_case
from engine.deployments import deploy, match_lanes
from engine.errors import Said
from engine.history import variables
from engine.incidents import job_failed
from engine.interventions.mending import incidents_of
from engine.models import Case, Incident, Job, Task, TaskStatus
from engine.people import office_named
from engine.tasks import complete_task
from engine.waiting import NOTHING_MOVES, raise_incident
from tests.engine.office import diagram
from tests.webapp.conftest import Town

ROUNDS = diagram(
    '<startEvent id="start"/><userTask id="ask" name="Ask how many"/>'
    '<userTask id="each" name="Check each"><multiInstanceLoopCharacteristics>'
    '<loopCardinality xsi:type="tFormalExpression">shops</loopCardinality>'
    '</multiInstanceLoopCharacteristics></userTask><endEvent id="done"/>',
    flows="start>ask ask>each each>done",
)
CALLS = diagram(
    '<startEvent id="start"/><serviceTask id="ask" name="Ask the registry" e:topic="registry"/>'
    '<userTask id="read" name="Read"/><endEvent id="done"/>',
    flows="start>ask ask>read read>done",
)

VISITS = diagram(
    '<startEvent id="start"/><subProcess id="visit" name="Visit">'
    '<multiInstanceLoopCharacteristics e:collection="days" e:item="day"/>'
    '<startEvent id="s"/><intermediateCatchEvent id="wait" name="Wait for the day">'
    '<timerEventDefinition><timeDuration xsi:type="tFormalExpression">=day</timeDuration>'
    '</timerEventDefinition></intermediateCatchEvent><endEvent id="e"/>'
    '<sequenceFlow id="s_w" sourceRef="s" targetRef="wait"/>'
    '<sequenceFlow id="w_e" sourceRef="wait" targetRef="e"/></subProcess><endEvent id="done"/>',
    flows="start>visit visit>done",
)


def started(town: Town, model: bytes, country: str = "PE", **answers: object) -> Case:
    """A case of a new procedure of the office Licences."""
    with town.database.transaction() as session:
        version = deploy(
            session,
            "other",
            "Other",
            drawing=model,
            model=model,
            process_id="p",
            sheet={"jurisdiction": country},
            by=town.person("luis"),
            at=town.clock(),
        )
        version.procedure.office_id = office_named(session, "Licences", at=town.clock()).id
        match_lanes(session, version.procedure, {}, by=None, at=town.clock())
        return start_case(
            session, version, answers, applicant=Applicant("Rosa"), by=None, at=town.clock()
        )


def broken_rounds(town: Town, country: str = "PE", **more: object) -> Case:
    case = started(
        town, ROUNDS, country, shops=5000, note="as it was", keen=True, tags=["a"], **more
    )
    with town.database.transaction() as session:
        task = session.scalars(select(Task).where(Task.case_id == case.id)).one()
        luis = town.person("luis")
        complete_task(session, task.id, {}, by=luis, at=town.clock())
    return case


def failed_call(town: Town) -> Case:
    case = started(town, CALLS)
    with town.database.transaction() as session:
        jobs.take(session, worker="w", at=town.clock())
        job = session.scalars(select(Job)).one()
        dead = jobs.fail(session, job.id, "no route", worker="w", is_final=True, at=town.clock())
        assert dead is not None
        job_failed(session, dead, "no route", at=town.clock())
    return case


def tasks(town: Town, case: Case) -> list[str]:
    with town.database.reading() as session:
        return list(
            session.scalars(
                select(Task.name).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)
            )
        )


def test_the_navigation_counts_what_is_broken(town: Town) -> None:
    oscar = town.visitor("oscar")
    assert 'Incidents <span class="count">' not in oscar.get("/cases").text
    failed_call(town)
    assert 'Incidents <span class="count">1</span>' in oscar.get("/cases").text


def test_the_list_leads_to_the_incident_on_its_diagram(town: Town) -> None:
    case = failed_call(town)
    oscar = town.visitor("oscar")
    assert f"/incidents/{case.id}/1" in oscar.get("/incidents").text
    page = oscar.get(f"/incidents/{case.id}/1").text
    assert "Ask the registry" in page
    assert "no route" in page
    assert "&#34;ask&#34;: &#34;error&#34;" in page
    assert "no route" in oscar.get(f"/cases/{case.number}").text


def test_who_mends_a_case_without_a_task_in_it_sees_its_words_shortened_and_changes_none(
    town: Town,
) -> None:
    case = broken_rounds(town)
    oscar = town.visitor("oscar")
    page = oscar.get(f"/incidents/{case.id}/1").text
    assert "as it was" not in page
    assert 'value="a•••"' in page
    sent = {"reason": "Two shops", "data.shops": "2", "data.note": "a•••"}
    assert "as it was" in oscar.get(f"/incidents/{case.id}/1?values=shown").text
    with town.database.reading() as session:
        assert "values" in [one.what for one in readings_of(session, case.id)]
    assert oscar.post(f"/incidents/{case.id}/1/again", sent).status_code == 303
    with town.database.reading() as session:
        assert variables(session, session.get_one(Case, case.id))["note"] == "as it was"


def test_corrected_data_and_a_reason_let_the_case_go_on(town_on_each: Town) -> None:
    town = town_on_each
    case = broken_rounds(town)
    oscar = town.visitor("oscar")
    sent: dict[str, object] = {
        "reason": "Two shops",
        "data.shops": "2",
        "data.note": "as it was",
        "data.keen": "false",
        "data.tags": '["a", "b"]',
        "new_name": "fee",
        "new_value": "12.5",
    }
    assert oscar.post(f"/incidents/{case.id}/1/again", sent).status_code == 303
    assert tasks(town, case) == ["Check each", "Check each"]
    with town.database.reading() as session:
        known = variables(session, session.get_one(Case, case.id))
    wanted = {"shops": 2, "note": "as it was", "keen": False, "tags": ["a", "b"], "fee": 12.5}
    assert {key: known[key] for key in wanted} == wanted


def test_numbers_are_written_and_read_as_the_country_of_the_procedure_does(town: Town) -> None:
    case = broken_rounds(town, "CO", fee=1250.5, rate=2)
    oscar = town.visitor("oscar")
    assert 'value="1250,5"' in oscar.get(f"/incidents/{case.id}/1?values=shown").text
    sent: dict[str, object] = {"reason": "Two", "data.shops": "2"}
    answer = oscar.post(f"/incidents/{case.id}/1/again", sent | {"data.fee": "1,250"})
    assert (answer.status_code, "can be read in two ways" in answer.text) == (422, True)
    answer = oscar.post(f"/incidents/{case.id}/1/again", sent | {"data.fee": "much"})
    assert (answer.status_code, "Write a number as 1250,50" in answer.text) == (422, True)
    sent |= {"data.fee": "1.250", "data.rate": "2,5"}
    assert oscar.post(f"/incidents/{case.id}/1/again", sent).status_code == 303
    with town.database.reading() as session:
        known = variables(session, session.get_one(Case, case.id))
    assert (known["fee"], known["rate"]) == (1250, 2.5)


def test_what_breaks_again_is_told_and_not_lost(town: Town) -> None:
    case = broken_rounds(town)
    oscar = town.visitor("oscar")
    assert "dealt with by other means" not in oscar.get(f"/incidents/{case.id}/1").text
    sent: dict[str, object] = {"reason": "More", "data.shops": "6000"}
    answer = oscar.post(f"/incidents/{case.id}/1/again", sent)
    assert answer.headers["Location"].endswith(f"/incidents/{case.id}/2")
    assert "It broke again" in oscar.get(f"/incidents/{case.id}/2").text
    refused = oscar.post(f"/incidents/{case.id}/2/settle", {"reason": "By telephone"})
    assert (refused.status_code, "would be forgotten" in refused.text) == (422, True)
    assert f"/incidents/{case.id}/2" in oscar.get("/incidents").text


def test_what_only_one_round_knows_is_corrected_and_it_goes_on(town_on_each: Town) -> None:
    town = town_on_each
    case = started(town, VISITS, days=["PT1H", "soon"])
    oscar = town.visitor("oscar")
    page = oscar.get(f"/incidents/{case.id}/1?values=shown").text
    assert "Only “Visit”, round 2" in page
    (field,) = re.findall(r'name="(part-\d+\.day)" value="soon"', page)
    assert "round 1" not in page
    sent: dict[str, object] = {"reason": "As the applicant asked", field: "PT2H"}
    assert oscar.post(f"/incidents/{case.id}/1/again", sent).status_code == 303
    with town.database.reading() as session:
        runs = select(Job.run_at).where(Job.case_id == case.id).order_by(Job.run_at)
        hours = [(run - town.clock()).total_seconds() / 3600 for run in session.scalars(runs)]
        assert hours == [1, 2]
        assert incidents_of(session, session.get_one(Case, case.id)) == []
        assert variables(session, session.get_one(Case, case.id))["days"] == ["PT1H", "soon"]


@pytest.mark.parametrize("typed", ["two", "[1", "NaN", "1e999", "[" * 9000])
def test_a_number_that_is_none_is_shown_again(town: Town, typed: str) -> None:
    case = broken_rounds(town)
    sent: dict[str, object] = {"reason": "Why", "data.shops": typed}
    answer = town.visitor("oscar").post(f"/incidents/{case.id}/1/again", sent)
    assert answer.status_code == 422
    assert "cannot be read" in answer.text
    assert tasks(town, case) == []
    sent["data.shops"] = "1.250"
    answer = town.visitor("oscar").post(f"/incidents/{case.id}/1/again", sent)
    assert answer.status_code == 422
    assert "can be read in two ways" in answer.text
    assert 'value="1.250"' in answer.text
    assert "Why" in answer.text


def test_trying_again_needs_a_reason(town: Town) -> None:
    case = broken_rounds(town)
    sent: dict[str, object] = {"data.shops": "2"}
    answer = town.visitor("oscar").post(f"/incidents/{case.id}/1/again", sent)
    assert answer.status_code == 422
    assert 'value="2"' in answer.text  # what was typed is kept


def test_a_call_is_made_again(town: Town) -> None:
    case = failed_call(town)
    answer = town.visitor("oscar").post(f"/incidents/{case.id}/1/again", {"reason": "Up again"})
    assert answer.status_code == 303
    with town.database.reading() as session:
        assert session.scalars(select(Job.is_dead)).all() == [False]


def test_a_call_done_by_hand_lets_the_case_go_on(town: Town) -> None:
    case = failed_call(town)
    sent: dict[str, object] = {
        "reason": "By phone",
        "counts_as_done": "yes",
        "new_name": "owner",
        "new_value": "Rosa",
    }
    oscar = town.visitor("oscar")
    assert oscar.post(f"/incidents/{case.id}/1/settle", sent).status_code == 303
    assert tasks(town, case) == ["Read"]
    assert "R•••" in oscar.get(f"/cases/{case.number}").text  # who only operates
    with town.database.reading() as session:
        assert variables(session, session.get_one(Case, case.id))["owner"] == "Rosa"


def test_an_incident_is_mended_once(town: Town) -> None:
    case = failed_call(town)
    oscar = town.visitor("oscar")
    oscar.post(f"/incidents/{case.id}/1/again", {"reason": "Up again"})
    again = oscar.post(f"/incidents/{case.id}/1/again", {"reason": "Up again"})
    assert again.status_code == 409


def test_what_moved_meanwhile_is_not_mended_blindly(town: Town) -> None:
    case = failed_call(town)
    with town.database.reading() as session:
        old = session.get_one(Case, case.id).revision - 1
    sent: dict[str, object] = {"reason": "Up again", "seen": old}
    answer = town.visitor("oscar").post(f"/incidents/{case.id}/1/again", sent)
    assert answer.status_code == 409
    with town.database.reading() as session:
        assert session.get_one(Incident, (case.id, 1)).resolved_at is None


def test_managers_see_the_incidents_of_their_offices_and_nobody_else(town: Town) -> None:
    case = failed_call(town)
    path = f"/incidents/{case.id}/1"
    assert town.visitor("marta").get(path).status_code == 200
    for name in ("carla", "luis", "ana", "pedro"):
        assert town.visitor(name).get(path).status_code == 403
    with town.database.transaction() as session:
        found = session.get_one(Case, case.id)
        marta = session.merge(town.person("marta"))
        marta.memberships.clear()
        assert found.status == "open"
    assert town.visitor("marta").get(path).status_code == 404
    answer = town.visitor("marta").post(f"{path}/again", {"reason": "Why"})
    assert answer.status_code == 404


def test_no_incident_is_said_in_words(town: Town) -> None:
    assert "Nothing is broken" in town.visitor("oscar").get("/incidents").text


def test_what_broke_is_said_in_the_language_of_who_reads_it(town: Town) -> None:
    number = town.case()
    with town.database.transaction() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        said = Said(NOTHING_MOVES.sentence)
        raise_incident(session, case, "stuck", said, "receive", None, at=town.clock())
        raise_incident(session, case, "job_failed", "no route", None, None, at=town.clock())
    oscar = town.visitor("oscar")
    english = oscar.get("/incidents", headers={"Accept-Language": "en"}).text
    spanish = oscar.get("/incidents", headers={"Accept-Language": "es"}).text
    assert "nothing in this case can move any more" in english
    assert "nothing in this case" not in spanish
    assert "nada en este expediente puede avanzar" in spanish
    assert "no route" in spanish  # another machine's words stay as they came
    page = oscar.get(f"/cases/{number}", headers={"Accept-Language": "es"}).text
    assert "nada en este expediente puede avanzar" in page


def test_the_story_of_a_case_that_stands_still_says_where(town: Town) -> None:
    joins = diagram(
        '<startEvent id="s"/><userTask id="ask" name="Ask"/><userTask id="never" name="Never"/>'
        '<parallelGateway id="j" name="Both in"/><endEvent id="e"/>',
        flows="s>ask ask>j never>j j>e",
    )
    case = started(town, joins)
    with town.database.transaction() as session:
        task = session.scalars(select(Task).where(Task.case_id == case.id)).one()
        complete_task(session, task.id, {}, by=town.person("luis"), at=town.clock())
    page = town.visitor("oscar").get(f"/cases/{case.number}").text
    assert "Nothing can move any more at “Both in”" in page
