import pytest

from engine.spiff import EndsAll, NotRunnable
from tests.engine.spiff.diagrams import NOON, Play, compiled, definition, many, play, timer


def loop(condition: str = "", before: bool = False, maximum: int | None = None) -> str:
    attributes = ' testBefore="true"' if before else ""
    attributes += f' loopMaximum="{maximum}"' if maximum else ""
    inside = f"<bpmn:loopCondition>{condition}</bpmn:loopCondition>" if condition else ""
    return (
        f"<bpmn:standardLoopCharacteristics{attributes}>{inside}</bpmn:standardLoopCharacteristics>"
    )


MANY = "start s\nuser a : {}\nuser z\nend e\ns -> a -> z -> e"


def test_parallel_instances_are_open_together_each_with_its_item() -> None:
    case = play(MANY.format(many("people", "person")), people=["Ana", "Luis", "Rosa"])
    waits = case.case.waits()
    assert [(w.variables["person"], w.variables["loopCounter"]) for w in waits] == [
        ("Ana", 1),
        ("Luis", 2),
        ("Rosa", 3),
    ]
    case.do("a", number=1).do("a", number=0)
    assert case.open == ["a"]
    assert case.do("a").open == ["z"]


def test_sequential_instances_are_open_one_after_the_other() -> None:
    case = play(MANY.format(many("people", "person", sequential="1")), people=["Ana", "Luis"])
    assert [w.variables["person"] for w in case.case.waits()] == ["Ana"]
    case.do("a")
    assert [w.variables["person"] for w in case.case.waits()] == ["Luis"]
    assert case.do("a").open == ["z"]


def test_the_number_of_instances_may_be_an_expression() -> None:
    assert play(MANY.format(many(count="n + 1")), n=2).open == ["a", "a", "a"]
    assert play(MANY.format(many("none")), none=[]).open == ["z"]


def test_results_are_gathered_in_the_order_of_the_items() -> None:
    case = play(
        MANY.format(many("people", "person", output="verdicts", gather="verdict")),
        people=["x", "y"],
    )
    case.do("a", number=1, verdict="no").do("a", verdict="yes")
    assert case.variables["verdicts"] == ["yes", "no"]


def test_answers_of_one_instance_are_not_seen_by_another_and_none_is_lost() -> None:
    case = play(MANY.format(many("people", "person")), people=[1, 2])
    case.do("a", note="first")
    assert "note" not in case.wait("a").variables
    assert "note" not in case.variables
    case.do("a", other="second")
    assert case.variables == {"people": [1, 2], "note": "first", "other": "second"}


def test_a_completion_condition_withdraws_the_other_instances() -> None:
    case = play(MANY.format(many("people", "p", until="approved = false")), people=[1, 2, 3])
    case.do("a", approved=True)
    assert case.open == ["a", "a"]
    assert case.do("a", approved=False).open == ["z"]
    assert case.facts.count("task_cancelled a") == 1


def test_a_completion_condition_can_count() -> None:
    case = play(
        MANY.format(
            many("p", until="nrOfCompletedInstances / nrOfInstances &gt;= 0.5".replace("&gt;", ">"))
        ),
        p=[1, 2, 3, 4],
    )
    assert case.do("a").do("a").open == ["z"]


def test_where_nobody_knows_how_many_a_person_says_after_each() -> None:
    case = play(MANY.format(many("people", "person")))
    assert case.do("a").wait("a").kind == "decision"
    assert case.do("a", "again").do("a").do("a", "done").open == ["z"]


@pytest.mark.parametrize("names", ["nrOf{}Instances", "numberOf{}Instances"])
def test_a_number_nobody_knows_is_never_reached_but_those_done_are_counted(names: str) -> None:
    done, all_ = names.format("Completed"), names.format("")
    case = play(MANY.format(many("people", "person", until=f"{done} = {all_}")))
    assert case.do("a").wait("a").kind == "decision"
    case = play(MANY.format(many("people", "person", until=f"{done} = 2")))
    assert case.do("a").do("a", "again").do("a").open == ["z"]


