import pysqlite3.dbapi2 as sqlite
import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine.database import Database
from engine.history import timeline
from engine.models import Case, Event, Task
from engine.record.audit import audit
from engine.record.facts import ChainBroken, verify_chain
from engine.tasks import complete_task
from tests.clock import Clock
from tests.engine.office import TWO_TASKS, TownHall


@pytest.fixture
def case(hall: TownHall) -> Case:
    """A case with four facts."""
    ana = hall.person("ana", "Office")
    case = hall.start(hall.publish(TWO_TASKS, by=ana), by=ana, name="Ñandú", sum=0.1)
    task = hall.session.scalars(select(Task)).one()
    complete_task(hall.session, task.id, {"long": "x" * 9000}, by=ana, at=hall.at)
    return case


def change(session: Session, case: Case, seq: int, **values: object) -> None:
    session.execute(
        update(Event).where(Event.case_id == case.id, Event.seq == seq).values(**values)
    )


def test_an_untouched_chain_is_whole(session: Session, case: Case) -> None:
    session.expire_all()
    assert verify_chain(session, case.id) == 4


@pytest.mark.parametrize(
    ("seq", "values"),
    [
        (1, {"data": {"answers": {"sum": 2}}}),
        (2, {"element_id": "decide"}),
        (3, {"by_id": 1}),
        (4, {"hash": b"0" * 32}),
    ],
)
def test_a_changed_fact_breaks_the_chain(
    session: Session, case: Case, seq: int, values: dict[str, object]
) -> None:
    change(session, case, seq, **values)
    with pytest.raises(ChainBroken, match=f"{case.number} .* at fact {seq}"):
        verify_chain(session, case.id)


@pytest.mark.parametrize("seq", [1, 2, 4])
def test_a_removed_fact_breaks_the_chain(session: Session, case: Case, seq: int) -> None:
    session.execute(delete(Event).where(Event.case_id == case.id, Event.seq == seq))
    with pytest.raises(ChainBroken):
        verify_chain(session, case.id)


def test_facts_whose_case_is_gone_are_named(sqlite_database: Database, clock: Clock) -> None:
    with sqlite_database.transaction() as session:
        hall = TownHall(session, clock())
        version = hall.publish(TWO_TASKS)
        kept, lost = (hall.start(version).id for _ in range(2))
    by_hand = sqlite.connect(sqlite_database.engine.url.database)  # it knows of no foreign keys
    by_hand.execute("DELETE FROM case_file WHERE id = ?", (lost,))
    by_hand.commit()
    by_hand.close()
    with sqlite_database.reading() as session:
        told = {one.case_id: one.broken for one in audit(session)}
    assert told[kept] is None
    assert isinstance(told[lost], ChainBroken)


def test_a_long_answer_is_kept_by_its_beginning(session: Session, case: Case) -> None:
    kept = timeline(session, case)[2].data["answers"]["long"]
    assert len(kept) == 2001
