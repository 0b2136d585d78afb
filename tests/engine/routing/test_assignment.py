from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.deployments import blueprint
from engine.errors import NotFound
from engine.history import timeline
from engine.inbox.filters import TaskQuery
from engine.inbox.next_task import take_next
from engine.inbox.order_of_entry import OutOfOrder
from engine.inbox.worklists import open_tasks
from engine.models import Case, Person, PersonSkill, Role, Task, Version
from engine.routing.assignment import may_work
from engine.routing.candidates import candidates
from engine.routing.rules import NobodyNamed, keep_rule, read_task_rule
from engine.tasks import MayNotWork, assign_task, claim_task, complete_task, release_task
from tests.engine.office import TownHall, diagram

TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:t">
<decision id="who" name="who"><variable name="who"/><decisionTable id="t" hitPolicy="FIRST">
<input id="i"><inputExpression id="x"><text>area</text></inputExpression></input>
<output id="o" name="who"/>
<rule id="r1"><inputEntry id="a"><text>&gt; 100</text></inputEntry>
<outputEntry id="b"><text>"Planning"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="c"><text>-</text></inputEntry>
<outputEntry id="e"><text>"Licences"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""

MODEL = diagram(
    '<startEvent id="s"/><userTask id="first" name="First"/><userTask id="second" name="Second"/>'
    '<endEvent id="e"/>',
    flows="s>first first>second second>e",
)


@pytest.fixture
def staff(hall: TownHall) -> dict[str, Person]:
    hall.person("ana", "Licences")
    hall.person("beto", "Licences")
    hall.person("carla", "Planning")
    hall.person("chief", "Licences", roles=(Role.MANAGER,))
    return hall.people


def publish(
    hall: TownHall, staff: dict[str, Person], strict: bool = False, **tasks: Any
) -> Version:
    sheet = {"tasks": tasks, "strict_order": strict}
    return hall.publish(MODEL, by=staff["ana"], sheet=sheet, decisions={"who.dmn": TABLE})


def task_of(hall: TownHall, case: Case, token: int = 2) -> Task:
    return hall.session.get_one(Task, (case.id, token))


def done(hall: TownHall, case: Case, by: Person) -> Task:
    complete_task(hall.session, f"{case.id}-2", {}, by=by, at=hall.at)
    return task_of(hall, case, 3)


def can(hall: TownHall, task: Task) -> set[str]:
    """Who may, after checking that everybody's inbox lists what they may and nothing else."""
    able = {name for name, who in hall.people.items() if may_work(hall.session, who, task)}
    query = TaskQuery(scope="all")
    lists = {
        name
        for name, who in hall.people.items()
        if any(row.id == task.id for row in open_tasks(hall.session, who, query, at=hall.at).rows)
    }
    assert able == lists
    return able


def test_without_a_rule_the_office_does_it(hall: TownHall, staff: dict[str, Person]) -> None:
    task = task_of(hall, hall.start(publish(hall, staff)))
    assert task.queue_id == task.office_id
    assert can(hall, task) == {"ana", "beto", "chief"}


@pytest.mark.parametrize(
    ("rule", "able"),
    [
        ({"offices": ["Licences", "Planning"]}, {"ana", "beto", "carla", "chief"}),
        ({"office": "Planning"}, {"carla"}),
        ({"roles": ["manager"]}, {"chief"}),
        ({"persons": ["carla"]}, {"carla", "chief"}),  # and the manager of the lane's office
        ({"skills": ["structures"]}, {"beto", "chief"}),
        ({"decision": "who"}, {"carla"}),
    ],
)
def test_the_sheet_says_who(
    hall: TownHall, staff: dict[str, Person], rule: dict[str, Any], able: set[str]
) -> None:
    staff["beto"].skills.append(PersonSkill(name="structures"))
    hall.session.flush()
    version = publish(hall, staff, first=rule)
    assert can(hall, task_of(hall, hall.start(version, area=400))) == able


def test_membership_is_evaluated_when_read(hall: TownHall, staff: dict[str, Person]) -> None:
    task = task_of(hall, hall.start(publish(hall, staff, first={"skills": ["structures"]})))
    assert can(hall, task) == {"chief"}
    staff["ana"].skills.append(PersonSkill(name="structures"))
    hall.session.flush()
    assert can(hall, task) == {"ana", "chief"}
    staff["ana"].memberships.clear()
    hall.session.flush()
    assert can(hall, task) == {"chief"}


def test_four_eyes_who_did_the_first_may_not_do_the_second(
    hall: TownHall, staff: dict[str, Person]
) -> None:
    version = publish(hall, staff, second={"four_eyes": ["first"]})
    task = done(hall, hall.start(version), staff["ana"])
    assert can(hall, task) == {"beto", "chief"}
    with pytest.raises(NotFound):
        claim_task(hall.session, task.id, by=staff["ana"], at=hall.at)
    with pytest.raises(MayNotWork):
        assign_task(hall.session, task.id, staff["ana"], by=staff["chief"], at=hall.at)


def test_the_same_person_goes_on_with_the_case(hall: TownHall, staff: dict[str, Person]) -> None:
    version = publish(hall, staff, second={"same_as": "first"})
    assert done(hall, hall.start(version), staff["beto"]).assignee_id == staff["beto"].id
    assert done(hall, hall.start(version), staff["ana"]).assignee_id == staff["ana"].id


def test_round_robin_gives_everyone_a_turn(hall: TownHall, staff: dict[str, Person]) -> None:
    version = publish(hall, staff, first={"strategy": "round_robin"})
    given = [task_of(hall, hall.start(version)).assignee_id for _ in range(6)]
    turn = sorted(person.id for name, person in staff.items() if name != "carla")
    assert given == turn * 2


