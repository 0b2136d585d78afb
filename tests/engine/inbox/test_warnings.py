"""Warnings about tasks: whom, when, how often, and not while the clock stands still."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from engine.inbox.warnings import warn_of_tasks
from engine.models import Job, JobKind, MailWish, Notification, Person, Task
from engine.notifications import send_digests, set_mail_wish
from engine.tasks import claim_task, complete_task
from engine.terms import stopping
from tests.engine.office import TownHall, diagram
from tests.engine.terms.desk import sheet

MODEL = diagram(
    '<startEvent id="s"/><userTask id="t" name="Check" e:dueDate="P3D"/><endEvent id="e"/>',
    flows="s>t t>e",
)


def lima(day: int, hour: int = 9) -> datetime:
    """A moment of January 2026 in Lima; the fifth is a Monday."""
    return datetime(2026, 1, day, hour + 5, tzinfo=UTC)


@pytest.fixture
def hall_at_work(hall: TownHall) -> TownHall:
    hall.at = lima(5)
    hall.office("Desk", below="Town hall")
    hall.person("ana", "Desk").email = "ana@town.example"
    hall.person("carla", "Desk", roles=("manager",)).email = "carla@town.example"
    hall.person("marta", "Town hall", roles=("manager",))
    hall.person("eva", "Elsewhere", roles=("manager",))
    version = hall.publish(MODEL, sheet=sheet())
    version.procedure.office_id = hall.office("Desk").id
    hall.start(version, by=hall.people["ana"])
    return hall


def only_task(hall: TownHall) -> Task:
    return hall.session.scalars(select(Task)).one()


def warn(hall: TownHall, at: datetime) -> list[tuple[str, str]]:
    """Who is told what, at a moment."""
    hall.at = at
    before = set(hall.session.scalars(select(Notification.id)))
    warn_of_tasks(hall.session, at=at)
    rows = hall.session.execute(
        select(Notification.id, Notification.kind, Person.name).join(
            Person, Person.id == Notification.person_id
        )
    )
    return sorted((row.name, row.kind) for row in rows if row.id not in before)


def test_who_has_it_and_the_chief_are_warned_a_business_day_before_it_is_due(
    hall_at_work: TownHall,
) -> None:
    hall = hall_at_work
    claim_task(hall.session, only_task(hall).id, by=hall.people["ana"], at=hall.at)
    assert warn(hall, lima(6)) == []
    assert warn(hall, lima(7)) == [("ana", "task_due"), ("carla", "task_due")]
    assert warn(hall, lima(7, 12)) == []


def test_an_overdue_task_goes_up_to_who_is_above(hall_at_work: TownHall) -> None:
    hall = hall_at_work
    warn(hall, lima(7))
    assert warn(hall, lima(8)) == []  # due by the end of that day
    assert warn(hall, lima(9)) == [("carla", "task_overdue"), ("marta", "task_overdue")]
    assert warn(hall, lima(12)) == []


def test_a_worker_that_comes_late_warns_once(hall_at_work: TownHall) -> None:
    told = warn(hall_at_work, lima(20))
    assert {kind for _name, kind in told} == {"task_overdue"}
    assert warn(hall_at_work, lima(21)) == []


def test_nobody_is_warned_of_what_is_done(hall_at_work: TownHall) -> None:
    hall = hall_at_work
    complete_task(hall.session, only_task(hall).id, {}, by=hall.people["ana"], at=hall.at)
    assert warn(hall, lima(20)) == []


def test_while_the_clock_stands_still_nobody_is_warned_and_then_by_the_new_day(
    hall_at_work: TownHall,
) -> None:
    hall = hall_at_work
    task = only_task(hall)
    ana = hall.people["ana"]
    stopping.suspend_clock(
        hall.session, task.case_id, "other_entity", "Zoning map", days=5, by=ana, at=lima(6)
    )
    assert warn(hall, lima(9)) == []
    stopping.resume_clock(hall.session, task.case_id, by=ana, at=lima(12))
    assert task.due_at is not None
    assert task.due_at > lima(12)
    assert warn(hall, lima(12)) in ([], [("carla", "task_due")])
    assert ("marta", "task_overdue") in warn(hall, lima(20))


def test_a_warning_goes_by_mail_at_once_or_in_the_digest(hall_at_work: TownHall) -> None:
    hall = hall_at_work
    set_mail_wish(hall.session, hall.people["carla"], MailWish.DIGEST)
    claim_task(hall.session, only_task(hall).id, by=hall.people["ana"], at=hall.at)
    warn(hall, lima(7))

    def mailed() -> list[str]:
        jobs = hall.session.scalars(select(Job).where(Job.kind == JobKind.MAIL))
        return sorted(str(job.payload["to"]) for job in jobs)

    assert mailed() == ["ana@town.example"]
    send_digests(hall.session, at=lima(8))
    assert mailed() == ["ana@town.example", "carla@town.example"]
