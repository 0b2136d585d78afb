"""Promised against achieved: what came of a procedure after it went live, held against the report that promised it.

Cases of the new version that still run count as longer than so far (designer.survival): right after going live only the
quick ones have ended, and counting those alone would flatter.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from designer.ledger import ledger
from designer.models import Draft, Study, StudyReport
from designer.picture import picture
from designer.studies.figures import drawn, figures_of, measured_waits
from designer.studies.sides import Sides, drawings_of, live_side, sides
from designer.survival import Quantile, Survival, change, survival
from engine.errors import Refusal
from engine.metrics.evidence import evidence
from engine.metrics.lifetimes import Lifetimes, lifetimes
from engine.metrics.question import Question
from engine.models import Person, Version

FEWEST = 30  # completed cases of the new version below which nothing is concluded
_POINTS = 120  # of a curve
_ASKED = {"cycle_p50": 0.5, "cycle_p85": 0.85}


class NotLiveYet(Refusal):
    """A study whose to-be nobody has published."""

    sentence = (
        "How it is to be has not been published yet. "
        "Publish the draft and let cases run before asking what came of it."
    )


def live_version(session: Session, study: Study) -> Version | None:
    """The version that the draft of how it is to be became; None while it is a draft."""
    draft = session.get(Draft, study.to_be_draft_id) if study.to_be_draft_id is not None else None
    if draft is None or draft.published_version_id is None:
        return None
    return session.get(Version, draft.published_version_id)


def promise_of(session: Session, study: Study) -> StudyReport | None:
    """The latest report that promised something: simulated and done."""
    found = session.scalars(
        select(StudyReport)
        .where(StudyReport.study_id == study.id)
        .order_by(StudyReport.number.desc())
    )
    for one in found:
        if one.data.get("state") == "done" and one.data.get("simulated"):
            return one
    return None


def achieved(session: Session, study: Study, *, by: Person, at: datetime) -> dict[str, Any]:
    """Everything the report tells, as JSON. Raises NotLiveYet."""
    version = live_version(session, study)
    if version is None:
        raise NotLiveYet()
    lived = {"to_be": lifetimes(session, version, by, at=at)}
    if study.as_is_version_id is not None:
        old = session.get_one(Version, study.as_is_version_id)
        lived["as_is"] = lifetimes(session, old, by, at=at)
    both = sides(session, study, by=by)
    log = evidence(session, Question(by, version.procedure_id, version.id))
    seen = log if log.cases else None
    book, others = ledger(session), both.others.tables
    now = live_side(session, version, both.said, book, seen, others)
    told = figures_of(study, Sides(both.said, both.as_is, now))
    curves = {name: survival(one.completed, one.running) for name, one in lived.items()}
    report = promise_of(session, study)
    promise = None if report is None else _promise(report)
    changes = _changes(curves)
    return told | {
        "kind": "achieved",
        "live_since": version.published_at.isoformat(),
        "version": version.number,
        "lived": {name: _lived(one, curves[name]) for name, one in lived.items()},
        "promise": promise,
        "achieved": changes,
        "verdict": verdict(promise, lived["to_be"], curves["to_be"], changes),
        "curves": {name: _curve(curve) for name, curve in curves.items()},
        "diagrams": drawn(
            (drawings_of(session, study)[0], picture(version)),
            both.as_is,
            now,
            {"as_is": measured_waits(both.as_is), "to_be": measured_waits(now)},
        ),
    }


def _curve(curve: Survival) -> list[list[float]]:
    """Points of “so many are decided by then”: seconds and share, as many as a picture shows."""
    count = len(curve.times)
    places = sorted({round(place * (count - 1) / _POINTS) for place in range(_POINTS + 1)})
    return [[curve.times[at], 1 - curve.shares[at]] for at in places] if count else []


def _lived(one: Lifetimes, curve: Survival) -> dict[str, Any]:
    return {
        "completed": len(one.completed),
        "running": len(one.running),
        "since": None if one.since is None else one.since.isoformat(),
        **{name: _quantile(curve.quantile(share)) for name, share in _ASKED.items()},
    }


def _quantile(found: Quantile | None) -> dict[str, float | None] | None:
    return None if found is None else asdict(found)


def _changes(curves: dict[str, Survival]) -> dict[str, dict[str, Any]]:
    if "as_is" not in curves:
        return {}
    found = {}
    for name, share in _ASKED.items():
        before, after = (curves[which].quantile(share) for which in ("as_is", "to_be"))
        if before is not None and after is not None:
            one = change(before, after)
            found[name] = asdict(one) | {"is_clear": one.is_clear}
    return found


def _promise(report: StudyReport) -> dict[str, Any]:
    simulated = {one["measure"]: one for one in report.data["simulated"]}
    gate = report.data.get("calibration")
    return {
        "number": report.number,
        "issued_at": report.issued_at.isoformat(),
        "is_calibrated": bool(gate and gate["is_met"]),
        **{
            name: {part: simulated[name][part] for part in ("before", "after", "change")}
            for name in _ASKED
            if name in simulated
        },
    }


def verdict(
    promise: dict[str, Any] | None,
    lived: Lifetimes,
    curve: Survival,
    changes: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    """One word on the time within which half of the cases are decided.

    `early`: fewer than FEWEST completed; `kept`: what was promised lies within what was achieved, or more was;
    `partly`: sooner than before, yet less than promised; `missed`: neither; `sooner`, `later`, `same`: nothing was
    promised; `unclear`: the interval still holds both.
    """
    count = {"completed": len(lived.completed), "running": len(lived.running)}
    half = curve.quantile(0.5)
    if len(lived.completed) < FEWEST or half is None:
        return {"word": "early", **count}
    wanted = None if promise is None else promise.get("cycle_p50")
    measured = changes.get("cycle_p50")
    if measured is None:
        # Drawn as it was on paper: there is no log of how it was, so levels are compared.
        if wanted is None:
            return {"word": "level", **count, **asdict(half)}
        is_kept = half.low <= wanted["after"]["high"]
        return {"word": "kept" if is_kept else "missed", **count, "is_level": True, **asdict(half)}
    told = {**count, **{name: measured[name] for name in ("value", "low", "high")}}
    if wanted is None:
        word = (
            "same" if not measured["is_clear"] else "sooner" if measured["value"] < 0 else "later"
        )
        return {"word": word, **told}
    low, high = measured["low"], measured["high"]
    is_within = (
        low is None or low <= wanted["change"]["high"]
    )  # as much less as was promised, or more
    if is_within and measured["is_clear"] and measured["value"] < 0:
        return {"word": "kept", **told}
    if measured["is_clear"] and measured["value"] < 0:
        return {"word": "partly", **told}
    if is_within and (high is None or high > 0):
        return {"word": "unclear", **told}
    return {"word": "missed", **told}
