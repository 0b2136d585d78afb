"""Which open cases of a version a migration is about: all, or those named, standing somewhere, filed then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from engine.errors import Refusal
from engine.models import Case, CaseStatus, Task, TaskStatus, Version

OPEN = (CaseStatus.OPEN.value, CaseStatus.SUSPENDED.value)
MOST_NUMBERS = 5_000


@dataclass(frozen=True, slots=True)
class ChosenCases:
    """Every condition that is given has to hold; with none, all open cases of the version."""

    numbers: tuple[str, ...] = ()
    element_ids: tuple[str, ...] = ()  # with an open task at one of these
    filed_from: date | None = None
    filed_until: date | None = None  # this day included

    def to_json(self) -> dict[str, Any] | None:
        """As the migration keeps it; None: all."""
        said = {
            "numbers": list(self.numbers),
            "element_ids": list(self.element_ids),
            "filed_from": self.filed_from and self.filed_from.isoformat(),
            "filed_until": self.filed_until and self.filed_until.isoformat(),
        }
        return {name: value for name, value in said.items() if value} or None

    @classmethod
    def from_json(cls, said: Mapping[str, Any] | None) -> "ChosenCases":
        """Back from JSON."""
        said = said or {}
        first, last = said.get("filed_from"), said.get("filed_until")
        return cls(
            tuple(said.get("numbers", ())),
            tuple(said.get("element_ids", ())),
            first and date.fromisoformat(first),
            last and date.fromisoformat(last),
        )

    def among(self, version_id: int) -> list[ColumnElement[bool]]:
        """Conditions on Case: open, of this version, and chosen."""
        found: list[ColumnElement[bool]] = [Case.version_id == version_id, Case.status.in_(OPEN)]
        if self.numbers:
            found.append(Case.number.in_(self.numbers))
        if self.element_ids:
            is_there = exists().where(
                Task.case_id == Case.id,
                Task.status == TaskStatus.OPEN,
                Task.element_id.in_(self.element_ids),
            )
            found.append(is_there)
        if self.filed_from is not None:
            found.append(Case.filed_on >= self.filed_from)
        if self.filed_until is not None:
            found.append(Case.filed_on <= self.filed_until)
        return found


EVERY = ChosenCases()


class CaseNotThere(Refusal):
    """A number that is given is none of an open case of the version."""

    sentence = "{number} is no open case of version {version}. Correct the number, or leave it out."


class TooManyNumbers(Refusal):
    """More numbers than one migration takes by name."""

    sentence = "{count} numbers are too many for one migration. Give at most {most}, or choose by place or day."


def check_chosen(session: Session, version: Version, chosen: ChosenCases) -> None:
    """Raises CaseNotThere for the first number that is none of an open case of the version, TooManyNumbers."""
    if len(chosen.numbers) > MOST_NUMBERS:
        raise TooManyNumbers(count=len(chosen.numbers), most=MOST_NUMBERS)
    if not chosen.numbers:
        return
    numbers = ChosenCases(numbers=chosen.numbers)
    there = set(session.scalars(select(Case.number).where(*numbers.among(version.id))))
    for number in chosen.numbers:
        if number not in there:
            raise CaseNotThere(number=number[:60], version=version.number)
