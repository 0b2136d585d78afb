"""The cases of a procedure as a log, whether they ran here or were imported: what every exporter writes.

Cases that ran here come from their facts, with the lifecycle of engine.events; imported ones from their work items.
Only cases that the asker may see come. Without `with_names` nobody is named: people are numbered in the order in which
they appear, and applicants never come at all.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from engine.events import LIFECYCLE, Happened, holding
from engine.logs.log import LogCase, LogEvent, Value
from engine.models import (
    Activity,
    Case,
    Event,
    EventLog,
    MeasuredCase,
    Office,
    Person,
    Procedure,
    Resource,
    Version,
    WorkItem,
)
from engine.terms.answering import answer
from engine.visibility import visible_cases

BATCH = 200  # cases
_STEPS = {kind.value: step for kind, step in LIFECYCLE.items()}
# facts that are no events of a log but say which of them hold, and when the office answered
_BESIDE = (
    Happened.TASK_REOPENED.value,
    Happened.DECISION_NOTIFIED.value,
    Happened.CLOCK_RESTARTED.value,
    Happened.CASE_REOPENED.value,
)
# facts about the case as a whole have no element: their activity is what happened
_WHOLE = {
    Happened.CASE_SUSPENDED.value: "Case suspended",
    Happened.CASE_RESUMED.value: "Case suspended",
    Happened.NOTICE_GIVEN.value: "Deficiency notice",
    Happened.REQUEST_CORRECTED.value: "Deficiency notice",
    Happened.CLOCK_STOPPED.value: "Clock stopped",
    Happened.CLOCK_WENT_ON.value: "Clock stopped",
    Happened.REQUEST_WITHDRAWN.value: "Request withdrawn",
}


class _Names:
    """Who is who, or, masked, the how-manieth."""

    def __init__(self, is_masked: bool) -> None:
        self._is_masked = is_masked
        self._numbers: dict[str, str] = {}

    def of(self, name: str | None) -> str | None:
        if not name or not self._is_masked:
            return name
        return self._numbers.setdefault(name, f"Person {len(self._numbers) + 1}")

    def value(self, value: Value) -> Value:
        """An attribute that may name one of those people."""
        return self._numbers.get(value, value) if isinstance(value, str) else value


def log_of(
    session: Session, procedure: Procedure, person: Person, *, with_names: bool = False
) -> Iterator[LogCase]:
    """The procedure's cases that the person may see, each with its events in order; needs little memory."""
    names = _Names(not with_names)
    is_log = session.scalar(select(EventLog.id).where(EventLog.procedure_id == procedure.id))
    if is_log is not None:
        return _imported(session, procedure, names)
    return _own(session, procedure, person, names)


def _own(
    session: Session, procedure: Procedure, person: Person, names: _Names
) -> Iterator[LogCase]:
    elements: dict[int, dict[str, str]] = {}
    offices = {row.id: row.name for row in session.execute(select(Office.id, Office.name))}
    people = _People(session)
    last = 0
    while True:
        cases = session.scalars(
            select(Case)
            .where(Case.procedure_id == procedure.id, Case.id > last, visible_cases(person))
            .order_by(Case.id)
            .limit(BATCH)
        ).all()
        if not cases:
            return
        last = cases[-1].id
        facts = _facts(session, [case.id for case in cases])
        due = dict(_due(session, [case.id for case in cases]))
        for case in cases:
            if case.version_id not in elements:
                elements[case.version_id] = _element_names(session, case.version_id)
            known = elements[case.version_id]
            events = []
            held = holding(facts.get(case.id, ()))
            for fact in held:
                if fact.type not in _STEPS:
                    continue
                activity = (
                    known.get(fact.element_id, fact.element_id)
                    if fact.element_id
                    else _WHOLE.get(fact.type)
                )
                if activity:
                    step = _STEPS[fact.type]
                    # who opened a task is who did the one before
                    by_id = None if step == "schedule" else fact.by_id
                    events.append(
                        LogEvent(
                            activity,
                            int(fact.at.timestamp()),
                            step,
                            names.of(people.name(by_id)),
                            offices.get(fact.office_id or 0),
                            None if fact.token is None else str(fact.token),
                        )
                    )
            yield LogCase(case.number, events, _attributes(case, due.get(case.id), answer(held)))
        session.expunge_all()


def _facts(session: Session, ids: list[int]) -> dict[int, list[Event]]:
    facts: dict[int, list[Event]] = {}
    asked = (
        select(Event)
        .where(Event.case_id.in_(ids), Event.type.in_([*_STEPS, *_BESIDE]))
        .order_by(Event.case_id, Event.seq)
    )
    for fact in session.scalars(asked):
        facts.setdefault(fact.case_id, []).append(fact)
    return facts