def test_too_many_instances_are_an_incident_to_mend_and_release() -> None:
    case = play(MANY.format(many(count="n")), n=5000)
    assert case.case.waits()[0].kind == "incident"
    case.case.change({"n": 1}, NOON)
    assert case.release(case.case.waits()[0].token).open == ["a"]


def test_an_interrupted_multi_instance_sub_process_leaves_nothing_behind() -> None:
    case = play(
        "start s\nsub p { : x".replace(" : x", "")
        + "\nuser a\nuser b\na -> b\n}\nboundary k on p : " + timer("Duration", "PT1H")
        + "\nuser c\ns -> p\nk -> c"
    )  # fmt: skip
    case.after(hours=1)
    assert case.open == ["c"]
    assert case.do("c").status == "completed"


def test_instances_of_a_sub_process_keep_their_own_answers() -> None:
    from engine.bpmn import read
    from engine.spiff import compile_model
    from tests.engine.spiff.diagrams import xml

    text = (
        "start s\nsub p {\nuser a\nxor g\nuser yes\nuser no\na -> g\ng -> yes [ok]\ng -> no *\n}\n"
        "boundary k on p : " + timer("Duration", "PT1H") + "\nuser c\nuser z\ns -> p -> z\nk -> c"
    )
    source = xml(text).replace(
        b'<bpmn:subProcess id="p">', b'<bpmn:subProcess id="p">' + many("items", "it").encode()
    )
    version = compile_model(read(source))
    case = Play(version, items=[1, 2])
    case.do("a", number=0, ok=True)
    case.do("a", number=0, ok=False)
    assert sorted(w.element_id for w in case.case.waits() if w.kind == "task") == ["no", "yes"]
    assert case.do("yes").do("no").open == ["z"]
    case = Play(version, items=[1, 2])
    case.do("a", ok=True)
    assert case.after(hours=1).open == ["c"]
    assert case.do("c").status == "completed"


def test_a_standard_loop_repeats_while_its_condition_holds() -> None:
    case = play(MANY.format(loop("again")))
    case.do("a", again=True).do("a", again=True)
    assert case.open == ["a"]
    assert case.do("a", again=False).open == ["z"]


def test_a_loop_tested_before_may_not_run_at_all_and_a_maximum_ends_it() -> None:
    assert play(MANY.format(loop("again", before=True))).open == ["z"]
    case = play(MANY.format(loop("true", maximum=2)))
    assert case.do("a").open == ["a"]
    assert case.do("a").open == ["z"]


def test_a_loop_without_a_condition_asks_a_person_after_each_round() -> None:
    case = play(MANY.format(loop()))
    case.do("a")
    assert case.case.waits()[0].kind == "decision"
    assert case.do("a", "again").case.waits()[0].kind == "task"
    assert case.do("a").do("a", "done").open == ["z"]


def script(text: str) -> str:
    return f"<bpmn:script>{text}</bpmn:script>".replace("\n", "&#10;")


def test_a_script_of_assignments_runs_line_by_line() -> None:
    case = play(
        "start s\nscript t : " + script("a = 2\nb = a * 3 + x") + "\nend e\ns -> t -> e", x=1
    )
    assert case.variables == {"x": 1, "a": 2, "b": 7}


@pytest.mark.parametrize(
    "text", ["import os; os.system('x')", "print(1)", "while True: pass", "x.y = 3"]
)
def test_any_other_script_is_left_to_a_person(text: str) -> None:
    case = play("start s\nscript t : " + script(text) + "\nend e\ns -> t -> e")
    assert case.wait("t").kind == "task"


