"""A study holds a procedure as it is beside as it is to be, with what the analyst says of both."""

from decimal import Decimal as D
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from designer.amounts import NoAmount, amount
from designer.asme import Origin, Override
from designer.burden import Applicants, Assumption, Visit
from designer.cost import Consumable, Ledger, Post
from designer.drafts import StudyStandsOnIt, discard_draft, draft_by_id, save_draft
from designer.ledger import ledger, set_ledger
from designer.library import publish_folder
from designer.models import Study, StudyStep
from designer.studies import (
    NothingToChange,
    ReasonNeeded,
    accept,
    begin_to_be,
    dismiss,
    say,
    say_of_side,
    sides,
    study_draft,
    study_folder,
    study_version,
    take_up,
    undo_last,
)
from designer.studies.sides import Side
from designer.studies.steps import MOST, ChangedElsewhere, NothingToUndo, NotTheLast, last_step
from engine.errors import NotFound
from engine.models import Person, Role
from engine.people import create_person
from tests.clock import START
from tests.engine.spiff.diagrams import xml

LICENCE = Path(__file__).parents[2] / "processes" / "licencia-funcionamiento"
AS_IS = xml(
    """
start s
user a "Recibir" camunda:formKey=a
user v "Visar el expediente"
user w "Revisar el expediente"
end e
s -> a -> v -> w -> e
"""
)
SHEET = {
    "name": "Licencia",
    "requirements": [
        {"key": "dni", "name": "Copia del DNI", "legal_basis": "Ley 1", "used_by": ["a"]},
        {"key": "plan", "name": "Plano", "legal_basis": "Ley 1", "used_by": ["a"]},
    ],
    "fee": {"amount": "100"},
}


@pytest.fixture
def ana(session: Session) -> Person:
    return create_person(
        session, "ana", full_name="Ana Quispe", roles=[Role.ANALYST], offices=[], at=START
    )


@pytest.fixture
def study(session: Session, ana: Person) -> Study:
    """Of a procedure as it is done on paper."""
    draft = save_draft(session, "paper.bpmn", AS_IS, sheet=SHEET, by=ana, at=START)
    made = study_draft(session, draft.id, name="Licencia en papel", by=ana, at=START)
    say(
        session,
        made.id,
        services=D(400),
        applicants=Applicants(D(400), D(1), D(9)),
        assumptions={"dni": Assumption(D(20), D("0.30")), "plan": Assumption(D(60), D(50))},
        at=START,
    )
    minutes = {row: Override(minutes=D(30), office="GDU") for row in ("a", "v", "w")}
    say_of_side(
        session,
        made.id,
        "as_is",
        overrides=minutes,
        consumables=(Consumable("sheets", D(6), D("0.08")),),
        visit=Visit(D(2), Assumption(D(60), D(4))),
        at=START,
    )
    return made


def keys(study: Study, session: Session, by: Person) -> list[str]:
    both = sides(session, study, by=by)
    return [one.key for one in (both.to_be or both.as_is).findings]


def test_what_was_said_comes_back_to_the_cent(session: Session, study: Study, ana: Person) -> None:
    set_ledger(session, Ledger(posts=(Post("Técnico", "GDU", D(36_000)),)), by=ana, at=START)
    session.expire_all()
    one = sides(session, study, by=ana).as_is
    assert one.cost.total == 3 * 30 * D("0.20") + D("0.48")
    assert {part.key: part.yearly for part in one.burden.parts} == {
        "plan": D(59) * 400,
        "dni": D("3.30") * 400,
        "": D(13) * 2 * 400,
    }
    assert one.totals.touch == 90
    [cell] = [row.minutes for row in one.table.rows if row.id == "v"]
    assert cell.origin == Origin.ANALYST


def test_a_fee_above_what_the_service_costs_is_found(
    session: Session, study: Study, ana: Person
) -> None:
    set_ledger(session, Ledger(posts=(Post("Técnico", "GDU", D(36_000)),)), by=ana, at=START)
    assert "fee-over-cost::" in keys(study, session, ana)


def test_without_prices_nothing_is_said_of_the_fee(
    session: Session, study: Study, ana: Person
) -> None:
    assert "fee-over-cost::" not in keys(study, session, ana)


