"""One deed on many tasks: each in a transaction of its own, each with its result."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from engine.colleagues.reviews import OwnProposal, proposal_of
from engine.database import Database
from engine.errors import Refusal
from engine.inbox.worklists import task_by_id
from engine.models import Person, Task
from engine.people import person_by_id
from engine.routing.absence import stand_in
from engine.tasks import (
    assign_task,
    claim_task,
    complete_task,
    open_task,
    release_task,
    saved_answers,
)

MOST = 200
Deed = Callable[[Session, str, Person], Task]


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of one task; `refusal` None: it is done."""

    task_id: str
    name: str
    case_number: str  # empty, and the name the id, when it is nothing the person may see
    refusal: Refusal | None


def in_bulk(
    database: Database, task_ids: Iterable[str], deed: Deed, *, by: int, at: datetime
) -> list[BulkResult]:
    """Do the deed on each task, in order; one that is refused stops no other. `by` is the id of who does it."""
    results = []
    for task_id in list(dict.fromkeys(task_ids))[:MOST]:

        def one(session: Session, task_id: str = task_id) -> tuple[str, str]:
            person = stand_in(session, person_by_id(session, by), at=at)
            task = deed(session, task_id, person)
            return task.name, task.case.number

        try:
            results.append(BulkResult(task_id, *database.write(one), None))
        except Refusal as refusal:
            results.append(BulkResult(task_id, *_known_as(database, task_id, by, at), refusal))
    return results


def _known_as(database: Database, task_id: str, by: int, at: datetime) -> tuple[str, str]:
    """Name and case number of a task that was refused, for who may see it."""
    with database.reading() as session:
        try:
            person = stand_in(session, person_by_id(session, by), at=at)
            task = task_by_id(session, person, task_id)
        except Refusal:
            return task_id, ""
        return task.name, task.case.number


def claiming(at: datetime) -> Deed:
    """Take each."""
    return lambda session, task_id, by: claim_task(session, task_id, by=by, at=at)


def releasing(at: datetime) -> Deed:
    """Give each back."""
    return lambda session, task_id, by: release_task(session, task_id, by=by, at=at)


def assigning(to: int, at: datetime) -> Deed:
    """Give each to the person with this id."""

    def deed(session: Session, task_id: str, by: Person) -> Task:
        return assign_task(session, task_id, person_by_id(session, to), by=by, at=at)

    return deed


def completing(at: datetime) -> Deed:
    """Complete each with what is there: what another one proposed, which is accepted so, else what the person has
    typed and kept, else nothing. Forms that ask for more, gateways, and what one proposed oneself refuse.
    """

    def deed(session: Session, task_id: str, by: Person) -> Task:
        opened = open_task(session, task_id, by=by)
        proposed = proposal_of(session, opened.task)
        if proposed is None:
            answers, choices = saved_answers(session, task_id, by), None
        elif proposed.by_id == by.id:
            raise OwnProposal
        else:
            answers, choices = proposed.answers, proposed.choices
        return complete_task(
            session, task_id, answers, choices=choices, opened=opened, by=by, at=at
        ).task

    return deed
