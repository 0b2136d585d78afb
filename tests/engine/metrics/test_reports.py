"""Saved reports go out once, open data shows no small group; targets, forecasts, comparisons keep their word."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select

from engine.metrics.compare import difference
from engine.metrics.days import ZONE
from engine.metrics.forecast import remaining, when_done
from engine.metrics.item import Item, ItemKind, Measured
from engine.metrics.keeping import keep
from engine.metrics.numbers import Numbers
from engine.metrics.open_data import FEWEST, joined, open_figures, open_rows
from engine.metrics.question import Question
from engine.metrics.reports import save_report, send_due
from engine.metrics.spread import Ranked
from engine.metrics.targets import TargetUnreadable, aims, set_target
from engine.metrics.usual_time import usual_time
from engine.models import Job, JobKind, Procedure
from tests.engine.office import TWO_TASKS, TownHall

DAY = 86_400
NEW_YEAR = int(datetime(2026, 1, 5, 15, tzinfo=UTC).timestamp())


@pytest.fixture
def measured(hall: TownHall) -> Procedure:
    """A procedure with nobody in it yet; cases are added as a log would be."""
    hall.person("olga", roles=("operator",))
    hall.people["olga"].email = "olga@example.org"
    return hall.publish(TWO_TASKS).procedure


def ended(hall: TownHall, procedure: Procedure, ends: list[tuple[int, int]]) -> None:
    """Cases that ended so many days after New Year and took so many days."""
    cases = []
    for number, (day, took) in enumerate(ends, start=1):
        end = NEW_YEAR + day * DAY
        item = Item(1, "a", "A", ItemKind.EVENT, end - took * DAY, end, True, office_id=9)
        cases.append(
            Measured(
                1000 + number,
                procedure.id,
                str(number),
                end - took * DAY,
                [item],
                status="completed",
                ended_at=end,
                is_imported=True,
            )
        )
    keep(hall.session, cases, ZONE)


def asked(hall: TownHall, procedure: Procedure) -> Numbers:
    return Numbers(hall.session, Question(hall.people["olga"], procedure.id))


def test_a_report_that_is_due_leaves_one_mail_and_waits_for_its_next_day(
    hall: TownHall, measured: Procedure
) -> None:
    olga = hall.people["olga"]
    save_report(
        hall.session, measured, "Mondays", {"channel": "counter"}, every="week", by=olga, at=hall.at
    )
    assert send_due(hall.session, at=hall.at) == 0
    later = hall.at + timedelta(days=7)
    assert send_due(hall.session, at=later) == 1
    assert send_due(hall.session, at=later) == 0
    (mail,) = hall.session.scalars(select(Job).where(Job.kind == JobKind.MAIL)).all()
    assert mail.payload["to"] == "olga@example.org"
    assert "Mondays" in mail.payload["subject"]


@given(some.lists(some.integers(0, 30), max_size=24))
def test_no_row_of_open_data_and_no_difference_of_rows_is_a_small_group(counts: list[int]) -> None:
    months = {
        date(2024 + place // 12, place % 12 + 1, 1): [(3600.0, count)]
        for place, count in enumerate(counts)
        if count
    }
    procedure = Procedure(key="permit")
    rows = joined(procedure, months)
    assert all(row.ended >= FEWEST for row in rows)
    assert sum(row.ended for row in rows) > sum(counts) - FEWEST
    spans = [(row.from_month, row.to_month) for row in rows]
    assert all(first[1] < second[0] for first, second in pairwise(spans)), "rows never overlap"


def test_open_data_joins_small_months_and_leaves_out_the_rest(
    hall: TownHall, measured: Procedure
) -> None:
    ended(hall, measured, [(day, 2) for day in (0, 1, 2, 30, 31, 60, 61, 62, 63, 64, 95)])
    at = datetime(2026, 6, 1, 15, tzinfo=UTC)
    rows = open_rows(hall.session, measured, at=at)
    assert [row.ended for row in rows] == [5, 5]
    assert rows[0].from_month == "2026-01"
    assert rows[0].to_month == "2026-02"
    assert all(row.ended >= FEWEST for row in rows)
    open_figures(hall.session, measured, True, by=hall.people["olga"], at=at)


def test_a_target_is_missed_when_fewer_are_done_in_time(
    hall: TownHall, measured: Procedure
) -> None:
    ended(hall, measured, [(day, took) for day, took in enumerate([1, 1, 1, 9, 9, 9])])
    set_target(hall.session, measured, "", 48, 0.85, by=hall.people["olga"], at=hall.at)
    (aim,) = aims(asked(hall, measured))
    assert (aim.count, aim.met, aim.is_missed) == (6, 0.5, True)
    with pytest.raises(TargetUnreadable):
        set_target(hall.session, measured, "", -1, by=hall.people["olga"], at=hall.at)


def test_when_done_is_drawn_from_the_days_before(hall: TownHall, measured: Procedure) -> None:
    ended(hall, measured, [(day, 1) for day in range(80)])  # one a day
    today = date(2026, 3, 26)
    found = when_done(asked(hall, measured), 10, today=today)
    assert found is not None
    assert found.p50 is not None
    assert found.p95 is not None
    assert timedelta(days=9) <= found.p50 - today <= timedelta(days=13)
    assert found.p50 <= found.p95


def test_the_usual_time_leaves_small_groups_unsaid(hall: TownHall, measured: Procedure) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    ended(hall, measured, [(day, 4) for day in range(4)])
    assert usual_time(hall.session, measured.id, at=at) is None
    more = Measured(
        5000, measured.id, "x", NEW_YEAR, [], status="completed", ended_at=NEW_YEAR + 4 * DAY
    )
    keep(hall.session, [more], ZONE)
    usual = usual_time(hall.session, measured.id, at=at)
    assert usual is not None
    assert abs(usual.most - 4 * DAY) <= 0.021 * 4 * DAY


def test_what_differs_is_told_from_what_varies() -> None:
    short = [(float(hours * 3600), 3) for hours in range(10, 40)]
    long = [(seconds * 2, n) for seconds, n in short]
    same = difference(short, short)
    longer = difference(short, long)
    assert same is not None
    assert not same.is_clear
    assert longer is not None
    assert longer.is_clear
    assert longer.low < longer.change < longer.high
    assert difference(short[:1], long) is None


@given(some.lists(some.integers(1, 1000), min_size=1, max_size=50), some.integers(0, 1200))
def test_a_case_never_ends_before_it_is_as_old_as_it_is(took: list[int], age: int) -> None:
    ranked = Ranked((float(one), 1) for one in took)
    assert remaining(ranked, float(age), 0.5) >= age
    assert remaining(ranked, float(age), 0.85) >= remaining(ranked, float(age), 0.5)