def _element_names(session: Session, version_id: int) -> dict[str, str]:
    version = session.scalars(
        select(Version).where(Version.id == version_id).options(undefer(Version.element_names))
    ).one()
    return dict(version.element_names)


class _People:
    """Names by id, asked for once each."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[int, str] = {}

    def name(self, person_id: int | None) -> str | None:
        if person_id is None:
            return None
        if person_id not in self._known:
            found = self._session.scalar(select(Person.full_name).where(Person.id == person_id))
            self._known[person_id] = found or str(person_id)
        return self._known[person_id]


def _due(session: Session, ids: list[int]) -> Sequence[tuple[int, int]]:
    """Last instant of the term, as it is measured: a case forgets its own when it is answered."""
    rows = session.execute(
        select(MeasuredCase.case_id, MeasuredCase.due_at).where(
            MeasuredCase.case_id.in_(ids), MeasuredCase.due_at.is_not(None)
        )
    )
    return [(row.case_id, row.due_at or 0) for row in rows]


def _attributes(case: Case, due: int | None, answered: Event | None) -> dict[str, Value]:
    said: dict[str, Value] = {"startdate": case.started_at.isoformat(), "channel": case.channel}
    if case.ended_at is not None:
        said["enddate"] = case.ended_at.isoformat()
    if case.due_at is not None:
        said["deadline"] = case.due_at.isoformat()
    elif due is not None and (answered is not None or case.ended_at is not None):
        said["deadline"] = _iso(due)  # one whose clock stands still has none
    if answered is not None:
        said["answerdate"] = answered.at.isoformat()
    if case.outcome:
        said["outcome"] = case.outcome
    return said


def _imported(session: Session, procedure: Procedure, names: _Names) -> Iterator[LogCase]:
    of_procedure = Activity.procedure_id == procedure.id
    activities = {
        row.id: row.name
        for row in session.execute(select(Activity.id, Activity.name).where(of_procedure))
    }
    resources = {
        row.id: row.name
        for row in session.execute(
            select(Resource.id, Resource.name).where(Resource.procedure_id == procedure.id)
        )
    }
    last = 0
    while True:
        cases = session.scalars(
            select(MeasuredCase)
            .where(MeasuredCase.procedure_id == procedure.id, MeasuredCase.case_id > last)
            .order_by(MeasuredCase.case_id)
            .limit(BATCH)
        ).all()
        if not cases:
            return
        last = cases[-1].case_id
        items: dict[int, list[WorkItem]] = {}
        for item in session.scalars(
            select(WorkItem)
            .where(WorkItem.case_id.in_([case.case_id for case in cases]))
            .order_by(WorkItem.case_id, WorkItem.seq)
        ):
            items.setdefault(item.case_id, []).append(item)
        for case in cases:
            events: list[LogEvent] = []
            for item in items.get(case.case_id, ()):
                who = names.of(resources.get(item.person_id))
                where = resources.get(item.office_id)
                events += _steps(item, activities.get(item.activity_id, "?"), who, where)
            events.sort(key=_when)
            said = {
                name: names.value(value)
                for name, value in (case.attributes or {}).items()
                if name not in ("channel", "outcome")
            }
            yield LogCase(case.number, events, {**said, **_dates(case)})
        session.expunge_all()


def _steps(item: WorkItem, activity: str, who: str | None, where: str | None) -> Iterator[LogEvent]:
    """The events of an item; one that took no time is a completion and no more."""
    token = str(item.seq)
    if item.is_completed and item.enabled_at == item.ended_at:
        yield LogEvent(activity, item.enabled_at, "complete", who, where, token)
        return
    yield LogEvent(activity, item.enabled_at, "schedule", None, where, token)
    if item.assigned_at is not None:
        yield LogEvent(activity, item.assigned_at, "assign", who, where, token)
    if item.started_at is not None:
        yield LogEvent(activity, item.started_at, "start", who, where, token)
    if item.ended_at is not None:
        step = "complete" if item.is_completed else "ate_abort"
        yield LogEvent(activity, item.ended_at, step, who, where, token)


def _when(event: LogEvent) -> int:
    return event.at


def _dates(case: MeasuredCase) -> dict[str, Value]:
    said: dict[str, Value] = {"startdate": _iso(case.started_at)}
    for name, at in (
        ("enddate", case.ended_at),
        ("deadline", case.due_at),
        ("answerdate", case.answered_at),
    ):
        if at is not None:
            said[name] = _iso(at)
    for name, text in (("channel", case.channel), ("outcome", case.outcome)):
        if text:
            said[name] = text
    return said


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()
