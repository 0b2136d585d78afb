"""Months of cases, lived through event by event with the commands that people use, at the times they would."""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import Applicant, start_case
from engine.database import Database
from engine.deployments import current_version, procedure_by_key
from engine.models import Case, Office, Person, PersonRole, Role, Task, TaskStatus
from engine.tasks import claim_task, complete_task
from engine.terms.silence import SilenceOperated
from engine.worker import Worker
from webapp.demo.story import (
    OFFICE_ZONE,
    Story,
    about,
    after_office_hours,
    answers,
    applicant_name,
)

Deed = Callable[[Session, datetime], None]
_OWN_ACCOUNT = 0.02  # share of applicants who have an account


@dataclass
class Past:
    """What is still to happen, in order of time; deeds put further deeds into it."""

    chance: random.Random
    stories: dict[str, Story]
    staff: dict[int, list[int]]  # office → people who work there
    agenda: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    planned: set[tuple[int, int]] = field(default_factory=set)  # (case, token) somebody will do
    open_cases: set[int] = field(default_factory=set)
    cases: int = 0
    _order: "count[int]" = field(default_factory=count)

    def plan(self, at: datetime, deed: Deed) -> None:
        heapq.heappush(self.agenda, (at, next(self._order), deed))


def live_through(
    database: Database, stories: list[Story], *, since: datetime, until: datetime, seed: int = 1
) -> int:
    """Let the cases of `stories` arrive and be worked from `since` to `until`; answers how many arrived.

    What would happen after `until` stays undone, so that inboxes are full. The same seed tells the same past.
    """
    with database.reading() as session:
        staff = _staff(session)
    past = Past(random.Random(seed), {story.key: story for story in stories}, staff)
    for story in stories:
        _plan_arrivals(past, story, since, until)
    day = since
    worker = Worker(database, clock=lambda: day)
    while day < until:
        day = min(day + timedelta(days=1), until)
        with database.transaction() as session:
            while past.agenda and past.agenda[0][0] <= day:
                at, _, deed = heapq.heappop(past.agenda)
                deed(session, at)
        if worker.run_until_idle():
            _plan_what_timers_opened(past, database, day)
    return past.cases


def _plan_arrivals(past: Past, story: Story, since: datetime, until: datetime) -> None:
    day = since.astimezone(OFFICE_ZONE).replace(hour=8, minute=0, second=0, microsecond=0)
    while day < until:
        if day.weekday() < 5:
            # Mondays bring what people gathered over the week-end.
            mean = story.arrivals_per_day * (2.6 if day.weekday() == 0 else 0.6)
            for _ in range(_poisson(mean, past.chance)):
                past.plan(
                    after_office_hours(day, past.chance.uniform(0, 7.9)), _arrival(past, story)
                )
        day += timedelta(days=1)


def _poisson(mean: float, chance: random.Random) -> int:
    arrived, passed = 0, chance.expovariate(1)
    while passed < mean:
        arrived += 1
        passed += chance.expovariate(1)
    return arrived


def _arrival(past: Past, story: Story) -> Deed:
    def arrive(session: Session, at: datetime) -> None:
        procedure = procedure_by_key(session, story.key)
        counter = session.scalars(select(Office).where(Office.name == story.counter)).one()
        clerk = session.get_one(Person, past.chance.choice(past.staff[counter.id]))
        applicant = _applicant(past, session)
        version = current_version(session, procedure)
        case = start_case(session, version, {}, applicant=applicant, by=clerk, at=at)
        past.cases += 1
        past.open_cases.add(case.id)
        _plan_tasks(past, story, session, case, at)

    return arrive


def _applicant(past: Past, session: Session) -> Applicant:
    """Somebody of the town; now and then one who signs in and follows the own case."""
    document = str(past.chance.randint(10**7, 10**8 - 1))
    if past.chance.random() < _OWN_ACCOUNT:
        own = session.scalars(
            select(Person).join(PersonRole).where(PersonRole.role == Role.APPLICANT)
        ).first()
        if own is not None:
            return Applicant(own.full_name, document=document, person_id=own.id)
    return Applicant(applicant_name(past.chance), document=document)


def _staff(session: Session) -> dict[int, list[int]]:
    staff: dict[int, list[int]] = {}
    for person in session.scalars(select(Person).order_by(Person.id)):
        if person.has_role(Role.CIVIL_SERVANT):
            for office_id in person.office_ids:
                staff.setdefault(office_id, []).append(person.id)
    return staff


def _plan_tasks(past: Past, story: Story, session: Session, case: Case, at: datetime) -> None:
    """Decide, for each task just opened, who will take it when, and when it will be done."""
    opened = session.scalars(
        select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)
    )
    for task in opened:
        habit = story.habits.get(task.element_id)
        if (case.id, task.token) in past.planned or habit is None:
            continue
        past.planned.add((case.id, task.token))
        if past.chance.random() < habit.never:
            continue
        claimed_at = after_office_hours(at, about(habit.wait_hours, past.chance))
        done_at = after_office_hours(claimed_at, about(habit.minutes, past.chance, 0.4) / 60)
        person_id = past.chance.choice(past.staff[task.office_id or 0])
        past.plan(claimed_at, _claim(task.id, person_id))
        past.plan(done_at, _completion(past, story, task.id, person_id, task.element_id))


def _claim(task_id: str, person_id: int) -> Deed:
    def claim(session: Session, at: datetime) -> None:
        if _is_open(session, task_id):
            claim_task(session, task_id, by=session.get_one(Person, person_id), at=at)

    return claim


def _completion(past: Past, story: Story, task_id: str, person_id: int, element_id: str) -> Deed:
    def complete(session: Session, at: datetime) -> None:
        if not _is_open(session, task_id):
            return  # a timer took it away meanwhile
        by = session.get_one(Person, person_id)
        given = answers(story.habits[element_id], past.chance, at, by.name)
        try:
            done = complete_task(session, task_id, given, by=by, at=at)
        except SilenceOperated:
            return  # nobody answered in time: the law has
        _plan_tasks(past, story, session, done.case, at)

    return complete


def _is_open(session: Session, task_id: str) -> bool:
    case_id, token = task_id.split("-")
    return session.get_one(Task, (int(case_id), int(token))).status == TaskStatus.OPEN


def _plan_what_timers_opened(past: Past, database: Database, at: datetime) -> None:
    with database.transaction() as session:
        for case in session.scalars(
            select(Case).where(Case.id.in_(past.open_cases), Case.ended_at.is_(None))
        ):
            _plan_tasks(past, past.stories[_key(session, case)], session, case, at)


def _key(session: Session, case: Case) -> str:
    session.refresh(case, ["procedure"])
    return case.procedure.key
