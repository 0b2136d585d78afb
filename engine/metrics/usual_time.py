"""How long it usually takes, as an applicant may read it before filing: no person asks, nobody can be recognised."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.metrics.days import ZONE, as_day
from engine.metrics.kinds import Kind, middle_of
from engine.metrics.measure import measure
from engine.metrics.spread import Ranked
from engine.metrics.summing import summed
from engine.models import Slice

FEWEST = 5  # cases; fewer say something about somebody
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Usual:
    """Of `count` cases of the last year half took at most `half`, nine of ten at most `most` seconds."""

    count: int
    half: float
    most: float


@measure(
    "UK Service Manual, “tell users how long it takes”: nine of ten, without the applicant's own delays"
)
def usual_time(session: Session, procedure_id: int, *, at: datetime) -> Usual | None:
    """Within which time nine of ten applicants of the last year had their answer, without the time in which the office
    waited for them.

    None when fewer than five cases were completed. Percentiles err by 2 % at most.
    """
    slices = session.scalars(
        select(Slice.id).where(Slice.procedure_id == procedure_id, ~Slice.is_fine)
    ).all()
    if not slices:
        return None
    today: date = at.astimezone(ZONE).date()
    year = (as_day(today - YEAR), as_day(today))
    found = summed(session, [Kind.OFFICE_ANSWER], slices, ("bucket",), since=year[0], last=year[1])
    ranked = Ranked((middle_of(one.bucket), one.n) for _, one in found)
    if ranked.count < FEWEST:
        return None
    return Usual(ranked.count, ranked.percentile(0.5), ranked.percentile(0.9))
