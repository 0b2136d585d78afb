"""What rests on a procedure or an imported log: it cannot go while it is studied or simulated."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from designer.models import Study, WhatIf
from engine.errors import Conflict
from engine.models import EventLog, Procedure


class LogInUse(Conflict):
    """Something rests on the log."""

    sentence = "“{name}” cannot be deleted: {used} rests on it. Delete that first, or keep the log."


def resting_on(session: Session, procedure_id: int) -> list[str]:
    """The names of the studies and scenarios of the procedure, in order."""
    names: set[str] = set()
    for model in (Study, WhatIf):
        names |= set(session.scalars(select(model.name).where(model.procedure_id == procedure_id)))
    return sorted(names)


def refuse_while_used(session: Session, log: EventLog) -> None:
    """Raise LogInUse while a study or scenario rests on the log."""
    resting = resting_on(session, log.procedure_id)
    if resting:
        name = session.get_one(Procedure, log.procedure_id).name
        raise LogInUse(name=name, used=", ".join(resting[:5]))
