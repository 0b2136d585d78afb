from datetime import timedelta

import pytest

from engine.deployments import lane_offices, match_lanes
from engine.history import variables
from engine.messages import publish
from engine.models import Case, Role, Task
from engine.routing.said import ROLES, names_said, one_said
from tests.engine.office import TownHall, diagram


def test_roles_are_those_of_the_model() -> None:
    assert set(Role) == ROLES


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("luis", ("luis",)),
        ("${clerk}", ("ana",)),
        ("=clerk", ("ana",)),
        ("#{absent}", ()),
        ('=["Board", "Front desk"]', ("Board", "Front desk")),
        ('=if amount > 10 then "chief" else clerk', ("chief",)),
        ("=boss.login", ("eva",)),
        ("=amount", ()),
        ("${service.find(clerk)}", ("${service.find(clerk)}",)),
        ("=1 +", ()),
        (None, ()),
    ],
)
def test_what_a_text_stands_for(text: str | None, names: tuple[str, ...]) -> None:
    assert names_said(text, {"clerk": "ana", "amount": 12, "boss": {"login": "eva"}}) == names


def test_a_day_that_feel_works_out_is_iso_text() -> None:
    assert one_said('=hearing - duration("P1D")', {"hearing": "2026-05-04"}) is None
    assert one_said('=date(hearing) - duration("P1D")', {"hearing": "2026-05-04"}) == "2026-05-03"


CAMUNDA = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'


def told(**attributes: str) -> bytes:
    said = " ".join(f'camunda:{name}="{value}"' for name, value in attributes.items())
    return diagram(
        f'<startEvent id="s" {CAMUNDA} camunda:initiator="who"/><userTask id="t" {CAMUNDA} {said}/>'
        '<endEvent id="e"/>',
        flows="s>t t>e",
    )


def test_a_task_goes_to_who_began_the_case(hall: TownHall) -> None:
    ana, juan = hall.person("ana", "Licences"), hall.person("juan", roles=(Role.APPLICANT,))
    version = hall.publish(told(assignee="${who}"), by=ana)
    task = hall.session.get_one(Task, (hall.start(version, by=ana).id, 2))
    assert task.assignee_id == ana.id
    # an applicant begins a case and does none of the office's tasks
    task = hall.session.get_one(Task, (hall.start(version, by=juan).id, 2))
    assert task.assignee_id is None
    assert task.office_id == ana.office_ids[0]


def test_who_began_a_case_by_a_message_is_known_whatever_the_drawing_takes_of_it(
    hall: TownHall,
) -> None:
    ana = hall.person("ana", "Licences")
    mapped = (
        '<extensionElements><z:ioMapping xmlns:z="http://camunda.org/schema/zeebe/1.0">'
        '<z:output source="=amount * 2" target="price"/></z:ioMapping></extensionElements>'
    )
    drawn = diagram(
        f'<startEvent id="s" {CAMUNDA} camunda:initiator="who">{mapped}'
        f'<messageEventDefinition messageRef="m"/></startEvent><userTask id="t" {CAMUNDA} '
        'camunda:assignee="${who}"/><endEvent id="e"/>',
        flows="s>t t>e",
        roots='<message id="m" name="asked"/>',
    )
    hall.publish(drawn, by=ana)
    sent = publish(hall.session, "asked", {}, {"amount": 4, "who": "eva"}, by=ana, at=hall.at)
    assert sent.case_id is not None
    case = hall.session.get_one(Case, sent.case_id)
    assert variables(hall.session, case) == {"price": 8, "who": "ana"}
    assert hall.session.get_one(Task, (case.id, 2)).assignee_id == ana.id


def test_a_group_is_matched_with_an_office_as_a_lane_is(hall: TownHall) -> None:
    ana = hall.person("ana", "Licences")
    board = hall.office("Board")
    version = hall.publish(told(candidateGroups="board-members"), by=ana)
    open_task = hall.session.get_one(Task, (hall.start(version, by=ana).id, 2))
    assert open_task.office_id == ana.office_ids[0]
    match_lanes(hall.session, version.procedure, {"board-members": board.id}, by=ana, at=hall.at)
    assert open_task.office_id == board.id  # what nobody has taken goes along
    task = hall.session.get_one(Task, (hall.start(version, by=ana).id, 2))
    assert task.office_id == board.id


def test_an_office_that_a_rule_names_is_that_office_whatever_lanes_are_called(
    hall: TownHall,
) -> None:
    ana = hall.person("ana", "Licences")
    legal, board = hall.office("Legal"), hall.office("Board")
    sheet = {"tasks": {"t": {"offices": ["Legal"]}}}
    version = hall.publish(told(candidateGroups="Legal"), by=ana, sheet=sheet)
    open_task = hall.session.get_one(Task, (hall.start(version, by=ana).id, 2))
    match_lanes(hall.session, version.procedure, {"Legal": board.id}, by=ana, at=hall.at)
    hall.session.refresh(open_task)
    assert (open_task.office_id, open_task.queue_id) == (legal.id, legal.id)
    task = hall.session.get_one(Task, (hall.start(version, by=ana).id, 2))
    assert task.office_id == legal.id


def test_who_begins_a_case_is_who_signed_in(hall: TownHall) -> None:
    ana = hall.person("ana", "Licences")
    hall.person("beto", "Licences")
    version = hall.publish(told(assignee="${who}"), by=ana)
    task = hall.session.get_one(Task, (hall.start(version, by=ana, who="beto").id, 2))
    assert task.assignee_id == ana.id


def test_a_group_that_is_called_as_an_office_is_that_office(hall: TownHall) -> None:
    ana = hall.person("ana", "Licences")
    board = hall.office("Board")
    version = hall.publish(told(candidateGroups="board, manager"), by=ana)
    assert lane_offices(hall.session, version.procedure) == {"board": board.id}


def test_a_term_worked_out_by_feel_is_due_then(hall: TownHall) -> None:
    ana = hall.person("ana", "Licences")
    version = hall.publish(told(dueDate="=date(hearing)"), by=ana)
    day = (hall.at + timedelta(days=9)).date()
    task = hall.session.get_one(Task, (hall.start(version, by=ana, hearing=day.isoformat()).id, 2))
    assert task.due_at is not None
