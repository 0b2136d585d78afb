"""What one proposes another completes, returns or has undone."""

from datetime import timedelta

import pytest

from engine.cases import ReasonMissing
from engine.colleagues.reviews import OwnProposal, proposal_of, why_returned
from engine.history import timeline
from engine.inbox.bulk import completing
from engine.inbox.filters import TaskQuery
from engine.inbox.next_task import LOOKED_AT, take_next
from engine.interventions.undo import undo_completion
from engine.models import Person, Task
from engine.tasks import (
    claim_task,
    complete_task,
    release_task,
    return_task,
    save_answers,
    saved_answers,
)
from tests.engine.front_desk import begin, front_desk, kinds
from tests.engine.office import TWO_TASKS, TownHall


@pytest.fixture
def ana(hall: TownHall) -> Person:
    return front_desk(hall)


def test_what_one_proposes_another_completes(hall: TownHall, ana: Person) -> None:
    task = begin(hall, ana, tasks={"receive": {"review": True}})
    assert task.review == "wanted"
    done = complete_task(hall.session, task.id, {"ok": True}, by=ana, at=hall.at)
    assert done.is_proposed
    assert (task.status, task.review, task.assignee_id) == ("open", "proposed", None)
    again = complete_task(hall.session, task.id, {"ok": False}, by=ana, at=hall.at)
    assert again.is_proposed  # changed one's mind
    beto = hall.people["beto"]
    done = complete_task(hall.session, task.id, {"ok": False}, by=beto, at=hall.at)
    assert not done.is_proposed
    fact = next(one for one in timeline(hall.session, done.case) if one.type == "task_completed")
    assert (fact.by_name, fact.data["proposed_by"]) == ("Beto", ana.id)


def test_who_changes_what_was_proposed_proposes_in_turn(hall: TownHall, ana: Person) -> None:
    task = begin(hall, ana, tasks={"receive": {"review": True}})
    beto = hall.people["beto"]
    complete_task(hall.session, task.id, {"area": 4}, by=ana, at=hall.at)
    changed = complete_task(hall.session, task.id, {"area": 400}, by=beto, at=hall.at)
    assert changed.is_proposed
    with pytest.raises(OwnProposal):
        return_task(hall.session, task.id, "no", by=beto, at=hall.at)
    done = complete_task(hall.session, task.id, {"area": 400}, by=ana, at=hall.at)
    assert not done.is_proposed


def test_what_is_undone_is_reviewed_again(hall: TownHall, ana: Person) -> None:
    task = begin(hall, ana, tasks={"receive": {"review": True}})
    beto = hall.people["beto"]
    complete_task(hall.session, task.id, {"area": 4}, by=ana, at=hall.at)
    complete_task(hall.session, task.id, {"area": 4}, by=beto, at=hall.at)
    undo_completion(hall.session, task.id, by=beto, at=hall.at)
    assert complete_task(hall.session, task.id, {"area": 400}, by=beto, at=hall.at).is_proposed


def test_an_acceptance_that_is_undone_leaves_what_was_proposed(hall: TownHall, ana: Person) -> None:
    task = begin(hall, ana, tasks={"receive": {"review": True}})
    beto = hall.people["beto"]
    complete_task(hall.session, task.id, {"area": 4}, by=ana, at=hall.at)
    proposed_at = hall.at
    hall.at += timedelta(hours=1)
    complete_task(hall.session, task.id, {"area": 4}, by=beto, at=hall.at)
    undo_completion(hall.session, task.id, by=beto, at=hall.at)
    found = proposal_of(hall.session, task)
    assert found is not None
    assert (found.by_id, found.answers, found.at) == (ana.id, {"area": 4}, proposed_at)
    assert saved_answers(hall.session, task.id, beto) == {}
    done = complete_task(hall.session, task.id, {"area": 4}, by=beto, at=hall.at)
    assert not done.is_proposed  # accepted once more, with nobody asked again
    undo_completion(hall.session, task.id, by=beto, at=hall.at)
    again = proposal_of(hall.session, task)
    assert again is not None
    assert (again.by_id, again.at) == (ana.id, proposed_at)


