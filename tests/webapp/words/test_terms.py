"""The law's clock in a few words."""

from dataclasses import replace
from datetime import date, timedelta

from flask_babel import force_locale

from engine.models import ClockState
from engine.sheet import Assessment
from engine.terms.law import law_of
from engine.terms.view import ClockView
from tests.webapp.conftest import Town
from webapp.words.terms import law_words


def test_what_is_approved_says_when_its_paper_is_due(town: Town) -> None:
    day = date(2026, 3, 2)
    approved = ClockView(
        state=ClockState.APPROVED,
        assessment=Assessment.AUTOMATIC,
        modality="",
        is_expected=False,
        filed_on=day,
        started_on=day,
        used=0,
        of=2,
        left=2,
        decide_by=day,
        notify_by=day,
        silence_from=day,
        due_at=town.clock() - timedelta(days=3),
        stands_for=None,
        stands_since=None,
        stands_until=None,
        decided_on=None,
        notified_on=None,
        silent_on=None,
        approved_on=day,
        law=law_of("PE"),
    )
    with town.app.test_request_context(), force_locale("en"):
        late, sent = law_words(approved), law_words(replace(approved, due_at=None))
    assert late == f"{sent}; its paper: 3 days overdue"
    assert sent.startswith("approved by filing on ")
