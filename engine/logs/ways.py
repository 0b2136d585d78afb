"""The ways cases went, in the words of the log: what a diagram is found in and compared with."""

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.metrics.item import MOST_STEPS
from engine.metrics.numbers import measured_cases
from engine.metrics.question import Question
from engine.models import Activity, MeasuredCase, Variant

MOST_WAYS = 20_000


def ways(session: Session, question: Question) -> dict[tuple[str, ...], int]:
    """How many of the question's completed cases went each way; activities by their names.

    Ways of more than MOST_STEPS activities are not kept to their end and are left out.
    """
    names = {
        row.element_id: row.name
        for row in session.execute(
            select(Activity.element_id, Activity.name).where(
                Activity.procedure_id == question.procedure_id
            )
        )
    }
    counted = (
        select(MeasuredCase.variant_id, func.count().label("times"))
        .where(*measured_cases(session, question), MeasuredCase.status == "completed")
        .group_by(MeasuredCase.variant_id)
        .order_by(func.count().desc(), MeasuredCase.variant_id)
        .limit(MOST_WAYS)
        .subquery()
    )
    rows = session.execute(
        select(Variant.steps, counted.c.times)
        .join(counted, counted.c.variant_id == Variant.id)
        .where(Variant.length <= MOST_STEPS)
    )
    found: Counter[tuple[str, ...]] = Counter()
    for steps, times in rows:
        found[tuple(names.get(step, step) for step in steps)] += times
    return dict(found)
