"""The law's clock in a few words."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask_babel import force_locale

from engine.models import ClockState
from engine.sheet import Assessment
from engine.terms.law import law_of
from engine.terms.view import ClockView
from tests.webapp.conftest import Town
from webapp.words.terms import ended_words, law_words

DAY = date(2026, 3, 2)


def approved(town: Town) -> ClockView:
    """By filing; its paper is three days late."""
    day = DAY
    return ClockView(
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


def test_what_is_approved_says_when_its_paper_is_due(town: Town) -> None:
    view = approved(town)
    with town.app.test_request_context(), force_locale("en"):
        late, sent = law_words(view), law_words(replace(view, due_at=None))
        assert ended_words(view) == late  # on the page of the case as in the lists
    assert late == f"{sent}; its paper: 3 days overdue"
    assert sent.startswith("approved by filing on ")


@pytest.mark.parametrize(
    ("decided", "answered", "words"),
    [
        (0, 5, "answered in time"),
        (1, 5, "decided late, notified before silence"),
        (0, 6, "answered late"),
        (None, None, "answered"),
    ],
)
def test_what_is_answered_says_whether_in_time_as_the_figures_judge_it(
    town: Town, decided: int | None, answered: int | None, words: str
) -> None:
    def later(days: int | None) -> date | None:
        return None if days is None else DAY + timedelta(days=days)

    view = replace(
        approved(town),
        state=ClockState.ANSWERED,
        notify_by=DAY + timedelta(days=5),
        decided_on=later(decided),
        answered_on=later(answered),
        due_at=None,
    )
    with town.app.test_request_context(), force_locale("en"):
        assert law_words(view) == f"{words} · 0 business days used of 2"
