"""A rule or script that reads what nobody gives: said before publishing, and told by the case that came to nothing."""

from sqlalchemy import select

from engine.cases import Applicant, start_case
from engine.deployments import current_version, procedure_by_key
from engine.models import Event
from tests.webapp.conftest import Town
from tests.webapp.test_upload import draft_page

DRAWN = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:test">
<process id="fee" name="Fee" isExecutable="true"><startEvent id="s"/>
<userTask id="ask" name="Ask"><extensionElements><c:formData xmlns:c="http://camunda.org/schema/1.0/bpmn">
<c:formField id="area" label="Area" type="long"/></c:formData></extensionElements></userTask>
<scriptTask id="count" name="Count the fee" scriptFormat="feel"><script>fee = {fee}</script></scriptTask>
<exclusiveGateway id="g" default="no"/><userTask id="a" name="A"/><userTask id="b" name="B"/><endEvent id="x"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="ask"/><sequenceFlow id="f2" sourceRef="ask" targetRef="count"/>
<sequenceFlow id="f3" sourceRef="count" targetRef="g"/>
<sequenceFlow id="yes" name="dear" sourceRef="g" targetRef="a">
<conditionExpression>{rule}</conditionExpression></sequenceFlow>
<sequenceFlow id="no" sourceRef="g" targetRef="b"/>
<sequenceFlow id="f4" sourceRef="a" targetRef="x"/><sequenceFlow id="f5" sourceRef="b" targetRef="x"/>
</process></definitions>"""


def drawn(fee: str, rule: str) -> bytes:
    return DRAWN.format(fee=fee, rule=rule.replace(">", "&gt;")).encode()


def test_what_nothing_in_the_draft_gives_is_said_where_it_is_read(town: Town) -> None:
    ana = town.visitor("ana")
    text = ana.get(draft_page(ana, drawn("areaa * 2", "fee > 10 and rural"))).text
    assert "service here gives areaa." in text
    assert "service here gives rural." in text
    assert "gives fee" not in text
    assert "gives area." not in text


def test_a_draft_that_reads_only_what_it_gives_has_no_such_remark(town: Town) -> None:
    ana = town.visitor("ana")
    assert "service here gives" not in ana.get(draft_page(ana, drawn("area * 2", "fee > 10"))).text


def missing(town: Town, fee: str, rule: str = "fee > 10") -> list[object]:
    """What a case tells after its script came to nothing, and its page shows."""
    ana = town.visitor("ana")
    address = draft_page(ana, drawn(fee, rule))
    assert ana.post(f"{address}/publish", {"key": "fee", "name": "Fee"}).status_code == 303
    with town.database.transaction() as session:
        version = current_version(session, procedure_by_key(session, "fee"))
        by = None
        case = start_case(session, version, {}, applicant=Applicant("R"), by=by, at=town.clock())
        number, case_id = case.number, case.id
    oscar = town.visitor("oscar")
    task = town.task(number)
    with town.database.transaction() as session:
        from engine.tasks import complete_task

        complete_task(session, task, {"area": 7}, by=town.person("oscar"), at=town.clock())
    with town.database.reading() as session:
        told = select(Event.data).where(Event.case_id == case_id, Event.type == "value_missing")
        found = list(session.scalars(told))
    page = oscar.get(f"/cases/{number}").text
    assert ("the case knows no " in page) is bool(found)
    return found


def test_a_script_that_comes_to_nothing_by_an_unknown_name_tells_so(town: Town) -> None:
    assert missing(town, "areaa * 2") == [{"sets": "fee", "names": ["areaa"]}]


def test_a_script_that_asks_whether_something_is_known_tells_nothing(town: Town) -> None:
    assert missing(town, "if rural = null then area else 1") == []


def test_a_script_that_is_meant_to_come_to_nothing_tells_nothing(town: Town) -> None:
    assert missing(town, "if area > 1 then null else rural") == []


def test_a_condition_that_comes_to_nothing_by_an_unknown_name_tells_so(town: Town) -> None:
    assert missing(town, "area", "rural > 10") == [{"way": "dear", "names": ["rural"]}]


def test_a_condition_that_is_false_tells_nothing(town: Town) -> None:
    assert missing(town, "area", "rural = true") == []
