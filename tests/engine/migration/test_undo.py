"""Cases that were moved to another version go back, as far as they can."""

import ast
import inspect
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import resume_case, suspend_case
from engine.database import Database
from engine.migration import batches as migrating
from engine.migration.commands import (
    case_lines,
    move_cases,
    undo_migration,
)
from engine.models import (
    Case,
    Job,
    MigratedStatus,
    Task,
    TaskStatus,
    Version,
)
from engine.record.facts import verify_chain
from engine.spiff import Obstacle
from engine.spiff.migration import obstacles
from engine.tasks import complete_task
from engine.worker import Worker
from tests.clock import Clock
from tests.engine.office import TownHall
from tests.engine.two_versions import FIRST, WITHOUT, Work, moved, planned, task_of

WATCHED = FIRST.replace(b'id="late"', b'id="late" cancelActivity="false"').replace(
    b'id="old" name="Decide"', b'id="old" name="Call"'
)


def test_an_undone_case_stands_exactly_where_it_stood(
    session: Session, hall: TownHall, work: Work, clock: Clock
) -> None:
    clara = hall.person("clara", "Desk")
    hall.person("oscar", roles=("operator",))
    # the new version has no timer: moving stops it, moving back sets it as it was
    pair = hall.publish(FIRST, by=clara), hall.publish(WITHOUT, by=clara)
    case = hall.start(pair[0])
    before, due = case.state, clock() + timedelta(days=3)
    migration = moved(session, hall, pair, work, clock)
    assert session.scalar(select(Job.id)) is None
    clock.advance(days=1)
    undo_migration(session, migration.id, by=hall.people["oscar"], at=clock())
    work()
    assert (case.state, case.version_id) == (before, pair[0].id)
    assert session.scalars(select(Job.run_at)).all() == [due]
    assert task_of(session, case).name == "Receive"
    assert migration.step == "undone"
    assert verify_chain(session, case.id) == case.last_seq


def test_a_case_that_went_on_is_undone_by_the_same_map_or_kept(
    session: Session,
    hall: TownHall,
    versions: tuple[Version, Version],
    work: Work,
    clock: Clock,
) -> None:
    clara = hall.people["clara"]
    back, kept = hall.start(versions[0]), hall.start(versions[0])
    migration = moved(session, hall, versions, work, clock)
    for case in (back, kept):
        complete_task(session, task_of(session, case).id, {}, by=clara, at=clock())
    complete_task(session, task_of(session, kept).id, {}, by=clara, at=clock())
    undo_migration(session, migration.id, by=hall.people["oscar"], at=clock())
    work()
    assert (back.version_id, task_of(session, back).element_id) == (versions[0].id, "old")
    assert (kept.version_id, task_of(session, kept).name) == (versions[1].id, "Sign")
    (line,) = case_lines(session, migration, MigratedStatus.KEPT)
    assert str(line.obstacles[0]) == "the version it came from has nothing for “Sign”"


def test_a_timer_that_fired_in_the_new_version_does_not_fire_again_in_the_old_one(
    database: Database, clock: Clock
) -> None:
    worker = Worker(database, clock)
    with database.transaction() as session:
        hall = TownHall(session, clock())
        clara = hall.person("clara", "Desk")
        oscar = hall.person("oscar", roles=("operator",))
        new = WATCHED.replace(b'name="Call"', b'name="Call them"').replace(b"P3D", b"P30D")
        pair = hall.publish(WATCHED, by=clara), hall.publish(new, by=clara)
        case_id = hall.start(pair[0]).id
        suspend_case(session, case_id, "Holidays", by=oscar, at=clock())
        migration_id = planned(session, hall, *pair, clock()).id
    worker.run_until_idle()
    with database.transaction() as session:
        move_cases(session, migration_id, by=None, at=clock())
    worker.run_until_idle()
    clock.advance(days=4)
    worker.run_until_idle()
    assert open_names(database, case_id) == ["Receive"]
    with database.transaction() as session:
        resume_case(session, case_id, "They are over", by=oscar, at=clock())
    worker.run_until_idle()
    assert open_names(database, case_id) == ["Call them", "Receive"]
    with database.transaction() as session:
        undo_migration(session, migration_id, by=None, at=clock())
    worker.run_until_idle()
    clock.advance(days=40)
    worker.run_until_idle()
    assert open_names(database, case_id) == ["Call", "Receive"]
    with database.reading() as session:
        case = session.get_one(Case, case_id)
        assert case.version_id == pair[0].id
        assert verify_chain(session, case_id) == case.last_seq


def test_each_sentence_that_tells_of_the_new_version_has_one_for_the_way_back() -> None:
    drawn = ast.parse(Path(inspect.getfile(obstacles)).read_text(encoding="utf-8"))
    sentences = [
        call.args[0].value
        for call in ast.walk(drawn)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == Obstacle.__name__
        and isinstance(call.args[0], ast.Constant)
    ]
    assert {one for one in sentences if "new version" in str(one)} == set(migrating._BACK)
    for there, back in migrating._BACK.items():
        assert there.replace("the new version", "the version it came from") == back
    # what is left tells of neither
    assert set(sentences) - set(migrating._BACK) == {"“{name}” is repeated in one version only"}


def open_names(database: Database, case_id: int) -> list[str]:
    with database.reading() as session:
        return sorted(
            session.scalars(
                select(Task.name).where(
                    Task.case_id == case_id, Task.status == TaskStatus.OPEN.value
                )
            )
        )
