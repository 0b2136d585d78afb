"""Task keys: what open tasks are found by, kept beside them in narrow rows of one index, written with what they say.

An inbox of a million tasks asked for one applicant, one kind of task or one answer reads only the rows that match.
The keys of a task are its procedure, its kind, each word of its case's number and applicant, each case field (its
value, its number or day to compare, its words), that it waits for a review, and when it is to be looked at again.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session, aliased

from engine import batches
from engine.models import Case, CaseField, Task, TaskKey, TaskStatus
from engine.search import fold

PROPOSED = "proposed"  # Task.review, when it waits for a second pair of eyes
MOST_WORDS = 12  # of one text
_BYTES = 6  # of a word's beginning: what a double holds exactly
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_WORD = re.compile(r"[^\W_]+")
_OWN = aliased(TaskKey)  # made once: a new one takes five times what is asked of it


@dataclass(frozen=True, slots=True)
class Sought:
    """Rows of one key, from `low` to `high`; of one `low` and `high` they lie in the order they are due."""

    key: int
    low: float = 0.0
    high: float = 0.0

    @property
    def is_one(self) -> bool:
        return self.low == self.high

    def rows(self, of: Any = TaskKey) -> ColumnElement[bool]:
        """Condition on TaskKey, or on an alias of it."""
        place = of.at == self.low if self.is_one else of.at.between(self.low, self.high)
        return and_(of.key == self.key, place)

    def of_task(self) -> ColumnElement[bool]:
        """Condition on Task, for tasks met otherwise."""
        same = (_OWN.case_id == Task.case_id, _OWN.token == Task.token)
        # The offset keeps PostgreSQL from meeting every task of the key first, to look up a few of them.
        return select(literal(1)).where(*same, self.rows(_OWN)).limit(1).offset(0).exists()


def of_procedure(procedure_id: int) -> Sought:
    """Tasks of a procedure."""
    return Sought(_key("procedure", str(procedure_id)))


def of_element(procedure_id: int, element_id: str) -> Sought:
    """Tasks of one kind."""
    return Sought(_key("element", f"{procedure_id}\0{element_id}"))


def of_value(name: str, value: str) -> Sought:
    """Tasks of cases whose field has this value."""
    return Sought(_key(f"value:{name}", value))


def of_bound(name: str, value: str, *, is_least: bool) -> Sought | None:
    """Tasks of cases whose field is at least, or at most, a number or day; more days than asked where a time is
    given, and None for what is neither.
    """
    kind, bound = _measured(value)
    if kind is None:
        return None
    low, high = (bound, _HIGHEST) if is_least else (-_HIGHEST, bound)
    return Sought(_key(f"{kind}:{name}"), low, high)


def of_text(name: str, part: str) -> list[Sought]:
    """Tasks of cases whose field has words that begin like these."""
    return [_beginning(f"text:{name}", word) for word in words(part)]


def of_case_words(text: str) -> list[Sought]:
    """Tasks of cases in whose number or applicant words begin like these; more of them where a word is long."""
    return [_beginning("word", word) for word in words(text)]


def of_review() -> Sought:
    """Tasks of which somebody has proposed what another one is to review."""
    return Sought(_key("review"))


def of_follow_up(until: date) -> Sought:
    """Tasks that who has them wanted to look at by this day."""
    return Sought(_key("follow_up"), 0.0, float(until.toordinal()))


def microseconds(at: datetime) -> int:
    """An instant as keys are sorted by it: microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def words(text: str) -> list[str]:
    """The words of a text, folded."""
    return list(dict.fromkeys(_WORD.findall(fold(text))))[:MOST_WORDS]


def is_whole(word: str) -> bool:
    """Whether a key holds all of a word."""
    return len(word.encode()) <= _BYTES


def is_number(value: str) -> bool:
    """Whether a value is compared as a number, which a key holds as it is."""
    return _measured(value)[0] == "number"


def add_keys(
    session: Session, case: Case, tasks: Iterable[Task], values: Mapping[str, str]
) -> None:
    """Make open tasks be found, in one statement; `values` are the case's fields by name."""
    rows = []
    for task in tasks:
        keys = _keys(task.procedure_id, task.element_id, case.search_words, values)
        rows += [_row(task, *one) for one in keys | _marks(task)]
    batches.write_keys(session, rows)


def drop_keys(session: Session, case_id: int, tokens: Iterable[int]) -> None:
    """These tasks are no longer found."""
    batches.drop_keys(session, [(case_id, token) for token in tokens])


_HAND_ON = (
    update(TaskKey)
    .where(TaskKey.case_id == bindparam("of_case"), TaskKey.token == bindparam("of_token"))
    .values(
        token=bindparam("to_token"),
        key=sql_case((TaskKey.key == bindparam("old"), bindparam("new")), else_=TaskKey.key),
        queue_id=bindparam("queue"),
        due_order=bindparam("due"),
        opened_order=bindparam("opened"),
        priority=bindparam("its_priority"),
    )
)


