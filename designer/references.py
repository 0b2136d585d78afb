"""What rests on a procedure or an imported log: it cannot go while it is studied or simulated."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from designer.models import Study, WhatIf


def resting_on(session: Session, procedure_id: int) -> list[str]:
    """The names of the studies and scenarios of the procedure, in order."""
    names: set[str] = set()
    for model in (Study, WhatIf):
        names |= set(session.scalars(select(model.name).where(model.procedure_id == procedure_id)))
    return sorted(names)
