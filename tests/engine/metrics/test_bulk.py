"""Rows written many at once: whatever they say they are read back as they were; on SQLite and PostgreSQL."""

import pytest
from sqlalchemy import Table, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from engine.database import Database
from engine.metrics.bulk import insert_rows
from engine.models import Cell, MeasuredCase, Resource
from tests.engine.metrics.lives import MONDAY
from tests.engine.office import TWO_TASKS, TownHall

CASES: Table = MeasuredCase.__table__  # type: ignore[assignment]  # the stubs say FromClause
CELLS: Table = Cell.__table__  # type: ignore[assignment]  # the stubs say FromClause
RESOURCES: Table = Resource.__table__  # type: ignore[assignment]  # the stubs say FromClause
ODD = "a\tb\\N\nc\r\\. “ñ” {1,NULL} 'x' \"y\""


@pytest.fixture
def procedure_id(database: Database) -> int:
    with database.transaction() as session:
        return TownHall(session, MONDAY).publish(TWO_TASKS).procedure_id


def case(case_id: int, procedure_id: int, *, number: str, said: object) -> tuple[object, ...]:
    given = {
        "case_id": case_id, "procedure_id": procedure_id, "number": number, "outcome": number,
        "is_silent": True, "is_imported": False, "attributes": said, "channel": "", "status": "open",
        "ended_at": None, "due_at": None, "legal_days": None,
    }  # fmt: skip
    return tuple(given.get(column.name, 7) for column in CASES.columns)


def test_words_that_a_format_uses_itself_come_back(database: Database, procedure_id: int) -> None:
    said = {"why": ODD, "deep": [1, None, {"x": "\\"}]}
    with database.transaction() as session:
        rows = [
            case(1, procedure_id, number=ODD, said=said),
            case(2, procedure_id, number="", said=None),
        ]
        insert_rows(session, CASES, rows)
        insert_rows(session, RESOURCES, [(9, procedure_id, ODD)], "DO NOTHING")
    with database.reading() as session:
        one, other = session.scalars(select(MeasuredCase).order_by(MeasuredCase.case_id)).all()
        assert (one.number, one.outcome, one.attributes) == (ODD, ODD, said)
        assert (one.ended_at, one.is_silent, one.is_imported, one.rework) == (None, True, False, 7)
        assert (other.number, other.attributes) == ("", None)
        assert session.scalar(select(Resource.name)) == ODD


def test_cells_are_added_to_those_that_are_there(database: Database) -> None:
    added = (
        "(kind, slice_id, period, a, b, bucket) DO UPDATE"
        " SET n = measure_cell.n + excluded.n, total = measure_cell.total + excluded.total"
    )
    big = 2**53 - 1
    with database.transaction() as session:
        insert_rows(session, CELLS, [(1, big, 20_000, big, 0, 3, 2, 2**40)], added)
        insert_rows(
            session, CELLS, [(1, big, 20_000, big, 0, 3, -1, 5), (2, 1, -4, 0, 0, 0, 1, 0)], added
        )
        rows = session.execute(select(CELLS).order_by(CELLS.c.kind)).all()
    assert [tuple(row) for row in rows] == [
        (1, big, 20_000, big, 0, 3, 1, 2**40 + 5),
        (2, 1, -4, 0, 0, 0, 1, 0),
    ]


def test_what_a_database_refuses_is_said_as_of_any_statement(
    database: Database, procedure_id: int
) -> None:
    row = case(1, procedure_id, number="1", said=None)
    with pytest.raises(IntegrityError), database.transaction() as session:
        insert_rows(session, CASES, [row, row])
    nobody = case(2, procedure_id, number="2", said=None)
    with database.transaction() as session:
        insert_rows(session, CASES, [nobody])  # and the connection is as good as before
        with pytest.raises(DBAPIError), session.begin_nested():
            insert_rows(session, CASES, [nobody])
        assert session.scalars(select(MeasuredCase.case_id)).all() == [2]
