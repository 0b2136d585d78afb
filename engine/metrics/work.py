"""Work: what is open and with whom, what has been open longest, and where time goes inside tasks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.directory import office_names, people_names
from engine.metrics.asking import is_log
from engine.metrics.days import instant
from engine.metrics.item import Cause, ItemKind
from engine.metrics.kinds import CAUSE_KINDS, Kind
from engine.metrics.measure import measure
from engine.metrics.numbers import Numbers, asks_all, measured_cases
from engine.metrics.question import Question
from engine.metrics.spread import Ranked
from engine.metrics.summing import Sum
from engine.models import Activity, Case, MeasuredCase, Task, TaskStatus, WorkItem
from engine.visibility import visible_cases


@dataclass(frozen=True, slots=True)
class Standing:
    """How many cases there are: started and ended within the range, and open at this moment."""

    started: int
    ended: int
    open: int


@dataclass(frozen=True, slots=True)
class TaskTime:
    """Completed executions of one element in the range; seconds. Waiting is everything that is not touch."""

    element_id: str
    name: str
    count: int
    waiting_median: float
    waiting_p85: float
    working_median: float
    working_p85: float
    waiting_total: float
    working_total: float
    whole_p85: float
    rework: int  # executions of something done before in the same case
    causes: Mapping[Cause, int]  # seconds in all, without touch
    since_before: float = (
        0.0  # seconds in all from the step before: all that a log of mere completions tells
    )


@dataclass(frozen=True, slots=True)
class Load:
    """Open tasks of an office or person: all, not yet claimed by anybody, and past their due date."""

    id: int  # of the office or person; 0: none
    name: str
    open: int
    unclaimed: int
    overdue: int


@dataclass(frozen=True, slots=True)
class OpenCase:
    """An open case and what it stands at; one of a log has no page of its own, and nobody knows where it stands."""

    number: str
    applicant: str
    started_at: datetime
    tasks: tuple[str, ...]
    is_imported: bool = False


@measure("Work in progress: The Kanban Guide, 2020")
def standing(numbers: Numbers) -> Standing:
    """How many cases were started and how many ended in these days, and how many are open at this moment."""
    sums = numbers.sums(Kind.STARTED, Kind.ENDED)
    still = select(func.count()).where(MeasuredCase.ended_at.is_(None), *numbers.conditions)
    return Standing(
        started=sum(one.n for one in sums[Kind.STARTED]),
        ended=sum(one.n for one in sums[Kind.ENDED]),
        open=numbers.session.scalar(still) or 0,
    )


def oldest_open(session: Session, question: Question, *, limit: int = 10) -> list[OpenCase]:
    """The open cases that were started first."""
    if is_log(session, question.procedure_id):
        of_log = (
            select(MeasuredCase.number, MeasuredCase.started_at)
            .where(MeasuredCase.ended_at.is_(None), *measured_cases(session, question))
            .order_by(MeasuredCase.started_at, MeasuredCase.case_id)
            .limit(limit)
        )
        return [
            OpenCase(number, "", instant(started_at), (), is_imported=True)
            for number, started_at in session.execute(of_log)
        ]
    cases = session.scalars(
        select(Case)
        .join(MeasuredCase, MeasuredCase.case_id == Case.id)
        .where(MeasuredCase.ended_at.is_(None), *measured_cases(session, question))
        .where(visible_cases(question.person))
        .order_by(MeasuredCase.started_at, MeasuredCase.case_id)
        .limit(limit)
    ).all()
    standing_at: dict[int, list[str]] = {case.id: [] for case in cases}
    for case_id, name in session.execute(
        select(Task.case_id, Task.name)
        .where(Task.case_id.in_(standing_at), Task.status == TaskStatus.OPEN)
        .order_by(Task.case_id, Task.token)
    ):
        standing_at[case_id].append(name)
    return [
        OpenCase(case.number, case.applicant_name, case.started_at, tuple(standing_at[case.id]))
        for case in cases
    ]


@measure("Waiting split by cause: Lashkevich et al., Why am I waiting?, CAiSE 2023")
def task_times(numbers: Numbers) -> list[TaskTime]:
    """Where the time of completed tasks went: waiting until somebody took them, for the applicant, for another office,
    for a date, while the case was suspended; and in somebody's hands (touch), of which they worked a part.

    Those with most time in all first. Percentiles are of single executions. A log that has only completions tells the
    time from the step before, and no more.
    """
    kinds = (Kind.WAITING, Kind.TOUCH, Kind.WHOLE)
    spread = numbers.sums(*kinds, by=("a", "bucket"))
    added = numbers.sums(*CAUSE_KINDS, Kind.REWORK, by=("a",))
    before: dict[int, int] = {}
    for one in numbers.sums(Kind.FLOW, by=("b",))[Kind.FLOW]:
        before[one.b] = before.get(one.b, 0) + one.total
    elements: dict[str, list[int]] = {}
    for activity in numbers.activities.values():
        elements.setdefault(activity.element_id, []).append(activity.id)
    by_activity: dict[Kind, dict[int, list[Sum]]] = {}
    for kind, sums in (*spread.items(), *added.items()):
        own = by_activity.setdefault(kind, {})
        for one in sums:
            own.setdefault(one.a, []).append(one)
    times = []
    for element_id, ids in elements.items():
        time = _task_time(numbers, element_id, ids, by_activity)
        if time is not None:
            times.append(replace(time, since_before=float(sum(before.get(id, 0) for id in ids))))
    return sorted(
        times, key=lambda time: (-(time.waiting_total + time.working_total), -time.since_before)
    )


def knows_only_ends(times: Sequence[TaskTime]) -> bool:
    """Whether nothing is known but when each task was done, as in a log of mere completions."""
    return bool(times) and not any(time.waiting_total or time.working_total for time in times)


def _task_time(
    numbers: Numbers,
    element_id: str,
    ids: list[int],
    by_activity: Mapping[Kind, Mapping[int, list[Sum]]],
) -> TaskTime | None:
    def own(kind: Kind) -> list[Sum]:
        return [one for id in ids for one in by_activity.get(kind, {}).get(id, ())]

    def ranked(kind: Kind) -> Ranked:
        return Ranked((numbers.value_of(one.bucket), one.n) for one in own(kind))

    waiting, working = ranked(Kind.WAITING), ranked(Kind.TOUCH)
    if not waiting.count:
        return None
    return TaskTime(
        element_id=element_id,
        name=numbers.activities[ids[-1]].name,
        count=waiting.count,
        waiting_median=waiting.percentile(0.5),
        waiting_p85=waiting.percentile(0.85),
        working_median=working.percentile(0.5),
        working_p85=working.percentile(0.85),
        waiting_total=float(sum(one.total for one in own(Kind.WAITING))),
        working_total=float(sum(one.total for one in own(Kind.TOUCH))),
        whole_p85=ranked(Kind.WHOLE).percentile(0.85),
        rework=sum(one.n for one in own(Kind.REWORK)),
        causes={
            Cause[kind.name]: seconds
            for kind in CAUSE_KINDS
            if (seconds := sum(one.total for one in own(kind)))
        },
    )


def load_of_offices(session: Session, question: Question, *, at: datetime) -> list[Load]:
    """Open work per office, most first; tasks that belong to none come under an empty name."""
    return _load(session, question, at, WorkItem.office_id, office_names)


def load_of_people(session: Session, question: Question, *, at: datetime) -> list[Load]:
    """Open work per person, most first; what nobody has claimed comes under an empty name."""
    return _load(session, question, at, WorkItem.person_id, people_names)


def _load(
    session: Session,
    question: Question,
    at: datetime,
    owner_id: InstrumentedAttribute[int],
    names_of: Callable[[Session, Iterable[int]], Mapping[int, str]],
) -> list[Load]:
    item = WorkItem
    tasks = select(Activity.id).where(
        Activity.procedure_id == question.procedure_id, Activity.kind.in_(_OF_PEOPLE)
    )
    asked = select(
        owner_id,
        func.count(),
        func.count().filter(item.person_id == 0),
        func.count().filter(item.due_at < int(at.timestamp())),
    ).where(item.activity_id.in_(session.scalars(tasks).all()), item.ended_at.is_(None))
    if not asks_all(session, question):
        asked = asked.join(MeasuredCase, MeasuredCase.case_id == item.case_id).where(
            MeasuredCase.ended_at.is_(None), *measured_cases(session, question)
        )
    rows = session.execute(asked.group_by(owner_id)).all()
    names = names_of(session, [row[0] for row in rows if row[0]])
    loads = [Load(id, names.get(id, ""), *counts) for id, *counts in rows]
    return sorted(loads, key=lambda load: (-load.open, load.name))


_OF_PEOPLE = (ItemKind.TASK.value, ItemKind.DECISION.value)
