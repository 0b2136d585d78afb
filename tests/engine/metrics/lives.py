"""Lives of cases told as facts, for tests of what is derived from them: any order that an office could live through."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import cancel_case, resume_case, suspend_case
from engine.interventions.moves import move_token
from engine.interventions.undo import CaseWentOn, LeftTheHouse, undo_completion
from engine.metrics.item import Item, ItemKind, Measured
from engine.models import Case, Cell, Task, TaskStatus, Version
from engine.tasks import assign_task, claim_task, complete_task, release_task
from tests.engine.office import TownHall, diagram

# Two tasks side by side, then one that may send the case back to the beginning.
PARALLEL_AND_BACK = diagram(
    '<startEvent id="start"/><userTask id="receive" name="Receive"/><parallelGateway id="fork"/>'
    '<userTask id="inspect" name="Inspect"/><userTask id="check" name="Check"/><parallelGateway id="join"/>'
    '<userTask id="decide" name="Decide"/><exclusiveGateway id="way" name="Which way?"/>'
    '<endEvent id="granted" name="Granted"/><endEvent id="refused" name="Refused"/>',
    flows="start>receive receive>fork fork>inspect fork>check inspect>join check>join join>decide decide>way"
    " way>granted way>refused way>receive",
    lanes='<laneSet id="l"><lane id="l1" name="Front desk"><flowNodeRef>receive</flowNodeRef></lane>'
    '<lane id="l2" name="Board"><flowNodeRef>inspect</flowNodeRef><flowNodeRef>check</flowNodeRef>'
    "<flowNodeRef>decide</flowNodeRef></lane></laneSet>",
)
MONDAY = datetime(2026, 3, 2, 14, tzinfo=UTC)
QUIET = settings(
    max_examples=25,
    deadline=None,
    phases=(
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ),  # a life is a few lines already: shrinking takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
DEEDS = ("claim", "assign", "release", "complete", "suspend", "resume", "cancel", "move", "undo")


@dataclass(frozen=True)
class Deed:
    """Something done after so many minutes to one of the open tasks; what cannot be done is left out."""

    what: str
    minutes: int
    which: int  # of the open tasks, of the cases and of the ways


deeds = some.lists(
    some.builds(
        Deed,
        some.sampled_from([*DEEDS, "complete", "complete", "complete", "measure", "measure"]),
        some.integers(0, 20_000),
        some.integers(0, 1_000),
    ),
    min_size=1,
    max_size=25,
)


def do(hall: TownHall, deed: Deed, cases: list[Case], version: Version) -> None:
    """Do the deed, if it can be done."""
    session = hall.session
    case = cases[deed.which % len(cases)]
    if case.status == "suspended" and deed.what != "resume":
        return
    if deed.what == "suspend" and case.status == "open":
        suspend_case(session, case.id, "a reason", by=None, at=hall.at)
    elif deed.what == "resume" and case.status == "suspended":
        resume_case(session, case.id, "a reason", by=None, at=hall.at)
    elif deed.what == "cancel" and case.status == "open" and deed.which % 5 == 0:
        cancel_case(session, case.id, "a reason", by=None, at=hall.at)
    elif case.status == "open":
        _do_to_task(hall, deed, case)


def _do_to_task(hall: TownHall, deed: Deed, case: Case) -> None:
    session = hall.session
    if deed.what == "undo":
        _undo(hall, case)
        return
    tasks = session.scalars(
        select(Task)
        .where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)
        .order_by(Task.token)
    ).all()
    if not tasks:
        return
    task = tasks[deed.which % len(tasks)]
    first, second = hall.people["olga"], hall.people["beto"]
    person = hall.people["ana"] if task.element_id == "receive" else second
    if deed.what == "claim" and task.assignee_id in (None, person.id):
        claim_task(session, task.id, by=person, at=hall.at)
    elif deed.what == "release":
        release_task(session, task.id, by=first, at=hall.at)
    elif deed.what == "assign":
        assign_task(session, task.id, person, by=first, at=hall.at)
    elif deed.what == "move":
        move_token(
            session, case.id, task.token, "receive", "a reason", by=hall.people["olga"], at=hall.at
        )
    elif deed.what == "complete":
        choices = _choices(session, task, deed.which)
        complete_task(session, task.id, {}, choices=choices, by=person, at=hall.at)


def _undo(hall: TownHall, case: Case) -> None:
    latest = hall.session.scalars(
        select(Task)
        .where(Task.case_id == case.id, Task.status == TaskStatus.COMPLETED)
        .order_by(Task.ended_at.desc(), Task.token.desc())
    ).first()
    if latest is not None:
        with suppress(CaseWentOn, LeftTheHouse):  # the case went on since
            undo_completion(hall.session, latest.id, by=hall.people["olga"], at=hall.at)


def _choices(session: Session, task: Task, which: int) -> dict[str, list[str]]:
    session.refresh(task, ["wait"])
    asked: list[dict[str, Any]] = task.wait.get("choices", [])
    return {
        choice["element_id"]: [choice["options"][which % len(choice["options"])]["id"]]
        for choice in asked
    }


def cells_of(session: Session) -> dict[tuple[int, ...], tuple[int, int]]:
    rows = session.execute(select(*Cell.__table__.columns))
    return {tuple(row[:6]): (row.n, row.total) for row in rows if row.n or row.total}


def town(session: Session) -> TownHall:
    hall = TownHall(session, MONDAY)
    hall.person("ana", "Front desk")
    hall.person("beto", "Board")
    hall.person("olga", roles=("operator",))
    return hall


def finished(number: int, length: int) -> Measured:
    start = 1_700_000_000
    item = Item(1, "a", "A", ItemKind.EVENT, start, start + length, True, office_id=3, person_id=7)
    return Measured(
        number, 1, str(number), start, [item], status="completed", ended_at=start + length
    )
