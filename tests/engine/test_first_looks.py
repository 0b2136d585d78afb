"""Cases of an earlier release with conditions that read the clock are looked at, though nobody moves them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from engine import first_looks
from engine.cases import resume_case, suspend_case
from engine.deployments import blueprint
from engine.jobs import NewJob, enqueue_all
from engine.models import Case, Job, JobKind, Task, TaskStatus
from engine.progress import hold
from engine.spiff import NotRunnable, Obstacle
from engine.spiff.watching import LOOK
from tests.engine.bench import Bench
from tests.engine.office import diagram

UNTIL = "<conditionalEventDefinition><condition>{}</condition></conditionalEventDefinition>"
BORDER = (
    '<startEvent id="s"/><userTask id="t" name="T"/><endEvent id="e"/><boundaryEvent id="b" attachedToRef="t">'
    + UNTIL
    + '</boundaryEvent><userTask id="late" name="Late"/>'
)
LATE = diagram(BORDER.format("now() &gt;= date and time(deadline)"), flows="s>t t>e b>late")
PAID = diagram(BORDER.format("paid"), flows="s>t t>e b>late")
CALLS = diagram(
    '<startEvent id="s"/><callActivity id="c" calledElement="called"/><endEvent id="e"/>',
    flows="s>c c>e",
)


def started(bench: Bench, drawn: bytes, key: str = "p", **answers: Any) -> int:
    """As an earlier release left it: waiting, without a look planned."""
    with bench.hall() as hall:
        case_id = hall.start(hall.publish(drawn, key=key), **answers).id
        held = hold(hall.session, case_id, at=hall.at)
        for token in held.execution._case.tokens.values():
            token.internal_data.pop(LOOK, None)
        held.case.state = held.execution.save()
        hall.session.execute(delete(Job).where(Job.case_id == case_id))
    return case_id


def upgrade(bench: Bench) -> None:
    """What the revision leaves to the worker."""
    with bench.database.transaction() as session:
        job = NewJob(JobKind.LOOKS, "looks:-1", bench.clock(), {"after": -1})
        enqueue_all(session, [job], at=bench.clock())
    bench.worker().run_until_idle()


def open_tasks(bench: Bench, case_id: int) -> list[str]:
    with bench.database.reading() as session:
        open_ = (Task.case_id == case_id, Task.status == TaskStatus.OPEN.value)
        return list(session.scalars(select(Task.element_id).where(*open_)))


def looks(bench: Bench) -> list[int | None]:
    with bench.database.reading() as session:
        jobs = session.scalars(select(Job).where(Job.kind == JobKind.TIMER.value))
        return [job.case_id for job in jobs]


def test_a_condition_that_holds_meanwhile_is_met_though_nobody_moves_the_case(bench: Bench) -> None:
    case_id = started(bench, LATE, deadline=(bench.clock() + timedelta(hours=1)).isoformat())
    bench.clock.advance(days=3)
    upgrade(bench)
    assert open_tasks(bench, case_id) == ["late"]


def test_one_that_does_not_hold_yet_is_looked_at_when_it_may(bench: Bench) -> None:
    case_id = started(bench, LATE, deadline=(bench.clock() + timedelta(hours=40)).isoformat())
    upgrade(bench)
    assert looks(bench) == [case_id]
    for _ in range(41):
        bench.clock.advance(hours=1)
        bench.worker().run_until_idle()
    assert open_tasks(bench, case_id) == ["late"]


def test_a_called_process_counts(bench: Bench) -> None:
    with bench.hall() as hall:
        hall.publish(LATE, key="called")
    case_id = started(bench, CALLS, deadline=(bench.clock() + timedelta(days=9)).isoformat())
    upgrade(bench)
    assert looks(bench) == [case_id]


def test_a_suspended_case_is_looked_at_when_it_goes_on(bench: Bench) -> None:
    case_id = started(bench, LATE, deadline=(bench.clock() + timedelta(hours=1)).isoformat())
    bench.clock.advance(days=3)
    with bench.hall() as hall:
        suspend_case(hall.session, case_id, "waits for a judge", by=None, at=hall.at)
    upgrade(bench)
    assert open_tasks(bench, case_id) == ["t"]
    with bench.hall() as hall:
        resume_case(hall.session, case_id, "the judge has spoken", by=None, at=hall.at)
    bench.worker().run_until_idle()
    assert open_tasks(bench, case_id) == ["late"]


def test_other_cases_are_not_even_loaded_and_all_of_these_are(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadline = (bench.clock() + timedelta(days=9)).isoformat()
    cases = [started(bench, LATE, f"p{number}", deadline=deadline) for number in range(5)]
    started(bench, PAID, "other", paid=False)
    monkeypatch.setattr(first_looks, "BATCH", 2)
    loaded: list[int] = []
    plan = first_looks.plan_looks

    def noted(session: Any, case_id: int, *, at: Any) -> None:
        loaded.append(case_id)
        plan(session, case_id, at=at)

    monkeypatch.setattr(first_looks, "plan_looks", noted)
    upgrade(bench)
    assert loaded == sorted(cases)
    assert sorted(map(str, looks(bench))) == sorted(map(str, cases))
    upgrade(bench)
    assert len(looks(bench)) == 5


def test_what_one_case_or_version_breaks_on_keeps_none_of_the_others_from_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadline = (bench.clock() + timedelta(days=9)).isoformat()
    cases = [started(bench, LATE, f"p{number}", deadline=deadline) for number in range(4)]
    with bench.database.reading() as session:
        versions = [session.get_one(Case, case_id).version_id for case_id in cases]
    obstacle = Obstacle("it does not compile any more")

    def compiled(session: Any, version_id: int) -> Any:
        if version_id == versions[0]:
            raise NotRunnable((obstacle,))
        return blueprint(session, version_id)

    def held(session: Any, case_id: int, *, at: Any) -> Any:
        if case_id == cases[0]:
            raise NotRunnable((obstacle,))
        if case_id == cases[1]:
            session.execute(delete(Job).where(Job.kind == JobKind.TIMER.value))  # undone with it
            raise KeyError("called")
        return hold(session, case_id, at=at)

    monkeypatch.setattr(first_looks, "blueprint", compiled)
    monkeypatch.setattr(first_looks, "hold", held)
    upgrade(bench)
    assert sorted(map(str, looks(bench))) == sorted(map(str, cases[2:]))
    # and those that it broke on are tried again, each by itself, until somebody is told
    assert bench.count(Job.kind == JobKind.LOOKS.value, Job.last_error.is_not(None)) == 2
    monkeypatch.undo()
    bench.clock.advance(hours=1)
    bench.worker().run_until_idle()
    assert sorted(map(str, looks(bench))) == sorted(map(str, cases))
