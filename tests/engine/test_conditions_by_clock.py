"""Conditions and dates by the clock, in the running product: the worker looks, and the days are the country's."""

from sqlalchemy import select

from engine.cases import resume_case, suspend_case
from engine.models import Case, Job, Task, TaskStatus
from engine.people import person_by_name
from engine.tasks import complete_task
from tests.engine.bench import TIMER, WAIT_A_DAY, Bench, facts, started
from tests.engine.office import diagram

_WHEN = (
    "<conditionalEventDefinition><condition>today() >= date(day)</condition>"
    "</conditionalEventDefinition>"
)
WAITING = diagram(
    f'<startEvent id="s"/><intermediateCatchEvent id="day" name="The day">{_WHEN}'
    '</intermediateCatchEvent><userTask id="t" name="T"/><endEvent id="e"/>',
    flows="s>day day>t t>e",
)
DEADLINE = diagram(
    '<startEvent id="s"/><userTask id="t" name="T"/>'
    f'<boundaryEvent id="late" attachedToRef="t">{_WHEN}</boundaryEvent>'
    '<userTask id="u" name="U"/><endEvent id="e"/>',
    flows="s>t t>e late>u u>e",
)
PLAIN = WAITING.replace(b"today() >= date(day)", b"amount > 3")


def looks(bench: Bench) -> int:
    """How many looks the worker takes in an hour of four quarters."""
    done = 0
    for _ in range(4):
        bench.clock.advance(minutes=15)
        done += bench.worker().run_until_idle()
    return done


def revision(bench: Bench, case_id: int) -> int:
    with bench.database.reading() as session:
        return session.get_one(Case, case_id).revision


def test_the_worker_meets_a_condition_on_the_clock_at_midnight_of_the_country(bench: Bench) -> None:
    case_id = started(bench, WAITING, day="2026-03-05")
    seen = revision(bench, case_id)
    taken = {hour: looks(bench) for hour in range(63)}  # from 9 in the morning of 2 March
    assert bench.count(Task.status == TaskStatus.OPEN) == 1
    # once a day, and at midnight in Lima
    assert [hour for hour, done in taken.items() if done] == [23, 47, 62]
    assert facts(bench, case_id) == ["case_started", "condition_met", "task_opened"]
    # a look at which nothing happened is no move: a preview made before it stays good
    assert revision(bench, case_id) == seen + 1
    assert bench.count(Job.id > 0) == 0


def test_a_condition_that_the_clock_cannot_change_has_no_job(bench: Bench) -> None:
    started(bench, PLAIN, amount=1)
    assert bench.count(Job.id > 0) == 0


def test_a_boundary_on_the_clock_takes_the_task_away_and_a_completion_its_job(bench: Bench) -> None:
    case_id = started(bench, DEADLINE, day="2026-03-05")
    bench.clock.advance(days=3)
    bench.worker().run_until_idle()
    assert facts(bench, case_id)[-3:] == ["condition_met", "task_cancelled", "task_opened"]
    with bench.hall() as hall:
        olga = person_by_name(hall.session, "olga")
        assert olga is not None
        version = hall.session.get_one(Case, case_id).version
        other = hall.start(version, by=olga, day="2026-04-01").id
        task = hall.session.scalars(select(Task).where(Task.case_id == other)).one()
        complete_task(hall.session, task.id, {}, by=olga, at=bench.clock())
    assert bench.count(Job.id > 0) == 0


def test_a_suspended_case_is_not_looked_at_until_it_is_resumed(bench: Bench) -> None:
    case_id = started(bench, WAITING, day="2026-03-05")
    with bench.database.transaction() as session:
        suspend_case(session, case_id, "in court", by=None, at=bench.clock())
    bench.clock.advance(days=9)
    assert bench.worker().run_until_idle() == 0
    with bench.database.transaction() as session:
        resume_case(session, case_id, "decided", by=None, at=bench.clock())
    assert bench.worker().run_until_idle() == 1
    assert "condition_met" in facts(bench, case_id)


def test_looks_at_many_cases_are_taken_together(bench: Bench) -> None:
    started(bench, WAITING, day="2026-03-05")
    with bench.hall() as hall:
        version = hall.publish(WAITING, key="many")
        for day in range(1, 25):
            hall.start(version, day=f"2026-04-{day:02d}")
    bench.clock.advance(days=1)
    assert bench.worker().run_until_idle() == 25
    bench.clock.advance(days=29)
    assert bench.worker().run_until_idle() == 25
    assert bench.count(Task.status == TaskStatus.OPEN) == 2


def test_a_date_without_an_offset_is_the_countrys(bench: Bench) -> None:
    date = "<timerEventDefinition><timeDate>2026-03-03T08:00:00</timeDate></timerEventDefinition>"
    started(bench, WAIT_A_DAY.replace(TIMER.format("P1D").encode(), date.encode()))
    with bench.hall() as hall:
        begins = diagram(
            f'<startEvent id="s">{date}</startEvent><userTask id="t"/><endEvent id="e"/>',
            flows="s>t t>e",
        )
        hall.publish(begins, key="begins")
    with bench.database.reading() as session:
        due = [job.run_at.isoformat() for job in session.scalars(select(Job))]
    assert due == ["2026-03-03T13:00:00+00:00"] * 2  # eight in the morning in Lima
