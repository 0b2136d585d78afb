"""What was done is undone: in reverse order, each instance by itself, with the variables it had."""

import orjson
import zstandard

from engine.bpmn import read
from engine.spiff import Execution, compile_model
from tests.engine.spiff.diagrams import NOON, Play, definition, many, xml

THROW = "throw t : " + definition("compensation")
UNDO = (
    "user undo_{0} isForCompensation=true\nboundary b_{0} on {0} : "
    + definition("compensation")
    + "\n"
)


def with_undo(text: str, *names: str) -> bytes:
    return associated(xml(text), *names)


def associated(source: bytes, *names: str) -> bytes:
    for name in names:
        association = (
            f'<bpmn:association id="as_{name}" associationDirection="One" sourceRef="b_{name}"'
            f' targetRef="undo_{name}"/>'
        ).encode()
        at = source.index(b"<bpmn:", source.index(b"<bpmn:process ") + 1)
        source = source[:at] + association + source[at:]
    return source


def played(source: bytes) -> Play:
    return Play(compile_model(read(source)))


def test_compensation_undoes_what_was_done_the_last_first() -> None:
    text = (
        "start s\nuser a\nuser b\nuser c\n" + UNDO.format("a") + UNDO.format("b") + UNDO.format("c")
        + "throw t : " + definition("compensation") + "\nuser z\ns -> a -> b -> t -> z"
    )  # fmt: skip
    case = played(with_undo(text, "a", "b", "c"))
    case.do("a").do("b")
    assert case.open == ["undo_b"]
    assert case.do("undo_b").open == ["undo_a"]
    assert case.do("undo_a").open == ["z"]


def test_compensation_of_a_sub_process_undoes_what_was_done_inside() -> None:
    text = (
        "start s\nsub p {\nuser a\n" + UNDO.format("a") + "}\nthrow t : "
        + definition("compensation", "p") + "\nuser z\ns -> p -> t -> z"
    )  # fmt: skip
    case = played(with_undo(text, "a"))
    assert case.do("a").open == ["undo_a"]
    assert case.do("undo_a").open == ["z"]


def test_a_cancelled_transaction_is_undone_and_leaves_by_its_cancel_boundary() -> None:
    text = (
        "start s\ntransaction p {\nstart ps\nuser a\nuser w\nuser q\n" + UNDO.format("a")
        + "end x : " + definition("cancel") + "\nps -> a -> q -> x\nps -> w\n}\nboundary k on p : "
        + definition("cancel") + "\nuser c\nuser ok\ns -> p -> ok\nk -> c"
    )  # fmt: skip
    case = played(with_undo(text, "a"))
    case.do("a").do("q")
    assert case.open == ["undo_a"]
    assert "task_cancelled w" in case.facts
    assert case.do("undo_a").open == ["c"]


def test_a_compensation_event_sub_process_undoes_its_sub_process() -> None:
    text = (
        "start s\nsub p {\nuser a\nsub h triggeredByEvent=true {\nstart hs : "
        + definition("compensation") + "\nuser fix\nhs -> fix\n}\n}\nthrow t : "
        + definition("compensation", "p") + "\nuser z\ns -> p -> t -> z"
    )  # fmt: skip
    case = played(with_undo(text))
    assert case.do("a").open == ["fix"]
    assert case.do("fix").open == ["z"]


def seen_by(case: Play, element: str, name: str) -> object:
    return case.wait(element).variables.get(name)


def test_a_handler_sees_the_variables_as_they_were_when_its_activity_was_done() -> None:
    text = (
        "start s\nuser a\nuser b\n" + UNDO.format("a") + THROW + "\nuser z\ns -> a -> b -> t -> z"
    )
    case = played(with_undo(text, "a"))
    case.do("a", booking=7, fee=10).do("b", fee=20)
    assert seen_by(case, "undo_a", "booking") == 7
    assert seen_by(case, "undo_a", "fee") == 10
    case.do("undo_a", refunded=True)
    assert case.variables == {"booking": 7, "fee": 20, "refunded": True}


def test_what_a_handler_answers_is_the_cases() -> None:
    text = "start s\nuser a\n" + UNDO.format("a") + THROW + "\nuser z\ns -> a -> t -> z"
    case = played(with_undo(text, "a")).do("a", fee=10).do("undo_a", fee=0)
    assert case.variables["fee"] == 0


def test_every_instance_is_undone_by_itself_the_last_first() -> None:
    text = (
        "start s\nuser a : " + many('["x", "y", "z"]', "place")
        + "\n" + UNDO.format("a") + THROW + "\nuser z\ns -> a -> t -> z"
    )  # fmt: skip
    case = played(with_undo(text, "a"))
    case.do("a", number=1, booked="second").do("a", number=0, booked="first").do(
        "a", booked="third"
    )
    found = []
    while case.open == ["undo_a"]:
        found.append((seen_by(case, "undo_a", "place"), seen_by(case, "undo_a", "booked")))
        case.do("undo_a")
    assert found == [("z", "third"), ("x", "first"), ("y", "second")]
    assert case.open == ["z"]


