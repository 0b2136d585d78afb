import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine.history import timeline
from engine.models import Case, Event, Task
from engine.record.facts import ChainBroken, verify_chain
from engine.tasks import complete_task
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


def test_a_long_answer_is_kept_by_its_beginning(session: Session, case: Case) -> None:
    kept = timeline(session, case)[2].data["answers"]["long"]
    assert len(kept) == 2001
