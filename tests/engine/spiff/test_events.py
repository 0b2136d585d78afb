from datetime import timedelta

import pytest

from engine.spiff import NotRunnable
from tests.engine.spiff.diagrams import (
    NOON,
    Play,
    compiled,
    condition,
    definition,
    play,
    timer,
)

MESSAGE = '<bpmn:message id="m" name="paid"/>'
SIGNAL = '<bpmn:signal id="sg" name="alarm"/>'
ERROR = '<bpmn:error id="er" errorCode="E1"/><bpmn:error id="er2" errorCode="E2"/>'
ESCALATION = '<bpmn:escalation id="es" escalationCode="X1"/>'


def test_a_message_event_waits_for_its_message_and_takes_the_payload() -> None:
    case = play(
        "start s\ncatch c : " + definition("message", "m") + "\nuser a\ns -> c -> a", MESSAGE
    )
    assert case.wait("c").message == "paid"
    assert not case.message("other")
    assert case.message("paid", amount=7)
    assert case.open == ["a"]
    assert case.variables["amount"] == 7


def test_correlation_values_are_those_that_the_case_knows_now() -> None:
    correlated = '<bpmn:extensionElements><zeebe:subscription correlationKey="=number"/></bpmn:extensionElements>'
    case = play(
        "start s\ncatch c : " + definition("message", "m") + "\ns -> c",
        '<bpmn:message id="m" name="paid">' + correlated + "</bpmn:message>",
        number="A-1",
    )
    assert list(case.wait("c").correlation.values()) == ["A-1"]
    case.correct(number="A-2")
    assert list(case.wait("c").correlation.values()) == ["A-2"]


def test_a_thrown_message_is_told_with_its_mapped_payload_only() -> None:
    mapped = (
        '<bpmn:extensionElements><zeebe:ioMapping><zeebe:input source="=amount * 2" target="price"/>'
        "</zeebe:ioMapping></bpmn:extensionElements>"
    )
    version = compiled(
        "start s\nthrow t : " + mapped + definition("message", "m") + "\nend e\ns -> t -> e",
        MESSAGE,
    )
    case = Play(version, amount=4, secret=1)
    assert "message_sent t" in case.facts


@pytest.mark.parametrize("kind", ["message", "signal"])
@pytest.mark.parametrize("interrupts", [True, False])
def test_boundary_events_interrupt_or_not(kind: str, interrupts: bool) -> None:
    reference = {"message": "m", "signal": "sg"}[kind]
    case = play(
        f"start s\nuser a\nboundary b on a cancelActivity={str(interrupts).lower()} : "
        + definition(kind, reference)
        + "\nuser c\nuser d\ns -> a -> d\nb -> c",
        MESSAGE + SIGNAL,
    )

    def fire() -> bool:
        return case.message("paid") if kind == "message" else bool(case.signal("alarm"))

    assert fire()
    if interrupts:
        assert case.open == ["c"]
        assert not fire()
        assert "task_cancelled a" in case.facts
        assert "wait_cancelled b" not in case.facts
    else:
        assert case.open == ["a", "b", "c"]
        assert fire()
        assert case.open == ["a", "b", "c", "c"]
        assert case.do("a").open == ["c", "c", "d"]


@pytest.mark.parametrize("kind", ["message", "signal", "timer", "condition"])
@pytest.mark.parametrize("interrupts", [True, False])
def test_event_sub_processes_start_on_their_event(kind: str, interrupts: bool) -> None:
    inside = {
        "message": definition("message", "m"),
        "signal": definition("signal", "sg"),
        "timer": timer("Duration", "PT1H"),
        "condition": condition("x > 3"),
    }[kind]
    case = play(
        "start s\nuser a\nuser z\nend e\ns -> a -> z -> e\n"
        f"sub h triggeredByEvent=true {{\nstart hs isInterrupting={str(interrupts).lower()} : {inside}\n"
        "user b\nend he\nhs -> b -> he\n}",
        MESSAGE + SIGNAL,
        x=1,
    )
    assert case.status == "running"
    if kind == "message":
        assert case.message("paid")
    elif kind == "signal":
        assert case.signal("alarm") == 1
    elif kind == "timer":
        case.after(hours=1)
    else:
        case.do("a", x=5)
    tasks = [w.element_id for w in case.case.waits() if w.kind == "task"]
    if interrupts:
        assert tasks == ["b"]
        assert case.do("b").status == "completed"
        return
    work = "z" if kind == "condition" else "a"
    assert tasks == [work, "b"]
    case.do("b")
    assert case.status == "running"
    if work == "a":
        case.do("a")
    assert case.do("z").status == "completed"


def test_listening_event_sub_processes_do_not_keep_a_case_open() -> None:
    case = play(
        "start s\nuser a\nend e\ns -> a -> e\nsub h triggeredByEvent=true {\nstart hs : "
        + definition("message", "m")
        + "\nuser b\nhs -> b\n}",
        MESSAGE,
    )
    assert case.do("a").status == "completed"


