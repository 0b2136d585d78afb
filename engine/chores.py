"""What is done now and then, by whichever worker comes first: each chore by itself, whatever came of the others."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine import buffer, lost_sight, notifications, receipts
from engine.colleagues import opinions
from engine.database import Database
from engine.database_away import database_trouble
from engine.files import sweep as file_sweep
from engine.inbox import warnings as task_warnings
from engine.metrics import alerts, reports
from engine.record import day_roots
from engine.window import filing

LOG = logging.getLogger(__name__)

# does some of a chore; whether there is more of it to be done at once
Chore = Callable[[Session, ZoneInfo, datetime], object]


def _begin_day(session: Session, zone: ZoneInfo, at: datetime) -> None:
    if day_roots.close_yesterday(session, zone=zone, at=at):
        lost_sight.plan_look(session, at=at)


def _send_reports(session: Session, zone: ZoneInfo, at: datetime) -> None:
    reports.send_due(session, zone=zone, at=at)


def _tell_alerts(session: Session, zone: ZoneInfo, at: datetime) -> None:
    alerts.tell_missed(session, zone=zone, at=at)


def _warn(session: Session, _zone: ZoneInfo, at: datetime) -> bool:
    return bool(task_warnings.warn_of_tasks(session, at=at))


class _Timed(Protocol):
    def __call__(self, session: Session, /, *, at: datetime) -> object: ...


def _once(chore: _Timed) -> Chore:
    """A chore that needs no zone; what it leaves waits for the next round."""

    def done(session: Session, _zone: ZoneInfo, at: datetime) -> None:
        chore(session, at=at)

    return done


CHORES: dict[str, Chore] = {
    "messages": _once(buffer.sweep),
    "receipts": _once(receipts.forget_old),
    "reports": _send_reports,
    "alerts": _tell_alerts,
    "day": _begin_day,
    "drafts": _once(filing.forget_drafts),
    "files": _once(file_sweep.plan_sweep),
    "opinions": _once(opinions.remind),
    "warnings": _warn,
    "digests": _once(notifications.send_digests),
    "notifications": _once(notifications.forget_notifications),
}


def do_chores(database: Database, *, zone: ZoneInfo, at: datetime) -> None:
    """Do each chore. One that fails is logged and comes again with the next round; an absent database is raised."""
    for name, chore in CHORES.items():
        attempt(name, partial(_do, database, chore, zone, at))


def attempt(name: str, chore: Callable[[], object]) -> None:
    """Do it; what goes wrong is logged, so that it keeps nothing else from being done."""
    try:
        chore()
    except Exception as error:
        if database_trouble(error) is not None:
            raise
        LOG.exception("The chore “%s” failed.", name, extra={"action": "chore_failed"})


def _do(database: Database, chore: Chore, zone: ZoneInfo, at: datetime) -> None:
    while database.write(lambda session: chore(session, zone, at)):
        pass
