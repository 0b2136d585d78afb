"""A procedure in two versions, and open cases on their way from one to the other."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.migration import batches as migrating
from engine.migration.commands import (
    move_cases,
    pairs,
    plan_migration,
)
from engine.models import (
    Case,
    Job,
    JobKind,
    Migration,
    Task,
    TaskStatus,
    Version,
)
from tests.clock import Clock
from tests.engine.office import TownHall, diagram

TIMER = (
    '<boundaryEvent id="late" name="Too late" attachedToRef="{at}"><timerEventDefinition>'
    '<timeDuration xsi:type="tFormalExpression">P{days}D</timeDuration></timerEventDefinition>'
    "</boundaryEvent>"
)
FIRST = diagram(
    '<startEvent id="start"/><userTask id="receive" name="Receive"/>'
    + TIMER.format(at="receive", days=3)
    + '<userTask id="old" name="Decide"/><endEvent id="done"/>',
    flows="start>receive receive>old late>old old>done",
)
SECOND = diagram(
    '<startEvent id="start"/><userTask id="receive" name="Receive and check"/>'
    + TIMER.format(at="receive", days=30)
    + '<userTask id="new" name="Decide"/><userTask id="sign" name="Sign"/><endEvent id="done"/>',
    flows="start>receive receive>new late>new new>sign sign>done",
)
WITHOUT = diagram(
    '<startEvent id="start"/><userTask id="receive" name="Receive"/><endEvent id="done"/>',
    flows="start>receive receive>done",
)


def waiting(text: str) -> bytes:
    return diagram(
        '<startEvent id="start"/><userTask id="a" name="A"/><receiveTask id="wait" name="Wait" '
        'messageRef="m"/><endEvent id="done"/>',
        flows="start>wait wait>a a>done",
        roots=f'<message id="m" name="{text}"/>',
    )


class Work:
    """Does the migration's jobs as the worker does, in the test's own transaction."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session, self.clock = session, clock

    def __call__(self, most: int = 100) -> int:
        for done in range(most):
            job = self.session.scalar(
                select(Job).where(Job.kind == JobKind.MIGRATION).order_by(Job.id).limit(1)
            )
            if job is None:
                return done
            payload = job.payload
            self.session.delete(job)
            self.session.flush()
            migrating.carry_on(self.session, payload, at=self.clock())
        return most


def map_of(session: Session, old: Version, new: Version) -> dict[str, str]:
    return {p.element_id: p.proposed for p in pairs(session, old, new) if p.proposed}


def planned(
    session: Session, hall: TownHall, old: Version, new: Version, at: datetime
) -> Migration:
    mapping = map_of(session, old, new)
    return plan_migration(session, old, new, mapping, "New rule", by=hall.people["oscar"], at=at)


def task_of(session: Session, case: Case) -> Task:
    return session.scalars(
        select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)
    ).one()


def moved(
    session: Session, hall: TownHall, versions: tuple[Version, Version], work: Work, clock: Clock
) -> Migration:
    migration = planned(session, hall, *versions, clock())
    work()
    move_cases(session, migration.id, by=hall.people["oscar"], at=clock())
    work()
    return migration