def test_an_accepted_finding_changes_the_draft_and_leaves_how_it_is_alone(
    session: Session, study: Study, ana: Person
) -> None:
    before = sides(session, study, by=ana).as_is
    accept(session, study.id, "consecutive-reviews::w", by=ana, at=START)
    accept(session, study.id, "prohibited-requirement:dni:", by=ana, at=START)
    both = sides(session, study, by=ana)
    assert both.to_be is not None
    assert {row.id for row in both.to_be.table.rows} == {"a", "v"}
    assert (
        both.to_be.totals.touch == 60
    )  # what was said of how it is holds until something else is said
    assert both.as_is.totals == before.totals
    assert both.to_be.once_only == D("0.5")
    assert both.to_be.burden.yearly < both.as_is.burden.yearly
    assert [one["id"] for one in both.said.accepted] == [
        "consecutive-reviews",
        "prohibited-requirement",
    ]
    assert study.to_be_draft_id is not None
    assert draft_by_id(session, study.to_be_draft_id).is_runnable


def test_what_was_done_is_taken_back_step_by_step_on_table_and_draft(
    session: Session, study: Study, ana: Person
) -> None:
    before = sides(session, study, by=ana)
    said = dict(study.data)
    accept(session, study.id, "consecutive-reviews::w", by=ana, at=START)
    draft = draft_by_id(session, study.to_be_draft_id or 0)
    merged = bytes(draft.drawing)
    accept(session, study.id, "prohibited-requirement:dni:", by=ana, at=START)
    say_of_side(
        session, study.id, "to_be", overrides={"a": Override(minutes=D(5))}, by=ana, at=START
    )

    def undone() -> str:
        step = last_step(session, study.id)
        assert step is not None
        return undo_last(session, study.id, step.number, by=ana, at=START).sentence

    assert "activity table" in undone()
    [row] = [one for one in _after(session, study, ana).table.rows if one.id == "a"]
    assert row.minutes.value == 30
    undone()
    assert _after(session, study, ana).once_only == before.as_is.once_only
    assert draft.drawing == merged
    undone()
    assert {one.id for one in _after(session, study, ana).table.rows} == {"a", "v", "w"}
    assert {key: one for key, one in study.data.items() if key != "to_be"} == said
    undone()
    undone()  # what was said before anything was accepted
    assert last_step(session, study.id) is None
    with pytest.raises(NothingToUndo):
        undo_last(session, study.id, 1, by=ana, at=START)


def test_a_step_that_is_not_the_last_any_more_is_not_taken_back(
    session: Session, study: Study, ana: Person
) -> None:
    step = last_step(session, study.id)
    assert step is not None
    say(session, study.id, services=D(7), by=ana, at=START)
    with pytest.raises(NotTheLast):
        undo_last(session, study.id, step.number, by=ana, at=START)
    assert study.data["services"] == "7"


def test_a_draft_that_was_changed_on_its_own_page_is_not_overwritten(
    session: Session, study: Study, ana: Person
) -> None:
    accept(session, study.id, "consecutive-reviews::w", by=ana, at=START)
    draft = draft_by_id(session, study.to_be_draft_id or 0)
    draft.sheet = {**draft.sheet, "name": "Otro"}
    session.flush()
    step = last_step(session, study.id)
    assert step is not None
    with pytest.raises(ChangedElsewhere, match="is taken out, since"):
        undo_last(session, study.id, step.number, by=ana, at=START)


def test_only_so_many_steps_are_kept(session: Session, study: Study, ana: Person) -> None:
    for number in range(MOST + 5):
        say(session, study.id, services=D(number + 1), by=ana, at=START)
    numbers = session.scalars(select(StudyStep.number).where(StudyStep.study_id == study.id)).all()
    assert len(numbers) == MOST


def _after(session: Session, study: Study, by: Person) -> Side:
    both = sides(session, study, by=by)
    assert both.to_be is not None
    return both.to_be


def test_a_finding_that_has_gone_cannot_be_accepted_again(
    session: Session, study: Study, ana: Person
) -> None:
    accept(session, study.id, "consecutive-reviews::w", by=ana, at=START)
    with pytest.raises(NotFound):
        accept(session, study.id, "consecutive-reviews::w", by=ana, at=START)