def test_every_round_of_a_loop_is_undone() -> None:
    loop = (
        '<bpmn:standardLoopCharacteristics loopMaximum="2"><bpmn:loopCondition>true'
        "</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
    )
    text = f"start s\nuser a : {loop}\n" + UNDO.format("a") + THROW + "\nuser z\ns -> a -> t -> z"
    case = played(with_undo(text, "a")).do("a", n=1).do("a", n=2)
    assert seen_by(case, "undo_a", "n") == 2
    assert seen_by(case.do("undo_a"), "undo_a", "n") == 1
    assert case.do("undo_a").open == ["z"]


def test_an_activity_done_again_in_a_ring_is_undone_as_often() -> None:
    text = (
        "start s\nxor m\nuser a\nxor x\n" + UNDO.format("a") + THROW
        + "\nuser z\ns -> m -> a -> x\nx -> m [again]\nx -> t *\nt -> z"
    )  # fmt: skip
    case = played(with_undo(text, "a")).do("a", n=1, again=True).do("a", n=2, again=False)
    assert seen_by(case, "undo_a", "n") == 2
    assert seen_by(case.do("undo_a"), "undo_a", "n") == 1
    assert case.do("undo_a").open == ["z"]


def test_each_instance_of_a_sub_process_is_undone_by_its_own_event_sub_process() -> None:
    text = (
        "start s\nsub p { " + many("[1, 2]", "number") + "\nuser a\nsub h triggeredByEvent=true {\nstart hs : "
        + definition("compensation") + "\nuser fix\nhs -> fix\n}\n}\n" + THROW + "\nuser z\ns -> p -> t -> z"
    )  # fmt: skip
    case = played(with_undo(text)).do("a", n=1).do("a", n=2)
    assert [seen_by(case, "fix", name) for name in ("number", "n")] == [2, 2]
    case.do("fix")
    assert [seen_by(case, "fix", name) for name in ("number", "n")] == [1, 1]
    assert case.do("fix").open == ["z"]


def test_a_throw_that_does_not_wait_goes_on_at_once_and_the_case_ends_when_all_is_undone() -> None:
    text = (
        "start s\nuser a\n" + UNDO.format("a")
        + 'throw t : <bpmn:compensateEventDefinition waitForCompletion="false"/>\nuser z\ns -> a -> t -> z'
    )  # fmt: skip
    case = played(with_undo(text, "a")).do("a")
    assert case.open == ["undo_a", "z"]
    assert case.do("z").status == "running"
    assert case.do("undo_a").status == "completed"


def test_what_was_undone_is_not_undone_again() -> None:
    text = (
        "start s\nuser a\n" + UNDO.format("a") + THROW
        + "\nthrow t2 : " + definition("compensation") + "\nuser z\ns -> a -> t -> t2 -> z"
    )  # fmt: skip
    assert played(with_undo(text, "a")).do("a").do("undo_a").open == ["z"]


def test_an_event_sub_process_undoes_what_the_scope_around_it_did() -> None:
    text = (
        "start s\nuser a\nuser w\n" + UNDO.format("a") + "sub h triggeredByEvent=true {\nstart hs : "
        + definition("message", "m") + "\n" + THROW + "\nuser fix\nhs -> t -> fix\n}\ns -> a -> w"
    )  # fmt: skip
    case = played(
        with_undo(text, "a").replace(
            b"<bpmn:process", b'<bpmn:message id="m" name="M"/><bpmn:process', 1
        )
    )
    case.do("a").message("M")
    assert case.open == ["undo_a"]
    assert case.do("undo_a").open == ["fix"]


def test_two_handlers_of_one_activity_are_refused() -> None:
    import pytest

    from engine.spiff import NotRunnable

    text = (
        "start s\nuser a\n"
        + UNDO.format("a")
        + "boundary b2 on a : "
        + definition("compensation")
        + "\ns -> a"
    )
    source = with_undo(text, "a").replace(
        b'targetRef="undo_a"/>',
        b'targetRef="undo_a"/><bpmn:association id="x" sourceRef="b2" targetRef="undo_a"/>',
    )
    with pytest.raises(NotRunnable, match="one way only"):
        compile_model(read(source))


def test_a_log_of_an_earlier_release_is_undone() -> None:
    text = (
        "start s\nsub p {\nuser b\n" + UNDO.format("b") + "}\nuser a\nuser w\n" + UNDO.format("a") + THROW
        + "\nuser z\ns -> p -> a -> w -> t -> z"
    )  # fmt: skip
    case = played(with_undo(text, "a", "b")).do("b").do("a")
    said = orjson.loads(zstandard.ZstdDecompressor().decompress(case.case.save()))
    said[4][0][4] = [["p", ["b"]], "a"]
    old = zstandard.ZstdCompressor().compress(orjson.dumps(said))
    case.case = Execution.load(old, case.library)
    assert case.do("w").open == ["undo_a"]
    assert case.do("undo_a").open == ["undo_b"]
    assert case.do("undo_b").open == ["z"]


