"""The law's clock on a case as `/api/v1` says it."""

from typing import Any

from engine.terms.view import ClockView


def clock_shown(view: ClockView | None) -> dict[str, Any] | None:
    """What webapp.api.shapes.ClockOut has; None where no term applies."""
    if view is None:
        return None
    return {
        "state": view.state.value,
        "assessment": None if view.assessment is None else view.assessment.value,
        "filed_on": view.filed_on,
        "started_on": view.started_on,
        "due_at": view.due_at,
        "decide_by": view.decide_by,
        "notify_by": view.notify_by,
        "silence_from": view.silence_from,
        "days_used": view.used,
        "days_allowed": view.of,
        "days_left": view.left,
        "stands_still_why": view.stands_for,
        "stands_still_until": None if view.stands_for is None else view.stands_until,
    }
