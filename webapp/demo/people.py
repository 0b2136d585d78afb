"""The offices and people of the demonstration, from `processes/demo.toml`."""

import tomllib
from datetime import datetime
from pathlib import Path

from engine.people import create_office, create_person
from sqlalchemy.orm import Session

from engine.models import Person, Role


def seed_people(session: Session, processes: Path, *, at: datetime) -> dict[str, list[Person]]:
    """Create offices and people; answers who works where, by office name, civil servants only."""
    told = tomllib.loads((processes / "demo.toml").read_text("utf-8"))
    offices = {}
    for office in told["offices"]:
        parent = offices[office["parent"]] if "parent" in office else None
        offices[office["name"]] = create_office(
            session, office["name"], parent=parent, by=None, at=at
        )
    staff: dict[str, list[Person]] = {name: [] for name in offices}
    for someone in told["people"]:
        person = create_person(
            session,
            someone["name"],
            full_name=someone["full_name"],
            password=told["password"],
            roles=[Role(role) for role in someone["roles"]],
            offices=[offices[name] for name in someone["offices"]],
            by=None,
            at=at,
        )
        if person.has_role(Role.CIVIL_SERVANT):
            for name in someone["offices"]:
                staff[name].append(person)
    return staff
