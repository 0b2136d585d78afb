"""Figures say “in time” of the cases of which the clock says it: the answer is judged, not what comes after it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from engine.events import Happened
from engine.logs.leaving import log_of
from engine.logs.measuring import measured
from engine.metrics.case_rows import Which, matching_cases
from engine.metrics.days import ZONE
from engine.metrics.forecast import outlook
from engine.metrics.numbers import Numbers
from engine.metrics.quality import Terms, due, terms
from engine.metrics.question import Question
from engine.metrics.recount import recount
from engine.metrics.upkeep import Known, catch_up, rebuild
from engine.metrics.usual_time import usual_time
from engine.models import Case, Cell, MeasuredCase, Procedure
from engine.terms.answering import answer, is_in_time
from engine.terms.view import clock_views
from tests.engine.office import diagram
from tests.engine.terms.desk import Desk, correct, give, sheet
from tests.engine.terms.test_rulings import file, rule

MARKED = {"decided_by": ["decide"], "notified_by": ["notify"], "tasks": {"mend": "applicant"}}
# decided, notified, and looked at once more long afterwards
MODEL = diagram(
    '<startEvent id="start"/><userTask id="decide" name="Decide"/><userTask id="notify" name="Notify"/>'
    '<userTask id="inspect" name="Inspect afterwards"/><endEvent id="done" name="Granted"/>',
    flows="start>decide decide>notify notify>inspect inspect>done",
)


@dataclass(frozen=True)
class Told:
    """A fact, as far as it is asked for here."""

    type: str
    token: int | None = None


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ("case_started request_decided case_completed", None),
        ("case_started decision_notified task_opened decision_notified", 1),
        ("decision_notified decision_revoked case_reopened clock_restarted", None),
        ("decision_notified case_reopened clock_restarted decision_notified", 3),
        ("request_approved case_completed", None),
    ],
)
def test_the_first_notification_since_the_term_began_is_the_answer(
    told: str, place: int | None
) -> None:
    facts = [Told(Happened(one).value) for one in told.split()]
    assert answer(facts) is (None if place is None else facts[place])


def test_the_last_day_itself_is_in_time() -> None:
    assert is_in_time(date(2026, 2, 16), date(2026, 2, 16))
    assert not is_in_time(date(2026, 2, 17), date(2026, 2, 16))


@pytest.fixture
def answers(desk: Desk) -> dict[str, int]:
    """Cases of 5 January, to be notified by 23 February, by how they were answered; and one nobody has answered."""
    version_id = desk.publish(sheet("negative_silence", clock=MARKED), MODEL)
    desk.on("2026-01-05")
    names = ("early", "last_day", "late", "corrected", "anew", "back", "open", "waiting")
    found = {name: desk.file(version_id) for name in names}
    for case in ("early", "anew", "back", "waiting"):
        _answered(desk, found[case], "2026-01-20")
    _corrected(desk, found["corrected"])
    _answered(desk, found["corrected"], "2026-02-25")  # its term began anew on the ninth
    _answered(desk, found["last_day"], "2026-02-23", hour=23)
    _answered(desk, found["late"], "2026-02-24")
    for case in ("anew", "back"):
        _ended(desk, found[case], "2026-01-22")
        desk.on("2026-01-23")
        number = file(desk, found[case])
        desk.on("2026-02-26")
        more = {"stage": "decide"} if case == "back" else {}
        rule(desk, found[case], number, "founded", effect=case, **more)
    _answered(desk, found["back"], "2026-03-02")
    for case in ("early", "last_day", "late", "corrected", "back"):
        _ended(desk, found[case], "2026-06-01")
    catch_up(desk.database, Known())
    return found


def _answered(desk: Desk, case_id: int, on: str, hour: int = 10) -> None:
    for moment in (hour - 1, hour):
        desk.on(on, moment)
        desk.do(case_id)


def _ended(desk: Desk, case_id: int, on: str) -> None:
    desk.on(on)
    desk.do(case_id)


def _corrected(desk: Desk, case_id: int) -> None:
    desk.on("2026-01-07")
    give(desk, case_id)
    desk.on("2026-01-09")
    correct(desk, case_id)


def _asked(desk: Desk, case_id: int, numbers: Numbers) -> Question:
    case = numbers.session.get_one(Case, case_id)
    return Question(desk.person(numbers.session, "olga"), case.procedure_id)


def _figures(desk: Desk, case_id: int) -> Terms:
    with desk.database.reading() as session:
        procedure_id = session.get_one(Case, case_id).procedure_id
        return terms(Numbers(session, Question(desk.person(session, "olga"), procedure_id)))


def _in_time(desk: Desk, case_ids: list[int]) -> Counter[bool]:
    """Of the ended cases, by the clock of each: whether it was answered until the day it had to be notified."""
    with desk.database.reading() as session:
        views = clock_views(session, case_ids, at=desk.clock())
        ended = {id for id in case_ids if session.get_one(Case, id).ended_at is not None}
    return Counter(
        is_in_time(view.answered_on, view.notify_by)
        for id, view in views.items()
        if id in ended and view.answered_on is not None
    )


def test_figures_and_logs_say_in_time_of_whom_the_clock_says_it(
    desk: Desk, answers: dict[str, int]
) -> None:
    figures = _figures(desk, answers["early"])
    assert (figures.met, figures.late, figures.without) == (5, 1, 0)
    assert _in_time(desk, list(answers.values())) == {True: figures.met, False: figures.late}
    with desk.database.reading() as session:
        procedure_id = session.get_one(Case, answers["early"]).procedure_id
        procedure = session.get_one(Procedure, procedure_id)
        told = list(log_of(session, procedure, desk.person(session, "olga")))
    ended = [case for case in told if "enddate" in case.attributes]
    back = [measured(case, 1, 1, frozenset(), ZONE) for case in ended]
    judged = Counter(
        is_in_time(min(one.answered_at or one.ended_at, one.ended_at), one.due_at)
        for one in back
        if one.ended_at is not None and one.due_at is not None
    )
    assert judged == {True: 5, False: 1}


def test_added_up_in_sql_measured_anew_or_from_rows_of_before_the_answers_are_the_same(
    desk: Desk, answers: dict[str, int]
) -> None:
    with desk.database.reading() as session:
        procedure_id = session.get_one(Case, answers["early"]).procedure_id
    stepwise = _cells(desk)
    assert recount(desk.database, procedure_id).mended == 0, "SQL says the same of the same rows"
    with desk.database.transaction() as session:
        session.execute(update(MeasuredCase).values(answered_at=None, answer_wait=0))
        session.execute(delete(Cell))
    recount(desk.database, procedure_id)
    assert _figures(desk, answers["early"]).met == 1, "by its end only one was in time"
    assert rebuild(desk.database, procedure_id).mended == 0
    assert _cells(desk) == stepwise


def _cells(desk: Desk) -> dict[tuple[int, ...], tuple[int, int]]:
    with desk.database.reading() as session:
        rows = session.scalars(select(Cell).where(Cell.n != 0))
        return {
            (one.kind, one.slice_id, one.period, one.a, one.b, one.bucket): (one.n, one.total)
            for one in rows
        }


def test_the_cases_behind_a_figure_are_those_it_counts(desk: Desk, answers: dict[str, int]) -> None:
    at = desk.on("2026-06-02")
    with desk.database.reading() as session:
        procedure_id = session.get_one(Case, answers["early"]).procedure_id
        asked = Question(desk.person(session, "olga"), procedure_id)
        names = {session.get_one(Case, id).number: name for name, id in answers.items()}

        def behind(state: str) -> dict[str, object]:
            lines = matching_cases(session, asked, Which(state), at=at)[1]
            return {names[line.number]: line for line in lines}

        assert set(behind("met_late")) == {"late"}
        assert set(behind("met")) == {"early", "last_day", "corrected", "anew", "back"}
        # answered and waiting for what comes afterwards is not late, though it is open
        assert set(behind("late")) == {"open"}
        assert due(session, asked, at=at).late == 1
        assert behind("open")["waiting"].due_at is None  # type: ignore[attr-defined]  # a line


def test_what_will_be_late_is_judged_by_when_others_were_answered(
    desk: Desk, answers: dict[str, int]
) -> None:
    at = desk.on("2026-01-12")
    with desk.database.reading() as session:
        procedure_id = session.get_one(Case, answers["early"]).procedure_id
        asked = Question(desk.person(session, "olga"), procedure_id)
        (one,) = outlook(Numbers(session, asked), asked, at=at)
        # to be decided by 16 February: after it four of the six were answered, and all but one ended in June
        assert one.risk == pytest.approx(4 / 6, abs=0.15)
        usual = usual_time(session, procedure_id, at=at + timedelta(days=150))
        assert usual is not None
        assert usual.half < 60 * 86_400, "an applicant is told of answers, not of what comes after"
