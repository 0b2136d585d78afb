"""What leaves is read back by a reader that is not ours (r4pm, in Rust)."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
import r4pm
from r4pm import bindings
from sqlalchemy import select

from engine.database import Database
from engine.logs.exporting import as_csv, as_ocel, as_xes, write_parquet
from engine.logs.importing import fill, register_log
from engine.logs.leaving import log_of
from engine.logs.log import LogCase, LogEvent
from engine.models import EventLog, MeasuredCase, Person, PersonRole, Procedure, Role, Task, Variant
from engine.tasks import complete_task
from tests.clock import Clock
from tests.engine.logs.foreign import told_by_others
from tests.engine.office import TWO_TASKS, TownHall

OPERATOR = Person(roles=[PersonRole(role=Role.OPERATOR.value)], memberships=[])
AT = int(datetime(2026, 3, 2, 15, 0, tzinfo=UTC).timestamp())
CASES = [
    LogCase(
        'E-1 <&">',
        [
            LogEvent("Register", AT, "schedule", None, "Desk", "1"),
            LogEvent("Register", AT + 60, "start", "Carla Rojas", "Desk", "1"),
            LogEvent("Register", AT + 120, "complete", "Carla Rojas", "Desk", "1"),
            LogEvent("=1+1", AT + 180, "complete", "Luis Paz", None, None),
        ],
        {
            "startdate": "2026-03-02T15:00:00+00:00",
            "channel": "counter",
            "area": 12,
            "área (m²)": 12.5,
            "2nd": True,
        },
    ),
    LogCase(
        "E-2", [LogEvent("Register", AT, "complete")], {"enddate": "2026-03-02T16:00:00+00:00"}
    ),
]


def _write(path: Path, chunks: object) -> Path:
    assert hasattr(chunks, "__iter__")
    path.write_bytes(b"".join(chunks))
    return path


def test_another_reader_finds_the_same_cases_and_ways_in_our_xes(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.xes", as_xes(CASES, "Licences"))
    item = r4pm.import_item("EventLog", str(path))
    try:
        projection = r4pm.convert_item(item, "EventLogActivityProjection")
        assert bindings.get_num_cases(projection) == 2
        ways = bindings.get_variants(projection)
    finally:
        r4pm.remove_item(item)
    assert sorted(str(way).count("Register") for way in ways) == [1, 3]


def test_others_read_in_every_format_what_we_wrote(tmp_path: Path) -> None:
    told_by_others(CASES, tmp_path)


@pytest.mark.corpus
def test_others_read_the_receipt_log_as_we_pass_it_on(
    sqlite_database: Database, corpus: Path, tmp_path: Path
) -> None:
    _imported(sqlite_database, corpus / "logs" / "receipt.xes.gz", "xes")
    with sqlite_database.reading() as session:
        procedure = session.scalars(select(Procedure)).one()
        cases = list(log_of(session, procedure, OPERATOR, with_names=True))
    assert (len(cases), sum(len(case.events) for case in cases)) == (1434, 8577)
    told_by_others(cases, tmp_path)


def test_another_reader_finds_the_same_events_and_objects_in_our_ocel(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.json", as_ocel(CASES, "Licences"))
    item = r4pm.import_item("OCEL", str(path))
    try:
        assert bindings.num_events(item) == 5
        assert bindings.num_objects(item) == 4  # two cases, two people
    finally:
        r4pm.remove_item(item)


def test_parquet_has_a_row_per_event_and_times_that_are_times(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_parquet(CASES, "Licences", path)
    with duckdb.connect() as database:
        rows = database.execute(
            "SELECT count(*), max(epoch(timestamp)) FROM read_parquet(?)", [str(path)]
        ).fetchall()
    assert rows == [(5, AT + 180)]


def test_no_cell_of_our_csv_is_a_formula() -> None:
    assert b"'=1+1" in b"".join(as_csv(CASES, "Licences"))


@pytest.mark.parametrize(("write", "end"), [(as_xes, "xes"), (as_ocel, "json")])
def test_what_left_comes_back_as_it_was(
    sqlite_database: Database, tmp_path: Path, write: object, end: str
) -> None:
    assert callable(write)
    path = _write(tmp_path / f"a.{end}", write(CASES, "Licences"))
    log = _imported(sqlite_database, path, "xes" if end == "xes" else "ocel")
    assert (log.cases, log.events) == (2, 5)
    with sqlite_database.reading() as session:
        procedure = session.scalars(select(Procedure)).one()
        found = list(log_of(session, procedure, OPERATOR, with_names=True))
        statuses = session.scalars(select(MeasuredCase.status).order_by(MeasuredCase.number)).all()
        lengths = session.scalars(select(Variant.length)).all()
    named = {case.name: case for case in found}
    steps = [(one.activity, one.at, one.lifecycle) for one in named[CASES[0].name].events]
    assert steps == [(one.activity, one.at, one.lifecycle) for one in CASES[0].events]
    assert sorted(lengths) == [1, 2]
    if end == "xes":
        assert list(statuses) == ["open", "completed"]
        assert named[CASES[0].name].attributes["area"] == 12


def test_nobody_is_named_unless_asked_for(sqlite_database: Database, tmp_path: Path) -> None:
    path = _write(tmp_path / "a.xes", as_xes(CASES, "Licences"))
    _imported(sqlite_database, path, "xes")
    with sqlite_database.reading() as session:
        procedure = session.scalars(select(Procedure)).one()
        text = b"".join(as_xes(log_of(session, procedure, OPERATOR), "x")).decode()
    assert "Carla" not in text
    assert "Person 1" in text


def _imported(database: Database, path: Path, format: str) -> EventLog:
    begun = database.write(
        lambda session: register_log(
            session,
            path.name,
            key="log",
            name="A log",
            format=format,
            mapping={"case_type": "case"},
            by=None,
            at=datetime(2026, 3, 2, tzinfo=UTC),
        )
    )
    return fill(database, begun.id, path)


def test_a_case_that_ran_here_leaves_with_its_lifecycle(hall: TownHall, clock: Clock) -> None:
    carla = hall.person("carla", "Desk")
    version = hall.publish(TWO_TASKS)
    hall.lanes(version, Front_desk="Desk", Board="Board")
    case = hall.start(version)
    task = hall.session.scalars(select(Task)).one()
    complete_task(hall.session, task.id, {}, by=carla, at=clock())
    (found,) = log_of(hall.session, version.procedure, OPERATOR)
    assert found.name == case.number
    assert [(one.activity, one.lifecycle, one.resource) for one in found.events] == [
        ("Receive", "schedule", None),
        ("Receive", "complete", "Person 1"),
        ("Decide", "schedule", None),
    ]
    assert "enddate" not in found.attributes
    assert "Rosa" not in b"".join(as_xes([found], "x")).decode()
