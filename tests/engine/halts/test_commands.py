"""A procedure is suspended with or without its open cases, and resumed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.cases import (
    CaseSuspended,
    ProcedureSuspended,
    ReasonMissing,
    StandsStill,
    cancel_case,
    resume_case,
    suspend_case,
)
from engine.errors import Refusal
from engine.halts import batches as halting
from engine.halts.commands import (
    LAST_LOOK,
    OperatorNeeded,
    Standing,
    outlook,
    past_halts,
    present_halt,
    resume_procedure,
    standing,
    suspend_procedure,
)
from engine.history import timeline
from engine.jobs import MOST_ATTEMPTS
from engine.messages import broadcast, publish
from engine.models import Case, CaseStatus, Halt, HaltStep, Job, Procedure, Task, Version
from engine.people import person_by_name
from engine.progress import hold
from engine.tasks import complete_task
from tests.engine.bench import WAIT_A_DAY, Bench, facts
from tests.engine.office import TownHall, diagram
from tests.engine.test_messages import STARTED_BY, THROWS

ONE_TASK = diagram(
    '<startEvent id="s"/><userTask id="t" name="T"/><endEvent id="e"/>', flows="s>t t>e"
)


def opened(bench: Bench, number: int, model: bytes = ONE_TASK) -> list[int]:
    """So many cases of a new procedure; olga is operator and works in them, ana is analyst."""
    with bench.hall() as hall:
        hall.office("Office")
        olga = hall.person("olga", "Office", roles=("operator", "civil_servant"))
        hall.person("ana", roles=("analyst",))
        version = hall.publish(model, by=olga)
        return [hall.start(version, by=olga).id for _ in range(number)]


def procedure(hall: TownHall) -> Procedure:
    return hall.session.scalars(select(Procedure).where(Procedure.key == "permit")).one()


def suspended(bench: Bench, reason: str = "A flood", *, by: str = "olga", cases: bool) -> int:
    with bench.hall() as hall:
        who = person_by_name(hall.session, by)
        halt = suspend_procedure(
            hall.session, procedure(hall), reason, is_with_cases=cases, by=who, at=hall.at
        )
        return halt.id


def resumed(bench: Bench, reason: str = "It is dry", *, by: str = "olga") -> None:
    with bench.hall() as hall:
        who = person_by_name(hall.session, by)
        resume_procedure(hall.session, procedure(hall), reason, by=who, at=hall.at)


def stands(bench: Bench) -> Standing | None:
    with bench.hall() as hall:
        halt = present_halt(hall.session, procedure(hall))
        return None if halt is None else standing(hall.session, halt)


def statuses(bench: Bench, ids: list[int]) -> list[str]:
    return [bench.case(case_id).status for case_id in ids]


def complete(bench: Bench, case_id: int) -> None:
    with bench.hall() as hall:
        olga = person_by_name(hall.session, "olga")
        task = hall.session.scalars(select(Task).where(Task.case_id == case_id)).one()
        assert olga is not None
        complete_task(hall.session, task.id, {}, by=olga, at=hall.at)


def test_a_suspended_procedure_takes_no_new_cases_and_open_ones_go_on(bench: Bench) -> None:
    (case_id,) = opened(bench, 1)
    suspended(bench, by="ana", cases=False)
    with bench.hall() as hall, pytest.raises(ProcedureSuspended, match="Permit"):
        hall.start(hall.session.scalars(select(Version)).one())
    bench.worker().run_until_idle()
    complete(bench, case_id)
    assert bench.case(case_id).status == CaseStatus.COMPLETED
    resumed(bench, by="ana")
    with bench.hall() as hall:
        hall.start(hall.session.scalars(select(Version)).one())


def test_who_did_it_when_and_why_is_kept(bench: Bench) -> None:
    opened(bench, 0)
    suspended(bench, " A flood ", by="ana", cases=False)
    now = stands(bench)
    assert now is not None
    assert (now.halt.reason, now.begun_by, now.halt.begun_at) == ("A flood", "Ana", bench.clock())
    bench.clock.advance(days=1)
    resumed(bench)
    bench.worker().run_until_idle()
    assert stands(bench) is None
    with bench.hall() as hall:
        (before,) = past_halts(hall.session, procedure(hall))
    assert (before.halt.end_reason, before.ended_by) == ("It is dry", "Olga")
    assert before.halt.ended_at == bench.clock()


def test_open_cases_stand_still_in_batches_each_with_the_fact_and_go_on_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(halting, "STOPPED_AT_ONCE", 2)
    monkeypatch.setattr(halting, "RESUMED_AT_ONCE", 2)
    cases = opened(bench, 5)
    suspended(bench, cases=True)
    worker = bench.worker()
    worker.run_once()
    now = stands(bench)
    assert now is not None
    assert (now.is_working, now.done, now.all) == (True, 2, 5)
    worker.run_until_idle()
    assert statuses(bench, cases) == [CaseStatus.SUSPENDED] * 5
    now = stands(bench)
    assert now is not None
    assert (now.is_working, now.done, now.halt.step) == (False, 5, HaltStep.STANDING)
    with pytest.raises(StandsStill, match="its whole procedure"):
        complete(bench, cases[0])
    resumed(bench)
    worker.run_once()
    now = stands(bench)
    assert now is not None
    assert (now.done, now.all, now.halt.step) == (2, 5, HaltStep.RESUMING)
    worker.run_until_idle()
    for case_id in cases:
        assert facts(bench, case_id)[-2:] == ["case_suspended", "case_resumed"]
        complete(bench, case_id)
    with bench.database.reading() as session:
        told = timeline(session, session.get_one(Case, cases[0]))
    reasons = {one.type: (one.data.get("reason"), one.by_name) for one in told}
    assert reasons["case_suspended"] == ("A flood", "Olga")
    assert reasons["case_resumed"] == ("It is dry", "Olga")
    assert bench.count(Case.halt_id.is_not(None)) == 0


def test_what_was_suspended_by_hand_stays_so_and_what_was_resumed_by_hand_goes_on(
    bench: Bench,
) -> None:
    before, meanwhile, urgent, ended = opened(bench, 4)
    with bench.database.transaction() as session:
        suspend_case(session, before, "In court", by=None, at=bench.clock())
    suspended(bench, cases=True)
    bench.worker().run_until_idle()
    with bench.database.transaction() as session:
        suspend_case(session, meanwhile, "In court, too", by=None, at=bench.clock())
        resume_case(session, urgent, "It cannot wait", by=None, at=bench.clock())
        cancel_case(session, ended, "Withdrawn", by=None, at=bench.clock())
    bench.clock.advance(minutes=2)
    bench.worker().run_until_idle()  # the last look: it takes nobody's decision back
    complete(bench, urgent)
    resumed(bench)
    bench.worker().run_until_idle()
    assert statuses(bench, [before, meanwhile, urgent, ended]) == [
        CaseStatus.SUSPENDED,
        CaseStatus.SUSPENDED,
        CaseStatus.COMPLETED,
        CaseStatus.CANCELLED,
    ]
    with bench.database.transaction() as session:
        resume_case(session, before, "Decided", by=None, at=bench.clock())
    complete(bench, before)


def test_timers_keep_their_time_and_take_effect_when_it_goes_on(bench: Bench) -> None:
    (case_id,) = opened(bench, 1, WAIT_A_DAY)
    suspended(bench, cases=True)
    bench.clock.advance(days=3)
    bench.worker().run_until_idle()
    assert "timer_fired" not in facts(bench, case_id)
    resumed(bench)
    bench.worker().run_until_idle()
    assert facts(bench, case_id)[-3:] == ["case_resumed", "timer_fired", "task_opened"]


def test_a_case_that_was_being_opened_at_that_moment_stands_still_a_minute_later(
    bench: Bench,
) -> None:
    opened(bench, 1)
    suspended(bench, cases=True)
    bench.worker().run_until_idle()
    with bench.hall() as hall:
        # its transaction had read that the procedure takes cases, and is committed after the first look
        found = procedure(hall)
        found.is_suspended = False
        late = hall.start(hall.session.scalars(select(Version)).one()).id
        found.is_suspended = True
    bench.clock.advance(seconds=LAST_LOOK.total_seconds())
    bench.worker().run_until_idle()
    assert bench.case(late).status == CaseStatus.SUSPENDED
    assert bench.count(Job.id > 0) == 0


def test_only_an_operator_stops_and_starts_open_cases(bench: Bench) -> None:
    opened(bench, 1)
    with pytest.raises(OperatorNeeded):
        suspended(bench, by="ana", cases=True)
    suspended(bench, cases=True)
    with pytest.raises(OperatorNeeded):
        resumed(bench, by="ana")
    with pytest.raises(ReasonMissing):
        resumed(bench, " ")


def test_the_same_again_changes_nothing_and_more_is_added(bench: Bench) -> None:
    (case_id,) = opened(bench, 1)
    first = suspended(bench, cases=False)
    assert suspended(bench, "Again", by="ana", cases=False) == first
    wider = suspended(bench, "Worse", cases=True)
    assert wider != first
    assert suspended(bench, "Again", cases=True) == wider
    assert suspended(bench, "Less", by="ana", cases=False) == wider
    bench.worker().run_until_idle()
    assert bench.case(case_id).status == CaseStatus.SUSPENDED
    resumed(bench)
    resumed(bench, "Again")
    bench.worker().run_until_idle()
    assert facts(bench, case_id).count("case_resumed") == 1
    assert bench.count(Halt.step != HaltStep.OVER) == 0


def test_suspended_again_before_all_cases_went_on_they_stand_still_for_the_new_reason(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(halting, "RESUMED_AT_ONCE", 1)
    cases = opened(bench, 3)
    suspended(bench, cases=True)
    bench.worker().run_until_idle()
    resumed(bench)
    bench.worker().run_once()
    assert sorted(statuses(bench, cases)) == ["open", "suspended", "suspended"]
    second = suspended(bench, "Rain again", cases=True)
    bench.worker().run_until_idle()
    assert statuses(bench, cases) == [CaseStatus.SUSPENDED] * 3
    assert bench.count(Case.halt_id == second) == 3
    resumed(bench)
    bench.worker().run_until_idle()
    for case_id in cases:
        assert facts(bench, case_id).count("case_suspended") == 2
        complete(bench, case_id)


def test_resumed_before_all_cases_stood_still_none_does(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(halting, "STOPPED_AT_ONCE", 1)
    cases = opened(bench, 3)
    suspended(bench, cases=True)
    bench.worker().run_once()
    resumed(bench)
    bench.clock.advance(minutes=5)
    bench.worker().run_until_idle()
    assert statuses(bench, cases) == [CaseStatus.OPEN] * 3


def test_one_case_that_cannot_go_on_holds_up_no_other_and_is_named(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(Refusal):
        sentence = "Its diagram cannot be read any more."

    cases = opened(bench, 3)
    suspended(bench, cases=True)
    bench.worker().run_until_idle()

    def broken(session: object, case_id: int, **more: object) -> object:
        if case_id == cases[1]:
            raise Broken
        return hold(session, case_id, **more)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(halting, "hold", broken)
    resumed(bench)
    bench.worker().run_until_idle()
    assert statuses(bench, cases) == ["open", "suspended", "open"]
    with bench.hall() as hall:
        (over,) = past_halts(hall.session, procedure(hall))
    number = bench.case(cases[1]).number
    assert [(which, str(why)) for which, why in over.kept] == [(number, Broken.sentence)]
    with bench.database.transaction() as session:
        resume_case(session, cases[1], "Mended", by=None, at=bench.clock())


def test_a_batch_that_is_given_up_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(bench, 1)

    def broken(*asked: object) -> list[Case]:
        raise OSError("the disk is on fire")

    with monkeypatch.context() as patched:
        patched.setattr(halting, "lock_all", broken)
        suspended(bench, cases=True)
        for _ in range(MOST_ATTEMPTS):
            bench.worker().run_until_idle()
            bench.clock.advance(hours=2)
    now = stands(bench)
    assert now is not None
    assert now.failure is not None
    assert "on fire" in now.failure


def test_a_message_that_would_begin_a_case_is_kept_and_begins_it_afterwards(bench: Bench) -> None:
    with bench.hall() as hall:
        hall.person("olga", roles=("operator",))
        hall.publish(STARTED_BY, process_id="r")
        thrower = hall.publish(THROWS, key="payer", process_id="q")
    suspended(bench, cases=False)
    with bench.hall() as hall:
        thrown_by = hall.start(thrower)
        with pytest.raises(ProcedureSuspended):
            publish(hall.session, "Paid", {}, {}, by=None, at=hall.at)
    bench.worker().run_until_idle()
    with bench.hall() as hall:
        told = publish(
            hall.session, "Paid", {}, {"n": 2}, ttl=timedelta(days=3), by=None, at=hall.at
        )
        assert told.outcome == "kept"
    assert bench.count(Case.channel == "message") == 0
    assert bench.count(Job.is_dead) == 0
    bench.clock.advance(days=2)
    resumed(bench)
    bench.worker().run_until_idle()
    with bench.database.reading() as session:
        begun = session.scalars(select(Case).where(Case.channel == "message")).all()
        assert {case.conversation_id for case in begun} == {None, thrown_by.id}


def test_a_signal_is_heard_by_others_where_one_procedure_is_suspended(bench: Bench) -> None:
    signal = '<signal id="g" name="Alarm"/>'
    begins = diagram(
        '<startEvent id="s"><signalEventDefinition signalRef="g"/></startEvent>'
        '<userTask id="t" name="T"/><endEvent id="e"/>',
        flows="s>t t>e",
        roots=signal,
    )
    with bench.hall() as hall:
        hall.person("olga", roles=("operator",))
        hall.publish(begins)
        hall.publish(begins, key="other")
    suspended(bench, cases=False)
    with bench.database.transaction() as session:
        assert broadcast(session, "Alarm", {}, by=None, at=bench.clock()) == 1
    assert bench.count(Case.channel == "signal") == 1


def test_who_asks_is_told_how_many_cases_it_would_touch(bench: Bench) -> None:
    cases = opened(bench, 3)
    with bench.database.transaction() as session:
        suspend_case(session, cases[0], "In court", by=None, at=bench.clock())
    with bench.hall() as hall:
        told = outlook(hall.session, procedure(hall))
    assert (told.moving, told.lying, told.clocks, told.first_silence_on) == (2, 1, 0, None)


def test_a_suspended_case_says_so_in_its_own_words(bench: Bench) -> None:
    (case_id,) = opened(bench, 1)
    with bench.database.transaction() as session:
        suspend_case(session, case_id, "In court", by=None, at=bench.clock())
    with pytest.raises(CaseSuspended, match="is suspended"):
        complete(bench, case_id)
