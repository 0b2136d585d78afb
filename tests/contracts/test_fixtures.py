"""What the test databases promise to the tests that use them."""

import pytest
from sqlalchemy import create_engine, inspect, select
from sqlalchemy.orm import Session

from engine.database import Base, Database
from engine.models import Office
from tests.clock import Clock


def names_of_offices(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Office.name)))


def test_a_database_has_every_table(database: Database) -> None:
    with database.engine.connect() as connection:
        assert set(Base.metadata.tables) <= set(inspect(connection).get_table_names())


@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_one_test_commits_the_next_does_not_see(database: Database, turn: str) -> None:
    assert names_of_offices(database) == []
    with database.transaction() as session:
        parent = Office(id=1, name=f"Mesa de partes ({turn})")
        session.add(parent)
        session.flush()
        session.add(Office(id=2, name="Archivo", parent_id=1))
    assert len(names_of_offices(database)) == 2


def test_a_session_is_rolled_back_unless_the_test_commits(
    session: Session, database: Database
) -> None:
    session.add(Office(id=1, name="Mesa de partes"))
    session.flush()
    session.close()
    assert names_of_offices(database) == []


def test_an_empty_database_has_no_tables(empty_database_url: str) -> None:
    found = Database(empty_database_url)
    with found.engine.connect() as connection:
        assert inspect(connection).get_table_names() == []
    found.dispose()


@pytest.mark.postgres
def test_the_postgres_of_the_tests_is_a_real_server(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW server_version_num").scalar_one() >= "150000"
    engine.dispose()


def test_the_clock_stands_still_until_it_is_moved(clock: Clock) -> None:
    before = clock()
    assert clock() == before
    assert (clock.advance(days=1, minutes=5) - before).total_seconds() == 86_700