def test_what_only_a_person_can_mend_is_said_to_be_so(
    session: Session, study: Study, ana: Person
) -> None:
    data = {**SHEET, "renewal": "Un año"}
    draft = begin_to_be(session, study.id, by=ana, at=START)
    draft.sheet = data
    with pytest.raises(NothingToChange):
        accept(session, study.id, "expiry-without-norm::", by=ana, at=START)


def test_a_finding_is_dismissed_with_a_reason_and_taken_up_again(
    session: Session, study: Study, ana: Person
) -> None:
    with pytest.raises(ReasonNeeded):
        dismiss(session, study.id, "consecutive-reviews::w", "  ", at=START)
    dismiss(session, study.id, "consecutive-reviews::w", "La exige una norma.", at=START)
    assert sides(session, study, by=ana).said.dismissed == {
        "consecutive-reviews::w": "La exige una norma."
    }
    take_up(session, study.id, "consecutive-reviews::w", at=START)
    assert sides(session, study, by=ana).said.dismissed == {}


def test_a_study_outlives_the_draft_that_was_thrown_away(
    session: Session, study: Study, ana: Person
) -> None:
    draft = begin_to_be(session, study.id, by=ana, at=START)
    discard_draft(session, draft.id)
    assert study.to_be_draft_id is None  # pages ask by it which sides there are
    assert sides(session, study, by=ana).to_be is None
    accept(session, study.id, "consecutive-reviews::w", by=ana, at=START)
    both = sides(session, study, by=ana)
    assert both.to_be is not None
    assert len(both.said.accepted) == 1
    discard_draft(session, begin_to_be(session, study.id, by=ana, at=START).id)
    assert (
        sides(session, study, by=ana).said.accepted == ()
    )  # a report would claim what no draft has
    assert last_step(session, study.id) is None


def test_the_draft_that_a_study_reads_how_it_is_from_stays(
    session: Session, study: Study, ana: Person
) -> None:
    with pytest.raises(StudyStandsOnIt, match=study.name):
        discard_draft(session, study.as_is_draft_id or 0)
    assert sides(session, study, by=ana).as_is.table.rows


def test_a_published_procedure_is_studied_with_its_log(session: Session, ana: Person) -> None:
    version = publish_folder(session, LICENCE, by=ana, at=START)
    study = study_version(session, version, by=ana, at=START)
    one = sides(session, study, by=ana).as_is
    assert one.log is None  # nothing has happened yet
    assert one.sheet.name == "Licencia de funcionamiento"
    assert one.totals.requirements == 4


def test_the_ledger_is_empty_until_somebody_fills_it(session: Session) -> None:
    assert ledger(session) == Ledger()


def test_a_kept_amount_has_a_point_whatever_the_custom_of_the_place() -> None:
    assert amount("0.125") == D("0.125")
    assert amount("") == 0


@pytest.mark.parametrize("text", ["a lot", "-1", "NaN", "1e99", "1,000"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(NoAmount, match="is no amount"):
        amount(text)


def test_a_folder_opens_a_study_with_its_minutes_waits_and_costs(
    session: Session, ana: Person
) -> None:
    study = study_folder(session, LICENCE / "as-is", by=ana, at=START)
    one = sides(session, study, by=ana).as_is
    assert one.unpriced == ()
    assert one.cost.total > 0
    assert one.totals.wait == D("23.95") * 1440
    assert one.totals.requirements == 7
    assert {found.id for found in one.findings} >= {
        "prohibited-requirement",
        "requirement-without-basis",
        "mere-forwarding",
        "consecutive-reviews",
        "fee-over-cost",
        "expiry-without-norm",
    }
    assert ledger(session).posts


def test_a_wait_goes_with_the_activity_it_was_for(session: Session, ana: Person) -> None:
    study = study_folder(session, LICENCE / "as-is", by=ana, at=START)
    accept(session, study.id, "mere-forwarding::DerivarSubgerencia", by=ana, at=START)
    both = sides(session, study, by=ana)
    assert both.to_be is not None
    assert both.as_is.totals.wait - both.to_be.totals.wait == 4 * 1440


def test_a_study_out_of_a_folder_begins_where_the_folder_leaves_it(
    session: Session, ana: Person
) -> None:
    study = study_folder(session, LICENCE / "as-is", by=ana, at=START)
    assert last_step(session, study.id) is None
    say(session, study.id, services=D(500), by=ana, at=START)
    assert last_step(session, study.id) is not None
