"""The address is the report: what a page of figures is asked, read from its query and written back into links."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from flask import request, url_for

from engine.case_fields import FieldOfCases, fields_of_version
from engine.metrics.asking import (
    FIELD,
    KEPT,
    days_of,
    is_log,
    measured_days,
    question_of,
    version_id,
)
from engine.metrics.choices import Choices, choices
from engine.metrics.days import DAY, instant, midnight
from engine.metrics.question import Question
from engine.models import Procedure, Version
from engine.procedures import versions_of
from webapp.security.sessions import signed_in
from webapp.transactions import current_zone, now, session


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks: one question, perhaps a second to compare with, and what may be chosen."""

    procedure: Procedure
    question: Question
    other: Question | None
    compare: str
    versions: list[Version]
    choices: Choices
    fields: tuple[FieldOfCases, ...]
    at: datetime  # the moment that “now” means: of a log, which stands still, the end of its last day
    is_log: bool

    @property
    def today(self) -> date:
        """The day that it is then."""
        return self.at.astimezone(self.question.zone).date()

    @property
    def kept(self) -> dict[str, Any]:
        """The parts of the address that every link of the page keeps."""
        return kept()


def asked(procedure: Procedure) -> Asked:
    """The question in the address; what cannot be understood in it is left out."""
    found = choices(session(), procedure.id)
    question = question_of(
        session(), signed_in(), procedure, request.args, zone=current_zone(), today=_today()
    )
    if question.office_id not in found.offices:
        question = replace(question, office_id=None)
    of_log = is_log(session(), procedure.id)
    version = question.version_id or procedure.current_version_id
    compare = request.args.get("compare", "")
    other = _other(procedure, question, compare)
    return Asked(
        procedure=procedure,
        question=question,
        other=other,
        compare=compare if other else "",
        versions=versions_of(session(), procedure),
        choices=found,
        fields=() if version is None else fields_of_version(session(), version),
        at=moment_of(procedure) if of_log else now(),
        is_log=of_log,
    )


def moment_of(procedure: Procedure) -> datetime:
    """The moment that “now” means for a log: the end of its last day."""
    span = measured_days(session(), procedure.id, current_zone())
    return now() if span is None else instant(midnight(span[1], current_zone()) + DAY - 1)


def days() -> tuple[date | None, date | None]:
    """The range in the address; without any the last 180 days."""
    return days_of(request.args, _today())


def kept(*but: str) -> dict[str, Any]:
    """The parts of the address that say what is asked, without those named."""
    return {
        name: value
        for name, value in request.args.items()
        if (name in KEPT or name.startswith(FIELD)) and value and name not in but
    }


def cases_of(key: str) -> Callable[..., str]:
    """Makes the address of the cases behind a number of this report."""

    def address(**which: Any) -> str:
        said = {name: value for name, value in which.items() if value not in (None, "")}
        return url_for("metric_cases.index", key=key, **{**kept("compare", "other"), **said})

    return address


def _other(procedure: Procedure, question: Question, compare: str) -> Question | None:
    """The same question about the days just before, the same days a year before, or another version."""
    if compare == "version":
        second = version_id(session(), procedure, request.args.get("other", ""))
        return None if second is None else replace(question, version_id=second)
    until, since = question.until or _today(), question.since
    if since is None or compare not in ("before", "year"):
        return None
    back = timedelta(days=365) if compare == "year" else until - since + timedelta(days=1)
    return replace(question, since=since - back, until=until - back)


def _today() -> date:
    return now().astimezone(current_zone()).date()
