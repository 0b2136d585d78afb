"""Case and task as a completion writes them: what the objects say is what the rows say, and nobody is overwritten."""

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm.exc import StaleDataError

from engine.batches import batch
from engine.held_rows import write_case
from engine.models import Case, CaseStatus, Task, TaskStatus
from engine.progress import lock
from engine.record.facts import verify_chain
from engine.tasks import complete_task
from tests.engine.office import TWO_TASKS, TownHall


def said(row: Case | Task) -> dict[str, Any]:
    """Every column of the object, as it has it now."""
    table = type(row).__table__
    return {column.key: getattr(row, column.key) for column in table.columns}


@pytest.fixture
def case(hall: TownHall) -> Case:
    """At the first of two tasks, both of which Ana may do."""
    ana = hall.person("ana", "Front desk", "Board")
    return hall.start(hall.publish(TWO_TASKS, by=ana), by=ana)


def test_after_each_completion_the_objects_say_what_is_written(hall: TownHall, case: Case) -> None:
    session, ana = hall.session, hall.people["ana"]
    for status in (CaseStatus.OPEN, CaseStatus.COMPLETED):
        open_one = select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)
        task = session.scalars(open_one).one()
        before = case.revision
        done = complete_task(session, task.id, {}, by=ana, at=hall.at)
        assert (done.case, done.task) == (case, task)
        assert not session.dirty
        told = said(case), said(task)
        session.expire(case)
        session.expire(task)
        assert (said(case), said(task)) == told
        assert (case.status, task.status) == (status, TaskStatus.COMPLETED)
        assert case.revision == before + 1
        assert verify_chain(session, case.id) == case.last_seq


def test_a_new_case_says_what_is_written(hall: TownHall, case: Case) -> None:
    session = hall.session
    assert case in session
    assert not session.new
    assert not session.dirty
    told = said(case)
    session.expire(case)
    assert said(case) == told
    assert (case.revision, case.procedure.key, case.version.number) == (1, "permit", 1)
    assert verify_chain(session, case.id) == case.last_seq


def test_a_case_begun_in_a_savepoint_that_is_rolled_back_is_not_there(hall: TownHall) -> None:
    session, ana = hall.session, hall.person("ana", "Front desk", "Board")
    version = hall.publish(TWO_TASKS, by=ana)
    with session.begin_nested() as trial:
        begun = hall.start(version, by=ana)
        trial.rollback()
    assert begun not in session
    assert session.scalars(select(Case)).all() == []
    assert hall.start(version, by=ana).revision == 1


def test_a_case_begun_in_a_batch_is_written_with_its_facts(hall: TownHall) -> None:
    session, ana = hall.session, hall.person("ana", "Front desk", "Board")
    version = hall.publish(TWO_TASKS, by=ana)
    with batch(session):
        begun = hall.start(version, by=ana)
    assert verify_chain(session, begun.id) == begun.last_seq


def test_a_case_that_was_written_meanwhile_is_not_overwritten(hall: TownHall, case: Case) -> None:
    session = hall.session
    held = lock(session, case.id)
    elsewhere = update(Case).where(Case.id == case.id).values(revision=Case.revision + 1)
    session.execute(elsewhere.execution_options(synchronize_session=False))
    with pytest.raises(StaleDataError):
        write_case(session, held, {"channel": "online"})
    assert held.channel == "counter"


def test_a_savepoint_that_is_rolled_back_leaves_the_objects_as_their_rows_are(
    hall: TownHall, case: Case
) -> None:
    session, ana = hall.session, hall.people["ana"]
    task = session.scalars(select(Task).where(Task.case_id == case.id)).one()
    before = said(case) | said(task)
    with session.begin_nested() as trial:
        done = complete_task(session, task.id, {}, by=ana, at=hall.at)
        assert done.task.status == TaskStatus.COMPLETED
        trial.rollback()
    assert said(case) | said(task) == before
    session.expire_all()
    assert said(case) | said(task) == before
    assert complete_task(session, task.id, {}, by=ana, at=hall.at).case.revision == case.revision


def test_a_task_completed_in_a_batch_is_completed(hall: TownHall, case: Case) -> None:
    session, ana = hall.session, hall.people["ana"]
    task = session.scalars(select(Task).where(Task.case_id == case.id)).one()
    with batch(session):
        complete_task(session, task.id, {}, by=ana, at=hall.at)
    told = said(case), said(task)
    session.expire_all()
    assert (said(case), said(task)) == told
    assert task.status == TaskStatus.COMPLETED
    assert verify_chain(session, case.id) == case.last_seq
