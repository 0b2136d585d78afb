"""Take what comes next: the first free task of an inbox, claimed."""

from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from sqlalchemy.orm import Session

from engine.cases import CaseEnded, CaseSuspended
from engine.colleagues.reviews import proposal_of
from engine.errors import NotFound
from engine.inbox.filters import TaskQuery
from engine.inbox.keys import PROPOSED
from engine.inbox.order_of_entry import is_ordered, oldest
from engine.inbox.worklists import next_tasks
from engine.models import Person, Task
from engine.tasks import AlreadyCompleted, NotYours, TaskGone, claim_task

LOOKED_AT = 20  # tasks read at once; others may take some of them while one looks
_GONE = (NotYours, AlreadyCompleted, TaskGone, CaseSuspended, CaseEnded, NotFound)


def take_next(
    session: Session, person: Person, query: TaskQuery, *, at: datetime, zone: tzinfo = UTC
) -> Task | None:
    """Claim the first free task that the query's filters leave, in its order; where the sheet asks for order of entry,
    the oldest of its kind; not what they proposed themselves. None when nothing is left. Two who ask at once get two
    tasks.
    """
    wanted = replace(query, scope="unassigned", after=None, before=None, limit=LOOKED_AT)
    for row in next_tasks(session, person, wanted, at=at, zone=zone):
        task = session.get(Task, (row.case_id, row.token), populate_existing=True)
        if task is None:
            continue
        if task.review == PROPOSED:
            proposed = proposal_of(session, task)
            if proposed is not None and proposed.by_id == person.id:
                continue  # somebody else has to look at it
        elif is_ordered(session, task.version_id):
            task = oldest(session, task)
        try:
            return claim_task(session, task.id, by=person, at=at)
        except _GONE:
            continue
    return None
