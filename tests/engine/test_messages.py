"""Messages between cases and with the world, and signals that everyone hears."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.buffer import kept
from engine.cases import CaseSuspended, cancel_case, resume_case, suspend_case
from engine.deployments import procedure_by_key
from engine.halts.commands import resume_procedure, suspend_procedure
from engine.history import variables
from engine.interventions.mending import correct_data
from engine.messages import Delivery, Outcome, publish
from engine.models import Case, CaseStatus, Incident, Job, Task, Version
from engine.tasks import complete_task
from tests.engine.bench import Bench, facts, started
from tests.engine.office import TownHall, diagram
from tests.engine.terms.desk import Desk, correct, give

MESSAGES = '<message id="m1" name="Paid"/><message id="m2" name="Order"/>'
AWAITS = diagram(
    '<startEvent id="s"/><intermediateCatchEvent id="paid"><messageEventDefinition messageRef="m1"/>'
    '</intermediateCatchEvent><userTask id="t" name="T"/><endEvent id="e"/>',
    flows="s>paid paid>t t>e",
    roots=MESSAGES,
)
THROWS = diagram(
    '<startEvent id="s"/><intermediateThrowEvent id="pay"><messageEventDefinition messageRef="m1"/>'
    '</intermediateThrowEvent><endEvent id="e"/>',
    flows="s>pay pay>e",
    roots=MESSAGES,
    process_id="q",
)
STARTED_BY = diagram(
    '<startEvent id="s"><messageEventDefinition messageRef="m1"/></startEvent>'
    '<userTask id="t" name="T"/><endEvent id="e"/>',
    flows="s>t t>e",
    roots=MESSAGES,
    process_id="r",
)


def test_a_message_goes_to_the_case_it_names(bench: Bench) -> None:
    started(bench, AWAITS)
    with bench.hall() as hall:
        version = hall.session.get_one(Case, hall.session.scalars(select(Case.id)).one()).version_id
        second = hall.start(hall.session.get_one(Version, version))
        told = publish(
            hall.session, "Paid", {"case": second.number}, {"sum": 5}, by=None, at=hall.at
        )
        assert told.case_id == second.id
        assert variables(hall.session, second) == {"sum": 5}
        assert (
            publish(hall.session, "Paid", {"case": "none"}, {}, by=None, at=hall.at).case_id is None
        )


def test_a_message_that_comes_early_is_kept_for_its_time_to_live(bench: Bench) -> None:
    with bench.database.transaction() as session:
        for ttl in (timedelta(hours=1), timedelta(days=2)):
            told = publish(
                session, "Paid", {}, {"ttl": ttl.days}, ttl=ttl, by=None, at=bench.clock()
            )
            assert told.outcome == "kept"
    bench.clock.advance(hours=2)
    case_id = started(bench, AWAITS)
    bench.worker().run_until_idle()
    with bench.database.reading() as session:
        assert variables(session, session.get_one(Case, case_id)) == {"ttl": 2}


def test_a_thrown_message_reaches_the_waiting_case(bench: Bench) -> None:
    case_id = started(bench, AWAITS)
    with bench.hall() as hall:
        hall.start(hall.publish(THROWS, key="payer", process_id="q"))
    bench.worker().run_until_idle()
    assert "message_received" in facts(bench, case_id)


def test_a_thrown_message_starts_a_case_in_the_same_conversation(bench: Bench) -> None:
    with bench.hall() as hall:
        hall.publish(STARTED_BY, key="receiver", process_id="r")
        first = hall.start(hall.publish(THROWS, key="payer", process_id="q"))
    bench.worker().run_until_idle()
    with bench.database.reading() as session:
        second = session.scalars(select(Case).where(Case.id != first.id)).one()
        assert (second.channel, second.conversation_id) == ("message", first.id)
        assert second.applicant_name == first.applicant_name


def test_pools_of_one_file_talk_over_its_message_flows(bench: Bench) -> None:
    talk = (
        b'<process id="bank" isExecutable="true"><startEvent id="asked"><messageEventDefinition/></startEvent>'
        b'<userTask id="check" name="Check"/><sendTask id="tell"/><endEvent id="be"/>'
        b'<sequenceFlow id="b1" sourceRef="asked" targetRef="check"/>'
        b'<sequenceFlow id="b2" sourceRef="check" targetRef="tell"/>'
        b'<sequenceFlow id="b3" sourceRef="tell" targetRef="be"/></process>'
        b'<collaboration id="c"><participant id="p1" processRef="p"/><participant id="p2" processRef="bank"/>'
        b'<messageFlow id="ask" sourceRef="order" targetRef="asked"/>'
        b'<messageFlow id="told" sourceRef="tell" targetRef="answer"/></collaboration></definitions>'
    )
    office = diagram(
        '<startEvent id="s"/><sendTask id="order"/><receiveTask id="answer"/><endEvent id="e"/>',
        flows="s>order order>answer answer>e",
    ).replace(b"</definitions>", talk)
    with bench.hall() as hall:
        hall.office("Office")
        olga = hall.person("olga", "Office")
        hall.publish(office, key="bank", process_id="bank", by=olga)
        buyers = [hall.start(hall.publish(office, key="office", by=olga)) for _ in range(2)]
        numbers = [buyer.id for buyer in buyers]
    bench.worker().run_until_idle()
    with bench.hall() as hall:
        asked = hall.session.scalars(select(Case).where(Case.channel == "message")).all()
        assert {case.conversation_id for case in asked} == set(numbers)
        second = next(case for case in asked if case.conversation_id == numbers[1])
        task = hall.session.scalars(select(Task).where(Task.case_id == second.id)).one()
        complete_task(hall.session, task.id, {}, by=olga, at=bench.clock())
    bench.worker().run_until_idle()
    # the answer comes to who asked, not to who waits longest
    assert [bench.case(number).status for number in numbers] == ["open", "completed"]


def test_a_signal_is_heard_by_every_case_that_listens(bench: Bench) -> None:
    signal = '<signal id="g" name="Alarm"/>'
    listens = diagram(
        '<startEvent id="s"/><intermediateCatchEvent id="c"><signalEventDefinition signalRef="g"/>'
        '</intermediateCatchEvent><endEvent id="e"/>',
        flows="s>c c>e",
        roots=signal,
    )
    shouts = diagram(
        '<startEvent id="s"/><endEvent id="c"><signalEventDefinition signalRef="g"/></endEvent>',
        flows="s>c",
        roots=signal,
        process_id="q",
    )
    with bench.hall() as hall:
        version = hall.publish(listens)
        heard = [hall.start(version).id for _ in range(3)]
        hall.start(hall.publish(shouts, key="shouts", process_id="q"))
    bench.worker().run_until_idle()
    assert [bench.case(case_id).status for case_id in heard] == [CaseStatus.COMPLETED] * 3


ORDERS = (
    '<message id="m1" name="Paid"><extensionElements><e:extension><e:correlation target="order">number'
    "</e:correlation></e:extension></extensionElements></message>"
)
AWAITS_ITS_OWN = AWAITS.replace(MESSAGES.encode(), ORDERS.encode())


def paid(bench: Bench, order: str) -> Delivery:
    with bench.database.transaction() as session:
        ttl = timedelta(days=1)
        told = publish(
            session, "Paid", {"order": order}, {"sum": 5}, ttl=ttl, by=None, at=bench.clock()
        )
    bench.worker().run_until_idle()
    return told


def test_a_message_waits_for_the_version_that_begins_by_it(bench: Bench) -> None:
    with bench.hall() as hall:
        for number in range(120):  # more than are handed out at once
            publish(
                hall.session, "Paid", {}, {"n": number}, ttl=timedelta(days=1), by=None, at=hall.at
            )
        publish(hall.session, "Paid", {}, {"n": -1}, ttl=timedelta(hours=1), by=None, at=hall.at)
        hall.start(hall.publish(THROWS, key="payer", process_id="q"))
    bench.worker().run_until_idle()
    bench.clock.advance(hours=2)
    with bench.hall() as hall:
        hall.publish(STARTED_BY, key="receiver", process_id="r")
    worker = bench.worker()
    worker.run_until_idle()
    worker._sweep()
    worker.run_until_idle()
    with bench.database.reading() as session:
        begun = session.scalars(select(Case).where(Case.channel == "message")).all()
        said = [variables(session, case) for case in begun]
        assert sorted(one["n"] for one in said if one) == list(range(120))
        # the one that a case threw begins a case in its conversation
        assert [case.conversation_id for case, one in zip(begun, said, strict=True) if not one] != [
            None
        ]
        assert kept(session, at=bench.clock()) == []


def test_a_procedure_that_stands_still_begins_by_what_was_kept_when_it_goes_on(
    bench: Bench,
) -> None:
    silent = STARTED_BY.replace(b'<messageEventDefinition messageRef="m1"/>', b"")
    with bench.hall() as hall:
        olga = hall.person("olga", "Office", roles=("operator",))
        publish(hall.session, "Paid", {}, {}, ttl=timedelta(days=1), by=None, at=hall.at)
        procedure = hall.publish(silent, key="receiver", process_id="r").procedure
        suspend_procedure(hall.session, procedure, "Why", by=olga, at=hall.at)
        hall.publish(STARTED_BY, key="receiver", process_id="r")
    worker = bench.worker()
    worker._sweep()
    worker.run_until_idle()
    assert bench.count(Case.channel == "message") == 0
    with bench.hall() as hall:
        procedure = procedure_by_key(hall.session, "receiver")
        resume_procedure(hall.session, procedure, "Why", by=olga, at=bench.clock())
    worker.run_until_idle()
    assert bench.count(Case.channel == "message") == 1


def test_a_kept_message_whose_receiver_went_away_lives_no_longer_for_it(bench: Bench) -> None:
    with bench.hall() as hall:
        publish(hall.session, "Paid", {}, {}, ttl=timedelta(hours=1), by=None, at=hall.at)
        (message,) = kept(hall.session, at=hall.at)
        first = (message.sent_at, message.expires_at)
        case = hall.start(hall.publish(AWAITS))
        cancel_case(hall.session, case.id, "Withdrawn", by=None, at=hall.at)
    bench.clock.advance(minutes=10)
    bench.worker().run_until_idle()
    with bench.database.reading() as session:
        (message,) = kept(session, at=bench.clock())
        assert (message.sent_at, message.expires_at) == first


def test_a_message_follows_what_was_corrected_in_the_case_that_waits_for_it(bench: Bench) -> None:
    case_id = started(bench, AWAITS_ITS_OWN, number="A-1")
    with bench.hall() as hall:
        oscar = hall.person("oscar", "Office", roles=("operator",))
        correct_data(
            hall.session, case_id, {"number": "A-2"}, "Misread", by=oscar, at=bench.clock()
        )
    assert paid(bench, "A-1").outcome == "kept"
    assert paid(bench, "A-2").case_id == case_id
    with bench.database.reading() as session:
        assert variables(session, session.get_one(Case, case_id)) == {"number": "A-2", "sum": 5}


def test_a_kept_message_comes_when_the_correction_says_it_is_for_this_case(bench: Bench) -> None:
    case_id = started(bench, AWAITS_ITS_OWN, number="A-1")
    assert paid(bench, "A-2").outcome == "kept"
    with bench.hall() as hall:
        oscar = hall.person("oscar", "Office", roles=("operator",))
        for number in ("A-2", "A-3"):  # corrected again before the worker came
            values = {"number": number}
            correct_data(hall.session, case_id, values, "Misread", by=oscar, at=bench.clock())
    bench.worker().run_until_idle()
    assert "message_received" not in facts(bench, case_id)
    with bench.hall() as hall:
        values = {"number": "A-2"}
        correct_data(hall.session, case_id, values, "Misread", by=oscar, at=bench.clock())
    bench.worker().run_until_idle()
    assert "message_received" in facts(bench, case_id)


def test_a_case_that_does_not_know_its_key_yet_takes_nobody_elses_message(bench: Bench) -> None:
    case_id = started(bench, AWAITS_ITS_OWN)
    assert paid(bench, "A-1").outcome == "kept"
    assert "message_received" not in facts(bench, case_id)
    with bench.hall() as hall:
        number = hall.session.get_one(Case, case_id).number
        told = publish(hall.session, "Paid", {"case": number}, {}, by=None, at=bench.clock())
        assert told.case_id == case_id


def test_a_message_for_a_suspended_case_is_refused_or_kept_never_lost(bench: Bench) -> None:
    case_id = started(bench, AWAITS)
    with bench.hall() as hall:
        case = suspend_case(hall.session, case_id, "Audit", by=None, at=hall.at)
        for named in ({"case": case.number}, {}):
            with pytest.raises(CaseSuspended):
                publish(hall.session, "Paid", named, {"sum": 5}, by=None, at=hall.at)
        told = publish(
            hall.session, "Paid", {}, {"sum": 5}, ttl=timedelta(hours=1), by=None, at=hall.at
        )
        assert told.outcome == Outcome.KEPT
        resume_case(hall.session, case_id, "Audited", by=None, at=hall.at)
    bench.worker().run_until_idle()
    with bench.hall() as hall:
        assert variables(hall.session, hall.session.get_one(Case, case_id)) == {"sum": 5}


def thrown_to(hall: TownHall, number: str) -> None:
    thrower = hall.start(hall.publish(THROWS, key="payer", process_id="q"))
    thrown = hall.session.scalars(
        select(Job).where(Job.case_id == thrower.id, Job.kind == "message")
    ).one()
    thrown.payload = {**thrown.payload, "correlation": {"case": number}}


def test_a_message_thrown_to_a_suspended_case_reaches_it_when_that_goes_on(bench: Bench) -> None:
    case_id = started(bench, AWAITS)
    with bench.hall() as hall:
        case = suspend_case(hall.session, case_id, "Audit", by=None, at=hall.at)
        thrown_to(hall, case.number)
    for _ in range(12):
        bench.worker().run_until_idle()
        bench.clock.advance(hours=6)
    assert bench.count(Incident.number > 0) == 0
    with bench.hall() as hall:
        resume_case(hall.session, case_id, "Audited", by=None, at=hall.at)
    bench.worker().run_until_idle()
    assert bench.count(Task.case_id == case_id) == 1
    assert bench.count(Job.id > 0) == 0


def test_a_message_thrown_to_a_case_that_is_to_be_corrected_reaches_it_when_it_is(
    bench: Bench,
) -> None:
    desk = Desk(bench.database, bench.clock)
    case_id = desk.filed("2026-01-05", model=AWAITS)
    give(desk, case_id)
    with desk.hall() as hall:
        thrown_to(hall, hall.session.get_one(Case, case_id).number)
    for _ in range(9):  # more often than a job may fail
        desk.work()
        desk.clock.advance(hours=1)
    assert desk.count(Incident.number > 0) == 0
    correct(desk, case_id)
    desk.work()
    assert desk.count(Task.case_id == case_id) == 1
    assert desk.count(Job.kind == "message") == 0


def test_a_message_thrown_to_a_suspended_case_ends_when_its_time_is_over(bench: Bench) -> None:
    case_id = started(bench, AWAITS)
    with bench.hall() as hall:
        case = suspend_case(hall.session, case_id, "Audit", by=None, at=hall.at)
        thrown_to(hall, case.number)
    bench.worker().run_until_idle()
    for days, left in ((29, 1), (1, 0)):
        bench.clock.advance(days=days)
        bench.worker().run_until_idle()
        assert bench.count(Job.kind == "message") == left
    assert bench.count(Incident.number > 0) == 0
