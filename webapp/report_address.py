"""The address is the report: what a page of figures is asked, read from its query and written back into links."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import request, url_for

from engine.case_fields import FieldOfCases, fields_of_version
from engine.metrics.choices import Choices, choices
from engine.metrics.question import Question
from engine.models import Procedure, Version
from engine.procedures import versions_of
from webapp.sessions import signed_in
from webapp.transactions import current_zone, now, session

_FIELD = "field."
COMPARISONS = ("", "before", "year", "version")
_KEPT = ("since", "until", "version", "office", "channel", "outcome", "compare", "other")


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

    @property
    def kept(self) -> dict[str, Any]:
        """The parts of the address that every link of the page keeps."""
        return kept()


def asked(procedure: Procedure) -> Asked:
    """The question in the address; what cannot be understood in it is left out."""
    since, until = days()
    versions = versions_of(session(), procedure)
    found = choices(session(), procedure.id)
    version = _version(versions, "version")
    fields: tuple[FieldOfCases, ...] = ()
    if procedure.current_version_id is not None:
        fields = fields_of_version(
            session(), version.id if version else procedure.current_version_id
        )
    question = Question(
        signed_in(),
        procedure.id,
        version.id if version else None,
        since,
        until,
        current_zone(),
        office_id=next((id for id in found.offices if str(id) == request.args.get("office")), None),
        channel=request.args.get("channel") or None,
        outcome=request.args.get("outcome") or None,
        fields=tuple(
            (name.removeprefix(_FIELD), value)
            for name, value in request.args.items()
            if name.startswith(_FIELD) and value
        ),
    )
    compare = request.args.get("compare", "")
    other = _other(question, compare, versions)
    return Asked(procedure, question, other, compare if other else "", versions, found, fields)


def _other(question: Question, compare: str, versions: list[Version]) -> Question | None:
    """The same question about the days just before, the same days a year before, or another version."""
    if compare == "version":
        second = _version(versions, "other")
        return None if second is None else replace(question, version_id=second.id)
    until = question.until or now().astimezone(current_zone()).date()
    since = question.since
    if since is None or compare not in ("before", "year"):
        return None
    back = timedelta(days=365) if compare == "year" else until - since + timedelta(days=1)
    return replace(question, since=since - back, until=until - back)


def days() -> tuple[date | None, date | None]:
    """The range in the address; without any the last 180 days."""
    if "since" not in request.args and "until" not in request.args:
        return now().astimezone(current_zone()).date() - timedelta(days=180), None
    return _day(request.args.get("since", "")), _day(request.args.get("until", ""))


def kept(*but: str) -> dict[str, Any]:
    """The parts of the address that say what is asked, without those named."""
    return {
        name: value
        for name, value in request.args.items()
        if (name in _KEPT or name.startswith(_FIELD)) and value and name not in but
    }


def cases_of(key: str) -> Callable[..., str]:
    """Makes the address of the cases behind a number of this report."""

    def address(**which: Any) -> str:
        said = {name: value for name, value in which.items() if value is not None}
        return url_for("metric_cases.index", key=key, **{**kept("compare", "other"), **said})

    return address


def _version(versions: list[Version], name: str) -> Version | None:
    number = request.args.get(name, "")
    return next((one for one in versions if str(one.number) == number), None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
