"""An appeal is decided: what becomes of the decision, the case, its term and its letters."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from engine.history import way
from engine.letters.proof import proof_by_code
from engine.models import Case, ClockState, FiledAppeal, Letter, Task, TaskStatus
from engine.people import person_by_name, set_offices
from engine.tasks import complete_task
from engine.terms import appeals, rulings
from engine.terms.authority import NotYourAppeal, OwnAct, appeals_to_decide
from engine.visibility import visible_cases
from tests.engine.office import diagram
from tests.engine.terms.desk import Desk, sheet

MARKED = {"decided_by": ["decide"], "notified_by": ["notify"]}
MODEL = diagram(
    '<startEvent id="start"/><userTask id="check" name="Check"/>'
    '<userTask id="decide" name="Decide"/><userTask id="notify" name="Notify"/>'
    '<endEvent id="done" name="Refused"/>',
    flows="start>check check>decide decide>notify notify>done",
)
LETTERS = {
    "refusal": {"title": "Refusal", "series": "RES", "after": ["notify"], "template": "No."},
    "receipt": {"title": "Receipt", "series": "CAR", "after": ["start"], "template": "Yes."},
}


def refused(desk: Desk, **more: Any) -> int:
    """A case that Carla decided and notified on 20 July 2026."""
    said = sheet("negative_silence", clock=MARKED, letters=LETTERS, **more)
    case_id = desk.filed("2026-07-01", said, MODEL)
    desk.on("2026-07-20")
    for name in ("ana", "carla", "ana"):
        do(desk, case_id, name)
    return case_id


def do(desk: Desk, case_id: int, name: str) -> None:
    with desk.hall() as hall:
        task = hall.session.scalars(
            select(Task).where(Task.case_id == case_id, Task.status == TaskStatus.OPEN)
        ).one()
        who = person_by_name(hall.session, name)
        assert who is not None
        complete_task(hall.session, task.id, {}, by=who, at=hall.at)


def file(desk: Desk, case_id: int, kind: str = "appeal") -> int:
    with desk.hall() as hall:
        filed = appeals.file_appeal(
            hall.session, case_id, kind, "The plan was approved before.", by=None, at=hall.at
        )
        return filed.number


def rule(desk: Desk, case_id: int, number: int, result: str, **more: Any) -> FiledAppeal:
    name = more.pop("name", "marta")
    with desk.hall() as hall:
        return rulings.decide_appeal(
            hall.session,
            case_id,
            number,
            result,
            "The plot is zoned for it.",
            by=desk.person(hall.session, name),
            at=hall.at,
            **more,
        )


def letters_void(desk: Desk, case_id: int) -> dict[str, date | None]:
    with desk.database.reading() as session:
        rows = session.scalars(select(Letter).where(Letter.case_id == case_id))
        return {one.name: one.voided_on for one in rows}


def test_a_founded_appeal_takes_the_case_back_to_a_stage_and_its_term_begins_anew(
    desk: Desk,
) -> None:
    case_id = refused(desk)
    desk.on("2026-07-22")
    number = file(desk, case_id)
    desk.on("2026-08-03")
    rule(desk, case_id, number, "founded", effect="back", stage="decide")
    case, term = desk.case(case_id), desk.term(case_id)
    assert (case.status, case.outcome, case.ended_at) == ("open", None, None)
    assert case.clock == ClockState.RUNNING
    assert (term.filed_on, term.clock_started_on) == (date(2026, 7, 1), date(2026, 8, 3))
    assert (term.decided_on, term.notified_on) == (None, None)
    assert term.decide_by == date(2026, 9, 15)  # thirty business days, without 6 August
    told = desk.facts(case_id)
    assert [one for one in told if one.startswith(("appeal", "decision_rev", "case_re"))] == [
        "appeal_filed",
        "decision_revoked",
        "appeal_decided",
        "case_reopened",
    ]
    assert "clock_restarted" in told
    for name in ("carla", "ana"):
        do(desk, case_id, name)
    case = desk.case(case_id)
    assert (case.status, case.outcome) == ("completed", "Refused")
    assert case.clock == ClockState.ANSWERED
    file(desk, case_id)  # the new decision can be contested like the first


def test_the_letter_of_a_revoked_decision_says_so_to_whoever_checks_it(desk: Desk) -> None:
    case_id = refused(desk)
    number = file(desk, case_id)
    desk.on("2026-08-03")
    rule(desk, case_id, number, "founded", effect="anew")
    assert letters_void(desk, case_id) == {
        "receipt": None,
        "refusal": date(2026, 8, 3),
        "appeal_filed": None,
        "appeal_decided": None,
    }
    with desk.database.reading() as session:
        code = session.scalar(
            select(Letter.code).where(Letter.case_id == case_id, Letter.name == "refusal")
        )
        proof = proof_by_code(session, code or "")
    assert proof is not None
    assert proof.voided_on == date(2026, 8, 3)


def test_a_founded_appeal_can_be_the_new_decision_and_exhausts_the_way(desk: Desk) -> None:
    case_id = refused(desk)
    number = file(desk, case_id)
    desk.on("2026-08-03")
    decided = rule(desk, case_id, number, "partly", effect="anew")
    case = desk.case(case_id)
    assert (case.status, case.outcome) == ("completed", "Resuelta en recurso")
    assert desk.term(case_id).notified_on == date(2026, 8, 3)
    assert decided.is_exhausted
    with pytest.raises(appeals.PathExhausted):
        file(desk, case_id, "reconsideration")


def test_an_unfounded_appeal_leaves_the_decision_and_exhausts_the_way(desk: Desk) -> None:
    case_id = refused(desk)
    number = file(desk, case_id)
    decided = rule(desk, case_id, number, "unfounded")
    assert decided.is_exhausted
    assert desk.case(case_id).outcome == "Refused"
    assert letters_void(desk, case_id)["refusal"] is None
    assert desk.data(case_id, "appeal_decided")["is_exhausted"] is True
    for kind in ("appeal", "reconsideration"):
        with pytest.raises(appeals.PathExhausted):
            file(desk, case_id, kind)


def test_an_unfounded_reconsideration_exhausts_nothing_where_there_is_an_appeal(
    desk: Desk,
) -> None:
    case_id = refused(desk)
    assert not rule(desk, case_id, file(desk, case_id, "reconsideration"), "unfounded").is_exhausted
    only = sheet("negative_silence")["appeals"]["reconsideration"]
    other = refused(desk, appeals={"reconsideration": only})
    assert rule(desk, other, file(desk, other, "reconsideration"), "unfounded").is_exhausted


def test_an_appeal_is_decided_above_by_nobody_who_took_part(desk: Desk) -> None:
    case_id = refused(desk)
    number = file(desk, case_id)
    with desk.database.reading() as session:
        appeal = session.get_one(FiledAppeal, (case_id, number))
        town_hall = desk.person(session, "marta").office_ids
        assert appeal.office_id in town_hall  # no office is called Council: the one above
    for name in ("eva", "carla"):
        with pytest.raises(NotYourAppeal):
            rule(desk, case_id, number, "unfounded", name=name)
    rule(desk, case_id, number, "unfounded", name="marta")


def test_who_decided_the_request_does_not_decide_the_appeal_from_above(desk: Desk) -> None:
    with desk.hall() as hall:
        hall.office("Council")
        carla = desk.person(hall.session, "carla")
        both = [hall.office("Desk").id, hall.office("Council").id]
        set_offices(hall.session, carla, both)
    case_id = refused(desk)
    number = file(desk, case_id)
    with pytest.raises(OwnAct):
        rule(desk, case_id, number, "unfounded", name="carla")


def test_the_office_that_the_sheet_names_sees_the_case_and_has_it_to_decide(desk: Desk) -> None:
    with desk.hall() as hall:
        hall.person("noe", "Council", roles=("manager",))
    case_id = refused(desk)
    assert _seen(desk, "noe") == []
    number = file(desk, case_id)
    assert _seen(desk, "noe") == [case_id]
    with desk.database.reading() as session:
        waiting = appeals_to_decide(session, desk.person(session, "noe"))
        assert [(one.number, case.id) for one, case in waiting] == [(number, case_id)]
        assert appeals_to_decide(session, desk.person(session, "marta")) == []
    rule(desk, case_id, number, "unfounded", name="noe")
    with desk.database.reading() as session:
        assert appeals_to_decide(session, desk.person(session, "noe")) == []


def _seen(desk: Desk, name: str) -> list[int]:
    with desk.database.reading() as session:
        return list(
            session.scalars(select(Case.id).where(visible_cases(desk.person(session, name))))
        )


def test_what_a_founded_appeal_brings_about_is_said(desk: Desk) -> None:
    case_id = refused(desk)
    number = file(desk, case_id)
    with pytest.raises(rulings.EffectMissing):
        rule(desk, case_id, number, "founded")
    with pytest.raises(rulings.StageUnknown):
        rule(desk, case_id, number, "founded", effect="back", stage="nowhere")
    with pytest.raises(rulings.ResultMissing):
        rule(desk, case_id, number, "perhaps")
    with desk.database.reading() as session:
        case = session.get_one(Case, case_id)
        found = rulings.stages(session, case, at=desk.clock())
    assert [one.element_id for one in found] == ["check", "decide", "notify"]


def test_an_appeal_against_silence_ends_the_case_with_the_decision_from_above(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05", sheet("negative_silence"))
    desk.on("2026-06-01")
    desk.work()
    number = file(desk, case_id)
    rule(desk, case_id, number, "founded", effect="anew")
    case = desk.case(case_id)
    assert (case.status, case.outcome) == ("completed", "Resuelta en recurso")
    assert case.clock == ClockState.ANSWERED
    assert desk.count(Task.case_id == case_id, Task.status == TaskStatus.OPEN) == 0
    with desk.database.reading() as session:
        letter = session.scalars(select(Letter).where(Letter.case_id == case_id)).all()[-1]
        assert letter.words is not None
        assert "Esta es la nueva decisión." in letter.words
        assert "sin efecto" not in letter.words  # there was no decision before


def test_an_appeal_against_silence_can_send_the_case_back_to_be_decided(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05", sheet("negative_silence"))
    desk.do(case_id)
    desk.on("2026-06-01")
    desk.work()
    number = file(desk, case_id)
    rule(desk, case_id, number, "founded", effect="back", stage="check")
    assert desk.case(case_id).clock == ClockState.RUNNING
    assert desk.count(Task.case_id == case_id, Task.status == TaskStatus.OPEN) == 1
    desk.do(case_id)
    desk.do(case_id)
    assert desk.case(case_id).status == "completed"


def test_a_decided_appeal_has_a_letter_and_is_not_decided_again(desk: Desk) -> None:
    case_id = refused(desk)
    number = file(desk, case_id)
    rule(desk, case_id, number, "unfounded")
    assert desk.letters(case_id)[-2:] == ["appeal_filed", "appeal_decided"]
    with pytest.raises(rulings.AppealDecided):
        rule(desk, case_id, number, "founded", effect="anew")


def test_a_founded_complaint_moves_nothing(desk: Desk) -> None:
    case_id = desk.filed("2026-01-05")
    desk.on("2026-02-17")
    with desk.hall() as hall:
        filed = appeals.file_complaint(hall.session, case_id, "Late.", by=None, at=hall.at)
    before = desk.term(case_id).decide_by
    decided = rule(desk, case_id, filed.number, "founded")
    assert (decided.effect, decided.is_exhausted) == (None, False)
    assert desk.term(case_id).decide_by == before
    desk.do(case_id)


def test_what_an_appeal_took_back_is_no_longer_on_the_way(desk: Desk) -> None:
    case_id = refused(desk)
    with desk.database.reading() as session:
        assert {"check", "decide", "notify", "done"} <= way(session, desk.case(case_id))
    number = file(desk, case_id)
    rule(desk, case_id, number, "founded", effect="back", stage="decide")
    with desk.database.reading() as session:
        gone_again = way(session, desk.case(case_id))
    assert "check" in gone_again
    assert gone_again.isdisjoint({"notify", "done"})