def test_a_log_keeps_only_what_changed_between_two_activities() -> None:
    text = (
        "start s\nxor m\nuser a\nxor x\n" + UNDO.format("a") + THROW
        + "\nuser z\ns -> m -> a -> x\nx -> m [n < 60]\nx -> t *\nt -> z"
    )  # fmt: skip
    case = played(with_undo(text, "a")).do("a", n=0, letter="x" * 10_000)
    size = len(orjson.dumps(case.case._case.log))
    for n in range(1, 50):
        case.case.complete(case.wait("a").token, {"n": n}, NOON)
    assert len(orjson.dumps(case.case._case.log)) < size + 50 * 40


BOOKED = (
    "start s\nuser book\nuser pay\n" + UNDO.format("book") + UNDO.format("pay") + "s -> book -> pay"
)


def called(text: str, inside: str = BOOKED, *names: str) -> Play:
    version = compile_model(read(with_undo(text)))
    other = compile_model(
        read(with_undo(inside, *(names or ("book", "pay"))).replace(b'id="main"', b'id="q"'))
    )
    return Play(version, other)


CALLING = "start s\ncall c calledElement=q{0}\nuser d\n" + THROW + "\nuser z\ns -> c -> d -> t -> z"


def test_compensation_of_a_call_activity_undoes_what_the_called_process_did() -> None:
    case = called(CALLING.format(""))
    case.do("book", room=5).do("pay", paid=10).do("d", room=9)
    assert case.open == ["undo_pay"]
    assert (seen_by(case, "undo_pay", "room"), seen_by(case, "undo_pay", "paid")) == (5, 10)
    case.do("undo_pay", refund=10)
    assert case.open == ["undo_book"]
    case.do("undo_book", freed=True)
    assert case.open == ["z"]
    # what the handlers changed, and nothing of what the process once yielded
    assert case.variables == {"room": 9, "paid": 10, "refund": 10, "freed": True}
    assert case.do("z").status == "completed"


def test_compensation_reaches_through_calls_that_call() -> None:
    outer = compile_model(read(with_undo(CALLING.format(""))))
    middle = xml("start s\ncall k calledElement=r\nuser m\n" + UNDO.format("m") + "s -> k -> m")
    inner = with_undo(BOOKED, "book", "pay").replace(b'id="main"', b'id="r"')
    case = Play(
        outer,
        compile_model(read(associated(middle, "m").replace(b'id="main"', b'id="q"'))),
        compile_model(read(inner)),
    )
    case.do("book").do("pay").do("m").do("d")
    seen = []
    while case.open != ["z"]:
        seen += case.open
        case.do(case.open[0])
    assert seen == ["undo_m", "undo_pay", "undo_book"]


def test_a_call_activity_with_a_handler_of_its_own_is_a_black_box() -> None:
    text = CALLING.format("") + "\n" + UNDO.format("c")
    version = compile_model(read(with_undo(text, "c")))
    other = compile_model(read(with_undo(BOOKED, "book", "pay").replace(b'id="main"', b'id="q"')))
    case = Play(version, other).do("book").do("pay").do("d")
    assert case.open == ["undo_c"]
    assert case.do("undo_c").open == ["z"]


def test_every_instance_of_a_call_activity_is_undone_the_last_first() -> None:
    text = CALLING.format(" : " + many('["x", "y"]', "place"))
    case = called(text)
    for number in (1, 0):
        case.do("book", number=number)
        case.do("pay")
    case.do("d")
    seen = []
    while case.open != ["z"]:
        seen.append((case.open[0], seen_by(case, case.open[0], "place")))
        case.do(case.open[0])
    assert seen == [("undo_pay", "x"), ("undo_book", "x"), ("undo_pay", "y"), ("undo_book", "y")]


def test_an_error_while_a_called_process_is_undone_is_the_throwers() -> None:
    failing = (
        "start s\nuser book\nsub undo_book isForCompensation=true {\nstart us\nend ue : "
        + definition("error", "er") + "\nus -> ue\n}\nboundary b_book on book : "
        + definition("compensation") + "\nsub h triggeredByEvent=true {\nstart hs : "
        + definition("error", "er") + "\nuser never\nhs -> never\n}\ns -> book"
    )  # fmt: skip
    error = '<bpmn:error id="er" errorCode="E1"/>'
    inner = xml(failing, error).replace(b'id="main"', b'id="q"')
    outer = (
        "start s\ncall c calledElement=q\nboundary eb on c : " + definition("error", "er")
        + "\nuser never2\nuser d\n" + THROW + "\nuser z\nsub g triggeredByEvent=true {\nstart gs : "
        + definition("error", "er") + "\nuser told\ngs -> told\n}\ns -> c -> d -> t -> z\neb -> never2"
    )  # fmt: skip
    case = Play(
        compile_model(read(xml(outer, error))),
        compile_model(read(associated(inner, "book"))),
    )
    assert case.do("book").do("d").open == ["told"]


def test_who_undoes_in_a_called_process_can_be_moved_where_the_thrower_can() -> None:
    case = called(CALLING.format("")).do("book").do("pay").do("d")
    token = case.wait("undo_pay").token
    assert [one.id for one in case.case.places(token)] == ["s", "c", "d", "t", "z"]
    case.case.move(token, "d", case.now)
    case._reload()
    assert case.open == ["d"]
