"""The entity's ledger: what posts and shared resources cost a year, and how many persons each office has."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from designer.amounts import amount
from designer.cost import Ledger, Post, SharedResource
from designer.models import EntityLedger
from engine.errors import Refusal
from engine.models import Person

_ONLY = 1
_MOST = 500


class LineUnreadable(Refusal):
    """A line that leaves something out."""

    sentence = "“{line}” is not whole. Write it as: {wanted}."


class SaidTwice(Refusal):
    """Two lines of the same: only one of them could count."""

    sentence = "“{name}” is said twice. Add the two together, or give one of them another name."


def ledger(session: Session) -> Ledger:
    """The ledger as it stands; empty before anybody filled it."""
    row = session.get(EntityLedger, _ONLY)
    return read_ledger({} if row is None else row.data)


def read_ledger(said: Mapping[str, Any]) -> Ledger:
    """The ledger out of JSON; amounts are texts there, so that they stay exact. Raises NoAmount."""
    return Ledger(
        posts=tuple(
            Post(one["name"], one["office"], amount(one["annual_cost"]))
            for one in said.get("posts", [])
        ),
        resources=tuple(
            SharedResource(
                one["name"],
                amount(one["annual_cost"]),
                {office: amount(driver) for office, driver in one.get("drivers", {}).items()},
                tuple(one.get("offices", [])),
            )
            for one in said.get("resources", [])
        ),
        persons={office: amount(number) for office, number in said.get("persons", {}).items()},
    )


def ledger_json(ledger: Ledger) -> dict[str, Any]:
    """The other way round."""
    return {
        "posts": [
            {"name": one.name, "office": one.office, "annual_cost": str(one.annual_cost)}
            for one in ledger.posts
        ],
        "resources": [
            {
                "name": one.name,
                "annual_cost": str(one.annual_cost),
                "drivers": {office: str(driver) for office, driver in one.drivers.items()},
                "offices": list(one.offices),
            }
            for one in ledger.resources
        ],
        "persons": {office: str(number) for office, number in ledger.persons.items()},
    }


def set_ledger(session: Session, ledger: Ledger, *, by: Person | None, at: datetime) -> None:
    """Replace the ledger; every study reckons with it from then on. Issued reports keep what they were made of.

    Raises SaidTwice.
    """
    _refuse_twice([f"{one.office}; {one.name}" for one in ledger.posts])
    _refuse_twice([one.name for one in ledger.resources])
    row = session.get(EntityLedger, _ONLY, with_for_update=True)
    if row is None:
        row = EntityLedger(id=_ONLY)
        session.add(row)
    row.data = ledger_json(ledger)
    row.changed_by_id, row.changed_at = None if by is None else by.id, at
    session.flush()


def _refuse_twice(names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise SaidTwice(name=name)