def test_later_cases_do_not_inherit_a_started_handler() -> None:
    # SpiffWorkflow writes into shared specifications here
    version = compiled(
        "start s\nuser a\ns -> a\nsub h triggeredByEvent=true {\nstart hs : "
        + definition("message", "m")
        + "\nuser b\nhs -> b\n}",
        MESSAGE,
    )
    Play(version).message("paid")
    assert Play(version).open == ["hs", "a"]


def test_an_event_sub_process_nested_in_a_sub_process_lives_with_it() -> None:
    case = play(
        "start s\nsub p {\nuser a\nsub h triggeredByEvent=true {\nstart hs : "
        + definition("message", "m")
        + "\nuser b\nhs -> b\n}\n}\nuser c\ns -> p -> c",
        MESSAGE,
    )
    assert case.message("paid")
    assert case.open == ["b"]
    assert case.do("b").open == ["c"]
    assert not case.message("paid")


def test_a_signal_end_event_is_thrown_to_everyone_waiting() -> None:
    case = play(
        "start s\nand f\ncatch c : " + definition("signal", "sg") + "\nuser a\nend x : "
        + definition("signal", "sg") + "\nuser b\ns -> f\nf -> c -> b\nf -> a -> x",
        SIGNAL,
    )  # fmt: skip
    assert case.do("a").open == ["b"]
    assert "signal_sent x" in case.facts


def test_an_error_goes_to_the_boundary_with_its_code() -> None:
    text = (
        "start s\nsub p {\nstart ps\nuser a\nuser w\nend x : " + definition("error", "er")
        + "\nps -> a -> x\nps -> w\n}\nboundary b1 on p : " + definition("error", "er")
        + "\nboundary b2 on p : " + definition("error", "er2")
        + "\nuser c1\nuser c2\nuser ok\ns -> p -> ok\nb1 -> c1\nb2 -> c2"
    )  # fmt: skip
    assert play(text, ERROR).do("a").open == ["c1"]
    assert play(text.replace('errorRef="er"/>\nps', 'errorRef="er2"/>\nps'), ERROR).do(
        "a"
    ).open == ["c2"]


def test_an_error_boundary_without_a_code_catches_all() -> None:
    case = play(
        "start s\nsub p {\nuser a\nend x : " + definition("error", "er")
        + "\na -> x\n}\nboundary b on p : " + definition("error") + "\nuser c\ns -> p\nb -> c",
        ERROR,
    )  # fmt: skip
    assert case.do("a").open == ["c"]


def test_an_error_inside_a_called_process_reaches_the_caller() -> None:
    inner = compiled(
        "start s\nuser a\nend x : " + definition("error", "er") + "\ns -> a -> x", ERROR, "inner"
    )
    outer = compiled(
        "start s\ncall c calledElement=inner\nboundary b on c : " + definition("error", "er")
        + "\nuser d\nend e\ns -> c -> e\nb -> d", ERROR,
    )  # fmt: skip
    assert Play(outer, inner).do("a").open == ["d"]


def test_an_error_that_nothing_catches_fails_the_case() -> None:
    case = play(
        "start s\nuser a\nuser w\nend x : " + definition("error", "er") + "\ns -> a -> x\ns -> w",
        ERROR,
    )
    assert case.do("a").status == "failed"
    assert case.facts[-3:] == ["error_thrown x", "task_cancelled w", "case_failed x"]


def test_an_error_start_event_sub_process_handles_and_does_not_catch_itself() -> None:
    case = play(
        "start s\nuser a\nend x : " + definition("error", "er") + "\ns -> a -> x\n"
        "sub h triggeredByEvent=true {\nstart hs : " + definition("error", "er")
        + "\nuser b\nend hx : " + definition("error", "er") + "\nhs -> b -> hx\n}",
        ERROR,
    )  # fmt: skip
    assert case.open == ["a"]
    assert case.do("a").open == ["b"]
    assert case.do("b").status == "failed"


def test_of_two_event_sub_processes_the_one_that_names_the_error_catches_it() -> None:
    case = play(
        "start s\nuser a\nend x : " + definition("error", "er") + "\ns -> a -> x\n"
        "sub h triggeredByEvent=true {\nstart hs : " + definition("error") + "\nuser b\nhs -> b\n}\n"
        "sub k triggeredByEvent=true {\nstart ks : " + definition("error", "er") + "\nuser c\nks -> c\n}",
        ERROR,
    )  # fmt: skip
    assert case.do("a").open == ["c"]


@pytest.mark.parametrize("interrupts", [True, False])
def test_an_escalation_reaches_the_boundary(interrupts: bool) -> None:
    case = play(
        "start s\nsub p {\nstart ps\nuser a\nthrow x : " + definition("escalation", "es")
        + "\nuser w\nps -> a -> x -> w\n}\n"
        f"boundary b on p cancelActivity={str(interrupts).lower()} : " + definition("escalation", "es")
        + "\nuser c\nuser ok\ns -> p -> ok\nb -> c",
        ESCALATION,
    )  # fmt: skip
    assert sorted(case.do("a").open) == (["c"] if interrupts else ["c", "w"])


