"""The manager's figures over cases lived through with a moved clock, on SQLite and PostgreSQL."""

from datetime import UTC, date, datetime, timedelta

import orjson
import pytest
from sqlalchemy import select

from engine.metrics.cycle_time import cycle_time, outcomes, throughput
from engine.metrics.numbers import Numbers
from engine.metrics.question import Question
from engine.metrics.summary import summary
from engine.metrics.upkeep import catch_up_within
from engine.metrics.work import (
    load_of_offices,
    load_of_people,
    oldest_open,
    standing,
    task_times,
)
from engine.models import Case, Person, Task, TaskStatus, Version
from engine.tasks import claim_task, complete_task
from tests.engine.office import TWO_TASKS, TownHall

HOUR = 3600.0
MONDAY = datetime(2026, 3, 2, 14, tzinfo=UTC)


@pytest.fixture
def permit(hall: TownHall) -> TownHall:
    """Two cases done (after 4 and 8 hours), one open since Wednesday; Ana receives, Beto decides, Olga operates."""
    ana, beto = hall.person("ana", "Front desk"), hall.person("beto", "Board")
    hall.person("olga", roles=("operator",))
    hall.person("eva", "Archive", roles=("manager",))
    version = hall.publish(TWO_TASKS)
    hall.lanes(version, Front_desk="Front desk", Board="Board")
    for hours in (4, 8):
        hall.at = MONDAY
        case = hall.start(version, by=ana)
        for person in (ana, beto):
            work(hall, case, person, waiting=hours / 4, working=hours / 4)
    hall.at = MONDAY + timedelta(days=2)
    hall.start(version, by=ana)
    return hall


def work(hall: TownHall, case: Case, person: Person, *, waiting: float, working: float) -> None:
    """Let the case's open task wait and be worked, in hours."""
    task = hall.session.scalars(
        select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)
    ).one()
    hall.at += timedelta(hours=waiting)
    claim_task(hall.session, task.id, by=person, at=hall.at)
    hall.at += timedelta(hours=working)
    complete_task(hall.session, task.id, {}, by=person, at=hall.at)


def asked(hall: TownHall, name: str = "olga", **days: date) -> Question:
    procedure_id = hall.session.scalars(select(Case.procedure_id)).first()
    assert procedure_id is not None
    return Question(hall.people[name], procedure_id, **days)  # type: ignore[arg-type]  # since, until


def figures(hall: TownHall, name: str = "olga", **days: date) -> Numbers:
    catch_up_within(hall.session)
    return Numbers(hall.session, asked(hall, name, **days))


def test_cycle_time_is_from_start_to_end_of_completed_cases(permit: TownHall) -> None:
    spread = cycle_time(figures(permit))
    assert (spread.count, spread.median, spread.longest) == (2, 6 * HOUR, 8 * HOUR)


def test_cases_are_counted_started_ended_and_open(permit: TownHall) -> None:
    found = standing(figures(permit))
    assert (found.started, found.ended, found.open) == (3, 2, 1)


def test_a_range_of_days_keeps_what_lies_outside_out(permit: TownHall) -> None:
    tuesday = figures(permit, since=date(2026, 3, 3))
    assert cycle_time(tuesday).count == 0
    assert standing(tuesday).started == 1
    monday = figures(permit, since=date(2026, 3, 2), until=date(2026, 3, 2))
    assert cycle_time(monday).count == 2


def test_weeks_begin_on_monday_and_have_no_gaps(permit: TownHall) -> None:
    permit.at = MONDAY + timedelta(days=15)
    permit.start(permit.session.scalars(select(Version)).one(), by=permit.people["ana"])
    assert throughput(figures(permit)) == [
        (date(2026, 3, 2), 3, 2),
        (date(2026, 3, 9), 0, 0),
        (date(2026, 3, 16), 1, 0),
    ]


def test_sunday_night_in_lima_is_still_last_week(permit: TownHall) -> None:
    permit.at = datetime(2026, 3, 9, 4, 30, tzinfo=UTC)  # Sunday 23:30 there
    permit.start(permit.session.scalars(select(Version)).one(), by=permit.people["ana"])
    assert throughput(figures(permit)) == [(date(2026, 3, 2), 4, 2)]


def test_time_in_a_task_is_split_at_the_claim(permit: TownHall) -> None:
    times = {time.element_id: time for time in task_times(figures(permit))}
    receive = times["receive"]
    assert (receive.count, receive.waiting_total, receive.working_total) == (2, 3 * HOUR, 3 * HOUR)
    assert receive.waiting_median == 1.5 * HOUR


def test_the_figures_in_one_answer_can_be_written_down(permit: TownHall) -> None:
    catch_up_within(permit.session)
    told = summary(permit.session, asked(permit, "olga"), at=permit.at)
    written = orjson.loads(orjson.dumps(told))
    assert written["tasks"][0]["causes"] == {"unclaimed": 3 * HOUR}


def test_a_task_nobody_claimed_has_only_waited(permit: TownHall) -> None:
    case = permit.session.scalars(select(Case).where(Case.ended_at.is_(None))).one()
    task = permit.session.scalars(
        select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)
    ).one()
    at = case.started_at + timedelta(hours=10)
    complete_task(permit.session, task.id, {}, by=permit.people["ana"], at=at)
    times = {time.element_id: time for time in task_times(figures(permit))}
    assert times["receive"].waiting_total == 13 * HOUR
    assert times["receive"].working_total == 3 * HOUR


def test_outcomes_are_counted_by_the_name_of_the_end(permit: TownHall) -> None:
    assert outcomes(figures(permit)) == [("Decided", 2)]


def test_the_oldest_open_cases_say_what_they_stand_at(permit: TownHall) -> None:
    (oldest,) = oldest_open(permit.session, figures(permit).question)
    assert oldest.tasks == ("Receive",)


def test_open_work_is_counted_per_office_and_person(permit: TownHall) -> None:
    at = MONDAY + timedelta(days=3)
    (office,) = load_of_offices(permit.session, figures(permit).question, at=at)
    assert (office.name, office.open, office.unclaimed) == ("Front desk", 1, 1)
    (nobody,) = load_of_people(permit.session, figures(permit).question, at=at)
    assert (nobody.name, nobody.open) == ("", 1)


def test_a_manager_of_other_offices_counts_nothing(permit: TownHall) -> None:
    stranger = figures(permit, "eva")
    assert cycle_time(stranger).count == 0
    assert standing(stranger).open == 0
    assert task_times(stranger) == []
