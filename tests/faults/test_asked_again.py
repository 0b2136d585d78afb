"""PostgreSQL asks for a transaction to be run again (40001, 40P01): it is, and what it does is done once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Thread

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from engine.database import Database
from engine.models import Case, Event, Job, Task
from engine.worker import Worker
from tests.clock import Clock
from tests.engine.bench import WAIT_A_DAY, Bench, facts, started
from tests.faults.clerk import bearer_of_ana, client_of
from tests.faults.story import check_whole

# A sequence does not roll back: so many times, whatever becomes of the transactions.
_AGAIN = """
CREATE SEQUENCE asked_again;
CREATE FUNCTION ask_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF nextval('asked_again') <= {times} THEN
    RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '{state}';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ask_again AFTER INSERT OR UPDATE OR DELETE ON {table}
  DEFERRABLE INITIALLY {when} FOR EACH ROW EXECUTE FUNCTION ask_again();
"""
WHEN = ["IMMEDIATE", "DEFERRED"]  # at the statement, at the commit


@contextmanager
def asked_again(
    database: Database, table: str, when: str, *, times: int = 2, state: str = "40001"
) -> Iterator[None]:
    """The first so many transactions that write to the table are to be run again."""
    with database.engine.begin() as connection:
        connection.execute(text(_AGAIN.format(table=table, when=when, times=times, state=state)))
    try:
        yield
        with database.engine.begin() as connection:
            assert connection.scalar(text("SELECT last_value FROM asked_again")) > times
    finally:
        with database.engine.begin() as connection:
            connection.execute(text(f"DROP TRIGGER ask_again ON {table}"))
            connection.execute(text("DROP FUNCTION ask_again"))
            connection.execute(text("DROP SEQUENCE asked_again"))


@pytest.fixture
def bearer(postgres_database: Database, clock: Clock) -> dict[str, str]:
    return bearer_of_ana(postgres_database, clock)


@pytest.fixture
def client(postgres_database: Database, clock: Clock, tmp_path: Path) -> FlaskClient:
    return client_of(postgres_database, clock, tmp_path)


@pytest.mark.parametrize("state", ["40001", "40P01"])
@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize("table", ["event", "command_receipt"])
def test_a_request_is_run_again_when_postgresql_asks_and_is_carried_out_once(
    client: FlaskClient,
    bearer: dict[str, str],
    postgres_database: Database,
    clock: Clock,
    table: str,
    when: str,
    state: str,
) -> None:
    body = {"applicant": {"name": "Rosa"}}
    headers = {**bearer, "Idempotency-Key": "k"}
    with asked_again(postgres_database, table, when, state=state):
        answer = client.post("/api/v1/procedures/permit/cases", json=body, headers=headers)
        assert answer.status_code == 201
    with postgres_database.reading() as session:
        task = session.scalars(select(Task)).one()
    with asked_again(postgres_database, table, when, state=state):
        where = f"/api/v1/tasks/{task.id}/complete"
        answer = client.post(
            where, json={"answers": {}}, headers={**headers, "Idempotency-Key": "c"}
        )
        assert answer.status_code == 200
    with postgres_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1
        done = select(func.count()).where(Event.type == "task_completed")
        assert session.scalar(done) == 1
        check_whole(session, at=clock())


def test_a_request_that_is_asked_to_run_again_without_end_says_so(
    client: FlaskClient, bearer: dict[str, str], postgres_database: Database
) -> None:
    with asked_again(postgres_database, "event", "IMMEDIATE", times=5):
        where, body = "/api/v1/procedures/permit/cases", {"applicant": {"name": "Rosa"}}
        headers = {**bearer, "Idempotency-Key": "k"}
        assert client.post(where, json=body, headers=headers).status_code == 503
        assert client.post(where, json=body, headers=headers).status_code == 201
    with postgres_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1


@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize("table", ["event", "job"])
def test_a_timer_is_fired_once_however_often_postgresql_asks(
    postgres_database: Database, clock: Clock, table: str, when: str
) -> None:
    bench = Bench(postgres_database, clock)
    case_id = started(bench, WAIT_A_DAY)
    clock.advance(days=1)
    with asked_again(postgres_database, table, when):
        assert Worker(postgres_database, clock).run_until_idle() == 1
    assert facts(bench, case_id) == ["case_started", "timer_set", "timer_fired", "task_opened"]
    with postgres_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 0
        check_whole(session, at=clock())


def test_of_two_commands_in_a_deadlock_both_are_carried_out(
    postgres_database: Database, clock: Clock
) -> None:
    bench = Bench(postgres_database, clock)
    first = started(bench, WAIT_A_DAY)
    with bench.hall() as hall:
        second = hall.start(hall.publish(WAIT_A_DAY)).id
    both = Barrier(2)
    runs: list[int] = []

    def name(one: int, other: int) -> None:
        is_met = False

        def command(session: Session) -> None:
            nonlocal is_met
            runs.append(one)
            for case_id in (one, other):
                renamed = {"applicant_name": Case.applicant_name + "x"}
                session.execute(update(Case).where(Case.id == case_id).values(renamed))
                if not is_met:
                    is_met = True
                    both.wait(30)

        postgres_database.write(command)

    threads = [Thread(target=name, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(runs) == 3, "one of the two was run again"
    with postgres_database.reading() as session:
        for case_id in (first, second):
            assert session.get_one(Case, case_id).applicant_name.endswith("xx")