def test_an_uncaught_escalation_is_told_and_goes_on() -> None:
    case = play(
        "start s\nthrow x : " + definition("escalation", "es") + "\nuser a\ns -> x -> a", ESCALATION
    )
    assert case.open == ["a"]
    assert "escalation_thrown x" in case.facts


def test_a_conditional_event_waits_until_its_condition_holds() -> None:
    case = play(
        "start s\nand f\ncatch c : "
        + condition("x > 3")
        + "\nuser b\nuser a\ns -> f\nf -> c -> b\nf -> a",
        x=1,
    )
    assert case.open == ["c", "a"]
    assert case.do("a", x=5).open == ["b"]
    assert play("start s\ncatch c : " + condition("x > 3") + "\nuser b\ns -> c -> b", x=5).open == [
        "b"
    ]


def test_a_conditional_boundary_fires_each_time_the_condition_becomes_true() -> None:
    case = play(
        "start s\nuser a\nboundary b on a cancelActivity=false : " + condition("x > 3")
        + "\nuser c\nuser r\ns -> a\ns -> r\nr -> r\nb -> c", x=1,
    )  # fmt: skip
    for value, count in ((5, 1), (6, 1), (1, 1), (9, 2)):
        case.do("r", x=value)
        assert case.open.count("c") == count


def test_links_go_on_at_the_catching_link() -> None:
    case = play(
        "start s\nuser a\nthrow t : " + definition("link", "L") + "\ncatch c : " + definition("link", "L")
        + "\nuser b\nend e\ns -> a -> t\nc -> b -> e"
    )  # fmt: skip
    assert case.do("a").open == ["b"]
    assert case.do("b").status == "completed"


def test_a_link_without_a_place_to_go_is_not_runnable() -> None:
    with pytest.raises(NotRunnable):
        compiled("start s\nthrow t : " + definition("link", "L") + "\ns -> t")


def test_an_event_gateway_goes_on_with_the_first_event() -> None:
    text = (
        "start s\nevent g\ncatch t1 : " + timer("Duration", "PT1H") + "\ncatch t2 : "
        + timer("Duration", "PT2H") + "\ncatch m1 : " + definition("message", "m")
        + "\nreceive r\nuser a1\nuser a2\nuser a3\nuser a4\ns -> g\ng -> t1 -> a1\ng -> t2 -> a2\n"
        "g -> m1 -> a3\ng -> r -> a4"
    )  # fmt: skip
    case = play(text, MESSAGE)
    assert case.open == ["t1", "t2", "m1", "r"]
    assert case.wait("t1").due_at == NOON + timedelta(hours=1)
    assert case.wait("t2").due_at == NOON + timedelta(hours=2)
    assert case.after(hours=1).open == ["a1"]
    case = play(text, MESSAGE)
    assert case.message("paid")
    assert case.open == ["a3"]
    assert "timer_cancelled t1" in case.facts
    case = play(text, MESSAGE)
    assert case.message("r")
    assert case.open == ["a4"]


def test_a_receive_task_without_a_message_waits_for_one_by_its_name() -> None:
    case = play('start s\nreceive r "Payment"\nend e\ns -> r -> e')
    assert case.status == "running"
    assert case.message("Payment", paid=True)
    assert case.status == "completed"


def test_a_multiple_event_needs_one_and_a_parallel_multiple_all() -> None:
    text = (
        "start s\ncatch c{} : " + definition("message", "m") + definition("signal", "sg")
        + "\nuser a\ns -> c -> a"
    )  # fmt: skip
    case = play(text.format(""), MESSAGE + SIGNAL)
    assert [w.kind for w in case.case.waits()] == ["message", "signal"]
    case.signal("alarm")
    assert case.open == ["a"]
    case = play(text.format(" parallelMultiple=true"), MESSAGE + SIGNAL)
    case.signal("alarm")
    assert case.open == ["c"]
    case.message("paid")
    assert case.open == ["a"]


def test_a_multiple_end_event_with_terminate_ends_everything() -> None:
    case = play(
        "start s\nuser a\nuser w\nend x : " + definition("signal", "sg") + definition("terminate")
        + "\ns -> a -> x\ns -> w", SIGNAL,
    )  # fmt: skip
    assert case.do("a").status == "completed"
    assert "signal_sent x" in case.facts
    assert "task_cancelled w" in case.facts


@pytest.mark.parametrize(
    ("parallel", "kind", "why"),
    [
        (" parallelMultiple=true", "error", "nothing that is thrown"),
        (" parallelMultiple=true", "escalation", "nothing that is thrown"),
        ("", "compensation", "nothing else"),
    ],
)
def test_what_cannot_be_awaited_beside_something_else_is_refused(
    parallel: str, kind: str, why: str
) -> None:
    with pytest.raises(NotRunnable) as refusal:
        compiled(
            f"start s\nuser a\nboundary x on a{parallel} : {definition('signal', 'sg')}"
            f"{definition(kind)}\nuser b\ns -> a\nx -> b",
            SIGNAL,
        )
    assert any(why in str(obstacle) for obstacle in refusal.value.obstacles)
