from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from engine.cases import suspend_case
from engine.database import Database
from engine.models import Case, DayHead, DayRoot, Event, Job
from engine.outbox import NotDiscarded, discard, send_again
from engine.record import day_roots
from engine.record.day_roots import audit_roots, close_yesterday, unsealed_cases
from engine.record.facts import _link, verify_chain
from engine.worker import Worker
from tests.clock import Clock
from tests.engine.office import TWO_TASKS, TownHall


@pytest.fixture
def town(database: Database, clock: Clock) -> list[int]:
    """Three cases, and their ids."""
    with database.transaction() as session:
        hall = TownHall(session, clock())
        version = hall.publish(TWO_TASKS)
        return [hall.start(version).id for _ in range(3)]


def close(database: Database, clock: Clock) -> None:
    clock.advance(days=1)
    database.write(lambda session: close_yesterday(session, at=clock()))
    Worker(database, clock).run_until_idle()


def broken(database: Database, published: dict[date, str] | None = None) -> list[str]:
    with database.reading() as session:
        return [one.broken for one in audit_roots(session, published) if one.broken is not None]


def go_on(database: Database, clock: Clock, case_id: int) -> None:
    database.write(lambda s: suspend_case(s, case_id, "in court", by=None, at=clock()))


def test_a_day_closes_once_with_a_root_over_the_cases_that_went_on(
    database: Database, clock: Clock, town: list[int]
) -> None:
    close(database, clock)
    assert database.write(lambda session: close_yesterday(session, at=clock())) is False
    go_on(database, clock, town[1])
    close(database, clock)
    with database.reading() as session:
        second, first = day_roots.day_roots(session)
        assert (first.day, first.cases) == (date(2026, 3, 2), 3)
        assert (second.day, second.cases) == (date(2026, 3, 3), 1)
        heads = select(DayHead.case_id).where(DayHead.day == second.day)
        assert session.scalars(heads).all() == [town[1]]
        assert unsealed_cases(session) == 0
    assert broken(database) == []


@pytest.mark.parametrize(
    ("zone", "closed"),
    [("America/Lima", None), ("Pacific/Auckland", date(2026, 3, 2)), ("UTC", None)],
)
def test_a_day_closes_when_it_is_over_where_the_installation_is(
    database: Database, clock: Clock, town: list[int], zone: str, closed: date | None
) -> None:
    # a Monday in Lima and in London, Tuesday already in New Zealand
    assert clock().astimezone(UTC).date() == date(2026, 3, 2)
    with database.transaction() as session:
        session.add(DayRoot(day=date(2026, 3, 1), closed_at=clock(), cases=0, root=bytes(32)))
    left = database.write(lambda s: close_yesterday(s, zone=ZoneInfo(zone), at=clock()))
    assert left is (closed is not None)
    Worker(database, clock).run_until_idle()
    with database.reading() as session:
        assert day_roots.day_roots(session)[0].day == (closed or date(2026, 3, 1))


def test_no_day_closes_before_one_that_is_closed(
    database: Database, clock: Clock, town: list[int]
) -> None:
    far = ZoneInfo("Pacific/Auckland")
    assert database.write(lambda s: close_yesterday(s, zone=far, at=clock())) is True
    Worker(database, clock).run_until_idle()
    # the installation moves to Lima, where the day before is an earlier one
    assert database.write(lambda s: close_yesterday(s, at=clock())) is False
    go_on(database, clock, town[0])
    clock.advance(days=1)
    database.write(lambda s: close_yesterday(s, at=clock()))
    close(database, clock)
    assert broken(database) == []
    with database.reading() as session:
        assert unsealed_cases(session) == 0


def test_the_job_that_closes_a_day_is_left_once(database: Database, clock: Clock) -> None:
    assert database.write(lambda session: close_yesterday(session, at=clock())) is True
    assert database.write(lambda session: close_yesterday(session, at=clock())) is False
    with database.reading() as session:
        assert len(session.scalars(select(Job)).all()) == 1


def test_a_fact_that_comes_late_is_under_the_next_root(
    database: Database, clock: Clock, town: list[int]
) -> None:
    close(database, clock)
    # A clerk's clock says yesterday.
    yesterday = clock() - timedelta(days=1)
    database.write(lambda s: suspend_case(s, town[0], "late", by=None, at=yesterday))
    assert broken(database) == []
    with database.reading() as session:
        assert unsealed_cases(session) == 1
    close(database, clock)
    assert broken(database) == []
    with database.reading() as session:
        assert [root.cases for root in day_roots.day_roots(session)] == [1, 3]


