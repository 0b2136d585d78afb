"""A front desk where four people work on one procedure of two tasks."""

from engine.models import Case, Person, Role, Task, Version
from engine.notifications import notifications
from tests.engine.office import TWO_TASKS, TownHall


def front_desk(hall: TownHall) -> Person:
    """Ana of the front desk, with a colleague, a chief, and somebody of another office."""
    hall.person("beto", "Front desk")
    hall.person("carla", "Fire brigade")
    hall.person("chief", "Front desk", roles=(Role.MANAGER,))
    return hall.person("ana", "Front desk")


def begin(hall: TownHall, ana: Person, **sheet: object) -> Task:
    """A task of the front desk, the first of a case that has just begun."""
    version: Version = hall.publish(TWO_TASKS, by=ana, sheet=sheet)
    hall.lanes(version, Front_desk="Front desk", Board="Front desk")
    case = hall.start(version, by=ana)
    return hall.session.get_one(Task, (case.id, 2))


def kinds(hall: TownHall, name: str) -> list[str]:
    """What a person was told of, the latest first."""
    return [one.kind for one in notifications(hall.session, hall.people[name])]


def case_of(hall: TownHall, task: Task) -> Case:
    """The case of a task."""
    return hall.session.get_one(Case, task.case_id)
