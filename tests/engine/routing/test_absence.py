import random
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine.errors import NotFound
from engine.history import timeline
from engine.inbox.counts import Count
from engine.inbox.filters import SCOPES, FieldAsked, TaskQuery
from engine.inbox.worklists import open_tasks, task_counts
from engine.models import (
    Case,
    Notification,
    NotificationKind,
    Person,
    PersonSkill,
    Role,
    Task,
    TaskStatus,
)
from engine.notification_words import sentence
from engine.routing.absence import (
    AbsenceBackwards,
    DelegateUnfit,
    OwnDelegate,
    absences,
    declare_absence,
    end_absence,
    stand_in,
)
from engine.routing.assignment import may_work, on_behalf
from engine.tasks import NotYours, claim_task, complete_task
from engine.visibility import visible_tasks
from tests.engine.office import TWO_TASKS, TownHall, diagram

TODAY = date(2026, 3, 2)


@pytest.fixture
def ana(hall: TownHall) -> Person:
    hall.person("beto", "Archive")
    hall.person("chief", "Front desk", roles=(Role.MANAGER,))
    return hall.person("ana", "Front desk")


def away(
    hall: TownHall, who: str, delegate: str | None, *, last: date = TODAY, **more: object
) -> int:
    absence = declare_absence(
        hall.session,
        hall.people[who],
        TODAY,
        last,
        delegate=hall.people[delegate] if delegate else None,
        by=hall.people[who],
        at=hall.at,
        **more,  # type: ignore[arg-type]  # procedure_ids
    )
    return absence.id


def today(hall: TownHall, name: str) -> Person:
    """The person as they sign in at this instant."""
    return stand_in(hall.session, hall.people[name], at=hall.at)


def begin(hall: TownHall, key: str = "permit") -> Task:
    version = hall.publish(TWO_TASKS, key=key)
    hall.lanes(version, Front_desk="Front desk", Board="Archive")
    case = hall.start(version)
    return hall.session.get_one(Task, (case.id, 2))


def listed(hall: TownHall, person: Person, scope: str = "all") -> list[str]:
    query = TaskQuery(scope=scope)  # type: ignore[arg-type]  # one of SCOPES
    return [row.id for row in open_tasks(hall.session, person, query, at=hall.at).rows]


def test_a_delegate_sees_both_and_acts_on_behalf_which_is_written_down(
    hall: TownHall, ana: Person
) -> None:
    task = begin(hall)
    claim_task(hall.session, task.id, by=ana, at=hall.at)
    assert listed(hall, today(hall, "beto")) == []
    away(hall, "ana", "beto")
    beto = today(hall, "beto")
    assert listed(hall, beto, "mine") == listed(hall, beto) == [task.id]
    complete_task(hall.session, task.id, {}, by=beto, at=hall.at)
    fact = next(
        one
        for one in timeline(hall.session, hall.session.get_one(Case, task.case_id))
        if one.type == "task_completed"
    )
    assert fact.by_name == "Beto"
    assert fact.data["on_behalf_of"] == ana.id
    assert fact.on_behalf_of == ana.full_name
    # his own office's task is his own
    mine = hall.session.get_one(Task, (task.case_id, 3))
    complete_task(hall.session, mine.id, {}, by=beto, at=hall.at)
    facts = timeline(hall.session, hall.session.get_one(Case, task.case_id))
    own = [one for one in facts if one.type == "task_completed" and one.token == 3]
    assert "on_behalf_of" not in own[0].data


def test_a_delegate_of_the_same_office_acts_on_behalf_in_what_the_absent_had_claimed(
    hall: TownHall, ana: Person
) -> None:
    task = begin(hall)
    chief = hall.people["chief"]
    away(hall, "ana", "chief")
    assert on_behalf(hall.session, today(hall, "chief"), task) is None  # nobody's: the chief's own
    claim_task(hall.session, task.id, by=ana, at=hall.at)
    complete_task(hall.session, task.id, {}, by=today(hall, "chief"), at=hall.at)
    facts = timeline(hall.session, hall.session.get_one(Case, task.case_id))
    done = [one for one in facts if one.type == "task_completed"]
    assert (done[0].by_name, done[0].on_behalf_of) == (chief.full_name, ana.full_name)


