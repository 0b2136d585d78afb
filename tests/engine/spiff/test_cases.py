from datetime import timedelta

import pytest

from engine.spiff import (
    CaseOver,
    Execution,
    Library,
    NoSuchElement,
    NotRunnable,
    NotWaiting,
    StateUnreadable,
    ValueRefused,
)
from engine.spiff.refusals import StateTooLarge
from tests.engine.spiff.diagrams import NOON, Play, compiled, definition, many, play, timer

LINE = "start s\nuser a\nmanual b\ntask c\nend e\ns -> a -> b -> c -> e"


def test_a_line_of_tasks_is_worked_one_after_the_other() -> None:
    case = play(LINE)
    for name in "abc":
        assert case.open == [name]
        case.do(name)
    assert case.status == "completed"
    assert case.facts == [
        "case_started s",
        "task_opened a",
        "task_completed a",
        "task_opened b",
        "task_completed b",
        "task_opened c",
        "task_completed c",
        "case_completed e",
    ]
    assert case.path[:5] == ["s", "f_s_a", "a", "f_a_b", "b"]


def test_answers_become_variables_of_the_case() -> None:
    assert play(LINE, applicant="Rosa").do("a", area=12.5).variables == {
        "applicant": "Rosa",
        "area": 12.5,
    }


@pytest.mark.parametrize(
    "values",
    [{"typename": 1}, {"__class__": 1}, {"": 1}, {"a": float("nan")}, {"a": {"typename": 2}},
     {"a": object()}, {"a": 2**64}, {"a": b"x"}],
)  # fmt: skip
def test_values_that_are_not_plain_json_are_refused_and_the_task_stays_open(
    values: dict[str, object],
) -> None:
    case = play(LINE)
    token = case.wait("a").token
    with pytest.raises(ValueRefused):
        case.case.complete(token, values, NOON)
    assert case.open == ["a"]


def test_a_task_cannot_be_completed_twice() -> None:
    case = play(LINE)
    token = case.wait("a").token
    case.do("a")
    with pytest.raises(NotWaiting):
        case.case.complete(token, {}, NOON)


def test_nothing_can_be_done_in_a_case_that_is_over() -> None:
    case = play("start s\nend e\ns -> e")
    assert case.status == "completed"
    with pytest.raises(CaseOver):
        case.case.complete(1, {}, NOON)


def test_a_cancelled_case_withdraws_everything() -> None:
    case = play("start s\nuser a\nuser b\ns -> a\ns -> b")
    case.case.cancel(NOON)
    assert case.open == []
    assert [fact.type for fact in case.case.facts] == [
        "task_cancelled",
        "task_cancelled",
        "case_cancelled",
    ]


def test_a_sub_process_is_over_when_nothing_lives_inside() -> None:
    case = play(
        "start s\nsub p {\nstart ps\nuser a\nuser b\nps -> a\nps -> b\n}\nuser c\ns -> p -> c"
    )
    case.do("a")
    assert case.open == ["b"]
    assert case.do("b").open == ["c"]


def test_a_sub_process_without_start_or_end_events_runs() -> None:
    case = play("start s\nsub p {\nuser a\nuser b\na -> b\n}\nend e\ns -> p -> e")
    assert case.do("a").open == ["b"]
    assert case.do("b").status == "completed"


def test_a_terminate_end_event_ends_its_own_scope_only() -> None:
    case = play(
        "start s\nsub p {\nstart ps\nuser a\nuser b\nend x : "
        + definition("terminate")
        + "\nps -> a\nps -> b -> x\n}\nuser c\ns -> p -> c"
    )
    assert case.do("b").open == ["c"]
    assert "task_cancelled a" in case.facts


def test_a_timer_event_waits_for_its_time() -> None:
    case = play("start s\ncatch t : " + timer("Duration", "P1DT2H") + "\nuser a\ns -> t -> a")
    assert case.wait("t").due_at == NOON + timedelta(days=1, hours=2)
    assert not case.case.fire_timer(case.wait("t").token, NOON)
    assert case.after(hours=25).open == ["t"]
    assert case.after(hours=1).open == ["a"]


