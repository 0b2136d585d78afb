"""The report of a study: as it is, as it is to be, simulated on the same luck, frozen when it is issued.

A report is never changed. It keeps figures, assumptions and seeds, so that anybody can do it again, and so that what
was promised can be held against what came of it.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from designer.asme import compare
from designer.ledger import ledger
from designer.models import Study, StudyReport
from designer.simulation.experiments import compared, simulate
from designer.simulation.outcomes import Difference, Estimate, Results
from designer.simulation.scenario import Scenario
from designer.studies.commands import study_by_id
from designer.studies.scenario import scenario_of
from designer.studies.sides import Side, Sides, sides
from engine.database import Database
from engine.errors import NotFound, Refusal
from engine.jobs import enqueue
from engine.models import Job, JobKind, Person

CASES = 300
REPLICATIONS = 30
SHOWN = ("cycle_mean", "cycle_p50", "cycle_p85", "cycle_p95", "waiting_p50", "working_p50",
         "cost_mean", "late", "silent", "utilisation")  # fmt: skip
TOLERANCE = 0.10  # of the calibration gate


class NothingToCompare(Refusal):
    """A study without a to-be."""

    sentence = (
        "There is nothing to compare yet. Accept a finding, or begin the draft of how it is to be."
    )


def issue_report(session: Session, study_id: int, *, by: Person, at: datetime) -> StudyReport:
    """Leave a report to be made by the worker. Raises NotFound, NothingToCompare."""
    study = study_by_id(session, study_id)
    if sides(session, study, by=by).to_be is None:
        raise NothingToCompare()
    last = session.scalar(
        select(func.max(StudyReport.number)).where(StudyReport.study_id == study_id)
    )
    report = StudyReport(
        study_id=study_id,
        number=(last or 0) + 1,
        code=secrets.token_urlsafe(16),
        data={"state": "waiting"},
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


class ReportDesk:
    """Does jobs of JobKind.REPORT: simulates both sides and writes the report. Done again it gives the same figures."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock

    def __call__(self, job: Job) -> None:
        """Make one report; what cannot be simulated is told in it, not raised."""
        study_id, number = int(job.payload["study"]), int(job.payload["number"])
        prepared = self.database.write(lambda session: self._prepare(session, study_id, number))
        if prepared is None:
            return
        data, scenarios = prepared
        try:
            data |= _simulated(scenarios)
        except Refusal as refusal:
            data["not_simulated"] = {
                "sentence": refusal.sentence,
                "values": {name: str(value) for name, value in refusal.values.items()},
            }
        data["state"] = "done"

        def write(session: Session) -> None:
            report = session.get(StudyReport, (study_id, number))
            if report is not None and report.data.get("state") != "done":
                report.data = data

        self.database.write(write)

    def _prepare(
        self, session: Session, study_id: int, number: int
    ) -> tuple[dict[str, Any], list[tuple[Side, Scenario]]] | None:
        report = session.get(StudyReport, (study_id, number))
        if report is None or report.data.get("state") == "done":
            return None
        study = study_by_id(session, study_id)
        by = session.get(Person, report.issued_by_id)
        if by is None:
            return None
        both = sides(session, study, by=by)
        if both.to_be is None:
            report.data = {"state": "failed"}
            return None
        book, on = ledger(session), report.issued_at.date()
        scenarios = [
            (side, scenario_of(side, both.said, book, on=on)) for side in (both.as_is, both.to_be)
        ]
        return figures_of(study, both), scenarios


def figures_of(study: Study, both: Sides) -> dict[str, Any]:
    """What the report says without simulating: the foot of both tables, cost, burden, findings, references."""
    before, after = both.as_is, both.to_be or both.as_is
    accepted = [dict(one) for one in both.said.accepted]
    references = [one["reference"] for one in accepted if one.get("reference")]
    return {
        "name": study.name,
        "currency": "PEN" if before.sheet.fee is None else before.sheet.fee.currency,
        "figures": [
            {"measure": one.measure, "before": str(one.before), "after": str(one.after)}
            for one in compare(before.totals, after.totals)
            if one.before or one.after
        ],
        "cost": _pair(before, after, lambda side: None if side.unpriced else side.cost.total),
        "burden": _pair(before, after, lambda side: side.burden.yearly),
        "once_only": _pair(before, after, lambda side: side.once_only),
        "services": str(both.said.services),
        "accepted": accepted,
        "dismissed": dict(both.said.dismissed),
        "references": sorted(set(references)),
        "measured": None if before.log is None else {"cases": before.log.cases},
    }


def _pair(
    before: Side, after: Side, ask: Callable[[Side], Decimal | None]
) -> dict[str, str | None]:
    said = {"before": ask(before), "after": ask(after)}
    return {name: None if value is None else str(value) for name, value in said.items()}


def _simulated(scenarios: list[tuple[Side, Scenario]]) -> dict[str, Any]:
    """Both sides on the same luck, and what differs between them."""
    [before, after] = [
        simulate(
            side.parts.model,
            side.parts.process_id,
            scenario,
            cases=CASES,
            replications=REPLICATIONS,
        )
        for side, scenario in scenarios
    ]
    differences = compared(before, after)
    return {
        "simulated": [_told(one) for one in differences if one.measure in SHOWN],
        "durations": {"as_is": list(before.durations), "to_be": list(after.durations)},
        "is_overloaded": {"as_is": before.is_overloaded, "to_be": after.is_overloaded},
        "assumed": sorted({name for _, scenario in scenarios for name in scenario.assumed}),
        "seeds": list(before.seeds),
        "cases": CASES,
        "replications": REPLICATIONS,
        "use": {"as_is": _use(before), "to_be": _use(after)},
        "verdict": verdict(differences),
    }


def verdict(differences: tuple[Difference, ...]) -> dict[str, Any]:
    """What the cycle time does: `faster`, `slower` or `unclear`, with the change and its interval in seconds."""
    [cycle] = [one for one in differences if one.measure == "cycle_mean"]
    change = cycle.change
    word = "unclear" if not change.is_clear else "faster" if change.value < 0 else "slower"
    return {"word": word, "before": cycle.before.value, **_estimate(change)}


def _told(one: Difference) -> dict[str, Any]:
    return {
        "measure": one.measure,
        "before": _estimate(one.before),
        "after": _estimate(one.after),
        "change": _estimate(one.change) | {"is_clear": one.change.is_clear},
        "share": one.share,
    }


def _estimate(one: Estimate) -> dict[str, float]:
    return {"value": one.value, "low": one.low, "high": one.high}


def _use(results: Results) -> Mapping[str, float]:
    return {one.key: one.utilisation for one in results.staff}