def test_a_business_rule_asks_for_its_decision_or_a_person() -> None:
    called = (
        "<bpmn:extensionElements>"
        '<zeebe:calledDecision decisionId="fee" resultVariable="price"/></bpmn:extensionElements>'
    )
    version = compiled("start s\nrule r : " + called + "\nend e\ns -> r -> e")
    assert Play(version).wait("r").kind == "task"
    from engine.spiff import Library

    library = Library(version)
    library.decisions["fee"] = lambda context: context["area"] * 2
    case = Play(version, library=library, area=4)
    assert case.status == "completed"
    assert case.variables["price"] == 8


SERVICE = (
    "start s\nservice t\nboundary b on t : " + definition("error", "er") + "\nuser c\nuser z\n"
    "s -> t -> z\nb -> c"
)
ERROR = '<bpmn:error id="er" errorCode="E1"/>'


def test_a_service_waits_for_its_worker() -> None:
    case = play(SERVICE, ERROR)
    assert case.wait("t").kind == "service"
    assert case.serve("t", total=3).open == ["z"]
    assert case.variables["total"] == 3


def test_a_failed_service_goes_to_its_error_boundary_or_waits_on() -> None:
    case = play(SERVICE, ERROR)
    assert not case.fail("t", "E9", "no answer")
    assert case.wait("t").reason == "no answer"
    assert case.fail("t", "E1")
    assert case.open == ["c"]


def test_a_send_task_sends_and_goes_on() -> None:
    case = play(
        "start s\nsend t messageRef=m\nend e\ns -> t -> e", '<bpmn:message id="m" name="hello"/>'
    )
    assert case.status == "completed"
    assert "message_sent t" in case.facts


def adhoc(sequential: bool = False, until: str = "") -> Play:
    order = " ordering=Sequential" if sequential else ""
    inside = f"<bpmn:completionCondition>{until}</bpmn:completionCondition>" if until else ""
    from engine.bpmn import read
    from engine.spiff import compile_model
    from tests.engine.spiff.diagrams import xml

    source = xml(
        f"start s\nadhoc p{order} {{\nuser a\nuser b\nuser c\na -> c\n}}\nuser z\ns -> p -> z"
    )
    source = source.replace(
        b"</bpmn:adHocSubProcess>", inside.encode() + b"</bpmn:adHocSubProcess>"
    )
    return Play(compile_model(read(source)))


def test_a_person_picks_what_is_done_in_an_ad_hoc_sub_process() -> None:
    case = adhoc()
    assert [option.id for option in case.wait("p").choices[0].options] == ["a", "b", "done"]
    case.do("p", "a", "b")
    assert case.open == ["p", "a", "b"]
    assert case.do("a").open == ["p", "b", "c"]
    assert case.do("p", "done").open == ["z"]


def test_what_is_picked_beside_that_all_is_done_is_refused_and_nothing_moves() -> None:
    case = adhoc()
    before = case.case.save()
    with pytest.raises(EndsAll, match="Tick it alone"):
        case.do("p", "a", "done")
    assert case.case.save() == before
    assert case.do("p", "a").open == ["p", "a"]


def test_a_sequential_ad_hoc_sub_process_offers_the_next_when_the_last_is_over() -> None:
    case = adhoc(sequential=True)
    case.do("p", "b")
    assert case.open == ["b"]
    case.do("b")
    assert case.open == ["p"]
    assert case.do("p", "done").open == ["z"]


def test_an_ad_hoc_sub_process_ends_when_its_completion_condition_holds() -> None:
    case = adhoc(until="enough")
    case.do("p", "a").do("a", enough=False)
    assert case.open == ["p", "c"]
    assert case.do("c", enough=True).open == ["z"]