def test_an_interrupting_boundary_timer_ends_the_task() -> None:
    case = play(
        "start s\nuser a\nboundary b on a : "
        + timer("Duration", "PT1H")
        + "\nuser c\ns -> a\nb -> c"
    )
    assert case.open == ["a", "b"]
    assert case.wait("b").host == case.wait("a").token
    assert case.after(hours=1).open == ["c"]
    assert "task_cancelled a" in case.facts


def test_a_boundary_timer_is_withdrawn_when_the_task_is_done() -> None:
    case = play(
        "start s\nuser a\nboundary b on a : " + timer("Duration", "PT1H") + "\nuser c\nuser d\n"
        "s -> a -> d\nb -> c"
    )
    assert case.do("a").open == ["d"]
    assert "timer_cancelled b" in case.facts


def test_a_cycle_beside_a_task_fires_each_round_and_leaves_the_task() -> None:
    case = play(
        "start s\nuser a\nboundary b on a cancelActivity=false : "
        + timer("Cycle", "R3/PT1H")
        + "\nuser c\ns -> a\nb -> c"
    )
    assert case.wait("b").repetitions == 3
    assert case.after(hours=1).open == ["a", "b", "c"]
    assert case.wait("b").repetitions == 2
    case.after(hours=5)
    assert case.open.count("c") == 3
    assert "b" not in case.open
    assert "a" in case.open


def test_a_call_activity_runs_another_process_with_its_own_variables() -> None:
    inner = compiled("start s\nuser check\nend e\ns -> check -> e", process="inner")
    outer = compiled(
        "start s\ncall c calledElement=inner : <bpmn:extensionElements>"
        '<camunda:in sourceExpression="amount * 2" target="price"/>'
        '<camunda:out source="verdict" target="result"/></bpmn:extensionElements>'
        "\nuser after\ns -> c -> after"
    )
    case = Play(outer, inner, amount=4)
    assert case.open == ["check"]
    assert case.case.variables_at(case.wait("check").token) == {"price": 8}
    assert case.do("check", verdict="yes").open == ["after"]
    assert case.variables == {"amount": 4, "result": "yes"}


def test_a_missing_called_process_is_an_incident_that_can_be_retried() -> None:
    outer = compiled("start s\ncall c calledElement=inner\nend e\ns -> c -> e")
    case = Play(outer)
    assert case.wait("c").kind == "incident"
    inner = compiled("start s\nend e\ns -> e", process="inner")
    case.library.versions[inner.hash] = inner
    assert case.release(case.wait("c").token).status == "completed"


def test_a_long_line_of_automatic_steps_does_not_recurse() -> None:
    names = [f"g{n}" for n in range(5000)]
    text = "\n".join(
        ["start s", *(f"xor {n}" for n in names), "user u", "s -> " + " -> ".join(names) + " -> u"]
    )
    assert play(text).open == ["u"]


def test_a_loop_without_a_wait_is_an_incident_and_loses_nothing() -> None:
    case = play(
        "start s\nxor a\nxor b\nuser u\ns -> a -> b\nb -> a [not(stop)]\nb -> u *", stop=False
    )
    assert [wait.kind for wait in case.case.waits()] == ["incident"]
    case.case.change({"stop": True}, NOON)
    assert case.release(case.case.waits()[0].token).open == ["u"]


def test_state_does_not_grow_with_the_rounds_of_a_loop() -> None:
    version = compiled(
        "start s\nxor m\nuser a\nxor g\nend e\ns -> m -> a -> g\ng -> m [again]\ng -> e *"
    )
    library = Library(version)
    case = Execution.start(version, {}, NOON, resolve=library)
    sizes = []
    for _ in range(1000):
        case.complete(case.waits()[0].token, {"again": True}, NOON)
        state = case.save()
        sizes.append(len(state))
        case = Execution.load(state, library)
    assert sizes[-1] <= sizes[9] + 4
    assert sizes[-1] < 600


