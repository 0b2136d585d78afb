"""A case that moves to a version with another sheet keeps the term, requirements and appeals it was filed under."""

from datetime import date

import pytest
from sqlalchemy import select

from engine.migration.commands import move_cases, plan_migration
from engine.models import Case, CaseTerm, Version
from engine.terms import appeals
from engine.terms.notices import Item, RequirementUnknown, give_notice
from engine.terms.view import clock_file
from tests.engine.terms.desk import Desk, sheet
from tests.engine.terms.test_appeals import file

SHORTER = {
    "modalities": [
        {
            "name": "Quick",
            "assessment": "positive_silence",
            "term": {"amount": 10, "unit": "business_days"},
        }
    ],
    "requirements": [{"key": "proof", "order": 1, "name": "A proof", "source": "applicant"}],
    "appeals": {"appeal": {"file_within": 3, "decide_within": 60, "authority": "Council"}},
    "fee": {"amount": "90.00", "currency": "PEN"},
}


def moved(desk: Desk) -> int:
    """A case filed on 5 January under 30 business days and negative silence, moved to a sheet of 10 on the 7th."""
    old = desk.publish(sheet("negative_silence"))
    desk.on("2026-01-05")
    case_id = desk.file(old)
    desk.on("2026-01-07")
    new = desk.publish(sheet("negative_silence", **SHORTER))
    with desk.hall() as hall:
        get = hall.session.get_one
        same = {"check": "check", "decide": "decide"}
        planned = plan_migration(
            hall.session,
            get(Version, old),
            get(Version, new),
            same,
            "New sheet",
            by=None,
            at=hall.at,
        )
        migration_id = planned.id
    desk.work()
    with desk.hall() as hall:
        move_cases(hall.session, migration_id, by=None, at=hall.at)
    desk.work()
    assert desk.case(case_id).version_id == new
    return case_id


def test_a_moved_case_keeps_the_term_and_silence_that_ran_when_it_was_filed(desk: Desk) -> None:
    case_id = moved(desk)
    term = desk.term(case_id)
    assert (term.amount, term.assessment) == (30, "negative_silence")
    assert (term.decide_by, term.silence_from) == (date(2026, 2, 16), date(2026, 2, 24))
    desk.on("2026-02-10")  # long after ten business days, and their silence
    desk.work()
    assert desk.case(case_id).status == "open"
    with desk.database.reading() as session:
        found = clock_file(session, session.get_one(Case, case_id), at=desk.clock())
    assert found is not None
    assert found.filed_under == 1  # said on the page


def test_only_what_was_asked_for_when_it_was_filed_may_be_lacking(desk: Desk) -> None:
    case_id = moved(desk)
    with desk.hall() as hall, pytest.raises(RequirementUnknown, match="proof"):
        give_notice(hall.session, case_id, [Item("proof", "Bring it")], by=None, at=hall.at)
    with desk.hall() as hall:
        given = give_notice(hall.session, case_id, [Item("plan", "Sign it")], by=None, at=hall.at)
        assert given.correct_by == date(2026, 1, 9)
    desk.on("2026-01-12")
    desk.work()
    assert desk.data(case_id, "request_not_filed")["fee"] == "36.50"  # as it was paid


def test_its_decision_is_appealed_within_the_days_of_the_sheet_it_was_filed_under(
    desk: Desk,
) -> None:
    case_id = moved(desk)
    desk.on("2026-07-20")
    desk.do(case_id)
    desk.do(case_id)
    desk.on("2026-08-14")
    file(desk, case_id, "appeal")
    with desk.database.reading() as session:
        (filed,) = appeals.appeals_of(session, case_id)
    assert filed.decide_by == date(2026, 9, 25)  # thirty business days, not sixty


def test_a_case_that_never_moved_says_nothing_of_it(desk: Desk) -> None:
    version = desk.publish()
    case_id = desk.file(version)
    with desk.database.reading() as session:
        found = clock_file(session, session.get_one(Case, case_id), at=desk.clock())
        assert session.scalar(select(CaseTerm.version_id)) == version
    assert found is not None
    assert found.filed_under is None
