"""A completion that moved the law's clock, and was taken back."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from engine.interventions.undo import LeftTheHouse, undo_completion
from engine.models import ClockState, Task, TaskStatus
from engine.terms.silence import SilenceOperated
from tests.engine.terms.desk import Desk, sheet

day = date.fromisoformat
BY_RISK = [
    {
        "name": name,
        "applies_if": f'risk = "{risk}"',
        "assessment": "positive_silence",
        "term": {"amount": days, "unit": "business_days"},
    }
    for name, risk, days in (("Fast", "low", 10), ("Slow", "high", 20))
]


def undo(desk: Desk, case_id: int) -> None:
    """Ana takes back what she completed last."""
    with desk.hall() as hall:
        task = hall.session.scalars(
            select(Task)
            .where(Task.case_id == case_id, Task.status == TaskStatus.COMPLETED)
            .order_by(Task.token.desc())
        ).first()
        assert task is not None
        undo_completion(hall.session, task.id, by=desk.person(hall.session), at=hall.at)


def filed(desk: Desk, **said: Any) -> int:
    version = desk.publish(sheet(**said))
    desk.on("2026-01-05")
    return desk.file(version)


def test_a_decision_that_was_undone_is_no_decision(desk: Desk) -> None:
    case_id = filed(desk, clock={"decided_by": ["check"]})
    before = desk.case(case_id).due_at
    desk.on("2026-01-08")
    desk.do(case_id)
    assert desk.term(case_id).decided_on == day("2026-01-08")
    undo(desk, case_id)
    case, term = desk.case(case_id), desk.term(case_id)
    assert (case.clock, case.due_at, term.decided_on) == (ClockState.RUNNING, before, None)
    desk.on("2026-01-12")
    desk.do(case_id)
    assert desk.term(case_id).decided_on == day("2026-01-12")
    assert desk.facts(case_id).count("task_reopened") == 1


def test_an_undone_decision_does_not_keep_silence_from_its_day(desk: Desk) -> None:
    case_id = filed(desk, clock={"decided_by": ["check"]})
    desk.do(case_id)
    undo(desk, case_id)
    desk.on("2026-02-23")
    desk.work()
    assert desk.case(case_id).status == "open"
    desk.on("2026-02-24")
    desk.work()
    assert desk.term(case_id).silent_on == day("2026-02-24")


def test_a_term_that_an_undone_answer_determined_is_open_again(desk: Desk) -> None:
    case_id = filed(desk, modalities=BY_RISK)
    before = desk.term(case_id).decide_by
    assert desk.case(case_id).clock == ClockState.UNDETERMINED
    desk.do(case_id, risk="low")
    assert desk.term(case_id).decide_by == day("2026-01-19")
    undo(desk, case_id)
    case, term = desk.case(case_id), desk.term(case_id)
    assert (case.clock, term.assessment, term.decide_by) == (
        ClockState.UNDETERMINED,
        None,
        before,
    )
    desk.do(case_id, risk="high")
    term = desk.term(case_id)
    assert (term.modality, term.decide_by) == ("Slow", day("2026-02-02"))
    assert desk.facts(case_id).count("clock_started") == 2
    desk.on("2026-02-10")
    desk.work()
    assert desk.term(case_id).silent_on == day("2026-02-10")


def test_what_was_notified_is_not_taken_back(desk: Desk) -> None:
    case_id = filed(desk, clock={"notified_by": ["check"]})
    desk.do(case_id)
    with pytest.raises(LeftTheHouse):
        undo(desk, case_id)
    assert desk.case(case_id).clock == ClockState.ANSWERED


def test_a_warning_in_between_keeps_nobody_from_taking_back(desk: Desk) -> None:
    case_id = filed(desk, clock={"decided_by": ["check"]})
    desk.do(case_id)
    desk.on("2026-02-09")
    desk.work()
    assert "term_warned" in desk.facts(case_id)
    undo(desk, case_id)
    assert desk.term(case_id).decided_on is None


def test_after_silence_nothing_is_taken_back_however_late_the_worker_comes(desk: Desk) -> None:
    case_id = filed(desk)
    desk.do(case_id)
    desk.on("2026-06-01")
    with pytest.raises(SilenceOperated):
        undo(desk, case_id)
