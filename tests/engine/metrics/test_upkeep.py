"""The measures are what the facts say, however cases went and whenever they were measured, on both databases."""

import re
import threading
from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import and_, delete, func, select, tuple_, update
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.orm import Session

from engine.database import Database
from engine.interventions.undo import undo_completion
from engine.logs.leaving import log_of
from engine.metrics.cells import Cells, add, place, slices_of
from engine.metrics.days import ZONE
from engine.metrics.keeping import forget, keep
from engine.metrics.kinds import Kind, bucket_of, middle_of
from engine.metrics.recount import recount_within
from engine.metrics.summing import summing
from engine.metrics.upkeep import (
    Known,
    Overtaken,
    apply,
    catch_up,
    catch_up_within,
    gather,
)
from engine.models import (
    Case,
    Cell,
    Event,
    MeasuredCase,
    Person,
    Slice,
    Task,
    TaskStatus,
    WorkItem,
)
from engine.tasks import complete_task
from tests.engine.metrics.lives import (
    MONDAY,
    PARALLEL_AND_BACK,
    QUIET,
    Deed,
    cells_of,
    deeds,
    do,
    finished,
    town,
)
from tests.engine.office import TWO_TASKS


@QUIET
@given(told=deeds)
def test_measured_step_by_step_or_from_the_beginning_the_cells_are_the_same(
    database: Database, told: list[Deed]
) -> None:
    with Session(database.writer, expire_on_commit=False) as session:
        hall = town(session)
        version = hall.publish(PARALLEL_AND_BACK)
        hall.lanes(version, Front_desk="Front desk", Board="Board")
        cases = [hall.start(version, by=hall.people["ana"]) for _ in range(2)]
        for deed in told:
            hall.at += timedelta(minutes=deed.minutes)
            if deed.what == "measure":
                catch_up_within(session)
            else:
                do(hall, deed, cases, version)
        session.flush()
        catch_up_within(session)
        stepwise = cells_of(session)
        _forget_everything(session)
        catch_up_within(session)
        assert cells_of(session) == stepwise
        session.execute(delete(Cell).where(Cell.a % 2 == 0))
        session.execute(update(Cell).where(Cell.bucket % 2 == 1).values(n=Cell.n + 3))
        mended = recount_within(session, version.procedure_id)
        assert mended.mended > 0
        assert cells_of(session) == stepwise, "in SQL the same rows add up to the same cells"
        assert recount_within(session, version.procedure_id).mended == 0
        _counts_are_those_of_the_rows(session)
        session.rollback()


def _forget_everything(session: Session) -> None:
    for model in (Cell, WorkItem, MeasuredCase):
        session.execute(delete(model).execution_options(synchronize_session=False))
    session.execute(update(Case).values(measured_seq=0))
    session.expire_all()


def _counts_are_those_of_the_rows(session: Session) -> None:
    """What is added up equals what the tables of the work itself say, counted in another way."""
    broad = select(Slice.id).where(~Slice.is_fine)

    def counted(*kinds: Kind) -> int:
        return (
            session.scalar(
                select(func.coalesce(func.sum(Cell.n), 0)).where(
                    Cell.kind.in_(kinds), Cell.slice_id.in_(broad)
                )
            )
            or 0
        )

    def rows(*conditions: object) -> int:
        return session.scalar(select(func.count()).where(*conditions)) or 0  # type: ignore[arg-type]  # conditions

    undone = _undone(session)
    completed = and_(
        Event.type == "task_completed", tuple_(Event.case_id, Event.seq).not_in(undone)
    )
    opened = and_(Event.type == "task_opened", tuple_(Event.case_id, Event.seq).not_in(undone))
    assert counted(Kind.STARTED) == rows(Case.id > 0)
    assert counted(Kind.ENDED) == rows(Case.ended_at.is_not(None))
    assert counted(Kind.ARRIVED) == rows(opened)
    ended = rows(opened) - rows(Task.status == TaskStatus.OPEN)
    assert counted(Kind.DEPARTED) + rows(completed) == ended
    assert counted(Kind.WHOLE) == counted(Kind.TOUCH) == rows(completed)
    spent = session.execute(
        select(
            func.sum(
                WorkItem.unclaimed
                + WorkItem.touch
                + WorkItem.applicant
                + WorkItem.other_office
                + WorkItem.timer
                + WorkItem.suspended
                + WorkItem.machine
            ),
            func.sum(WorkItem.ended_at - WorkItem.enabled_at),
        ).where(WorkItem.ended_at.is_not(None))
    ).one()
    assert spent[0] == spent[1], "every second of an item is spent on something"


def _undone(session: Session) -> list[tuple[int, int]]:
    """Case and seq of facts that an undoing took back: the completion and all that was written at that instant."""
    found = []
    columns = (Event.case_id, Event.seq, Event.token, Event.at)
    for case_id, seq, token, _ in session.execute(
        select(*columns).where(Event.type == "task_reopened")
    ).all():
        completed = session.execute(
            select(*columns)
            .where(Event.case_id == case_id, Event.token == token, Event.seq < seq)
            .where(Event.type == "task_completed")
            .order_by(Event.seq.desc())
        ).first()
        assert completed is not None
        later = session.scalars(
            select(Event.seq).where(Event.case_id == case_id, Event.seq.between(completed.seq, seq))
        )
        found += [(case_id, one) for one in later]
    return found


@given(some.integers(0, 400_000_000))
def test_a_bucket_stands_for_its_durations_within_two_percent(seconds: int) -> None:
    middle = middle_of(bucket_of(seconds))
    assert abs(middle - seconds) <= 0.0203 * (seconds + 1)


