"""After a case moved: its state, tasks, waits and facts are written, in one go, in the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, undefer
from sqlalchemy.orm.attributes import set_committed_value

from engine.batches import write_tasks
from engine.calendars import office_calendar
from engine.case_fields import field_values, write_fields
from engine.deployments import Blueprint, blueprint
from engine.errors import NotFound
from engine.events import Happened
from engine.held_rows import is_held, show
from engine.inbox.keys import add_keys, drop_keys, hand_on_keys, renew_keys
from engine.inbox.warnings import first_warning
from engine.letters.issuing import done_elements, issue_letters
from engine.models import NEVER_DUE, Case, CaseStatus, Person, Task, TaskKind, TaskStatus
from engine.record.facts import Fact, record
from engine.resolver import PublishedVersions
from engine.routing.assignment import Route, routes
from engine.routing.homes import Homes
from engine.routing.strategies import Given, give
from engine.spiff import Execution, Wait, WaitKind
from engine.terms import clock
from engine.told import beside, recorded, with_path
from engine.waiting import await_world

_WORK = {WaitKind.TASK: TaskKind.TASK, WaitKind.DECISION: TaskKind.DECISION}
_ENDED = {
    "completed": CaseStatus.COMPLETED,
    "failed": CaseStatus.FAILED,
    "cancelled": CaseStatus.CANCELLED,
}
_ANEW = ("name", "kind", "status", "opened_at", "due_at", "due_order", "warn_at", "wait")


@dataclass(frozen=True, slots=True)
class Held:
    """A case whose row this transaction holds, loaded and ready to be moved."""

    case: Case
    plan: Blueprint
    execution: Execution
    before: Mapping[int, Wait]  # by token
    fields: Mapping[str, str] = field(default_factory=dict)  # what the case is found by
    homes: Homes | None = None  # None: nobody asked so far


_HELD = (
    select(Case)
    .where(Case.id == bindparam("case_id"))
    .options(undefer(Case.state))
    .with_for_update(of=Case)
    .execution_options(populate_existing=True)
)
_HELD_ALL = (
    select(Case)
    .where(Case.id.in_(bindparam("case_ids", expanding=True)))
    .order_by(Case.id)
    .options(undefer(Case.state))
    .with_for_update(of=Case)
    .execution_options(populate_existing=True)
)


def hold(session: Session, case_id: int, *, at: datetime) -> Held:
    """Lock a case and load it; NotFound. Whoever comes second waits here."""
    return load(session, lock(session, case_id), at=at)


def lock(session: Session, case_id: int) -> Case:
    """Lock a case, whose state may be past reading; NotFound."""
    case = session.scalar(_HELD, {"case_id": case_id})
    if case is None:
        raise NotFound(what="case", name=case_id)
    return case


def hold_all(session: Session, case_ids: Iterable[int], *, at: datetime) -> dict[int, Held]:
    """Lock several cases in one statement and load them, by id; NotFound when one is missing.

    Always in the same order, so that two who do this never wait for each other.
    """
    wanted = set(case_ids)
    cases = lock_all(session, wanted)
    if len(cases) < len(wanted):
        missing = wanted - {case.id for case in cases}
        raise NotFound(what="case", name=min(missing))
    return {case.id: load(session, case, at=at) for case in cases}


def lock_all(session: Session, case_ids: Iterable[int]) -> Sequence[Case]:
    """Lock those of the cases that are there, in one statement."""
    return session.scalars(_HELD_ALL, {"case_ids": sorted(set(case_ids))}).all()


def load(session: Session, case: Case, *, homes: Homes | None = None, at: datetime) -> Held:
    """The case ready to be moved; its row must be held by this transaction to be written."""
    plan = blueprint(session, case.version_id)
    resolver = PublishedVersions(session, plan, started_at=case.started_at, at=at)
    execution = Execution.load(case.state, resolver)
    fields = field_values(session, plan, execution.variables)
    before = {wait.token: wait for wait in execution.waits()}
    return Held(case, plan, execution, before, fields, homes)


def advance(
    session: Session, held: Held, main: Fact, *, by: Person | None, at: datetime
) -> list[Task]:
    """Write where the case stands now; the tasks it opened.

    `main` is the fact that made it move; it gets the path that was taken. What else the engine tells is recorded
    after it.
    """
    case, plan, execution = held.case, held.plan, held.execution
    after = {wait.token: wait for wait in execution.waits()}
    opened = [wait for wait in after.values() if _is_opened(wait, held.before, main)]
    with session.no_autoflush:  # everything is written at once, below
        way = routes(session, plan, opened, execution.variables, homes=held.homes, at=at)
        given = give(session, case, plan, way, done=_done(main, by), at=at)
    tasks = [
        _task(session, case, plan, wait, way[wait.token], given[wait.token], at) for wait in opened
    ]
    gone = _close(session, held, after, main, by=by, at=at)
    moved = _moved(session, case, execution, main, at)
    tasks, new = _add(session, case, tasks, main, by=by)
    told = beside(execution.facts, main)
    facts = [with_path(main, execution.path), *recorded(told, way, given)]
    done = done_elements(main, execution.path, held.before, after)
    if plan.letters.after:
        values = execution.variables
        facts += issue_letters(session, case, plan, values, main, done, by=by, at=at)
    begun = {token: wait.element_id for token, wait in after.items() if token not in held.before}
    facts += clock.moved(session, case, plan, execution.variables, main, done, begun, at=at)
    record(session, case, facts, moved=moved, by=by, at=at)
    write_tasks(session, new)
    fields = write_fields(session, case, plan, held.fields, execution.variables)
    _find(session, held, tasks, gone, main, fields)
    await_world(session, case, held.before, after, told, at=at)
    return tasks


def keep(session: Session, held: Held, *, at: datetime) -> None:
    """Write when the case is looked at again; nothing happened that the record would tell."""
    case = held.case
    state = held.execution.save()
    # Not as a new revision: who looked at a preview meanwhile saw the case as it is. The row is held.
    session.execute(
        update(Case)
        .where(Case.id == case.id)
        .values(state=state)
        .execution_options(synchronize_session=False)
    )
    set_committed_value(case, "state", state)
    after = {wait.token: wait for wait in held.execution.waits()}
    await_world(session, held.case, held.before, after, (), at=at)


def _is_opened(wait: Wait, before: Mapping[int, Wait], main: Fact) -> bool:
    if wait.kind not in _WORK:
        return False
    known = before.get(wait.token)
    # What was just completed and asks again (which way on?) is open anew.
    return (
        known is None
        or known.kind not in _WORK
        or (main.type == Happened.TASK_COMPLETED and main.token == wait.token)
    )


def _done(main: Fact, by: Person | None) -> tuple[str, Person] | None:
    if by is None or main.type != Happened.TASK_COMPLETED or main.element_id is None:
        return None
    return main.element_id, by


def _task(
    session: Session,
    case: Case,
    plan: Blueprint,
    wait: Wait,
    route: Route,
    given: Given,
    at: datetime,
) -> Task:
    node = plan.nodes.get(wait.element_id)
    name = route.name or wait.name or (node.name if node is not None else None) or wait.element_id
    task = Task(
        case_id=case.id,
        token=wait.token,
        procedure_id=case.procedure_id,
        version_id=case.version_id,
        element_id=wait.element_id,
        name=name[:300],
        kind=_WORK[wait.kind].value,
        status=TaskStatus.OPEN.value,
        office_id=route.office_id,
        queue_id=route.queue_id,
        not_by=given.not_by,
        assignee_id=given.assignee_id,
        priority=route.priority,
        opened_at=at,
        claimed_at=None if given.assignee_id is None else at,
        due_at=route.due_at,
        due_order=NEVER_DUE if route.due_at is None else int(route.due_at.timestamp()),
        warn_at=None
        if route.due_at is None
        else first_warning(
            office_calendar(session, route.office_id, plan.place.code), route.due_at, at=at
        ),
        review="wanted" if route.rule.is_reviewed else None,
        wait=asked(wait),
    )
    task.case = case
    return task


def asked(wait: Wait) -> dict[str, Any]:
    """What a page needs to ask: choices and the variables of this round, by the names of engine.spiff.Wait."""
    asked: dict[str, Any] = {}
    if wait.choices:
        asked["choices"] = [
            {
                "element_id": choice.element_id,
                "name": choice.name,
                "is_multiple": choice.is_multiple,
                "options": [
                    {"id": way.id, "label": way.label, "is_default": way.is_default}
                    for way in choice.options
                ],
            }
            for choice in wait.choices
        ]
    if wait.variables:
        asked["variables"] = wait.variables
    return asked


def _add(
    session: Session, case: Case, tasks: list[Task], main: Fact, *, by: Person | None
) -> tuple[list[Task], list[Task]]:
    """The tasks as they are open now, and those of them that are to be written as new rows."""
    # A decision can be asked of a token that was a task before, and what an undone completion ended is there: such
    # a row is opened anew.
    is_undone = main.type == Happened.TASK_REOPENED
    asked = [task.token for task in tasks if is_undone or task.kind == TaskKind.DECISION]
    known: dict[int, Task] = {}
    if asked:
        rows = session.scalars(select(Task).where(Task.case_id == case.id, Task.token.in_(asked)))
        known = {task.token: task for task in rows}
    opened, new = [], []
    for task in tasks:
        earlier = known.get(task.token)
        if earlier is None:
            opened.append(task)
            new.append(task)
            continue
        kept = ("name", "kind", "status", "wait", "review") if is_undone else _ANEW
        for name in kept:
            setattr(earlier, name, getattr(task, name))
        earlier.ended_at = earlier.ended_by_id = None
        # Whoever did the task knows which way to go on.
        if by is not None and not is_undone:
            earlier.assignee_id = by.id
        opened.append(earlier)
    return opened, new


def _close(
    session: Session,
    held: Held,
    after: Mapping[int, Wait],
    main: Fact,
    *,
    by: Person | None,
    at: datetime,
) -> list[int]:
    """Tokens of the tasks that are no longer open; those that were not completed are cancelled."""
    ended = [
        token
        for token, wait in held.before.items()
        if wait.kind in _WORK and (token not in after or after[token].kind not in _WORK)
    ]
    is_completed = main.type == Happened.TASK_COMPLETED
    gone = [token for token in ended if not (is_completed and token == main.token)]
    if not gone:
        return ended
    session.execute(
        update(Task)
        .where(
            Task.case_id == held.case.id, Task.token.in_(gone), Task.status == TaskStatus.OPEN.value
        )
        .values(
            status=TaskStatus.CANCELLED.value,
            ended_at=at,
            ended_by_id=None if by is None else by.id,
            wait={},
        )
    )
    return ended


def _find(
    session: Session,
    held: Held,
    tasks: list[Task],
    gone: list[int],
    main: Fact,
    fields: Mapping[str, str],
) -> None:
    """Inboxes find the tasks that were opened by what the case says now, and no longer those that are gone."""
    opened = {task.token for task in tasks}
    staying = {
        token for token, wait in held.before.items() if wait.kind in _WORK and token not in gone
    }
    if fields != held.fields and staying - opened:
        renew_keys(session, held.case)  # what stays open is found by the new answers as well
        return
    if len(tasks) == 1 and gone == [main.token] and fields == held.fields:
        done = session.get(Task, (held.case.id, gone[0]))  # held by who completes it
        if done is not None and hand_on_keys(session, done, tasks[0]):
            return
    drop_keys(session, held.case.id, [*gone, *(staying & opened)])
    add_keys(session, held.case, tasks, fields)


def _moved(
    session: Session, case: Case, execution: Execution, main: Fact, at: datetime
) -> dict[str, Any] | None:
    """Let the case be where it stands now; its columns, to be written with the facts, unless the next flush does."""
    status = _ENDED.get(execution.status)
    # What engine.interventions.undo restores; a case that has ended, or moved otherwise, is not taken back.
    is_undoable = main.type == Happened.TASK_COMPLETED and status is None
    moved: dict[str, Any] = {
        "state_before": case.state if is_undoable else None,
        "state": execution.save(),
    }
    if status is not None:
        moved["status"] = status.value
        # A clock set back must not end a case before it began.
        moved["ended_at"] = max(at, case.started_at)
        moved |= _outcome(execution)
    if is_held(session, case):
        show(case, moved)
        return moved
    for name, value in moved.items():
        setattr(case, name, value)
    return None


def _outcome(execution: Execution) -> dict[str, Any]:
    for fact in reversed(execution.facts):
        if fact.type in ("case_completed", "case_failed", "case_cancelled"):
            outcome = fact.data.get("outcome")
            return {"outcome": outcome[:200] if isinstance(outcome, str) else None}
    return {}
