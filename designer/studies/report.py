"""The report of a study: as it is, as it is to be, simulated on the same luck, frozen when it is issued.

A report is never changed. It keeps figures, assumptions and seeds, so that anybody can do it again, and so that what
was promised can be held against what came of it.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from designer.cost import Ledger
from designer.ledger import ledger
from designer.models import StudyReport
from designer.simulation.fitting.work import Seen
from designer.simulation.refusals import Cancelled
from designer.simulation.watch import Watch
from designer.studies.achieved import NotLiveYet, achieved, live_version
from designer.studies.commands import study_by_id
from designer.studies.figures import diagrams_of, figures_of
from designer.studies.measuring import seen_of
from designer.studies.sides import Sides, drawings_of, has_to_be, sides
from designer.studies.simulated import prepared, simulated
from engine.database import Database
from engine.errors import NotFound, Refusal
from engine.jobs import enqueue
from engine.metrics.question import LIMA
from engine.models import Job, JobKind, Person

MADE = "made"  # of a hundred, while it is being made


class NothingToCompare(Refusal):
    """A study without a to-be."""

    sentence = (
        "There is nothing to compare yet. Accept a finding, or begin the draft of how it is to be."
    )


def issue_report(
    session: Session, study_id: int, *, language: str = "en", by: Person, at: datetime
) -> StudyReport:
    """Leave a report to be made by the worker, its printed pages in `language`. Raises NotFound, NothingToCompare."""
    study = study_by_id(session, study_id)
    if not has_to_be(session, study):
        raise NothingToCompare()
    return _issued(session, study_id, {"state": "waiting", "language": language}, by, at)


def issue_achieved(
    session: Session, study_id: int, *, language: str = "en", by: Person, at: datetime
) -> StudyReport:
    """Leave a report on what came of it after going live to be made. Raises NotFound, NotLiveYet."""
    study = study_by_id(session, study_id)
    if live_version(session, study) is None:
        raise NotLiveYet()
    data = {"state": "waiting", "kind": "achieved", "language": language}
    return _issued(session, study_id, data, by, at)


def _issued(
    session: Session, study_id: int, data: dict[str, Any], by: Person, at: datetime
) -> StudyReport:
    last = session.scalar(
        select(func.max(StudyReport.number)).where(StudyReport.study_id == study_id)
    )
    report = StudyReport(
        study_id=study_id,
        number=(last or 0) + 1,
        code=secrets.token_urlsafe(16),
        data=data,
        issued_by_id=by.id,
        issued_at=at,
    )
    session.add(report)
    session.flush()
    payload = {"study": study_id, "number": report.number}
    key = f"{JobKind.REPORT.value}:{study_id}:{report.number}"
    enqueue(session, JobKind.REPORT, key, payload, run_at=at, at=at)
    return report


def reports(session: Session, study_id: int) -> list[StudyReport]:
    """The reports of a study, the newest first."""
    return list(
        session.scalars(
            select(StudyReport)
            .where(StudyReport.study_id == study_id)
            .order_by(StudyReport.number.desc())
        )
    )


def report_of(session: Session, study_id: int, number: int) -> StudyReport:
    """One report; NotFound."""
    found = session.get(StudyReport, (study_id, number))
    if found is None:
        raise NotFound(what="report", name=number)
    return found


def public_report(session: Session, code: str) -> StudyReport:
    """A report that the office made public, by the code of its address; NotFound."""
    found = session.scalar(
        select(StudyReport).where(StudyReport.code == code, StudyReport.is_public)
    )
    if found is None:
        raise NotFound(what="report", name=code)
    return found


def publish_report(
    session: Session, study_id: int, number: int, is_public: bool, *, at: datetime
) -> StudyReport:
    """Make a report public, or take that back; NotFound."""
    found = report_of(session, study_id, number)
    found.is_public = is_public
    session.flush()
    return found


def stop_report(session: Session, study_id: int, number: int) -> None:
    """Let a report that is being made not be made; the worker notices within moments. NotFound."""
    found = session.get(
        StudyReport, (study_id, number), with_for_update=True, populate_existing=True
    )
    if found is None:
        raise NotFound(what="report", name=number)
    # under a lock: the worker may be writing that it is done
    if found.data.get("state") == "waiting":
        found.data = {**found.data, "state": "stopped"}
        session.flush()


class ReportDesk:
    """Does jobs of JobKind.REPORT: simulates both sides and writes the report. Done again it gives the same figures."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], zone: ZoneInfo = LIMA
    ) -> None:
        self.database = database
        self.clock = clock
        self.zone = zone  # of the offices, in which working hours are told

    def __call__(self, job: Job) -> None:
        """Make one report; what cannot be simulated is told in it, not raised."""
        study_id, number = int(job.payload["study"]), int(job.payload["number"])
        making = self.database.write(lambda session: self._begin(session, study_id, number))
        if making is None:
            return
        watch = Watch(
            lambda share: self._write((study_id, number), {MADE: int(100 * share)}),
            lambda: self._is_stopped((study_id, number)),
        )
        try:
            is_achieved = making.figures.get("kind") == "achieved"
            data = making.figures if is_achieved else _proved(making, watch)
        except Cancelled:
            return
        data["state"] = "done"
        self._write((study_id, number), data)

    def _write(self, key: tuple[int, int], data: dict[str, Any]) -> None:
        """Into a report that is still being made."""

        def write(session: Session) -> None:
            report = session.get(StudyReport, key, with_for_update=True)
            if report is not None and report.data.get("state") == "waiting":
                told = {name: one for name, one in report.data.items() if name != MADE}
                report.data = {**told, **data}

        self.database.write(write)

    def _is_stopped(self, key: tuple[int, int]) -> bool:
        with self.database.reading() as session:
            report = session.get(StudyReport, key)
            return report is None or report.data.get("state") != "waiting"

    def _begin(self, session: Session, study_id: int, number: int) -> "_Making | None":
        report = session.get(StudyReport, (study_id, number))
        if report is None or report.data.get("state") in ("done", "stopped"):
            return None
        study = study_by_id(session, study_id)
        by = session.get(Person, report.issued_by_id)
        if by is None:
            return None
        if report.data.get("kind") == "achieved":
            try:
                return _Making(achieved(session, study, by=by, at=report.issued_at))
            except Refusal:
                report.data = {**report.data, "state": "failed"}
                return None
        both = sides(session, study, by=by)
        if both.to_be is None:
            report.data = {**report.data, "state": "failed"}
            return None
        seen = seen_of(session, study, by=by, at=report.issued_at, zone=self.zone)
        return _Making(
            figures_of(study, both),
            both,
            ledger(session),
            report.issued_at.date(),
            seen,
            drawings_of(session, study),
        )


@dataclass(frozen=True, slots=True)
class _Making:
    """A report half made: what was read in one transaction, to be thought about outside of any."""

    figures: dict[str, Any]
    both: Sides | None = None
    book: Ledger = field(default_factory=Ledger)
    on: date = date.min
    seen: Seen = field(default_factory=Seen)
    drawings: tuple[bytes, bytes] = (b"", b"")


def _proved(making: _Making, watch: Watch) -> dict[str, Any]:
    """The figures with both sides simulated and both diagrams."""
    data = dict(making.figures)
    waits: dict[str, dict[str, float]] = {}
    both = making.both
    assert both is not None
    assert both.to_be is not None
    before, after = both.as_is, both.to_be
    try:
        ready = prepared(
            before, after, both.said, making.book, making.seen, on=making.on, watch=watch
        )
        told, waits = simulated(before, after, ready, watch)
        data |= told
    except Cancelled:
        raise
    except Refusal as refusal:
        data["not_simulated"] = {
            "sentence": refusal.sentence,
            "values": {name: str(value) for name, value in refusal.values.items()},
        }
    data["diagrams"] = diagrams_of(making.drawings, before, after, waits)
    return data
