"""The short way of cases whose events are only completions comes to what the long way comes to."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from engine.database import Base, Database
from engine.logs import importing
from engine.logs.importing import fill, register_log
from engine.logs.log import LogCase, LogEvent
from engine.logs.measuring import as_whole, measured
from engine.metrics.cells import Cells
from engine.metrics.completions import Completions
from engine.metrics.days import ZONE
from engine.metrics.keeping import placed_in, resource_number
from tests.clock import START

BEGUN = 1_767_600_000  # January 2026
NAMES = st.one_of(st.none(), st.sampled_from(["ana", "eva", "luis"]))
EVENTS = st.lists(
    st.builds(
        LogEvent,
        st.sampled_from("abc"),
        # few instants, so that many are the same and many go back
        st.integers(0, 12).map(lambda step: BEGUN + 30_000 * step),
        st.sampled_from(["complete", "autoskip"]),
        NAMES,
        st.one_of(st.none(), st.sampled_from(["Desk", "Board"])),
    ),
    min_size=1,
    max_size=9,
)
WHEN = st.one_of(st.just(""), st.sampled_from(["2026-01-04T08:00:00Z", "2026-01-09T08:00:00Z"]))


@given(st.lists(st.tuples(EVENTS, WHEN, WHEN), min_size=1, max_size=4))
def test_cells_and_rows_are_those_of_the_long_way(
    told: list[tuple[list[LogEvent], str, str]],
) -> None:
    long, short = Cells(), Cells()
    way = Completions(7, short, ZONE)
    slow, quick = [], []
    for number, (events, start, end) in enumerate(told, 1):
        declared = frozenset({"enddate"})
        case = LogCase(str(number), events, {"startdate": start, "enddate": end}, declared)
        groups = {resource_number(7, event.group) for event in events if event.group}
        of_case = (case, number, 7, frozenset({0, *groups}), ZONE)
        slow += placed_in(long, [measured(*of_case)], ZONE)
        quick.append(way.add(as_whole(*of_case), events))
    way.settle()
    assert list(short.rows()) == list(long.rows())
    items = [
        (
            one.case.case_id, p.item.seq, p.activity_id, p.previous_id, p.gap, p.item.office_id, p.item.person_id,
            p.item.ended_at, p.round,
        )
        for one in slow
        for p in one.items
    ]  # fmt: skip
    assert sorted(way.taken().rows) == sorted(items)
    for one, other in zip(slow, quick, strict=True):
        assert one[2:] == other[2:]


LOG = """case,activity,time,who,office
1,Receive,2026-01-05T08:00:00+00:00,ana,Desk
1,Decide,2026-01-06T09:00:00+00:00,eva,Board
1,Decide,2026-01-06T10:00:00+00:00,eva,
2,Receive,2026-01-05T10:00:00+00:00,ana,Desk
2,Receive,2026-01-05T09:00:00+00:00,,Desk
"""
COLUMNS: dict[str, object] = {
    "case": "case",
    "activity": "activity",
    "time": "time",
    "resource": "who",
    "group": "office",
}


def test_a_database_holds_the_same_after_either_way(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.csv"
    path.write_text(LOG, "utf-8")
    quick = _tables(database, path)
    monkeypatch.setattr(importing, "are_completions", lambda _events: False)
    assert _tables(database, path) == quick
    assert len(quick["work_item"]) == 5


def _tables(database: Database, path: Path) -> dict[str, list[dict[str, Any]]]:
    """What measures hold of a log, without its numbers, which differ; the log is taken out again."""
    log = database.write(
        lambda session: register_log(
            session, path.name, key="log", name="A log", format="csv", mapping=COLUMNS, by=None, at=START
        )
    )  # fmt: skip
    fill(database, log.id, path)
    found: dict[str, list[dict[str, Any]]] = {}
    with database.reading() as session:
        for name in ("activity", "variant", "log_resource", "measured_case", "work_item", "measure_cell"):  # fmt: skip
            table = Base.metadata.tables[name]
            rows = [dict(row._mapping) for row in session.execute(select(table))]
            names = [column.name for column in table.columns]
            numbers = [one for one in names if one.endswith("id") or one in ("a", "b")]
            for row in rows:
                for key in numbers:
                    row[key] = bool(row[key])
            found[name] = sorted(rows, key=repr)
    importing.delete_log(database, log.id)
    return found
