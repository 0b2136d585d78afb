"""What people did in a procedure, as the fitting wants it; and what no log tells, kept when a scenario is fitted."""

from dataclasses import replace
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy.orm import Session

from designer.simulation.fitting.work import Seen, StillRunning, WorkItem
from designer.simulation.scenario import Scenario
from engine.errors import Refusal
from engine.metrics.lived import lived_so_far, lived_work, logged_so_far, logged_work
from engine.metrics.question import Question
from engine.models import Person


class NoSuchZone(Refusal):
    """A time zone that nobody knows."""

    sentence = "There is no time zone “{zone}”. Write one such as America/Lima or Europe/Amsterdam."


def zone_named(name: str) -> ZoneInfo:
    """The zone of this name; NoSuchZone."""
    if name not in available_timezones():
        raise NoSuchZone(zone=name[:60])
    return ZoneInfo(name)


def work_of(session: Session, question: Question, *, at: datetime) -> Seen:
    """The work of completed cases, in the office's own time, and the cases that have not ended."""
    zone = question.zone
    work = (
        WorkItem(
            one.case,
            one.element_id,
            one.person,
            one.opened_at.astimezone(zone),
            one.claimed_at.astimezone(zone) if one.claimed_at is not None else None,
            one.ended_at.astimezone(zone),
        )
        for one in lived_work(session, question)
    )
    return Seen(tuple(work), _running(lived_so_far(session, question, at=at), zone))


def work_of_log(session: Session, procedure_id: int, person: Person, zone: tzinfo) -> Seen:
    """The same of an imported log; activities by the names that the log gives them."""
    work = (
        WorkItem(
            one.case,
            one.activity,
            one.person,
            None if one.enabled_at is None else one.enabled_at.astimezone(zone),
            None if one.started_at is None else one.started_at.astimezone(zone),
            one.ended_at.astimezone(zone),
        )
        for one in logged_work(session, procedure_id, person)
    )
    return Seen(tuple(work), _running(logged_so_far(session, procedure_id, person), zone))


def _running(found: list[tuple[datetime, float]], zone: tzinfo) -> tuple[StillRunning, ...]:
    return tuple(StillRunning(began.astimezone(zone), so_far) for began, so_far in found)


def with_law(fit: Scenario, before: Scenario) -> Scenario:
    """What no log tells, from the scenario as it was: term, holidays, costs, waits for others."""
    return replace(
        fit,
        deadline=before.deadline,
        holidays=before.holidays,
        currency=before.currency,
        events=before.events,
        instances=before.instances,
        again=before.again,
        assumed=fit.assumed
        | {one for one in before.assumed if one.startswith(("events", "inst", "again"))},
    )