def test_a_chain_rewritten_from_its_beginning_shows_in_the_root(
    database: Database, clock: Clock, town: list[int]
) -> None:
    close(database, clock)
    database.write(lambda session: rewrite(session, town[0]))
    with database.reading() as session:
        verify_chain(session, town[0])  # by itself it looks as written
    assert broken(database) == ["it does not follow from the record"]


def test_a_root_rewritten_too_differs_from_the_published_one(
    database: Database, clock: Clock, town: list[int]
) -> None:
    close(database, clock)
    with database.reading() as session:
        published = {one.day: one.root.hex() for one in day_roots.day_roots(session)}
    assert broken(database, published) == []
    with database.transaction() as session:
        rewrite(session, town[0])
        session.execute(text("DELETE FROM day_root"))
        session.execute(text("DELETE FROM day_head"))
        session.execute(text("UPDATE case_file SET sealed_seq = 0"))
    clock.advance(days=-1)
    close(database, clock)
    assert broken(database) == []
    (said,) = broken(database, published)
    assert said.startswith("another one was published: ")


def test_a_case_that_is_gone_shows_in_the_root(
    database: Database, clock: Clock, town: list[int]
) -> None:
    close(database, clock)
    with database.transaction() as session:
        session.execute(delete(Event).where(Event.case_id == town[2]))
    assert broken(database) == [f"fact 2 of case {town[2]} is missing"]


def test_a_root_that_is_gone_shows_to_who_kept_it(
    database: Database, clock: Clock, town: list[int]
) -> None:
    close(database, clock)
    with database.transaction() as session:
        session.execute(text("DELETE FROM day_root"))
    assert broken(database, {date(2026, 3, 2): "ab" * 32}) == [
        f"it is gone; published was {'ab' * 32}"
    ]


