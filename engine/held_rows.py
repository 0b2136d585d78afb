"""Columns of a case or a task whose row this transaction holds, written by one plain UPDATE.

SQLAlchemy's unit of work looks through all columns and relationships of what changed, compares and sorts: for the two
rows that every completion changes, an eighth of the request beside the statements themselves.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, bindparam, inspect, update
from sqlalchemy.orm import InstanceState, Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from engine.batches import is_gathering
from engine.models import Case, Task

_CASES: Table = Case.__table__  # type: ignore[assignment]  # the stubs say FromClause; it is a Table
_TASKS: Table = Task.__table__  # type: ignore[assignment]  # the stubs say FromClause; it is a Table
_CASE = update(_CASES).where(
    _CASES.c.id == bindparam("of_case"), _CASES.c.revision == bindparam("of_revision")
)
_TASK = update(_TASKS).where(
    _TASKS.c.case_id == bindparam("of_case"), _TASKS.c.token == bindparam("of_token")
)


def is_held(session: Session, row: Case | Task) -> bool:
    """Whether a plain UPDATE can write the row. A case that is not there yet it cannot, and inside a batch the next
    flush writes many rows in one statement.
    """
    state: InstanceState[Case | Task] = inspect(row)
    return state.persistent and not is_gathering(session)


def show(row: Case | Task, values: Mapping[str, Any]) -> None:
    """Let the object have these values by column, as if they had been read: no flush writes them."""
    for name, value in values.items():
        set_committed_value(row, name, value)


def write_case(session: Session, case: Case, values: Mapping[str, Any]) -> None:
    """Write columns of a case, and its next revision; StaleDataError where somebody else wrote it meanwhile."""
    seen = case.revision
    after = {**values, "revision": seen + 1}
    asked = {"of_case": case.id, "of_revision": seen, **after}
    if session.connection().execute(_CASE, asked).rowcount != 1:
        raise StaleDataError(f"case {case.id} is no longer at revision {seen}")
    show(case, after)


def write_task(session: Session, task: Task, values: Mapping[str, Any]) -> None:
    """Write columns of a task."""
    asked = {"of_case": task.case_id, "of_token": task.token, **values}
    session.connection().execute(_TASK, asked)
    show(task, values)
