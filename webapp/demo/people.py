"""The offices and people of the demonstration, from `processes/demo.toml`."""

import tomllib
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from engine.people import create_person, hash_password, office_named


def seed_people(session: Session, processes: Path, *, at: datetime) -> None:
    """Create the offices with who stands above whom, and the people, all with the same password."""
    told = tomllib.loads((processes / "demo.toml").read_text("utf-8"))
    for place in told["offices"]:
        office = office_named(session, place["name"], at=at)
        if "parent" in place:
            office.parent_id = office_named(session, place["parent"], at=at).id
    # one for all: a hash is made to be slow
    hashed = hash_password(told["password"])
    for someone in told["people"]:
        person = create_person(
            session,
            someone["name"],
            full_name=someone["full_name"],
            roles=someone["roles"],
            offices=someone["offices"],
            at=at,
        )
        person.password_hash = hashed