def hand_on_keys(session: Session, gone: Task, task: Task) -> bool:
    """What a task was found by finds another one of its case instead, in one statement; False when it cannot.

    Only for cases whose fields stayed as they were: then of their keys only that of the element differs.
    """
    if _marks(gone) or _marks(task) or batches.is_gathering(session):
        return False
    session.connection().execute(
        _HAND_ON,
        {
            "of_case": gone.case_id,
            "of_token": gone.token,
            "to_token": task.token,
            "old": of_element(gone.procedure_id, gone.element_id).key,
            "new": of_element(task.procedure_id, task.element_id).key,
            "queue": task.queue_id or 0,
            "due": task.due_order,
            "opened": microseconds(task.opened_at),
            "its_priority": task.priority,
        },
    )
    return True


def renew_keys(session: Session, case: Case) -> None:
    """Write the keys of a case's open tasks again, from what is written of them."""
    session.flush()
    session.execute(delete(TaskKey).where(TaskKey.case_id == case.id))
    values = session.execute(
        select(CaseField.name, CaseField.value).where(
            CaseField.case_id == case.id, CaseField.value != ""
        )
    )
    tasks = session.scalars(
        select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)
    ).all()
    add_keys(session, case, tasks, {row.name: row.value for row in values})


def renew_marks(session: Session, task: Task) -> None:
    """An open task is found by its review and its follow-up as they are now."""
    session.flush()
    session.execute(
        delete(TaskKey)
        .where(
            TaskKey.case_id == task.case_id,
            TaskKey.token == task.token,
            TaskKey.key.in_([of_review().key, of_follow_up(date.min).key]),
        )
        .execution_options(synchronize_session=False)
    )
    batches.write_keys(session, [_row(task, *one) for one in _marks(task)])


def follow_tasks(session: Session, of_tasks: ColumnElement[bool]) -> None:
    """Keys have the queue, due date and priority that their tasks have now, for the tasks that a condition on Task
    says.
    """
    session.flush()
    same = (Task.case_id == TaskKey.case_id, Task.token == TaskKey.token)
    queue = select(func.coalesce(Task.queue_id, 0)).where(*same).scalar_subquery()
    due = select(Task.due_order).where(*same).scalar_subquery()
    priority = select(Task.priority).where(*same).scalar_subquery()
    moved = or_(
        TaskKey.queue_id != func.coalesce(Task.queue_id, 0),
        TaskKey.due_order != Task.due_order,
        TaskKey.priority != Task.priority,
    )
    cases = select(Task.case_id).where(of_tasks, Task.status == TaskStatus.OPEN)
    session.execute(
        update(TaskKey)
        .where(TaskKey.case_id.in_(cases), exists().where(*same, moved))
        .values(queue_id=queue, due_order=due, priority=priority)
        .execution_options(synchronize_session=False)
    )


_HIGHEST = 1e308


def _row(task: Task, key: int, at: float) -> dict[str, Any]:
    return {
        "case_id": task.case_id,
        "token": task.token,
        "key": key,
        "at": at,
        "queue_id": task.queue_id or 0,
        "due_order": task.due_order,
        "opened_order": microseconds(task.opened_at),
        "priority": task.priority,
    }


def _marks(task: Task) -> set[tuple[int, float]]:
    """What changes while the task stays open."""
    found = set()
    if task.review == PROPOSED:
        found.add((of_review().key, 0.0))
    if task.follow_up_on is not None:
        found.add((of_follow_up(date.min).key, float(task.follow_up_on.toordinal())))
    return found


def _keys(
    procedure_id: int, element_id: str, case_words: str, values: Mapping[str, str]
) -> set[tuple[int, float]]:
    found = {
        (of_procedure(procedure_id).key, 0.0),
        (of_element(procedure_id, element_id).key, 0.0),
    }
    for word in words(case_words):
        found.add((_key("word"), _packed(word)))
        bare = word.lstrip("0") if word.isdigit() else ""
        if bare:  # of a number also without its zeros
            found.add((_key("word"), _packed(bare)))
    for name, value in values.items():
        found.add((of_value(name, value).key, 0.0))
        kind, bound = _measured(value)
        if kind is not None:
            found.add((_key(f"{kind}:{name}"), bound))
        if value not in ("true", "false"):
            found |= {(_key(f"text:{name}"), _packed(word)) for word in words(value)}
    return found


@lru_cache(maxsize=4096)
def _key(what: str, value: str = "") -> int:
    return int.from_bytes(blake2b(f"{what}\0{value}".encode(), digest_size=8).digest(), signed=True)


def _measured(value: str) -> tuple[str | None, float]:
    try:
        number = float(value)
    except ValueError:
        pass
    else:
        return ("number", number) if abs(number) < _HIGHEST else (None, 0.0)
    try:
        return "day", float(date.fromisoformat(value[:10]).toordinal())
    except ValueError:
        return None, 0.0


def _packed(word: str) -> float:
    return float(int.from_bytes(word.encode()[:_BYTES].ljust(_BYTES, b"\0")))


def _beginning(what: str, word: str) -> Sought:
    start = word.encode()[:_BYTES]
    low = int.from_bytes(start.ljust(_BYTES, b"\0"))
    return Sought(_key(what), float(low), float(int.from_bytes(start.ljust(_BYTES, b"\xff"))))
