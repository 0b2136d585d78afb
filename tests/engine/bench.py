"""A town hall whose transactions are committed, with a worker and a clock: for stories that go on by themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import func, select

from engine.database import Database
from engine.history import timeline
from engine.models import Case
from engine.record.facts import verify_chain
from engine.worker import Worker
from tests.clock import Clock
from tests.engine.office import TownHall, diagram

TIMER = "<timerEventDefinition><timeDuration>{}</timeDuration></timerEventDefinition>"
WAIT_A_DAY = diagram(
    '<startEvent id="s"/><intermediateCatchEvent id="pause">'
    + TIMER.format("P1D")
    + '</intermediateCatchEvent><userTask id="t" name="T"/><endEvent id="e"/>',
    flows="s>pause pause>t t>e",
)
SERVICE = diagram(
    '<startEvent id="s"/><serviceTask id="call" name="Call" e:topic="registry"/><endEvent id="e"/>',
    flows="s>call call>e",
)


class Bench:
    """A town hall over a database whose transactions are committed, with a worker and a clock."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.connectors: dict[str, Any] = {}

    @contextmanager
    def hall(self) -> Iterator[TownHall]:
        with self.database.transaction() as session:
            yield TownHall(session, self.clock())

    def worker(self, **more: Any) -> Worker:
        return Worker(self.database, self.clock, connectors=self.connectors, **more)

    def count(self, *asked: Any) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).where(*asked)) or 0

    def case(self, case_id: int) -> Case:
        with self.database.reading() as session:
            return session.get_one(Case, case_id)


def started(bench: Bench, model: bytes, **answers: Any) -> int:
    with bench.hall() as hall:
        hall.office("Office")
        olga = hall.person("olga", "Office", roles=("operator", "civil_servant"))
        return hall.start(hall.publish(model, by=olga), by=olga, **answers).id


def facts(bench: Bench, case_id: int) -> list[str]:
    with bench.database.reading() as session:
        verify_chain(session, case_id)
        return [entry.type for entry in timeline(session, session.get_one(Case, case_id))]
