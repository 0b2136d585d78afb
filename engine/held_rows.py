"""A new case by one plain INSERT; columns of a case or a task whose row this transaction holds by one plain UPDATE.

SQLAlchemy's unit of work looks through all columns and relationships of what changed, compares and sorts: for the two
rows that every completion changes, an eighth of the request beside the statements themselves; for a new case, a tenth.

What is written so, no unit of work knows of: a savepoint that is rolled back would leave the object with values, and a
revision, that its row does not have. Inside one, and inside a batch, rows are written by the unit of work as any other.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, bindparam, insert, inspect, update
from sqlalchemy.orm import InstanceState, Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from engine.batches import is_gathering
from engine.models import Case, Task

_CASES: Table = Case.__table__  # type: ignore[assignment]  # the stubs say FromClause; it is a Table
_TASKS: Table = Task.__table__  # type: ignore[assignment]  # the stubs say FromClause; it is a Table
_CASE = update(_CASES).where(
    _CASES.c.id == bindparam("of_case"), _CASES.c.revision == bindparam("of_revision")
)
_NEW_CASE = insert(_CASES)
# what the mapping gives a new row: the version counter, and the defaults of columns
_AT_FIRST = {"revision": 1} | {
    column.key: column.default.arg
    for column in _CASES.columns
    if isinstance(column.default, ScalarElementColumnDefault)
}
_TASK = update(_TASKS).where(
    _TASKS.c.case_id == bindparam("of_case"), _TASKS.c.token == bindparam("of_token")
)


def add_case(session: Session, case: Case, *, is_alone: bool) -> None:
    """A new case, whose row is written with its first facts. Where something is to be written before them that needs
    the row, it is not `is_alone`: then, and where `is_held` keeps to the unit of work, the next flush writes it.
    """
    if not is_alone or is_gathering(session) or session.in_nested_transaction():
        session.add(case)


def write_new_case(session: Session, case: Case) -> None:
    """Write the row that add_case left to be written; no other. From then on the session has the case as if read."""
    state: InstanceState[Case] = inspect(case)
    if not state.transient:
        return
    known = vars(case)
    row = {c.key: known.get(c.key, _AT_FIRST.get(c.key)) for c in _CASES.columns}
    session.connection().execute(_NEW_CASE, row)
    show(case, {name: value for name, value in row.items() if name not in known})
    make_transient_to_detached(case)
    session.add(case)


def is_held(session: Session, row: Case | Task) -> bool:
    """Whether a plain UPDATE is to write the row: not where it is not there yet, not inside a batch, whose next flush
    writes many rows in one statement, and not inside a savepoint.
    """
    state: InstanceState[Case | Task] = inspect(row)
    return state.persistent and not is_gathering(session) and not session.in_nested_transaction()


def show(row: Case | Task, values: Mapping[str, Any]) -> None:
    """Let the object have these values by column, as if they had been read: no flush writes them."""
    for name, value in values.items():
        set_committed_value(row, name, value)


def write_case(session: Session, case: Case, values: Mapping[str, Any]) -> None:
    """Write columns of a case that `is_held`, and its next revision; StaleDataError where somebody else wrote it
    meanwhile.
    """
    seen = case.revision
    after = {**values, "revision": seen + 1}
    asked = {"of_case": case.id, "of_revision": seen, **after}
    if session.connection().execute(_CASE, asked).rowcount != 1:
        raise StaleDataError(f"case {case.id} is no longer at revision {seen}")
    show(case, after)


def write_task(session: Session, task: Task, values: Mapping[str, Any]) -> None:
    """Write columns of a task; where it is not held so, with the next flush."""
    if not is_held(session, task):
        for name, value in values.items():
            setattr(task, name, value)
        return
    asked = {"of_case": task.case_id, "of_token": task.token, **values}
    session.connection().execute(_TASK, asked)
    show(task, values)