def test_least_loaded_counts_open_work_by_its_weight(
    hall: TownHall, staff: dict[str, Person]
) -> None:
    version = publish(hall, staff, first={"strategy": "least_loaded", "weight": 3})
    light = hall.publish(MODEL, key="light", by=staff["ana"])
    for name in ("ana", "ana", "chief"):
        task = task_of(hall, hall.start(light))
        claim_task(hall.session, task.id, by=staff[name], at=hall.at)
    given = [task_of(hall, hall.start(version)).assignee_id for _ in range(3)]
    # nothing, then one and two light ones against one of weight three
    assert given == [staff["beto"].id, staff["chief"].id, staff["ana"].id]


def test_least_loaded_shares_out_what_begins_in_one_step(
    hall: TownHall, staff: dict[str, Person]
) -> None:
    each = (
        '<startEvent id="s"/><userTask id="first" name="First"><multiInstanceLoopCharacteristics>'
        '<loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics></userTask><endEvent id="e"/>'
    )
    version = hall.publish(
        diagram(each, flows="s>first first>e"),
        by=staff["ana"],
        sheet={"tasks": {"first": {"strategy": "least_loaded"}}},
    )
    case = hall.start(version)
    given = hall.session.scalars(select(Task.assignee_id).where(Task.case_id == case.id)).all()
    assert set(given) == {staff[one].id for one in ("ana", "beto", "chief")}


def test_the_record_says_to_whom_a_rule_gave_a_task(
    hall: TownHall, staff: dict[str, Person]
) -> None:
    version = publish(hall, staff, first={"strategy": "round_robin", "persons": ["beto"]})
    case = hall.start(version)
    (opened,) = [one for one in timeline(hall.session, case) if one.type == "task_opened"]
    assert opened.data == {"to": staff["beto"].id}
    assert opened.to_name == staff["beto"].full_name
    complete_task(hall.session, f"{case.id}-2", {}, by=staff["beto"], at=hall.at)
    *_, second = [one for one in timeline(hall.session, case) if one.type == "task_opened"]
    assert (second.data, second.to_name) == ({}, None)  # whoever claims it


def test_of_several_offices_the_lanes_own_is_home(hall: TownHall, staff: dict[str, Person]) -> None:
    rule = {"offices": ["Planning", "Licences"]}
    version = publish(hall, staff, first=rule)
    assert task_of(hall, hall.start(version)).office_id == hall.office("Licences").id


def test_a_name_says_what_the_case_knows(hall: TownHall, staff: dict[str, Person]) -> None:
    version = publish(hall, staff, first={"name": "Evaluate {{shop}} of {{area}} m²"})
    assert task_of(hall, hall.start(version, shop="Don Pepe", area=40)).name == (
        "Evaluate Don Pepe of 40 m²"
    )


def test_who_could_do_it_is_known_before_a_case_comes(
    hall: TownHall, staff: dict[str, Person]
) -> None:
    version = publish(hall, staff, second={"decision": "who"})

    def could(element: str, **said: Any) -> set[str] | None:
        rule = read_task_rule(said) if said else None
        keep_rule(hall.session, version.procedure, element, rule)
        found = candidates(hall.session, blueprint(hall.session, version.id), element, at=hall.at)
        return None if found is None else {one.name for one in found}

    assert could("first") == {"ana", "beto", "chief"}
    assert could("first", offices=["Planning"]) == {"carla"}
    assert could("first", persons=["carla"]) == {"carla"}
    assert could("first", skills=["structures"]) == set()
    assert could("second") is None
    with pytest.raises(NobodyNamed, match="zoe"):
        could("first", persons=["carla", "zoe"])


def test_what_the_procedure_keeps_wins_over_the_sheet(
    hall: TownHall, staff: dict[str, Person]
) -> None:
    version = publish(hall, staff, first={"office": "Planning"})
    version.procedure.task_rules = {"first": {"persons": ["beto"], "priority": 80}}
    hall.session.flush()
    task = task_of(hall, hall.start(version))
    assert can(hall, task) == {"beto", "chief"}
    assert task.priority == 80


def test_12_in_order_of_entry_skipping_needs_a_reason_that_is_kept(
    hall: TownHall, staff: dict[str, Person]
) -> None:
    version = publish(hall, staff, strict=True)
    tasks = []
    for _ in range(3):
        hall.at += timedelta(minutes=1)
        tasks.append(task_of(hall, hall.start(version)))
    first, second, third = tasks
    for command in (claim_task, complete):
        with pytest.raises(OutOfOrder, match=hall.session.get_one(Case, first.case_id).number):
            command(hall.session, third.id, by=staff["ana"], at=hall.at)
    claim_task(hall.session, third.id, reason="an order of the court", by=staff["ana"], at=hall.at)
    fact = timeline(hall.session, hall.session.get_one(Case, third.case_id))[-1]
    assert fact.data == {"reason": "an order of the court", "skipped": 2}
    query = TaskQuery()
    taken = take_next(hall.session, staff["beto"], query, at=hall.at)
    assert taken is not None
    assert taken.id == first.id
    release_task(hall.session, first.id, by=staff["beto"], at=hall.at)
    claim_task(hall.session, first.id, by=staff["ana"], at=hall.at)
    claim_task(hall.session, second.id, by=staff["ana"], at=hall.at)
    assert take_next(hall.session, staff["beto"], query, at=hall.at) is None


def complete(session: Any, task_id: str, **more: Any) -> object:
    return complete_task(session, task_id, {}, **more)
