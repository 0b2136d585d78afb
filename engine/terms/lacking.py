"""What applicants lacked: in how many cases a notice named each requirement of the sheet."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.models import Deficiency


def lacking(session: Session, cases: Any) -> dict[str, int]:
    """Requirement's key → number of cases, each counted once however many notices; `cases` is a subquery with `id`.

    Items of no listed requirement are left out: nobody can say which to mend.
    """
    rows = session.execute(
        select(Deficiency.requirement_key, func.count(Deficiency.case_id.distinct()))
        .join(cases, cases.c.id == Deficiency.case_id)
        .where(Deficiency.requirement_key != "")
        .group_by(Deficiency.requirement_key)
    )
    return {key: count for key, count in rows}  # noqa: C416  rows are no pairs to a type checker
