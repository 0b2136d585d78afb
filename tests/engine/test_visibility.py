from collections.abc import Callable

import pytest
from sqlalchemy import select

from engine.cases import Applicant, case_by_number, start_case
from engine.errors import NotFound
from engine.inbox.filters import TaskQuery
from engine.inbox.worklists import open_tasks, task_counts
from engine.models import Case, Person, Role, Task
from engine.tasks import complete_task
from engine.visibility import seen_queues, visible_cases, visible_tasks
from tests.engine.office import TWO_TASKS, TownHall

Sees = Callable[[str], tuple[int, int]]


@pytest.fixture
def sees(hall: TownHall) -> Sees:
    """How many cases and tasks someone sees. One case stands at the board, which is below the council."""
    hall.office("Council")
    hall.office("Board", below="Council")
    hall.office("Front desk")
    hall.office("Archive")
    hall.person("ana", "Front desk")
    hall.person("beto", "Board")
    hall.person("carla", "Archive")
    hall.person("mayor", "Council", roles=(Role.MANAGER,))
    hall.person("clerk", "Council")
    hall.person("olga", roles=(Role.OPERATOR,))
    hall.person("rosa", roles=(Role.APPLICANT,))
    hall.person("outsider", roles=(Role.APPLICANT,))
    version = hall.publish(TWO_TASKS)
    hall.lanes(version, Front_desk="Front desk", Board="Board")
    case = start_case(
        hall.session,
        version,
        {},
        applicant=Applicant("Rosa", person_id=hall.people["rosa"].id),
        by=hall.people["rosa"],
        at=hall.at,
    )
    first = hall.session.scalars(select(Task).where(Task.case_id == case.id)).one()
    complete_task(hall.session, first.id, {}, by=hall.people["ana"], at=hall.at)

    def count(name: str) -> tuple[int, int]:
        person = hall.people[name]
        cases = hall.session.scalars(select(Case).where(visible_cases(person))).all()
        tasks = hall.session.scalars(select(Task).where(visible_tasks(person))).all()
        return len(cases), len(tasks)

    return count


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("ana", (1, 1)),  # the case passed her office
        ("beto", (1, 1)),
        ("carla", (0, 0)),
        ("mayor", (1, 1)),  # of an office below
        ("clerk", (0, 0)),  # works above, but manages nothing
        ("olga", (1, 2)),
        ("rosa", (1, 0)),  # it is her case, not her work
        ("outsider", (0, 0)),
    ],
)
def test_everyone_sees_what_is_theirs_and_no_more(
    sees: Sees, name: str, seen: tuple[int, int]
) -> None:
    assert sees(name) == seen


def test_membership_counts_when_it_is_read(hall: TownHall, sees: Sees) -> None:
    hall.people["beto"].memberships.clear()
    hall.session.flush()
    assert sees("beto") == (0, 0)


def test_an_inbox_lists_exactly_the_open_tasks_that_are_visible(hall: TownHall, sees: Sees) -> None:
    for person in hall.people.values():
        listed = open_tasks(hall.session, person, TaskQuery(scope="all"), at=hall.at).rows
        visible = hall.session.scalars(
            select(Task).where(visible_tasks(person), Task.status == "open")
        ).all()
        assert sorted(row.id for row in listed) == sorted(task.id for task in visible)


def test_a_case_of_others_does_not_exist(hall: TownHall, sees: Sees) -> None:
    number = hall.session.scalars(select(Case.number)).one()
    assert case_by_number(hall.session, hall.people["rosa"], number).procedure.key == "permit"
    with pytest.raises(NotFound):
        case_by_number(hall.session, hall.people["outsider"], number)


def test_an_applicant_works_in_no_office(hall: TownHall, sees: Sees) -> None:
    odd: Person = hall.person("odd", "Board", roles=(Role.APPLICANT,))
    seen = seen_queues(hall.session, odd)
    assert seen is not None
    assert seen.queues == {}
    assert sees("odd") == (0, 0)


def test_a_task_of_no_office_is_shown_to_analysts_who_can_match_its_lane(hall: TownHall) -> None:
    hall.person("carla", "Archive")
    analyst = hall.person("nora", "Archive", roles=(Role.ANALYST,))
    newcomer = hall.person("omar", roles=(Role.ANALYST,))
    version = hall.publish(TWO_TASKS)
    task = hall.session.scalars(select(Task).where(Task.case_id == hall.start(version).id)).one()
    assert task.office_id is None
    for person, seen in ((hall.people["carla"], 0), (analyst, 1), (newcomer, 1)):
        counts = task_counts(hall.session, person, TaskQuery(), at=hall.at)
        numbers = {scope: count.number for scope, count in counts.items()}
        assert numbers == {"mine": 0, "office": 0, "unassigned": seen, "all": seen}
        for scope in ("unassigned", "all"):
            page = open_tasks(hall.session, person, TaskQuery(scope=scope), at=hall.at)
            assert [row.id for row in page.rows] == [task.id][:seen]
        assert len(hall.session.scalars(select(Case).where(visible_cases(person))).all()) == seen
