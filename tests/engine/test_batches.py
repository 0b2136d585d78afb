"""Several cases moved in one transaction."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.batches import batch, drop_keys, write_keys
from engine.models import TaskKey


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