def test_delegation_ends_with_its_last_day(hall: TownHall, ana: Person) -> None:
    task = begin(hall)
    away(hall, "ana", "beto")
    beto = today(hall, "beto")
    assert may_work(hall.session, beto, task)
    hall.at += timedelta(days=1)
    beto = today(hall, "beto")
    assert not may_work(hall.session, beto, task)
    assert listed(hall, beto) == []
    with pytest.raises(NotFound):
        claim_task(hall.session, task.id, by=beto, at=hall.at)


def test_delegation_may_be_for_some_procedures_only(hall: TownHall, ana: Person) -> None:
    permit, licence = begin(hall), begin(hall, "licence")
    away(hall, "ana", "beto", procedure_ids=[licence.procedure_id])
    beto = today(hall, "beto")
    assert listed(hall, beto) == [licence.id]
    with pytest.raises(NotFound):
        claim_task(hall.session, permit.id, by=beto, at=hall.at)


def test_who_is_back_has_their_tasks_again(hall: TownHall, ana: Person) -> None:
    task = begin(hall)
    claim_task(hall.session, task.id, by=ana, at=hall.at)
    id = away(hall, "ana", "beto", last=TODAY + timedelta(days=9))
    claim_task(hall.session, task.id, by=today(hall, "beto"), at=hall.at)
    end_absence(hall.session, id, by=ana, at=hall.at)
    assert absences(hall.session, [ana.id], at=hall.at) == []
    # what the delegate took is still in the delegate's hands
    with pytest.raises(NotYours):
        claim_task(hall.session, task.id, by=ana, at=hall.at)
    assert may_work(hall.session, today(hall, "beto"), task)


def test_an_absence_is_declared_by_oneself_or_who_is_in_charge(hall: TownHall, ana: Person) -> None:
    beto, chief = hall.people["beto"], hall.people["chief"]

    def declare(delegate: Person | None, by: Person) -> None:
        declare_absence(hall.session, ana, TODAY, TODAY, delegate=delegate, by=by, at=hall.at)

    declare(None, chief)
    with pytest.raises(NotFound):
        declare(None, beto)
    with pytest.raises(OwnDelegate):
        declare(ana, ana)
    with pytest.raises(AbsenceBackwards):
        declare_absence(
            hall.session, ana, TODAY, TODAY - timedelta(days=1), delegate=beto, by=ana, at=hall.at
        )
    rosa = hall.person("rosa", roles=(Role.APPLICANT,))
    with pytest.raises(DelegateUnfit):
        declare(rosa, ana)


def told_of(hall: TownHall, name: str) -> list[str]:
    rows = hall.session.scalars(
        select(Notification).where(Notification.person_id == hall.people[name].id)
    )
    return [sentence(NotificationKind(one.kind), one.data, "en") for one in rows]


def test_who_stands_in_is_told_and_who_is_away_by_anothers_word(
    hall: TownHall, ana: Person
) -> None:
    away(hall, "ana", "beto", last=TODAY + timedelta(days=2))
    assert told_of(hall, "ana") == []
    expected = (
        "You stand in for Ana from 2 Mar 2026 to 4 Mar 2026: you see their tasks in your inbox."
    )
    assert told_of(hall, "beto") == [expected]
    declare_absence(
        hall.session,
        ana,
        TODAY + timedelta(days=7),
        TODAY + timedelta(days=8),
        delegate=hall.people["chief"],
        by=hall.people["chief"],
        at=hall.at,
    )
    assert told_of(hall, "ana") == [
        "It was written down that you are away from 9 Mar 2026 to 10 Mar 2026."
    ]
    assert told_of(hall, "chief") == []


def test_who_stands_in_finds_the_absence_among_theirs(hall: TownHall, ana: Person) -> None:
    away(hall, "ana", "beto")
    beto = hall.people["beto"].id
    assert absences(hall.session, [beto], at=hall.at) == []
    (found,) = absences(hall.session, [beto], stood_in_by=beto, at=hall.at)
    assert found.person_id == ana.id


def test_new_tasks_do_not_go_to_who_is_away(hall: TownHall, ana: Person) -> None:
    hall.person("carla", "Front desk")
    away(hall, "ana", None)
    sheet = {"tasks": {"receive": {"strategy": "round_robin"}}}
    version = hall.publish(TWO_TASKS, sheet=sheet)
    hall.lanes(version, Front_desk="Front desk", Board="Archive")
    given = {hall.session.get_one(Task, (hall.start(version).id, 2)).assignee_id for _ in range(4)}
    assert given == {hall.people["carla"].id, hall.people["chief"].id}


