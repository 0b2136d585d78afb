"""The number of a case: never given twice, never changed, readable on paper."""

from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam
from sqlalchemy.orm import Session

from engine.database import own_sql
from engine.models import NumberSeries, Procedure


def next_number(session: Session, procedure: Procedure, prefix: str | None, *, on: date) -> str:
    """The next number of the procedure in the year of a day (of its jurisdiction), such as “LF-2026-000012”.

    `prefix` is that of the procedure sheet; without one it is made from the key. Two offices starting cases at once
    wait for each other here, so that no number is given twice and none is lost.
    """
    year = on.year
    count = _next(own_sql(session))
    last = session.execute(count, {"procedure_id": procedure.id, "year": year}).scalar_one()
    return f"{prefix or _prefix(procedure)}-{year}-{last:06d}"


@cache  # putting a statement together costs more than the database takes to run it
def _next(own: Any) -> Any:
    # On the table and not the mapper, which would look for objects to keep in step: there are none.
    series: Table = NumberSeries.__table__  # type: ignore[assignment]  # the stubs say FromClause
    statement = own.insert(series).values(
        procedure_id=bindparam("procedure_id"), year=bindparam("year"), last=1
    )
    return statement.on_conflict_do_update(
        index_elements=[series.c.procedure_id, series.c.year],
        set_={"last": series.c.last + 1},
    ).returning(series.c.last)


def _prefix(procedure: Procedure) -> str:
    # “licencia-funcionamiento” → LF; a key of one word gives its first letters
    words = [word for word in procedure.key.replace("_", "-").split("-") if word]
    letters = "".join(word[0] for word in words) if len(words) > 1 else procedure.key[:4]
    return f"{letters.upper()[:6]}{procedure.id % 1000:03d}"