def test_a_complex_gateway_fires_on_its_condition_and_takes_the_late_ones_quietly() -> None:
    from engine.bpmn import read
    from engine.spiff import compile_model
    from tests.engine.spiff.diagrams import xml

    text = (
        "start s\nand f\nuser a\nuser b\nuser c\ncomplex j\nuser z\nend e\n"
        "s -> f\nf -> a -> j\nf -> b -> j\nf -> c -> j\nj -> z -> e"
    )
    source = xml(text).replace(
        b'<bpmn:complexGateway id="j">',
        b'<bpmn:complexGateway id="j"><bpmn:activationCondition>activationCount &gt;= 2</bpmn:activationCondition>',
    )
    case = Play(compile_model(read(source)))
    case.do("a")
    assert case.open == ["b", "c"]
    case.do("c")
    assert case.open == ["b", "z"]
    case.do("z")
    assert case.status == "running"
    assert case.do("b").status == "completed"


def test_a_data_store_keeps_values_between_cases() -> None:
    from engine.bpmn import read
    from engine.spiff import Library, compile_model
    from tests.engine.spiff.diagrams import HEAD

    source = (
        HEAD
        + '<bpmn:dataStore id="ds" name="register"/><bpmn:process id="main" isExecutable="true">'
        '<bpmn:dataStoreReference id="dr" name="register" dataStoreRef="ds"/><bpmn:startEvent id="s"/>'
        '<bpmn:userTask id="a"><bpmn:ioSpecification><bpmn:dataInput id="i1"/><bpmn:dataOutput id="o1"/>'
        "<bpmn:inputSet/><bpmn:outputSet/></bpmn:ioSpecification>"
        "<bpmn:dataInputAssociation><bpmn:sourceRef>dr</bpmn:sourceRef><bpmn:targetRef>i1</bpmn:targetRef></bpmn:dataInputAssociation>"
        "<bpmn:dataOutputAssociation><bpmn:sourceRef>o1</bpmn:sourceRef><bpmn:targetRef>dr</bpmn:targetRef></bpmn:dataOutputAssociation>"
        '</bpmn:userTask><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="a"/></bpmn:process></bpmn:definitions>'
    ).encode()
    version = compile_model(read(source))
    library = Library(version)
    first = Play(version, library=library)
    assert first.wait("a").variables == {"register": None}
    first.do("a", register=[1, 2])
    assert library.stores == {"register": [1, 2]}
    assert Play(version, library=library).wait("a").variables == {"register": [1, 2]}


ROUNDS = (
    "start s\nuser a : <bpmn:extensionElements><zeebe:ioMapping>"
    '<zeebe:input source="=item" target="said"/>{}</zeebe:ioMapping></bpmn:extensionElements>{}'
    "\nuser z\nend e\ns -> a -> z -> e"
)


def test_an_answer_under_the_name_of_an_input_is_kept_after_the_round() -> None:
    case = play(ROUNDS.format("", many("items")), items=["x", "y"])
    assert [wait.variables["said"] for wait in case.case.waits()] == ["x", "y"]
    assert case.do("a", said="no").wait("a").variables["said"] == "y"
    assert case.do("a", number=0).open == ["z"]
    assert case.variables == {"items": ["x", "y"], "said": "no"}


def test_an_output_under_the_name_of_an_input_reaches_the_case() -> None:
    output = '<zeebe:output source="=said + &quot;!&quot;" target="said"/>'
    case = play(ROUNDS.format(output, many("items", sequential="1")), items=["x", "y"], said="old")
    assert case.do("a").do("a").open == ["z"]
    assert case.variables["said"] == "y!"


@pytest.mark.parametrize(
    ("drawn", "why"),
    [
        ("user a startQuantity=2", "begins with one token"),
        ("user a completionQuantity=3", "yields one"),
        (
            'user a : <bpmn:multiInstanceLoopCharacteristics behavior="One" oneBehaviorEventRef="x">'
            "<bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>",
            "tell nobody",
        ),
    ],
)
def test_what_the_engine_does_not_do_is_refused_and_not_left_out(drawn: str, why: str) -> None:
    with pytest.raises(NotRunnable, match=why):
        compiled(f"start s\n{drawn}\ns -> a")
