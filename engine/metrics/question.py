"""What is asked about: one procedure, perhaps one version, a range of days, as far as the asker may see."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists
from sqlalchemy.orm import InstrumentedAttribute, aliased

from engine.case_fields import has_field
from engine.models import Case, Person, Task
from engine.visibility import visible_cases

LIMA = ZoneInfo("America/Lima")


@dataclass(frozen=True, slots=True)
class Question:
    """The cases a figure is about. Days are inclusive, on the calendar of `zone`; None leaves that end open."""

    person: Person
    procedure_id: int
    version_id: int | None = None
    since: date | None = None
    until: date | None = None
    zone: ZoneInfo = LIMA
    office_id: int | None = None  # took part in the case
    channel: str | None = None
    outcome: str | None = None
    fields: tuple[tuple[str, str], ...] = ()  # case fields (engine.case_fields) and their values

    @property
    def of_procedure(self) -> ColumnElement[bool]:
        """Cases of the procedure (and version) that the person may see."""
        terms = [Case.procedure_id == self.procedure_id, visible_cases(self.person)]
        if self.version_id is not None:
            terms.append(Case.version_id == self.version_id)
        if self.channel is not None:
            terms.append(Case.channel == self.channel)
        if self.outcome is not None:
            terms.append(Case.outcome == self.outcome)
        if self.office_id is not None:
            task = aliased(Task)
            terms.append(exists().where(task.case_id == Case.id, task.office_id == self.office_id))
        terms += [has_field(Case.id, name, "is", value) for name, value in self.fields]
        return and_(*terms)

    def within(self, instant: InstrumentedAttribute[Any]) -> list[ColumnElement[bool]]:
        """Conditions that keep `instant` inside the range of days."""
        terms: list[ColumnElement[bool]] = []
        if self.since is not None:
            terms.append(instant >= self._midnight(self.since))
        if self.until is not None:
            terms.append(instant < self._midnight(self.until + timedelta(days=1)))
        return terms

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)
