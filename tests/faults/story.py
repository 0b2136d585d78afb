"""What happens in the fault tests, and what must be true whatever happens."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine.database import Base, Database
from engine.models import Case, CaseStatus, Job, JobKind, Person, Subscription, Task, TaskStatus
from engine.progress import load
from engine.record.facts import verify_chain
from engine.spiff import WaitKind
from tests.engine.office import TownHall, diagram

TIMER = "<timerEventDefinition><timeDuration>{}</timeDuration></timerEventDefinition>"
# two branches at once, one with a deadline, a loop that a person decides, a pause
BUSY = diagram(
    '<startEvent id="s"/><userTask id="receive" name="Receive"/><parallelGateway id="split"/>'
    '<userTask id="report" name="Report"/><userTask id="visit" name="Visit"/>'
    '<boundaryEvent id="late" attachedToRef="visit">' + TIMER.format("P2D") + "</boundaryEvent>"
    '<exclusiveGateway id="merge"/><parallelGateway id="join"/>'
    '<intermediateCatchEvent id="pause">' + TIMER.format("P1D") + "</intermediateCatchEvent>"
    '<userTask id="decide" name="Decide"/><exclusiveGateway id="which"/>'
    '<endEvent id="granted" name="Granted"/>',
    flows="s>receive receive>split split>report split>visit late>merge visit>merge merge>join "
    "report>join join>pause pause>decide decide>which which>receive which>granted",
)


def open_office(database: Database, at: datetime, *people: str) -> list[Person]:
    """People of one office, with the procedure published."""
    with database.transaction() as session:
        hall = TownHall(session, at)
        made = [hall.person(name, "Office") for name in people]
        hall.publish(BUSY, by=made[0])
        for person in made:
            _ = person.standing.skill_names  # read while it can be: they outlive their session
    return made


def rows(database: Database) -> dict[str, list[Any]]:
    """Everything that the database holds."""
    with database.reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
        }


def check_whole(session: Session, *, at: datetime) -> None:
    """What is true of every case at every moment."""
    for case in session.scalars(select(Case).execution_options(populate_existing=True)):
        assert verify_chain(session, case.id) == case.last_seq > 0
        waits = load(session, case, at=at).execution.waits()
        live = {w.token for w in waits if w.kind in (WaitKind.TASK, WaitKind.DECISION)}
        assert live == _tokens(session, Task, case, Task.status == TaskStatus.OPEN)
        timers = {w.token: w.due_at for w in waits if w.kind == WaitKind.TIMER}
        jobs = session.scalars(
            select(Job).where(Job.case_id == case.id, Job.kind == JobKind.TIMER.value)
        )
        set_for = {job.token: job.run_at for job in jobs}
        assert set(set_for) == set(timers)
        if case.status == CaseStatus.OPEN:
            assert set_for == timers
        told = {w.token for w in waits if w.kind in (WaitKind.MESSAGE, WaitKind.SIGNAL)}
        assert told == _tokens(session, Subscription, case)
        assert (case.status in (CaseStatus.OPEN, CaseStatus.SUSPENDED)) == bool(waits)
        assert (case.ended_at is None) == bool(waits)


def _tokens(session: Session, table: Any, case: Case, *asked: Any) -> set[int]:
    return set(session.scalars(select(table.token).where(table.case_id == case.id, *asked)))


def check_file(session: Session) -> None:
    """Fails when SQLite finds its file damaged; PostgreSQL checks itself."""
    if session.get_bind().dialect.name == "sqlite":
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
