"""Which form a task asks."""

from pathlib import Path

from sqlalchemy.orm import Session

from engine.task_forms import start_form, task_form
from tests.engine.office import TownHall

DIAGRAMS = Path(__file__).parents[1] / "designer" / "rules" / "diagrams"


def test_a_form_in_the_drawing_is_asked(hall: TownHall, session: Session) -> None:
    version = hall.publish((DIAGRAMS / "readable-form.valid.bpmn").read_bytes())
    form = task_form(session, version.id, "t")
    assert form is not None
    assert [field.key for field in form.fields] == ["shop"]


def test_a_form_in_the_drawing_that_cannot_be_read_holds_up_no_case(
    hall: TownHall, session: Session
) -> None:
    version = hall.publish((DIAGRAMS / "readable-form.invalid.bpmn").read_bytes())
    ana = hall.person("ana")
    assert start_form(session, version.id) is None
    assert task_form(session, version.id, "t") is None
    case = hall.start(version, by=ana)
    assert case.status == "open"
