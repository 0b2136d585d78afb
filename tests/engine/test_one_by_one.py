"""What a case breaks on is passed over; what is the trouble of the database is raised."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, TimeoutError

from engine.database import Database
from engine.one_by_one import one_by_one

READ_ONLY = {"sqlite": "PRAGMA query_only = ON", "postgresql": "SET TRANSACTION READ ONLY"}


def test_a_question_that_one_case_makes_wrong_keeps_none_of_the_others_from_theirs(
    database: Database,
) -> None:
    done: list[int] = []

    with database.transaction() as session:

        def ask(case_id: int) -> None:
            session.execute(text("SELECT nothing_such" if case_id == 2 else "SELECT 1"))
            done.append(case_id)

        assert one_by_one(session, [1, 2, 3], ask) == [2]
    assert done == [1, 3]


def test_a_database_that_takes_nothing_more_is_no_fault_of_the_first_case(
    database: Database,
) -> None:
    with database.reading() as session:
        session.execute(text(READ_ONLY[database.engine.dialect.name]))
        with pytest.raises(DBAPIError):
            one_by_one(session, [1, 2], lambda _: session.execute(text("DELETE FROM job")))
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = OFF")


def test_nor_is_one_without_a_connection_to_spare(database: Database) -> None:
    def wait(_: int) -> None:
        raise TimeoutError

    with pytest.raises(SQLAlchemyError), database.transaction() as session:
        one_by_one(session, [1, 2], wait)