def test_elements_may_be_called_start_end_and_root() -> None:
    case = play("start Start\nuser Root\nend End\nStart -> Root -> End")
    assert case.do("Root").status == "completed"


def test_bytes_that_are_no_state_are_refused() -> None:
    library = Library()
    for state in (b"", b"x" * 40, b"\x28\xb5\x2f\xfd"):
        with pytest.raises(StateUnreadable):
            Execution.load(state, library)


def test_what_could_not_be_read_again_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.spiff.state.MAX_BYTES", 2_000)
    play(LINE).do("a", text="x" * 1_000)
    with pytest.raises(StateTooLarge):
        play(LINE).do("a", text="x" * 2_000)


def test_what_cannot_run_is_listed_with_element_and_line() -> None:
    with pytest.raises(NotRunnable) as refusal:
        compiled("start s\nxor g\nuser a\nuser b\ns -> g\ng -> a [1 +]\ng -> b [)(]")
    assert [o.element_id for o in refusal.value.obstacles] == ["g", "g"]
    assert all(o.line for o in refusal.value.obstacles)


def test_the_hash_is_the_same_for_the_same_diagram_only() -> None:
    assert compiled(LINE).hash == compiled(LINE).hash
    assert compiled(LINE).hash != compiled(LINE.replace("manual", "user")).hash


NESTED = (
    "start s\nuser a\nsub p {\nstart ps\nuser b\nsub q {\nstart qs\nuser c\nqs -> c\n}\nps -> b -> q\n}\n"
    "boundary k on p : "
    + timer("Duration", "PT1H")
    + "\nuser late\nuser z\nend e\ns -> a -> p -> z -> e\nk -> late"
)


def test_what_an_event_sub_process_has_interrupted_listens_again_once_it_is_gone_back_to() -> None:
    case = play(
        "start s\nuser a\ns -> a\nsub h triggeredByEvent=true {\nstart hs : "
        + definition("message", "m")
        + "\nuser fix\nhs -> fix\n}\nsub l triggeredByEvent=true {\nstart ls : "
        + timer("Duration", "P1D")
        + "\nuser late\nls -> late\n}",
        '<bpmn:message id="m" name="withdrawn"/>',
    )
    assert case.message("withdrawn")
    assert case.open == ["fix"]
    case.case.move(case.wait("fix").token, "a", NOON)
    case._reload()
    assert sorted(case.open) == ["a", "hs", "ls"]
    assert case.message("withdrawn")
    assert case.open == ["fix"]


def test_a_token_is_moved_forward_back_into_and_out_of_sub_processes() -> None:
    def moved(case: Play, element: str, to: str) -> list[str]:
        case.case.move(case.wait(element).token, to, NOON)
        case._reload()
        return case.open

    case = play(NESTED)
    assert moved(case, "a", "z") == ["z"]
    assert moved(case, "z", "c") == ["k", "c"]
    assert moved(case, "c", "b") == ["k", "b"]
    assert moved(case, "b", "a") == ["a"]
    assert case.do("a").do("b").do("c").do("z").status == "completed"


@pytest.mark.parametrize("to", ["k", "nowhere", "main"])
def test_a_token_is_not_moved_to_where_none_can_stand(to: str) -> None:
    case = play(NESTED)
    with pytest.raises(NoSuchElement):
        case.case.move(case.wait("a").token, to, NOON)
    assert case.open == ["a"]


def test_moving_one_of_several_instances_moves_the_whole_activity() -> None:
    case = play("start s\nuser a : " + many("xs") + "\nuser z\ns -> a -> z", xs=[1, 2, 3])
    case.case.move(case.wait("a").token, "z", NOON)
    assert case.open == ["z"]


def test_a_timer_without_a_time_is_set_again_when_released() -> None:
    case = play(
        "start s\nuser a\nboundary b on a : "
        + timer("Duration", "term")
        + "\nuser c\ns -> a\nb -> c"
    )
    assert case.wait("b").kind == "incident"
    assert case.release(case.wait("b").token).wait("b").kind == "incident"
    case.case.change({"term": "P2D"}, NOON)
    assert case.release(case.wait("b").token).wait("b").kind == "timer"
    assert case.after(days=2).open == ["c"]


