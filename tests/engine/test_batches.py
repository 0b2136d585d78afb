"""Several cases moved in one transaction."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from engine.batches import batch, drop_keys, stop_jobs, write_keys
from engine.jobs import timer_key
from engine.models import Incident, Job, TaskKey
from engine.progress import hold_all
from engine.spiff import WaitKind
from engine.waiting import await_world, raise_incident
from tests.clock import Clock
from tests.engine.bench import WAIT_A_DAY
from tests.engine.office import TownHall


def key(token: int) -> dict[str, float]:
    place = {"queue_id": 3, "due_order": 9, "opened_order": 5, "priority": 50}
    return {"case_id": 1, "token": token, "key": 7, "at": 0.0, **place}


def found(session: Session) -> list[int]:
    return list(session.scalars(select(TaskKey.token).order_by(TaskKey.token)))


def test_keys_of_a_batch_are_written_at_its_end(session: Session) -> None:
    write_keys(session, [key(1)])
    with batch(session):
        drop_keys(session, [(1, 1)])
        write_keys(session, [key(2)])
        assert found(session) == [1]
    assert found(session) == [2]


def test_a_task_opened_and_ended_in_one_batch_is_not_found(session: Session) -> None:
    with batch(session):
        write_keys(session, [key(1), key(2)])
        drop_keys(session, [(1, 2)])
    assert found(session) == [1]


def test_a_batch_that_fails_writes_nothing(session: Session) -> None:
    try:
        with batch(session):
            write_keys(session, [key(1)])
            raise LookupError
    except LookupError:
        pass
    write_keys(session, [key(3)])
    assert session.scalar(select(func.count()).select_from(TaskKey)) == 1


@pytest.mark.parametrize("is_told", [True, False])
def test_a_token_whose_job_was_given_up_and_that_breaks_anew_in_a_batch_is_told(
    session: Session, hall: TownHall, clock: Clock, is_told: bool
) -> None:
    version = hall.publish(WAIT_A_DAY)
    cases = [hall.start(version) for _ in range(2)]
    for job in session.scalars(select(Job)).all():
        job.is_dead = True
    (token,) = set(session.scalars(select(Job.token)))
    assert token is not None
    for case in cases:
        raise_incident(session, case, "job_failed", "no answer", "pause", token, at=clock())
    held = hold_all(session, [case.id for case in cases], at=clock())
    with batch(session, of=held if is_told else None):
        for one in held.values():
            broke = replace(one.before[token], kind=WaitKind.INCIDENT, due_at=None, reason="no")
            await_world(session, one.case, one.before, {token: broke}, (), at=clock())
    told = select(Incident.case_id, Incident.kind, Incident.token).where(
        Incident.resolved_at.is_(None)
    )
    assert sorted(map(tuple, session.execute(told))) == [
        (case_id, "condition_failed", token) for case_id in sorted(held)
    ]
    assert session.scalars(select(Job.id)).all() == []


def test_what_a_batch_stops_costs_one_look_and_one_statement(
    session: Session, hall: TownHall, clock: Clock
) -> None:
    version = hall.publish(WAIT_A_DAY)
    cases = {hall.start(version).id for _ in range(3)}
    tokens = session.scalars(select(Job.token)).all()
    seen: list[str] = []

    def see(_connection: Any, _cursor: Any, text: str, *_more: Any) -> None:
        seen.append(text)

    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", see)
    with batch(session, of=cases):
        for case_id, token in zip(cases, tokens, strict=True):
            stop_jobs(session, [timer_key(case_id, token or 0)], at=clock())
    event.remove(bind, "before_cursor_execute", see)
    assert [text.split()[0] for text in seen] == ["SELECT", "DELETE"]
    assert session.scalars(select(Job.id)).all() == []
