"""What people did in a procedure, as the fitting wants it; and what no log tells, kept when a scenario is fitted."""

from dataclasses import replace
from datetime import tzinfo

from sqlalchemy.orm import Session

from designer.simulation.fitting.work import WorkItem
from designer.simulation.scenario import Scenario
from engine.metrics.lived import lived_work, logged_work
from engine.metrics.question import Question
from engine.models import Person


def work_of(session: Session, question: Question) -> list[WorkItem]:
    """The work of completed cases, in the office's own time."""
    zone = question.zone
    return [
        WorkItem(
            one.case,
            one.element_id,
            one.person,
            one.opened_at.astimezone(zone),
            one.claimed_at.astimezone(zone) if one.claimed_at is not None else None,
            one.ended_at.astimezone(zone),
        )
        for one in lived_work(session, question)
    ]


def work_of_log(
    session: Session, procedure_id: int, person: Person, zone: tzinfo
) -> list[WorkItem]:
    """The work of ended cases of an imported log; activities by the names that the log gives them."""
    return [
        WorkItem(
            one.case,
            one.activity,
            one.person,
            None if one.enabled_at is None else one.enabled_at.astimezone(zone),
            None if one.started_at is None else one.started_at.astimezone(zone),
            one.ended_at.astimezone(zone),
        )
        for one in logged_work(session, procedure_id, person)
    ]


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