def test_a_process_that_calls_itself_without_end_is_an_incident() -> None:
    version = compiled("start s\ncall c calledElement=main\nend e\ns -> c -> e")
    case = Play(version)
    assert [wait.kind for wait in case.case.waits()] == ["incident"]
    assert len(case.case.save()) < 10_000


def test_a_timer_can_be_computed_by_an_expression() -> None:
    case = play(
        "start s\ncatch t : " + timer("Duration", "duration(days)") + "\nuser a\ns -> t -> a",
        days="P3D",
    )
    assert case.wait("t").due_at == NOON + timedelta(days=3)
    case = play("start s\ncatch t : " + timer("Date", "=date(day)") + "\ns -> t", day="2026-05-01")
    assert case.wait("t").due_at == NOON.replace(month=5, day=1, hour=0)


def test_expressions_read_the_clock_of_the_command() -> None:
    case = play(
        'start s\nxor g\nuser a\nuser b\ns -> g\ng -> a [today() = date("2026-03-02")]\ng -> b *'
    )
    assert case.open == ["a"]


def test_tokens_that_multiply_without_end_are_one_incident() -> None:
    case = play("start s\nand a\nand b\nxor m\nuser u\ns -> m -> a\na -> b\na -> m\nb -> m\nb -> u")
    assert [w.element_id for w in case.case.waits() if w.kind == "incident"] != []
    assert len([w for w in case.case.waits() if w.kind == "incident"]) == 1
    assert len(case.case.positions) <= 5
    assert [fact for fact in case.facts if fact.startswith("incident")] == [case.facts[-1]]


def test_variables_of_a_called_process_are_seen_and_corrected() -> None:
    outer = compiled("start s\ncall c calledElement=other\nuser z\ns -> c -> z")
    inner = compiled("start s\nuser a\ns -> a", process="other")
    case = Play(outer, inner, fee=1)
    (local,) = case.case.locals()
    assert (local.element_id, local.variables) == ("c", {"fee": 1})
    case.case.change({"fee": 2}, NOON, token=local.token)
    assert (case.variables, case.case.locals()[0].variables) == ({"fee": 1}, {"fee": 2})
    assert case.do("a").variables == {"fee": 2}


TELLS = (
    "<bpmn:extensionElements><zeebe:ioMapping><zeebe:input source={} target={}/></zeebe:ioMapping>"
    '<zeebe:taskDefinition type="register"/></bpmn:extensionElements>'
).format('"=fee * 2"', '"sum"')


def test_a_service_of_a_called_process_is_told_what_was_corrected_there() -> None:
    outer = compiled("start s\ncall c calledElement=other\nuser z\ns -> c -> z")
    inner = compiled(f"start s\nservice a : {TELLS}\ns -> a", process="other")
    case = Play(outer, inner, fee=1)
    assert case.wait("a").variables == {"sum": 2}
    case.correct(token=case.case.locals()[0].token, fee=5)
    assert case.wait("a").variables == {"sum": 10}
    case.correct(fee=7)
    assert case.wait("a").variables == {"sum": 10}


def test_a_correction_writes_no_inputs_where_no_service_is_performed() -> None:
    case = play(f"start s\nservice a : {TELLS}{many('shops', 'fee')}\ns -> a", shops=[1, 2])
    assert [case.wait("a", number).variables for number in (0, 1)] == [{"sum": 2}, {"sum": 4}]
    case.correct(fee=9)
    # each round has a fee of its own; the host that counts them is told nothing
    assert [case.wait("a", number).variables for number in (0, 1)] == [{"sum": 2}, {"sum": 4}]
    assert all(
        "sum" not in one.variables for one in case.case.locals() if "fee" not in one.variables
    )

    held = play(f"start s\nservice a : {TELLS}{many(count='n')}\ns -> a", n=1001, fee=1)
    assert held.wait("a").kind == "incident"
    held.correct(fee=3)
    assert held.case.locals() == []
