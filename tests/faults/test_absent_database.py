"""A database that is away, full or slow is said in a sentence that helps, and what was asked again is done once."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pysqlite3.dbapi2 as sqlite
import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, func, make_url, select, text
from sqlalchemy.exc import DBAPIError
from werkzeug.test import TestResponse

from engine import postgres
from engine.database import Database
from engine.database_away import DatabaseAway, DatabaseTakesNothing, database_trouble
from engine.models import Case, Task
from tests.clock import Clock
from tests.faults.clerk import bearer_of_ana, client_of
from tests.faults.story import check_whole, rows

CROWD = 30  # requests at once
LIMITS = {"read only": "query_only = ON", "full": "max_page_count = 1"}  # pragmas of SQLite


@pytest.fixture
def bearer(database: Database, clock: Clock) -> dict[str, str]:
    return bearer_of_ana(database, clock)


@pytest.fixture
def client(database: Database, clock: Clock, tmp_path: Path) -> FlaskClient:
    return client_of(database, clock, tmp_path)


def start(client: FlaskClient, bearer: dict[str, str], key: str) -> TestResponse:
    return client.post(
        "/api/v1/procedures/permit/cases",
        json={"applicant": {"name": "Rosa"}},
        headers={**bearer, "Idempotency-Key": key},
    )


def is_said(answer: TestResponse, kind: type[Exception] = DatabaseAway) -> bool:
    said = answer.get_json()
    return (answer.status_code, said["title"]) == (503, kind.__name__) and bool(
        answer.headers["Retry-After"]
    )


@contextmanager
def commits_unanswered(database: Database) -> Iterator[list[None]]:
    """The next transaction is committed, and nobody hears of it: the connection breaks meanwhile."""
    dialect = database.engine.dialect
    done, lost = dialect.do_commit, list[None]()
    broken: Any = psycopg.OperationalError if not database.is_sqlite else sqlite.OperationalError

    def commit(connection: Any) -> None:
        done(connection)
        if not lost:
            lost.append(None)
            if not database.is_sqlite:
                connection.driver_connection.close()
            raise broken("server closed the connection unexpectedly")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(dialect, "do_commit", commit)
        yield lost


def test_a_command_whose_commit_was_not_answered_is_done_once_when_it_is_asked_again(
    client: FlaskClient, bearer: dict[str, str], database: Database, clock: Clock
) -> None:
    with commits_unanswered(database) as lost:
        first = start(client, bearer, "k")
        assert lost
        assert first.status_code >= 500
    again = start(client, bearer, "k")
    assert again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    with database.reading() as session:
        (task,) = session.scalars(select(Task)).all()
        assert session.scalar(select(func.count()).select_from(Case)) == 1
    complete = f"/api/v1/tasks/{task.id}/complete"
    asked: dict[str, Any] = {"json": {"answers": {}}, "headers": {**bearer, "Idempotency-Key": "c"}}
    with commits_unanswered(database):
        assert client.post(complete, **asked).status_code >= 500
    assert client.post(complete, **asked).headers["Idempotency-Replayed"] == "true"
    with database.reading() as session:
        check_whole(session, at=clock())


def test_whoever_asks_while_postgresql_is_away_reads_so(clock: Clock, tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        database = Database(f"postgresql://u:p@127.0.0.1:{closed.getsockname()[1]}/x")
        client = client_of(database, clock, tmp_path)
        assert is_said(client.get("/api/v1/tasks", headers={"Authorization": "Bearer t"}))
        client.set_cookie("expedito_sign_in", "somebody")
        for address in ("/inbox", "/no-such-page", "/tasks/1-1"):
            answer = client.get(address)
            assert answer.status_code == 503
            assert "The database does not answer" in answer.text
            assert "<h1>" in answer.text


def test_a_server_that_takes_connections_and_says_nothing_is_given_up(
    clock: Clock, tmp_path: Path
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        database = Database(f"postgresql://u:p@127.0.0.1:{port}/x?connect_timeout=2")
        client = client_of(database, clock, tmp_path)
        assert is_said(client.get("/api/v1/tasks", headers={"Authorization": "Bearer t"}))


def test_of_many_at_once_those_for_whom_there_is_no_connection_are_told_so(
    postgres_database: Database,
    clock: Clock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgres, "POOL_TIMEOUT", 0.3)
    database = Database(postgres_database.url)
    headers = bearer_of_ana(database, clock)
    application = client_of(database, clock, tmp_path).application
    answers: list[TestResponse] = []

    def ask(number: int) -> None:
        answers.append(start(application.test_client(), headers, f"k{number}"))

    held = [database.engine.connect() for _ in range(16)]
    threads = [Thread(target=ask, args=(number,)) for number in range(CROWD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == CROWD
    assert all(map(is_said, answers))
    for connection in held:
        connection.close()
    answers.clear()
    threads = [Thread(target=ask, args=(number,)) for number in range(CROWD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    kinds = {answer.status_code for answer in answers}
    assert kinds <= {201, 503}
    done = sum(answer.status_code == 201 for answer in answers)
    assert done > 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == done
        check_whole(session, at=clock())
    database.dispose()


def test_the_first_request_after_idle_connections_were_ended_is_answered(
    postgres_database: Database, clock: Clock, tmp_path: Path
) -> None:
    client = client_of(postgres_database, clock, tmp_path)
    client.set_cookie("expedito_sign_in", "somebody")
    assert client.get("/inbox").status_code == 303
    other = create_engine(postgres_database.engine.url)
    with other.connect() as connection:
        ended = text(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        assert connection.scalar(ended)
    other.dispose()
    assert client.get("/inbox").status_code == 303


def test_a_question_that_takes_too_long_and_a_standby_are_told_from_faults_of_ours(
    postgres_database: Database,
) -> None:
    def error(*statements: str) -> DBAPIError:
        with postgres_database.engine.connect() as connection:
            for statement in statements[:-1]:
                connection.execute(text(statement))
            with pytest.raises(DBAPIError) as caught:
                connection.execute(text(statements[-1]))
        return caught.value

    slow = error("SET LOCAL statement_timeout = 20", "SELECT pg_sleep(5)")
    locked = error("DO $$ BEGIN RAISE 'no lock' USING ERRCODE = '55P03'; END $$")
    standby = error("SET TRANSACTION READ ONLY", "DELETE FROM job")
    ours = error("SELECT no_such_column FROM job")
    assert isinstance(database_trouble(slow), DatabaseAway)
    assert isinstance(database_trouble(locked), DatabaseAway)
    assert isinstance(database_trouble(standby), DatabaseTakesNothing)
    assert database_trouble(ours) is None


@pytest.fixture
def hasty(sqlite_database: Database) -> Database:
    """SQLite that waits for a lock for a moment only."""

    def wait(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA busy_timeout = 50").close()

    event.listen(sqlite_database.engine, "checkout", wait)
    return sqlite_database


@pytest.mark.parametrize("fault", ["locked", *LIMITS])
def test_a_file_that_cannot_be_written_is_said_and_read_all_the_same(
    hasty: Database, clock: Clock, tmp_path: Path, fault: str
) -> None:
    headers = bearer_of_ana(hasty, clock)
    client = client_of(hasty, clock, tmp_path)
    assert start(client, headers, "before").status_code == 201
    before = rows(hasty)
    holder = sqlite.connect(hasty.engine.url.database, isolation_level=None)

    def limit(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA {LIMITS[fault]}").close()

    if fault == "locked":
        holder.execute("BEGIN IMMEDIATE")
    else:
        event.listen(hasty.engine, "checkout", limit)
    refused = [
        start(client, headers, f"during {number}") for number in range(40 if fault == "full" else 1)
    ]
    told = DatabaseAway if fault == "locked" else DatabaseTakesNothing
    assert is_said(refused[-1], told)
    assert client.get("/api/v1/tasks", headers=headers).status_code == 200
    if fault != "full":
        assert rows(hasty) == before
    if fault != "locked":
        event.remove(hasty.engine, "checkout", limit)
    holder.close()
    with hasty.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert start(client, headers, "afterwards").status_code == 201
    with hasty.reading() as session:
        check_whole(session, at=clock())


def test_what_an_address_says_itself_counts_and_is_read_by_sqlalchemy() -> None:
    def arguments(address: str) -> dict[str, Any]:
        engine = postgres.connect(make_url(address))
        said = engine.dialect.create_connect_args(engine.url)[1]
        with pytest.MonkeyPatch.context() as patched:
            seen: dict[str, Any] = {}

            def connect(**given: Any) -> None:
                seen.update(given)
                raise psycopg.OperationalError("asked only for the arguments")

            patched.setattr(engine.dialect.loaded_dbapi, "connect", connect)
            with pytest.raises(DBAPIError):
                engine.connect()
        assert said.items() <= seen.items()
        return seen

    one = arguments("postgresql://u@/x?host=127.0.0.1:54999&connect_timeout=3")
    assert (one["host"], str(one["port"]), str(one["connect_timeout"])) == (
        "127.0.0.1",
        "54999",
        "3",
    )
    two = arguments("postgresql://u@/x?host=a:5432&host=b:5433")
    assert (two["host"], two["port"], two["keepalives_idle"]) == ("a,b", "5432,5433", 30)


def test_a_fault_of_ours_without_a_code_is_none_of_the_database(
    postgres_database: Database, sqlite_database: Database
) -> None:
    with postgres_database.engine.connect() as connection, pytest.raises(DBAPIError) as many:
        connection.execute(select(Case.id).where(Case.id.in_(range(70_000))))
    with sqlite_database.engine.connect() as connection, pytest.raises(DBAPIError) as undecoded:
        connection.execute(text("SELECT cast(x'ff' AS text)")).all()
    assert database_trouble(many.value) is None
    assert database_trouble(undecoded.value) is None


def test_what_people_wrote_is_not_in_an_error(database: Database) -> None:
    with database.engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("SELECT no_such_column FROM job WHERE id = :id"), {"id": 41234567})
    assert "41234567" not in str(caught.value)