def test_a_review_is_not_asked_for_the_order_of_entry_once_more(
    hall: TownHall, ana: Person
) -> None:
    version = hall.publish(
        TWO_TASKS, by=ana, sheet={"tasks": {"receive": {"review": True}}, "strict_order": True}
    )
    hall.lanes(version, Front_desk="Front desk", Board="Front desk")

    def filed() -> Task:
        hall.at += timedelta(minutes=1)
        return hall.session.get_one(Task, (hall.start(version, by=ana).id, 2))

    first, second, third = filed(), filed(), filed()
    complete_task(hall.session, second.id, {}, reason="It burns", by=ana, at=hall.at)
    assert not complete_task(
        hall.session, second.id, {}, by=hall.people["beto"], at=hall.at
    ).is_proposed
    complete_task(hall.session, first.id, {}, by=ana, at=hall.at)
    claim_task(hall.session, third.id, by=ana, at=hall.at)  # the first one waits for its review


def test_nobody_is_given_their_own_proposal_as_the_next_task(hall: TownHall, ana: Person) -> None:
    task = begin(hall, ana, tasks={"receive": {"review": True}})
    complete_task(hall.session, task.id, {}, by=ana, at=hall.at)
    query = TaskQuery(scope="unassigned")
    assert take_next(hall.session, ana, query, at=hall.at) is None
    taken = take_next(hall.session, hall.people["beto"], query, at=hall.at)
    assert taken is not None
    assert taken.id == task.id
    for _ in range(LOOKED_AT):
        more = begin(hall, ana, tasks={"receive": {"review": True}})
        complete_task(hall.session, more.id, {}, by=ana, at=hall.at)
    release_task(hall.session, task.id, by=hall.people["beto"], at=hall.at)
    free = begin(hall, ana)
    found = take_next(hall.session, ana, query, at=hall.at)
    assert found is not None
    assert found.id == free.id


def test_why_a_proposal_came_back_is_told_until_it_is_proposed_again(
    hall: TownHall, ana: Person
) -> None:
    task = begin(hall, ana, tasks={"receive": {"review": True}})
    complete_task(hall.session, task.id, {}, by=ana, at=hall.at)
    return_task(hall.session, task.id, "measure again", by=hall.people["beto"], at=hall.at)
    assert why_returned(hall.session, task) == "measure again"
    complete_task(hall.session, task.id, {}, by=ana, at=hall.at)
    assert why_returned(hall.session, task) is None
    beto = hall.people["beto"]
    complete_task(hall.session, task.id, {}, by=beto, at=hall.at)
    undo_completion(hall.session, task.id, by=beto, at=hall.at)
    assert (task.review, why_returned(hall.session, task)) == ("proposed", None)


def test_what_is_returned_is_back_with_who_proposed_it(hall: TownHall, ana: Person) -> None:
    task = begin(hall, ana, tasks={"receive": {"review": True}})
    complete_task(hall.session, task.id, {"area": 4}, by=ana, at=hall.at)
    with pytest.raises(OwnProposal):
        return_task(hall.session, task.id, "no", by=ana, at=hall.at)
    with pytest.raises(ReasonMissing):
        return_task(hall.session, task.id, "", by=hall.people["beto"], at=hall.at)
    return_task(hall.session, task.id, "measure again", by=hall.people["beto"], at=hall.at)
    assert (task.review, task.assignee_id) == ("wanted", ana.id)
    assert saved_answers(hall.session, task.id, ana) == {"area": 4}
    assert kinds(hall, "ana") == ["task_returned"]


def test_many_are_completed_with_what_was_typed_or_proposed(hall: TownHall, ana: Person) -> None:
    beto, complete = hall.people["beto"], completing(hall.at)
    typed = begin(hall, ana)
    save_answers(hall.session, typed.id, {"area": 4}, by=ana, at=hall.at)
    complete(hall.session, typed.id, ana)
    proposed = begin(hall, ana, tasks={"receive": {"review": True}})
    complete_task(hall.session, proposed.id, {"area": 5}, by=ana, at=hall.at)
    with pytest.raises(OwnProposal):
        complete(hall.session, proposed.id, ana)
    complete(hall.session, proposed.id, beto)
    for task, area in ((typed, 4), (proposed, 5)):
        facts = timeline(hall.session, task.case)
        done = next(one for one in facts if one.type == "task_completed")
        assert done.data["answers"] == {"area": area}