@QUIET
@given(some.lists(some.integers(0, 40_000_000), min_size=1, max_size=60))
def test_adding_and_taking_away_leaves_nothing(seconds: list[int]) -> None:
    cells = Cells()
    cases = [place(finished(number, length)) for number, length in enumerate(seconds, start=1)]
    for sign in (1, -1):
        for case in cases:
            add(cells, case, slices_of(case), ZONE, sign)
    assert list(cells.rows()) == []


def test_an_undone_completion_is_none_in_measures_and_exports(session: Session) -> None:
    hall = town(session)
    ana = hall.people["ana"]
    version = hall.publish(TWO_TASKS)
    case = hall.start(version, by=ana)
    complete_task(session, f"{case.id}-2", {}, by=ana, at=MONDAY + timedelta(hours=1))
    catch_up_within(session)
    undo_completion(session, f"{case.id}-2", by=ana, at=MONDAY + timedelta(hours=2))
    complete_task(session, f"{case.id}-2", {}, by=ana, at=MONDAY + timedelta(hours=3))
    catch_up_within(session)
    items = session.execute(select(WorkItem.is_completed, WorkItem.ended_at - WorkItem.enabled_at))
    assert sorted(map(tuple, items), reverse=True) == [(True, 3 * 3600), (False, None)]
    (told,) = log_of(session, version.procedure, hall.people["olga"])
    steps = [(event.activity, event.lifecycle) for event in told.events]
    assert steps == [("Receive", "schedule"), ("Receive", "complete"), ("Decide", "schedule")]


def test_a_batch_worked_out_from_an_older_state_is_not_written_twice(permits: Database) -> None:
    with permits.reading() as session:
        first = gather(session, Known(), zone=ZONE, limit=10)
        second = gather(session, Known(), zone=ZONE, limit=10)
    assert first is not None
    assert second is not None
    permits.write(lambda session: apply(session, first, set()))
    with pytest.raises(Overtaken):
        permits.write(lambda session: apply(session, second, set()))
    with permits.reading() as session:
        assert session.scalar(select(func.sum(Cell.n)).where(Cell.kind == Kind.STARTED)) == 8


def test_facts_that_come_between_reading_and_writing_are_measured_next_time(
    permits: Database,
) -> None:
    with permits.reading() as session:
        early = gather(session, Known(), zone=ZONE, limit=10)
    assert early is not None
    with permits.transaction() as session:
        task = session.scalars(select(Task).order_by(Task.case_id)).first()
        ana = session.scalars(select(Case.started_by_id)).first()
        assert task is not None
        by = session.get_one(Person, ana)
        complete_task(session, task.id, {}, by=by, at=MONDAY + timedelta(hours=3))
    permits.write(lambda session: apply(session, early, set()))
    with permits.reading() as session:
        behind = session.scalars(select(Case.id).where(Case.measured_seq < Case.last_seq)).all()
        assert list(behind) == [task.case_id]
    assert catch_up(permits, Known()) == 1
    with permits.reading() as session:
        done = session.scalar(select(func.count()).where(WorkItem.is_completed))
        assert done == 1


def test_workers_at_the_same_time_count_every_case_once(permits: Database) -> None:
    workers = [threading.Thread(target=_persist, args=(permits,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    with permits.reading() as session:
        assert session.scalar(select(func.count()).select_from(MeasuredCase)) == 4
        assert session.scalar(select(func.sum(Cell.n)).where(Cell.kind == Kind.STARTED)) == 8


def _persist(database: Database) -> None:
    known = Known()
    for _ in range(10):
        catch_up(database, known, batch=2)


def test_a_log_without_facts_is_kept_rebuilt_and_forgotten(session: Session) -> None:
    hall = town(session)
    version = hall.publish(TWO_TASKS)
    case = finished(77, 3600)
    case.procedure_id, case.is_imported = version.procedure_id, True
    case.items[0].resource, case.items[0].group = "Admin1", "Group 4"
    keep(session, [case], ZONE)
    before = cells_of(session)
    assert Counter(key[0] for key in before)[Kind.PERSON] == 2
    session.execute(delete(Cell))
    assert recount_within(session, version.procedure_id).cases == 1
    assert cells_of(session) == before
    forget(session, [77], ZONE)
    assert cells_of(session) == {}


@QUIET
@given(some.lists(some.integers(0, 700 * 86_400), min_size=1, max_size=30))
def test_days_of_a_zone_that_changes_its_clock_are_the_same_in_sql(
    database: Database, lengths: list[int]
) -> None:
    santiago = ZoneInfo("America/Santiago")
    with Session(database.writer, expire_on_commit=False) as session:
        version = town(session).publish(TWO_TASKS)
        cases = [finished(number, length) for number, length in enumerate(lengths, start=1)]
        for case in cases:
            case.procedure_id, case.is_imported = version.procedure_id, True
        keep(session, cases, santiago)
        one_by_one = cells_of(session)
        session.execute(delete(Cell))
        recounted = recount_within(session, version.procedure_id, zone=santiago)
        assert recounted.cases == len(cases)
        assert cells_of(session) == one_by_one
        session.rollback()


@pytest.mark.parametrize("url", ["", "postgresql+psycopg://", "sqlite://"])
def test_questions_of_cells_are_plain_sql_that_any_database_understands(url: str) -> None:
    dialect: Dialect = make_url(url).get_dialect()() if url else DefaultDialect()
    asked = summing([Kind.CYCLE], [1, 2], ("period", "bucket"), since=1, last=9)
    words = str(asked.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    plain = set(re.findall(r"[A-Za-z_]+", words)) - {
        *("measure_cell", "kind", "period", "bucket", "slice_id", "n", "total", "sum_")
    }
    assert plain == {"SELECT", "sum", "AS", "FROM", "WHERE", "IN", "AND", "GROUP", "BY"}
