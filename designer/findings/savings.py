"""What it saves when an activity, a wait or a requirement goes."""

from decimal import Decimal

from designer.asme.totals import minutes_a_case
from designer.findings.finding import Saving
from designer.findings.subject import Subject
from engine.sheet import Requirement, Source

MINUTES_A_DAY = Decimal(1440)
_NONE = Decimal(0)


def without_activity(subject: Subject, *element_ids: str) -> Saving:
    """An activity goes, with the wait before it and the hand-over to it when nobody else is handed the case there."""
    minutes, days, money = _NONE, _NONE, _NONE
    for element_id in element_ids:
        row = subject.rows.get(element_id)
        if row is not None:
            spent = minutes_a_case(row)
            minutes += spent
            money += spent * subject.cost_a_minute.get(row.office.value, _NONE) * subject.services
        waiting = subject.rows.get(f"wait:{element_id}")
        if waiting is not None:
            days += minutes_a_case(waiting) / MINUTES_A_DAY
    return Saving(minutes=minutes, days=days, money=money)


def without_requirement(subject: Subject, requirement: Requirement) -> Saving:
    """Applicants no longer bring it."""
    is_paper = requirement.source == Source.APPLICANT
    return Saving(money=subject.burden.get(requirement.key, _NONE), papers=int(is_paper))