def test_a_root_that_is_gone_shows_by_the_cases_it_covered_but_not_while_a_day_is_closed(
    database: Database, clock: Clock, town: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    close(database, clock)
    monkeypatch.setattr(day_roots, "BATCH", 1)
    for case_id in town:
        go_on(database, clock, case_id)
    clock.advance(days=1)
    database.write(lambda session: close_yesterday(session, at=clock()))
    Worker(database, clock).run_once()  # the first of several batches
    assert broken(database) == []
    Worker(database, clock).run_until_idle()
    assert broken(database) == []
    with database.transaction() as session:
        session.execute(delete(DayRoot).where(DayRoot.day == date(2026, 3, 3)))
    assert broken(database) == ["it is gone; the cases that it covered are noted still"]


def begin_in_batches(database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job waits to close the day before, a case at a time."""
    monkeypatch.setattr(day_roots, "BATCH", 1)
    clock.advance(days=1)
    database.write(lambda session: close_yesterday(session, at=clock()))


def given_up_halfway(
    database: Database, clock: Clock, town: list[int], monkeypatch: pytest.MonkeyPatch
) -> int:
    """The id of the job that was to close 2 March, given up after the first of its batches."""
    begin_in_batches(database, clock, monkeypatch)
    Worker(database, clock).run_once()
    with database.transaction() as session:
        job = session.scalars(select(Job).where(Job.kind == "root")).one()
        job.is_dead, job.last_error = True, "disk full"
        return job.id


def test_a_day_that_was_given_up_is_told_as_never_closed_until_it_is(
    database: Database, clock: Clock, town: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = given_up_halfway(database, clock, town, monkeypatch)
    assert broken(database) == [
        "it was never closed; its job waits in the outbox to be tried again"
    ]
    with database.transaction() as session:
        with pytest.raises(NotDiscarded):
            discard(session, job)
        send_again(session, job, at=clock())
    Worker(database, clock).run_until_idle()
    assert broken(database) == []
    with database.reading() as session:
        assert [root.cases for root in day_roots.day_roots(session)] == [3]


def test_a_day_that_the_next_one_overtook_is_covered_by_the_root_after_it(
    database: Database, clock: Clock, town: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = given_up_halfway(database, clock, town, monkeypatch)
    close(database, clock)
    assert len(broken(database)) == 1
    database.write(lambda session: send_again(session, job, at=clock()))
    Worker(database, clock).run_until_idle()
    assert broken(database) == []
    with database.reading() as session:
        assert unsealed_cases(session) == 1
    close(database, clock)
    with database.reading() as session:
        assert [root.cases for root in day_roots.day_roots(session)] == [1, 2]
        assert unsealed_cases(session) == 0
    assert broken(database) == []


def test_a_day_that_is_being_closed_is_not_begun_again(
    database: Database, clock: Clock, town: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_in_batches(database, clock, monkeypatch)
    for key in ("root:2026-03-02", "root:2026-03-02:9"):  # an earlier release's
        Worker(database, clock).run_once()
        with database.transaction() as session:
            session.scalars(select(Job).where(Job.kind == "root")).one().key = key
        clock.advance(minutes=1)
        assert database.write(lambda session: close_yesterday(session, at=clock())) is False
    go_on(database, clock, min(town))  # noted already: a second chain would note it once more
    Worker(database, clock).run_until_idle()
    assert broken(database) == []
    with database.reading() as session:
        assert [root.cases for root in day_roots.day_roots(session)] == [3]
        assert session.scalars(select(Job.last_error)).all() == []


def test_a_day_has_one_key_until_it_is_closed(
    database: Database, clock: Clock, town: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_in_batches(database, clock, monkeypatch)
    for _ in town:
        Worker(database, clock).run_once()
        with database.reading() as session:
            assert session.scalars(select(Job.key)).all() == ["root:2026-03-02"]


def test_a_day_of_two_jobs_is_told_as_given_up_when_both_are(
    database: Database, clock: Clock, town: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = given_up_halfway(database, clock, town, monkeypatch)
    with database.transaction() as session:
        payload = session.get_one(Job, first).payload
        other = {"id": first + 1, "key": "root:2026-03-02:9", "payload": payload, "run_at": clock()}
        session.add(Job(kind="root", **other))
    for dead in (first, first + 1):  # whichever is read first
        with database.transaction() as session:
            for job in session.scalars(select(Job)).all():
                job.is_dead = job.id == dead
        assert broken(database) == []
    with database.transaction() as session:
        session.execute(update(Job).values(is_dead=True))
    assert len(broken(database)) == 1


def test_what_an_overtaken_day_noted_is_taken_back_in_batches(
    database: Database, clock: Clock, town: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = given_up_halfway(database, clock, town, monkeypatch)
    database.write(lambda session: send_again(session, job, at=clock()))
    Worker(database, clock).run_once()
    with database.transaction() as session:
        session.scalars(select(Job)).one().is_dead = True
        session.add(DayRoot(day=date(2026, 3, 3), closed_at=clock(), cases=0, root=bytes(32)))
        assert unsealed_cases(session) == 1
    second = sorted(town)[1]
    go_on(database, clock, second)
    with database.transaction() as session:
        send_again(session, session.scalars(select(Job.id)).one(), at=clock())
    for noted in ([second], []):
        Worker(database, clock).run_once()
        with database.reading() as session:
            assert session.scalars(select(DayHead.case_id)).all() == noted
            assert unsealed_cases(session) == 3
    Worker(database, clock).run_until_idle()
    with database.reading() as session:
        assert session.scalars(select(Job.id)).all() == []
        assert set(session.scalars(select(Case.sealed_seq))) == {0}


def test_many_cases_are_closed_in_batches(
    database: Database, clock: Clock, town: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_roots, "BATCH", 2)
    close(database, clock)
    with database.reading() as session:
        assert [root.cases for root in day_roots.day_roots(session)] == [3]
    assert broken(database) == []


def test_a_day_on_which_no_worker_ran_is_under_the_next_root(
    database: Database, clock: Clock, town: list[int]
) -> None:
    clock.advance(days=5)
    close(database, clock)
    with database.reading() as session:
        assert [root.cases for root in day_roots.day_roots(session)] == [3]


def rewrite(session: Session, case_id: int) -> None:
    """What somebody with the database in hand could do: another past, with a chain that fits it."""
    link = b""
    for event in session.scalars(
        select(Event).where(Event.case_id == case_id).order_by(Event.seq)
    ).all():
        event.by_id = 666
        at = event.at.isoformat(timespec="microseconds")
        parts = (event.case_id, event.seq, at, event.type, event.element_id, event.token, 666)
        link = event.hash = _link(link, parts, (event.office_id, event.data))
    session.flush()
    session.execute(update(Case).where(Case.id == case_id).values(last_hash=link))
