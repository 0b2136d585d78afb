"""What an imported log says of work, for whoever fits a simulation on it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from engine.database import Database
from engine.logs.formats import format_of
from engine.logs.importing import fill, register_log
from engine.metrics.lived import lived_so_far, logged_so_far, logged_work
from engine.metrics.question import Question
from engine.models import CaseStatus, EventLog, MeasuredCase, Role
from tests.clock import START
from tests.engine.office import TownHall, diagram

LINE = diagram('<startEvent id="s"/><userTask id="t" name="T"/><endEvent id="e"/>', flows="s>t t>e")
LOG = """case,activity,time,who
1,Receive,2026-01-05T08:00:00+00:00,ana
1,Decide,2026-01-06T09:00:00+00:00,eva
2,Receive,2026-01-05T10:00:00+00:00,ana
"""


def filled(database: Database, folder: Path, text: str, **columns: str) -> EventLog:
    """A log of this text, imported; `columns` by what they say, beside case and activity."""
    path = folder / "log.csv"
    path.write_text(text, "utf-8")
    mapping: dict[str, object] = {"case": "case", "activity": "activity", **columns}
    log = database.write(
        lambda session: register_log(
            session,
            path.name,
            key="log",
            name="A log",
            format=format_of(path.name),
            mapping=mapping,
            by=None,
            at=START,
        )
    )
    fill(database, log.id, path)
    return log


def test_the_work_of_a_log_comes_with_what_it_says_and_no_more(
    sqlite_database: Database, tmp_path: Path
) -> None:
    log = filled(sqlite_database, tmp_path, LOG, time="time", resource="who")
    with sqlite_database.transaction() as session:
        hall = TownHall(session, START)
        ana = hall.person("ana", roles=(Role.ANALYST,))
        found = sorted(logged_work(session, log.procedure_id, ana), key=lambda one: one.ended_at)
        assert [(one.case, one.activity) for one in found] == [
            ("1", "Receive"),
            ("2", "Receive"),
            ("1", "Decide"),
        ]
        assert found[0].person == found[1].person != found[2].person
        assert {one.enabled_at for one in found} | {one.started_at for one in found} == {None}
        carla = hall.person("carla", "Desk")
        assert list(logged_work(session, log.procedure_id, carla)) == []
        assert logged_so_far(session, log.procedure_id, ana) == []
        session.execute(
            update(MeasuredCase)
            .where(MeasuredCase.procedure_id == log.procedure_id, MeasuredCase.number == "2")
            .values(status=CaseStatus.OPEN.value)
        )
        [(began, so_far)] = logged_so_far(session, log.procedure_id, ana)
        assert began == datetime(2026, 1, 5, 10, tzinfo=UTC)
        assert so_far == 23 * 3600  # until the last thing that the log tells
        assert logged_so_far(session, log.procedure_id, carla) == []


BEGUN = """case,activity,begun,done
1,Receive,2026-01-05T08:00:00+00:00,2026-01-05T08:10:00+00:00
1,Decide,2026-01-06T09:00:00+00:00,2026-01-06T09:02:00+00:00
2,Receive,2026-01-06T10:00:00+00:00,2026-01-06T10:00:00+00:00
"""


def test_when_work_was_begun_is_known_where_the_log_says_it(
    sqlite_database: Database, tmp_path: Path
) -> None:
    log = filled(sqlite_database, tmp_path, BEGUN, start="begun", time="done")
    with sqlite_database.transaction() as session:
        ana = TownHall(session, START).person("ana", roles=(Role.ANALYST,))
        found = sorted(logged_work(session, log.procedure_id, ana), key=lambda one: one.ended_at)
        spent = [(one.ended_at - one.started_at) if one.started_at else None for one in found]
        # 0: this activity tells when it begins, so once it took no time
        assert spent == [timedelta(minutes=10), timedelta(minutes=2), timedelta(0)]
        assert {one.enabled_at for one in found} == {None}


def test_of_cases_that_have_not_ended_it_is_said_how_long_they_have_run(
    sqlite_database: Database,
) -> None:
    with sqlite_database.transaction() as session:
        hall = TownHall(session, START)
        ana = hall.person("ana", "Office", roles=(Role.ANALYST,))
        version = hall.publish(LINE, by=ana)
        hall.start(version)
        asked = Question(ana, version.procedure_id)
        later = START + timedelta(hours=5)
        assert lived_so_far(session, asked, at=later) == [(START, 5 * 3600.0)]
