"""A town hall under Peru's law: one procedure with a sheet, people, a clock that the tests move, a worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.cases import Applicant, start_case
from engine.database import Database
from engine.history import timeline
from engine.models import Case, CaseTerm, Letter, Person, Task, TaskStatus
from engine.people import person_by_name
from engine.record.facts import verify_chain
from engine.tasks import complete_task
from engine.terms import notices
from engine.terms.notices import Item
from engine.worker import Worker
from tests.clock import Clock
from tests.engine.office import TownHall, diagram

MODEL = diagram(
    '<startEvent id="start"/><userTask id="check" name="Check"/>'
    '<userTask id="decide" name="Decide"/><endEvent id="done" name="Decided"/>',
    flows="start>check check>decide decide>done",
)


def sheet(assessment: str = "positive_silence", **more: Any) -> dict[str, Any]:
    """A sheet with one modality of 30 business days, and two requirements."""
    return {
        "key": "permit",
        "jurisdiction": "PE",
        "number_prefix": "PER",
        "modalities": [
            {
                "name": "Only",
                "assessment": assessment,
                "term": {"amount": 30, "unit": "business_days"},
            }
        ],
        "requirements": [
            {"key": "plan", "order": 1, "name": "A plan", "source": "applicant"},
            {"key": "form", "order": 2, "name": "The form", "source": "applicant"},
        ],
        "fee": {"amount": "36.50", "currency": "PEN"},
        "appeals": {
            "reconsideration": {"file_within": 15, "decide_within": 15},
            "appeal": {"file_within": 15, "decide_within": 30, "authority": "Council"},
        },
        **more,
    }


def day(text: str) -> date:
    return date.fromisoformat(text)


class Desk:
    """Everything is committed; `on` moves the clock to ten in the morning of a day in Lima."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        with self.hall() as hall:
            hall.office("Town hall")
            hall.office("Desk", below="Town hall")
            ana = hall.person("ana", "Desk")
            ana.email = "ana@town.example"
            hall.person("carla", "Desk", roles=("manager",))
            hall.person("marta", "Town hall", roles=("manager",))
            hall.person("eva", "Elsewhere", roles=("manager",))
            hall.person("olga", roles=("operator",))

    @contextmanager
    def hall(self) -> Iterator[TownHall]:
        with self.database.transaction() as session:
            yield TownHall(session, self.clock())

    def on(self, day: str, hour: int = 10) -> datetime:
        """Ten in the morning of a day in Lima, which is five hours behind."""
        found = date.fromisoformat(day)
        return self.clock.set(
            datetime(found.year, found.month, found.day, tzinfo=UTC) + timedelta(hours=hour + 5)
        )

    def publish(self, said: dict[str, Any] | None = None, model: bytes = MODEL) -> int:
        """A version of the procedure; its id."""
        with self.hall() as hall:
            ana = person_by_name(hall.session, "ana")
            return hall.publish(model, by=ana, sheet=sheet() if said is None else said).id

    def file(self, version_id: int, document: str = "41234567", **answers: Any) -> int:
        """A case of Rosa's; its id."""
        from engine.models import Version

        with self.hall() as hall:
            version = hall.session.get_one(Version, version_id)
            rosa = Applicant("Rosa Ñahui", document=document)
            return start_case(
                hall.session,
                version,
                answers,
                applicant=rosa,
                by=self.person(hall.session),
                at=hall.at,
            ).id

    def filed(
        self, on: str, said: dict[str, Any] | None = None, model: bytes = MODEL, **answers: Any
    ) -> int:
        """A case of Rosa's, of a procedure published just before, filed at ten of that day; its id."""
        version_id = self.publish(said, model)
        self.on(on)
        return self.file(version_id, **answers)

    def person(self, session: Session, name: str = "ana") -> Person:
        found = person_by_name(session, name)
        assert found is not None
        return found

    def do(self, case_id: int, **answers: Any) -> None:
        """Ana completes the open task of the case."""
        with self.hall() as hall:
            task = hall.session.scalars(
                select(Task).where(Task.case_id == case_id, Task.status == TaskStatus.OPEN)
            ).one()
            ana = self.person(hall.session)
            complete_task(hall.session, task.id, answers, by=ana, at=hall.at)

    def work(self) -> int:
        """The worker does what is due; letters and mails wait for their senders."""
        return Worker(self.database, self.clock).run_until_idle()

    def case(self, case_id: int) -> Case:
        with self.database.reading() as session:
            return session.get_one(Case, case_id)

    def term(self, case_id: int) -> CaseTerm:
        with self.database.reading() as session:
            return session.get_one(CaseTerm, case_id)

    def facts(self, case_id: int) -> list[str]:
        """Types of the facts, whose chain is whole."""
        with self.database.reading() as session:
            verify_chain(session, case_id)
            return [one.type for one in timeline(session, session.get_one(Case, case_id))]

    def data(self, case_id: int, happened: str) -> dict[str, Any]:
        """What the newest fact of a type says."""
        with self.database.reading() as session:
            told = timeline(session, session.get_one(Case, case_id))
            return [one.data for one in told if one.type == happened][-1]

    def letters(self, case_id: int) -> list[str]:
        """Names of the letters issued."""
        with self.database.reading() as session:
            rows = session.scalars(
                select(Letter.name).where(Letter.case_id == case_id).order_by(Letter.ordinal)
            )
            return list(rows)

    def count(self, *asked: Any) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).where(*asked)) or 0


def give(desk: Desk, case_id: int, *items: Item, override: str | None = None) -> None:
    stated = items or (Item("plan", "Sign it."), Item("form", "Fill in page 2."))
    with desk.hall() as hall:
        ana = desk.person(hall.session)
        notices.give_notice(
            hall.session, case_id, stated, override_reason=override, by=ana, at=hall.at
        )


def correct(desk: Desk, case_id: int) -> None:
    with desk.hall() as hall:
        for item in (1, 2):
            notices.correct_item(hall.session, case_id, item, "Done.", by=None, at=hall.at)
        notices.hand_in_corrections(hall.session, case_id, by=None, at=hall.at)
