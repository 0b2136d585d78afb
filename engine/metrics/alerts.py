"""Who is told that a target is missed: once, when it comes to be, in the page and by mail as they wish."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.metrics.asking import question_of
from engine.metrics.days import ZONE
from engine.models import (
    Membership,
    NotificationKind,
    Person,
    PersonRole,
    Procedure,
    Role,
    Target,
)
from engine.notifications import About, tell

EVERY = timedelta(days=1)
MOST_CHECKED = 20  # procedures in one go


def tell_missed(session: Session, *, zone: ZoneInfo = ZONE, at: datetime) -> int:
    """Look at targets that nobody looked at for a day, over the last 180 days; how many people were told.

    Told are who set a target and the managers of the procedure's office, if they may count all of its cases. A target
    that is met again may be missed again.
    """
    due = select(Target.procedure_id).where(
        or_(Target.checked_at.is_(None), Target.checked_at <= at - EVERY)
    )
    told = 0
    for procedure_id in session.scalars(due.distinct().limit(MOST_CHECKED)).all():
        told += _check(session, procedure_id, zone, at)
    return told


def _check(session: Session, procedure_id: int, zone: ZoneInfo, at: datetime) -> int:
    # All charts' figures, where a target is set and once a day.
    from engine.metrics.numbers import Numbers, counts_all
    from engine.metrics.targets import aims

    targets = session.scalars(
        select(Target)
        .where(Target.procedure_id == procedure_id)
        .order_by(Target.element_id)
        .with_for_update(skip_locked=True)
    ).all()
    procedure = session.get_one(Procedure, procedure_id)
    told = 0
    for target in targets:
        people = [
            one
            for one in _people(session, procedure, target)
            if counts_all(session, one, procedure_id)
        ]
        target.checked_at = at
        if not people:
            continue
        today = at.astimezone(zone).date()
        question = question_of(session, people[0], procedure, {}, zone=zone, today=today)
        found = {aim.element_id: aim for aim in aims(Numbers(session, question))}
        aim = found[target.element_id]
        was_missed, target.is_missed = target.is_missed, aim.is_missed
        if aim.is_missed and not was_missed:
            about = About(
                met=str(round(100 * (aim.met or 0))),
                task=aim.name or procedure.name,
                wanted=str(round(100 * aim.share)),
                procedure=procedure.name,
            )
            ids = [one.id for one in people]
            told += tell(session, NotificationKind.TARGET_MISSED, ids, about, by=None, at=at)
    session.flush()
    return told


def _people(session: Session, procedure: Procedure, target: Target) -> list[Person]:
    managers = (
        select(PersonRole.person_id)
        .join(Membership, Membership.person_id == PersonRole.person_id)
        .where(PersonRole.role == Role.MANAGER.value, Membership.office_id == procedure.office_id)
    )
    return list(
        session.scalars(
            select(Person)
            .where(or_(Person.id.in_(managers), Person.id == target.set_by_id), Person.is_active)
            .order_by(Person.id)
        )
    )
