"""Figures added up again are mended while everyone works on; blocks of weeks say what their weeks say."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from engine.database import Database
from engine.metrics.days import ZONE
from engine.metrics.keeping import keep
from engine.metrics.kinds import Kind
from engine.metrics.recount import RecountOvertaken, recount, recount_within
from engine.metrics.rollups import COUNTED_CASES, counted_cases
from engine.metrics.summing import summed, summing
from engine.metrics.upkeep import Known, catch_up, rebuild
from engine.models import Case, Cell, Person, Slice, Task, TaskStatus, WorkItem
from engine.tasks import complete_task
from tests.engine.metrics.lives import MONDAY, QUIET, cells_of, finished, town
from tests.engine.office import TWO_TASKS


def test_while_figures_are_added_up_again_others_measure_and_both_are_counted_once(
    permits: Database,
) -> None:
    catch_up(permits, Known())
    procedure_id = _one(permits, select(Case.procedure_id))
    with permits.transaction() as session:
        good = cells_of(session)
        session.execute(update(Cell).values(n=Cell.n + 1, total=Cell.total + 7))

    def meanwhile(_done: int, _of: int) -> None:
        # on SQLite this would wait for ever if adding up held the write lock
        case_id = _one(
            permits, select(Task.case_id).where(Task.status == TaskStatus.OPEN, Task.token == 2)
        )
        with permits.transaction() as session:
            by = session.get_one(Person, session.get_one(Case, case_id).started_by_id)
            complete_task(session, f"{case_id}-2", {}, by=by, at=MONDAY + timedelta(hours=1))
        assert catch_up(permits, Known()) == 1

    mended = recount(permits, procedure_id, told=meanwhile, pieces=2)
    assert mended.cases == 4
    with permits.transaction() as session:
        mine = cells_of(session)
        session.execute(delete(Cell))
        recount_within(session, procedure_id)
        assert mine == cells_of(session)
        assert mine != good, "two tasks were done since"
    assert recount(permits, procedure_id).mended == 0


def test_of_two_who_add_up_again_only_the_later_mends(permits: Database) -> None:
    catch_up(permits, Known())
    procedure_id = _one(permits, select(Case.procedure_id))
    with permits.reading() as session:
        good = cells_of(session)
    with permits.transaction() as session:
        session.execute(update(Cell).values(n=Cell.n + 1))

    def overtake(done: int, of: int) -> None:
        if done == of:
            assert recount(permits, procedure_id).mended == len(good)

    with pytest.raises(RecountOvertaken):
        recount(permits, procedure_id, told=overtake)
    with permits.reading() as session:
        assert cells_of(session) == good


def test_a_rebuild_leaves_what_pages_show_until_it_is_mended(permits: Database) -> None:
    catch_up(permits, Known())
    procedure_id = _one(permits, select(Case.procedure_id))
    with permits.transaction() as session:
        good = cells_of(session)
        session.execute(update(WorkItem).values(touch=77))
        session.execute(update(Cell).values(n=Cell.n + 1))
    heard: list[tuple[int, int]] = []
    rebuild(permits, procedure_id, told=lambda done, of: heard.append((done, of)))
    assert heard == [(4, 4), (4, 4)]
    with permits.reading() as session:
        assert cells_of(session) == good
        assert session.scalar(select(func.max(WorkItem.touch))) == 0


def test_cases_of_several_procedures_are_added_up_in_pieces(database: Database) -> None:
    with database.transaction() as session:
        hall = town(session)
        ids = [hall.publish(TWO_TASKS, key=key).procedure_id for key in ("one", "two")]
        cases = []
        for number in range(1, 24):
            case = finished(number, number * 1000)
            case.procedure_id, case.is_imported = ids[number % 5 == 0], True
            cases.append(case)
        keep(session, cases, ZONE)
    with database.transaction() as session:
        good = cells_of(session)
        session.execute(delete(Cell))
    for procedure_id, many in zip(ids, (19, 4), strict=True):
        heard: list[tuple[int, int]] = []
        recount(database, procedure_id, pieces=3, told=lambda *how_far: heard.append(how_far))  # noqa: B023
        assert heard[-1] == (many, many)
    with database.reading() as session:
        assert cells_of(session) == good


def test_a_piece_is_found_without_looking_at_all_cases_of_its_procedure(
    sqlite_database: Database,
) -> None:
    # with an index of procedures each piece read and sorted a million cases, twenty times over
    asked = counted_cases(1, ZONE, 0, 1, after=5, last=9)
    words = asked.compile(sqlite_database.engine, compile_kwargs={"literal_binds": True})
    with sqlite_database.writer.connect() as connection:
        COUNTED_CASES.create(connection)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}").all()
    steps = [step for *_, step in plan if "measured_case" in step]
    assert steps == ["SEARCH measured_case USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"]


def _one(database: Database, asked: Select[int]) -> int:
    with database.reading() as session:
        return session.scalars(asked.limit(1)).one()


@QUIET
@given(
    some.lists(some.tuples(some.integers(0, 1200), some.integers(0, 9_000_000)), min_size=1),
    some.integers(0, 1200),
    some.integers(0, 1200),
)
def test_blocks_of_weeks_add_up_to_their_weeks(
    database: Database, ends: list[tuple[int, int]], since: int, length: int
) -> None:
    begin = 19_000  # a day
    with Session(database.writer) as session:
        version = town(session).publish(TWO_TASKS)
        cases = []
        for number, (day, seconds) in enumerate(ends, start=1):
            end = (begin + day) * 86_400 + 43_200
            case = finished(number, seconds)
            case.started_at, case.ended_at = end - seconds, end
            case.items[0].enabled_at, case.items[0].ended_at = end - seconds, end
            case.procedure_id, case.is_imported = version.procedure_id, True
            cases.append(case)
        keep(session, cases, ZONE)
        slices = session.scalars(select(Slice.id).where(~Slice.is_fine)).all()
        for first, last in ((begin + since, begin + since + length), (None, None)):
            kinds = [Kind.CYCLE, Kind.WHOLE]
            weekly = session.execute(
                summing(kinds, slices, ("a", "bucket"), since=first, last=last)
            )
            asked = summed(session, kinds, slices, ("a", "bucket"), since=first, last=last)
            found = {(int(kind), one.a, one.bucket): (one.n, one.total) for kind, one in asked}
            assert found == {(kind, a, bucket): (n, sum_) for kind, a, bucket, n, sum_ in weekly}
        session.rollback()
