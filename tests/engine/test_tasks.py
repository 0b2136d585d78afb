import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import CaseSuspended, cancel_case, resume_case, suspend_case
from engine.errors import NotFound
from engine.history import path, positions, timeline, variables
from engine.inbox.filters import TaskQuery
from engine.inbox.worklists import open_tasks, task_by_id
from engine.models import CaseStatus, Task, TaskStatus
from engine.record.facts import verify_chain
from engine.tasks import (
    AlreadyCompleted,
    MayNotWork,
    NotYours,
    OtherOffice,
    TaskGone,
    assign_task,
    claim_task,
    complete_task,
    release_task,
    save_answers,
    saved_answers,
)
from tests.clock import Clock
from tests.engine.office import TWO_TASKS, TownHall


@pytest.fixture
def busy(hall: TownHall) -> TownHall:
    """Ana and Eva at the front desk, Beto on the board, Olga the operator; one case at its first task."""
    hall.person("ana", "Front desk")
    hall.person("eva", "Front desk")
    hall.person("beto", "Board")
    hall.person("olga", roles=("operator",))
    version = hall.publish(TWO_TASKS)
    hall.lanes(version, Front_desk="Front desk", Board="Board")
    hall.start(version, by=hall.people["ana"], reason="shop")
    return hall


def only_task(session: Session, element_id: str = "receive") -> Task:
    return session.scalars(select(Task).where(Task.element_id == element_id)).one()


def test_a_new_case_shows_in_the_inbox_of_the_office_its_lane_is_matched_with(
    busy: TownHall,
) -> None:
    query = TaskQuery(scope="office")
    seen = {
        name: [row.name for row in open_tasks(busy.session, person, query, at=busy.at).rows]
        for name, person in busy.people.items()
        if name != "olga"
    }
    assert seen == {"ana": ["Receive"], "eva": ["Receive"], "beto": []}


def test_a_completed_task_leaves_the_worklist(busy: TownHall) -> None:
    ana = busy.people["ana"]
    task = only_task(busy.session)
    done = complete_task(busy.session, task.id, {"complete": True}, by=ana, at=busy.at)
    assert open_tasks(busy.session, ana, TaskQuery(scope="all"), at=busy.at).rows == []
    assert done.task.status == TaskStatus.COMPLETED
    assert done.next_task is None  # the next one is the board's


def test_the_next_task_is_offered_to_whoever_may_do_it(busy: TownHall) -> None:
    both = busy.person("carla", "Front desk", "Board")
    done = complete_task(busy.session, only_task(busy.session).id, {}, by=both, at=busy.at)
    assert done.next_task is not None
    assert done.next_task.element_id == "decide"


def test_the_last_task_ends_the_case_with_the_name_of_its_end(busy: TownHall) -> None:
    ana, beto = busy.people["ana"], busy.people["beto"]
    complete_task(busy.session, only_task(busy.session).id, {"a": 1}, by=ana, at=busy.at)
    decide = only_task(busy.session, "decide")
    case = complete_task(busy.session, decide.id, {"granted": True}, by=beto, at=busy.at).case
    assert (case.status, case.outcome) == (CaseStatus.COMPLETED, "Decided")
    assert variables(busy.session, case) == {"reason": "shop", "a": 1, "granted": True}
    assert positions(busy.session, case) == []
    assert path(busy.session, case)["receive_decide"] == 1
    types = [entry.type for entry in timeline(busy.session, case)]
    assert types == [
        "case_started",
        "task_opened",
        "task_completed",
        "task_opened",
        "task_completed",
        "case_completed",
    ]
    assert verify_chain(busy.session, case.id) == 6


def test_a_second_completion_names_who_was_faster(busy: TownHall, clock: Clock) -> None:
    task = only_task(busy.session)
    complete_task(busy.session, task.id, {}, by=busy.people["ana"], at=busy.at)
    with pytest.raises(AlreadyCompleted, match="“Receive” was completed by Ana at 14:00"):
        complete_task(busy.session, task.id, {}, by=busy.people["eva"], at=clock.advance(minutes=1))


