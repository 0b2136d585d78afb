"""Open cases go over to another version: told before, batch by batch, and back again."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import ReasonMissing, cancel_case
from engine.database import Database
from engine.errors import Refusal
from engine.events import Happened
from engine.history import timeline
from engine.migration import batches as migrating
from engine.migration.commands import (
    NotNow,
    OtherProcedure,
    PairUnknown,
    case_lines,
    migration_by_id,
    move_cases,
    pairs,
    plan_migration,
    progress,
    resume_migration,
    undo_migration,
)
from engine.models import (
    Case,
    Event,
    Incident,
    Job,
    MigratedStatus,
    Migration,
    Subscription,
    Task,
    Version,
)
from engine.record.facts import verify_chain
from engine.tasks import claim_task, complete_task
from engine.waiting import raise_incident
from engine.worker import Worker
from tests.clock import Clock
from tests.engine.bench import SERVICE
from tests.engine.office import TownHall, diagram
from tests.engine.two_versions import FIRST, SECOND, WITHOUT, Work, moved, planned, task_of, waiting


def test_the_same_id_is_proposed_and_else_the_same_name(
    session: Session, versions: tuple[Version, Version]
) -> None:
    found = {pair.element_id: pair for pair in pairs(session, *versions)}
    assert found["receive"].proposed == "receive"
    assert found["old"].proposed == "new"
    assert {choice.element_id for choice in found["old"].choices} == {"receive", "new", "sign"}


def test_checking_moves_nothing_and_says_what_stands_in_the_way(
    session: Session, hall: TownHall, work: Work, clock: Clock
) -> None:
    clara = hall.person("clara", "Desk")
    hall.person("oscar", roles=("operator",))
    old, new = hall.publish(FIRST, by=clara), hall.publish(WITHOUT, by=clara)
    fits, blocked = hall.start(old), hall.start(old)
    complete_task(session, task_of(session, blocked).id, {}, by=clara, at=clock())
    migration = planned(session, hall, old, new, clock())
    work()
    assert migration.step == "checked"
    told = progress(session, migration)
    assert (told.count("fits"), told.count("blocked"), told.open_cases) == (1, 1, 2)
    (line,) = case_lines(session, migration, MigratedStatus.BLOCKED)
    assert line.number == blocked.number
    assert "Decide" in str(line.obstacles[0])
    assert fits.version_id == blocked.version_id == old.id


def test_what_waits_at_a_join_is_told_by_what_it_came_from(
    session: Session, hall: TownHall, work: Work, clock: Clock
) -> None:
    clara = hall.person("clara", "Desk")
    hall.person("oscar", roles=("operator",))
    drawn = (
        '<startEvent id="s"/><parallelGateway id="g1"/><userTask id="m" name="Measure"/>'
        '<userTask id="q" name="Ask"/>{more}<parallelGateway id="g2"/><endEvent id="e"/>'
    )
    flows = "s>g1 g1>m g1>q q>g2 g2>e "
    old = hall.publish(diagram(drawn.format(more=""), flows=flows + "m>g2"), by=clara)
    more = drawn.format(more='<userTask id="r" name="Draw"/>')
    new = hall.publish(diagram(more, flows=flows + "m>r r>g2"), by=clara)
    case = hall.start(old)
    measure = session.scalars(
        select(Task).where(Task.case_id == case.id, Task.element_id == "m")
    ).one()
    complete_task(session, measure.id, {}, by=clara, at=clock())
    migration = planned(session, hall, old, new, clock())
    work()
    (line,) = case_lines(session, migration, MigratedStatus.BLOCKED)
    assert str(line.obstacles[0]) == ("tokens wait on “Measure → g2”, which the new version lacks")


def test_a_moved_case_goes_on_in_the_new_version(
    session: Session,
    hall: TownHall,
    versions: tuple[Version, Version],
    work: Work,
    clock: Clock,
) -> None:
    case = hall.start(versions[0])
    clara = hall.people["clara"]
    complete_task(session, task_of(session, case).id, {}, by=clara, at=clock())
    migration = moved(session, hall, versions, work, clock)
    task = task_of(session, case)
    assert (task.element_id, task.version_id, task.name) == ("new", versions[1].id, "Decide")
    complete_task(session, task.id, {}, by=clara, at=clock())
    assert task_of(session, case).name == "Sign"
    assert migration.step == "moved"
    assert verify_chain(session, case.id) == case.last_seq


def test_timers_keep_their_due_time_and_tasks_their_person(
    session: Session,
    hall: TownHall,
    versions: tuple[Version, Version],
    work: Work,
    clock: Clock,
) -> None:
    case = hall.start(versions[0])
    due = clock() + timedelta(days=3)
    claim_task(session, task_of(session, case).id, by=hall.people["clara"], at=clock())
    clock.advance(days=1)
    moved(session, hall, versions, work, clock)
    task = task_of(session, case)
    assert (task.name, task.assignee_id) == ("Receive and check", hall.people["clara"].id)
    assert session.scalars(select(Job.run_at).where(Job.kind == "timer")).all() == [due]


def test_the_record_says_from_where_to_where_and_why(
    session: Session,
    hall: TownHall,
    versions: tuple[Version, Version],
    work: Work,
    clock: Clock,
) -> None:
    hall.start(versions[0])
    migration = moved(session, hall, versions, work, clock)
    fact = session.scalars(select(Event).where(Event.type == Happened.CASE_MIGRATED)).one()
    assert fact.data is not None
    wanted = {"before": 1, "version": 2, "reason": "New rule", "migration": migration.id}
    assert {key: fact.data[key] for key in wanted} == wanted
    assert fact.by_id == hall.people["oscar"].id


def test_the_story_keeps_the_names_of_the_version_it_happened_in(
    session: Session,
    hall: TownHall,
    versions: tuple[Version, Version],
    work: Work,
    clock: Clock,
) -> None:
    case = hall.start(versions[0])
    complete_task(session, task_of(session, case).id, {}, by=hall.people["clara"], at=clock())
    moved(session, hall, versions, work, clock)
    names = {(entry.element_id, entry.element_name) for entry in timeline(session, case)}
    assert ("old", "Decide") in names
    assert ("receive", "Receive and check") in names


def test_a_case_that_ended_meanwhile_is_left_alone(
    session: Session,
    hall: TownHall,
    versions: tuple[Version, Version],
    work: Work,
    clock: Clock,
) -> None:
    case = hall.start(versions[0])
    migration = planned(session, hall, *versions, clock())
    work()
    cancel_case(session, case.id, "Withdrawn", by=None, at=clock())
    move_cases(session, migration.id, by=None, at=clock())
    work()
    assert case.version_id == versions[0].id
    assert progress(session, migration).count("left") == 1


def test_a_message_called_otherwise_is_waited_for_by_its_new_name(
    session: Session, hall: TownHall, work: Work, clock: Clock
) -> None:
    clara = hall.person("clara", "Desk")
    hall.person("oscar", roles=("operator",))
    pair = hall.publish(waiting("paid"), by=clara), hall.publish(waiting("settled"), by=clara)
    hall.start(pair[0])
    migration = moved(session, hall, pair, work, clock)
    assert session.scalars(select(Subscription.name)).all() == ["settled"]
    undo_migration(session, migration.id, by=None, at=clock())
    work()
    assert session.scalars(select(Subscription.name)).all() == ["paid"]


def test_what_broke_is_shown_where_it_is_in_the_new_version(
    session: Session,
    hall: TownHall,
    versions: tuple[Version, Version],
    work: Work,
    clock: Clock,
) -> None:
    case = hall.start(versions[0])
    complete_task(session, task_of(session, case).id, {}, by=hall.people["clara"], at=clock())
    token = task_of(session, case).token
    raise_incident(session, case, "job_failed", "no answer", "old", token, at=clock())
    moved(session, hall, versions, work, clock)
    assert session.scalars(select(Incident.element_id)).all() == ["new"]


def test_many_cases_are_moved_in_batches(
    session: Session,
    hall: TownHall,
    versions: tuple[Version, Version],
    work: Work,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(migrating, "CHECKED_AT_ONCE", 2)
    monkeypatch.setattr(migrating, "MOVED_AT_ONCE", 2)
    cases = [hall.start(versions[0]) for _ in range(5)]
    migration = planned(session, hall, *versions, clock())
    assert work() == 3
    move_cases(session, migration.id, by=None, at=clock())
    assert work(1) == 1
    assert progress(session, migration).count("moved") == 2
    assert work() == 2
    assert {case.version_id for case in cases} == {versions[1].id}


@pytest.mark.parametrize(
    ("mapping", "reason", "refusal"),
    [
        ({}, " ", ReasonMissing),
        ({"receive": "start"}, "Why", PairUnknown),
        ({"nothing": "receive"}, "Why", PairUnknown),
        ({"receive": "<b>"}, "Why", PairUnknown),
    ],
)
def test_a_map_that_cannot_be_is_refused(
    session: Session,
    versions: tuple[Version, Version],
    clock: Clock,
    mapping: dict[str, str],
    reason: str,
    refusal: type[Refusal],
) -> None:
    with pytest.raises(refusal):
        plan_migration(session, *versions, mapping, reason, by=None, at=clock())


def test_cases_do_not_move_to_another_procedure(
    session: Session, hall: TownHall, versions: tuple[Version, Version], clock: Clock
) -> None:
    other = hall.publish(FIRST, key="other")
    for new in (other, versions[0]):
        with pytest.raises(OtherProcedure):
            plan_migration(session, versions[0], new, {}, "Why", by=None, at=clock())


def test_a_step_is_taken_once(
    session: Session,
    hall: TownHall,
    versions: tuple[Version, Version],
    work: Work,
    clock: Clock,
) -> None:
    migration = planned(session, hall, *versions, clock())
    with pytest.raises(NotNow):
        move_cases(session, migration.id, by=None, at=clock())
    work()
    move_cases(session, migration.id, by=None, at=clock())
    with pytest.raises(NotNow):
        move_cases(session, migration.id, by=None, at=clock())
    assert resume_migration(session, migration.id, at=clock()) == 0


def test_the_worker_carries_a_migration_out(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        hall = TownHall(session, clock())
        clara = hall.person("clara", "Desk")
        hall.person("oscar", roles=("operator",))
        pair = hall.publish(FIRST, by=clara), hall.publish(SECOND, by=clara)
        case_id = hall.start(pair[0]).id
        migration_id = planned(session, hall, *pair, clock()).id
    worker = Worker(database, clock)
    worker.run_until_idle()
    with database.transaction() as session:
        assert migration_by_id(session, migration_id).step == "checked"
        move_cases(session, migration_id, by=None, at=clock())
    worker.run_until_idle()
    with database.reading() as session:
        assert session.get_one(Case, case_id).version_id == pair[1].id
        assert session.get_one(Migration, migration_id).step == "moved"


def test_what_broke_at_a_service_that_is_another_one_now_is_settled(
    session: Session, hall: TownHall, work: Work, clock: Clock
) -> None:
    clara = hall.person("clara", "Desk")
    hall.person("oscar", roles=("operator",))
    other = SERVICE.replace(b'"registry"', b'"archive"')
    pair = hall.publish(SERVICE, by=clara), hall.publish(other, by=clara)
    case = hall.start(pair[0])
    job = session.scalars(select(Job).where(Job.case_id == case.id)).one()
    job.is_dead = True
    raise_incident(session, case, "job_failed", "no answer", "call", job.token, at=clock())
    moved(session, hall, pair, work, clock)
    asked = session.execute(select(Job.payload, Job.is_dead).where(Job.case_id == case.id)).one()
    assert tuple(asked) == ({"topic": "archive"}, False)
    assert session.scalars(select(Incident.resolved_at)).all() == [clock()]