RULES: list[dict[str, object]] = [
    {},
    {"offices": ["A", "B"]},
    {"persons": ["p1"]},
    {"roles": ["manager"]},
    {"skills": ["s"]},
    {"offices": ["B"], "skills": ["s"]},
    {"four_eyes": ["first"]},
    {"strategy": "round_robin", "four_eyes": ["first"]},
    {"same_as": "first"},
]
PAIR = diagram(
    '<startEvent id="s"/><userTask id="first" name="First"/><userTask id="second" name="Second"/>'
    '<endEvent id="e"/>',
    flows="s>first first>second second>e",
)


@pytest.mark.parametrize("seed", range(8))
def test_what_one_lists_the_other_allows(hall: TownHall, seed: int) -> None:
    """Random halls: the inbox, its counts, the condition and the command agree for everybody and every task."""
    chance = random.Random(seed)
    hall.office("Top")
    for name in "ABC":
        hall.office(name, below="Top")
    for number in range(7):
        offices = chance.sample(["Top", "A", "B", "C"], chance.randint(0, 2))
        roles = chance.choice(
            [
                (Role.CIVIL_SERVANT,),
                (Role.MANAGER,),
                (Role.ANALYST,),
                (Role.CIVIL_SERVANT, Role.MANAGER),
            ]
        )
        person = hall.person(f"p{number}", *offices, roles=roles)
        if chance.random() < 0.4:
            person.skills.append(PersonSkill(name="s"))
    publisher = hall.person("publisher", "A")
    tasks: list[Task] = []
    for number in range(5):
        sheet = {"tasks": {"first": chance.choice(RULES[:6]), "second": chance.choice(RULES)}}
        version = hall.publish(PAIR, key=f"k{number}", sheet=sheet, by=publisher)
        for _ in range(2):
            case = hall.start(version)
            first = hall.session.get_one(Task, (case.id, 2))
            able = [one for one in hall.people.values() if may_work(hall.session, one, first)]
            if able and first.assignee_id is None and chance.random() < 0.7:
                complete_task(hall.session, first.id, {}, by=chance.choice(able), at=hall.at)
    for _ in range(4):
        absent, delegate = chance.sample(list(hall.people.values()), 2)
        if delegate.has_role(Role.CIVIL_SERVANT, Role.MANAGER):
            some = chance.choice(
                [None, [hall.session.scalars(select(Task.procedure_id)).first() or 0]]
            )
            declare_absence(
                hall.session,
                absent,
                TODAY,
                TODAY,
                delegate=delegate,
                procedure_ids=some,
                by=absent,
                at=hall.at,
            )
    tasks = list(hall.session.scalars(select(Task).where(Task.status == TaskStatus.OPEN)))
    for task in tasks:
        able = [one for one in hall.people.values() if may_work(hall.session, one, task)]
        if able and task.assignee_id is None and chance.random() < 0.3:
            claim_task(hall.session, task.id, by=chance.choice(able), at=hall.at)
    for name in hall.people:
        person = today(hall, name)
        allowed = sorted(one.id for one in tasks if may_work(hall.session, person, one))
        seen = hall.session.scalars(
            select(Task).where(visible_tasks(person), Task.status == TaskStatus.OPEN)
        )
        assert sorted(one.id for one in seen) == allowed
        assert sorted(listed(hall, person)) == allowed
        for asked in (TaskQuery(), TaskQuery(fields=(FieldAsked("trade", "is_not", "bakery"),))):
            counts = task_counts(hall.session, person, asked, at=hall.at)
            for scope in SCOPES:
                rows = listed(hall, person, scope)
                assert counts[scope] == Count(len(set(rows)))
                assert len(rows) == len(set(rows))
                assert set(rows) <= set(allowed)


def test_a_notice_that_an_earlier_release_kept_says_the_same() -> None:
    for kind, before, now in (
        (
            NotificationKind.STANDS_IN,
            {"task": "2026-03-02", "words": "2026-03-06", "by": "Ana"},
            {"since": "2026-03-02", "until": "2026-03-06", "by": "Ana"},
        ),
        (
            NotificationKind.TARGET_MISSED,
            {"number": "70", "task": "Decide", "by": "90", "words": "Licence"},
            {"met": "70", "task": "Decide", "wanted": "90", "procedure": "Licence"},
        ),
    ):
        said = sentence(kind, now, "en")
        assert said == sentence(kind, before, "en")
        assert "{" not in said