def test_what_a_colleague_works_on_is_not_yours(busy: TownHall) -> None:
    task = only_task(busy.session)
    claim_task(busy.session, task.id, by=busy.people["ana"], at=busy.at)
    claim_task(busy.session, task.id, by=busy.people["ana"], at=busy.at)
    with pytest.raises(NotYours, match="being done by Ana"):
        complete_task(busy.session, task.id, {}, by=busy.people["eva"], at=busy.at)
    release_task(busy.session, task.id, by=busy.people["ana"], at=busy.at)
    complete_task(busy.session, task.id, {}, by=busy.people["eva"], at=busy.at)


def test_a_task_of_another_office_does_not_exist_for_you(busy: TownHall) -> None:
    task = only_task(busy.session)
    beto = busy.people["beto"]
    for act in (claim_task, release_task):
        with pytest.raises(NotFound):
            act(busy.session, task.id, by=beto, at=busy.at)
    with pytest.raises(NotFound):
        complete_task(busy.session, task.id, {}, by=beto, at=busy.at)
    with pytest.raises(NotFound):
        task_by_id(busy.session, beto, task.id)


def test_an_operator_sees_a_task_but_does_not_do_the_work_of_an_office(busy: TownHall) -> None:
    task, olga = only_task(busy.session), busy.people["olga"]
    assert task_by_id(busy.session, olga, task.id) is task
    with pytest.raises(OtherOffice):
        complete_task(busy.session, task.id, {}, by=olga, at=busy.at)
    assert task.status == TaskStatus.OPEN


def test_only_someone_of_the_office_can_be_given_a_task(busy: TownHall) -> None:
    task = only_task(busy.session)
    olga = busy.people["olga"]
    with pytest.raises(MayNotWork, match="Beto cannot be given"):
        assign_task(busy.session, task.id, busy.people["beto"], by=olga, at=busy.at)
    assign_task(busy.session, task.id, busy.people["eva"], by=olga, at=busy.at)
    assert task.assignee_id == busy.people["eva"].id


def test_a_cancelled_case_takes_its_tasks_along(busy: TownHall) -> None:
    task = only_task(busy.session)
    cancel_case(busy.session, task.case_id, "withdrawn", by=busy.people["ana"], at=busy.at)
    assert task.status == TaskStatus.CANCELLED
    with pytest.raises(TaskGone):
        complete_task(busy.session, task.id, {}, by=busy.people["ana"], at=busy.at)


def test_nothing_moves_in_a_suspended_case(busy: TownHall) -> None:
    task, ana = only_task(busy.session), busy.people["ana"]
    suspend_case(busy.session, task.case_id, "in court", by=ana, at=busy.at)
    with pytest.raises(CaseSuspended):
        complete_task(busy.session, task.id, {}, by=ana, at=busy.at)
    resume_case(busy.session, task.case_id, "decided", by=ana, at=busy.at)
    complete_task(busy.session, task.id, {}, by=ana, at=busy.at)


def test_what_was_typed_is_kept_until_the_task_is_done(busy: TownHall) -> None:
    task, ana = only_task(busy.session), busy.people["ana"]
    save_answers(busy.session, task.id, {"name": "Ro"}, by=ana, at=busy.at)
    save_answers(busy.session, task.id, {"name": "Rosa"}, by=ana, at=busy.at)
    assert saved_answers(busy.session, task.id, ana) == {"name": "Rosa"}
    complete_task(busy.session, task.id, {"name": "Rosa"}, by=ana, at=busy.at)
    assert saved_answers(busy.session, task.id, ana) == {}


@pytest.mark.parametrize("wrong", ["", "x", "1", "1-", "-1", "1-x", "9" * 30 + "-1", "1-1", "٣-١"])
def test_an_id_that_is_none_is_not_found(busy: TownHall, wrong: str) -> None:
    with pytest.raises(NotFound):
        claim_task(busy.session, wrong, by=busy.people["ana"], at=busy.at)
