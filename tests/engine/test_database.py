"""Connections that outlive what they are connected to."""

import pysqlite3.dbapi2 as sqlite
import pytest
from sqlalchemy import insert, select, text

from engine.database import Database, NumberTooLarge
from engine.models import Office


def test_a_connection_that_the_server_ended_is_replaced_before_it_is_used(
    postgres_database: Database,
) -> None:
    with postgres_database.reading() as session:
        first = session.scalar(text("SELECT pg_backend_pid()"))
    other = Database(postgres_database.engine.url.render_as_string(hide_password=False))
    with other.reading() as session:
        # waits until it is gone
        assert session.scalar(text(f"SELECT pg_terminate_backend({first}, 5000)"))
    other.dispose()
    with postgres_database.reading() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != first


def test_on_sqlite_only_a_transaction_that_writes_holds_the_lock_from_its_first_question_on(
    sqlite_database: Database,
) -> None:
    def is_free() -> bool:
        other = sqlite.connect(str(sqlite_database.engine.url.database), timeout=0)
        other.isolation_level = None
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite.OperationalError:
            return False
        finally:
            other.close()
        return True

    with sqlite_database.reading() as session:
        session.scalar(text("SELECT count(*) FROM task"))
        assert is_free()
    with sqlite_database.transaction() as session:
        assert is_free()
        session.scalar(text("SELECT count(*) FROM task"))
        assert not is_free()
    assert is_free()


def test_a_result_of_postgresql_says_the_names_of_its_columns(postgres_database: Database) -> None:
    with postgres_database.engine.connect() as connection:
        result = connection.exec_driver_sql("SELECT 1 AS one, 'x' AS two")
        assert list(result.keys()) == ["one", "two"]
        assert [column[1] for column in result.cursor.description] == [23, 25]  # integer, text
        assert not connection.exec_driver_sql("CREATE TEMPORARY TABLE gone (id int)").returns_rows


def test_a_number_that_no_column_holds_is_refused_with_a_sentence(database: Database) -> None:
    with database.transaction() as session:
        with pytest.raises(NumberTooLarge), session.begin_nested():
            session.execute(insert(Office).values(id=10**30, name="Archive"))
        session.add(Office(id=7, name="Board"))
    with database.reading() as session:
        assert session.scalars(select(Office.name)).all() == ["Board"]
