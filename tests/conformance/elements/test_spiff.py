"""SpiffWorkflow 3.2.0 gets these wrong; here each is right, or refused with a sentence."""

import hashlib
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from designer.importer import import_model
from engine.bpmn import read
from engine.spiff import Execution, NotRunnable, ValueRefused, compile_model, proposal
from tests.engine.spiff.diagrams import (
    NOON,
    Play,
    compiled,
    condition,
    definition,
    many,
    play,
    timer,
    xml,
)

ROOT = Path(__file__).parents[3]
SIGNAL = '<bpmn:signal id="sg" name="S"/>'
MESSAGE = '<bpmn:message id="m" name="M"/>'
LOOP = (
    "start s\nxor m\n{0} f\nuser a\nuser b\n{0} j\nxor g\nend e\n"
    "s -> m -> f\nf -> a{1}\nf -> b{1}\na -> j\nb -> j\nj -> g\ng -> m [again]\ng -> e *"
)


def test_every_test_named_in_the_list_exists() -> None:
    listed = (ROOT / "tests/conformance/spiff.md").read_text(encoding="utf-8")
    rows = [line for line in listed.splitlines() if re.match(r"\| \d", line)]
    assert {int(re.match(r"\| (\d+)", row)[1]) for row in rows} == set(range(1, 14))  # type: ignore[index]  # all match
    for row in rows:
        held = re.findall(r"`([\w/.:]+)`", row.rpartition("|")[0].rpartition("|")[2])
        assert held, row
        for name in held:
            file, _, test = name.rpartition("::")
            source = ROOT / file if file else Path(__file__)
            assert f"\ndef {test}(" in source.read_text(encoding="utf-8"), name


@pytest.mark.parametrize("gateway", ["and", "or"])
def test_spiff_01_joins_inside_loops_wait_for_both_in_any_order(gateway: str) -> None:
    case = play(LOOP.format(gateway, " [true]" if gateway == "or" else ""), again=True)
    for first, second in ("ab", "ba", "ba", "ab"):
        assert case.do(first).open == [second]
        case.do(second)
        assert sorted(case.open) == ["a", "b"]
    assert case.do("b").do("a", again=False).status == "completed"


def test_spiff_02_a_loop_of_400_rounds_keeps_its_task_and_its_size() -> None:
    case = play("start s\nxor m\nuser a\nxor g\nend e\ns -> m -> a -> g\ng -> m [more]\ng -> e *")
    sizes = []
    for _ in range(400):
        case.do("a", more=True)
        sizes.append(len(case.case.save()))
    assert case.open == ["a"]
    # the number of the task grows by digits, nothing else does
    assert max(sizes) - min(sizes) <= 16
    assert case.do("a", more=False).status == "completed"


def test_spiff_03_the_state_is_bytes_and_keeps_the_order_of_keys() -> None:
    case = play("start s\nuser a\nuser b\ns -> a -> b")
    case.do("a", z=1, y=[{"q": 1, "b": 2}], x=None)
    assert isinstance(case.case.save(), bytes)
    assert json.dumps(case.variables) == '{"z": 1, "y": [{"q": 1, "b": 2}], "x": null}'


def test_spiff_04_a_form_value_cannot_choose_a_type() -> None:
    case = play("start s\nuser a\nuser b\ns -> a -> b")
    for answers in ({"typename": "x"}, {"v": {"typename": "datetime"}}, {"v": b"x"}):
        with pytest.raises(ValueRefused):
            case.do("a", **answers)
    case.do("a", day="2026-01-01", at=NOON)
    assert case.variables == {"day": "2026-01-01", "at": "2026-03-02T12:00:00+00:00"}


def test_spiff_05_a_handler_that_ran_in_one_case_sleeps_in_the_next() -> None:
    version = compiled(
        "start s\nuser a\ns -> a\nsub h triggeredByEvent=true {\nstart hs isInterrupting=false : "
        + definition("signal", "sg") + "\nuser b\nhs -> b\n}", SIGNAL
    )  # fmt: skip
    first = Play(version)
    first.signal("S")
    assert "b" in first.open
    assert "b" not in Play(version).open


LINK, THROWN = definition("link", "L"), definition("signal", "sg")
HANDLER = "\nsub h triggeredByEvent=true {{\nstart hs{0} : {1}\nuser b\nhs -> b\n}}"
TWO = definition("message", "m") + definition("terminate")
SILENT = {
    "links": (f"start s\nthrow t : {LINK}\ncatch c : {LINK}\nuser b\ns -> t\nc -> b", "b"),
    "signal end": (
        f"start s\nuser a\nend t : {THROWN}\nand f\nboundary k on a : {THROWN}\nuser b\n"
        "s -> f\nf -> a\nf -> t\nk -> b",
        "b",
    ),
    "handler beside": (
        "start s\nuser a\ns -> a" + HANDLER.format(" isInterrupting=false", condition("true")),
        "ab",
    ),
    "handler instead": ("start s\nuser a\ns -> a" + HANDLER.format("", condition("true")), "b"),
    "flows of a task": ("start s\nuser a\nuser b\ntask t\ns -> t\nt -> a [n = 1]\nt -> b *", "t"),
    "receive without message": ("start s\nreceive r\nuser b\ns -> r -> b", "r"),
    "boundary condition": (
        f"start s\nuser a\nboundary k on a : {condition('n = 2')}\nuser b\ns -> a\nk -> b",
        "b",
    ),
    "multiple end with terminate": (
        f"start s\nand f\nuser a\nend t : {TWO}\ns -> f\nf -> a\nf -> t",
        "",
    ),
}


@pytest.mark.parametrize("name", SILENT)
def test_spiff_06_what_was_accepted_and_silently_wrong_is_right(name: str) -> None:
    text, expected = SILENT[name]
    case = play(text, SIGNAL + MESSAGE, n=2)
    waiting = [wait.element_id for wait in case.case.waits() if wait.host is None]
    assert sorted(set(waiting) - {"hs"}) == list(expected)


def test_spiff_06_two_timers_behind_a_gateway_have_their_own_times() -> None:
    case = play(
        f"start s\nevent g\ncatch x : {timer('Duration', 'PT1H')}\n"
        f"catch y : {timer('Duration', 'PT3H')}\nuser a\nuser b\ns -> g\ng -> x -> a\ng -> y -> b"
    )
    assert case.wait("x").due_at == NOON + timedelta(hours=1)
    assert case.wait("y").due_at == NOON + timedelta(hours=3)


def test_spiff_06_an_interrupting_cycle_fires_once() -> None:
    case = play(
        f"start s\nuser a\nboundary k on a : {timer('Cycle', 'R3/PT1H')}\nuser b\ns -> a\nk -> b"
    )
    assert case.after(hours=1).after(hours=1).after(hours=1).open == ["b"]


ODD = {
    "complex gateway": "start s\nand f\nuser a\nuser b\ncomplex x\nend e\ns -> f\nf -> a -> x\nf -> b -> x\nx -> e",
    "ad-hoc": "start s\nadhoc p {\nuser a\n}\nend e\ns -> p -> e",
    "service": "start s\nservice t\nend e\ns -> t -> e",
    "rule without decision": "start s\nrule r\nend e\ns -> r -> e",
    "no start": "user a\nend e\na -> e",
    "sub-process without end": "start s\nsub p {\nstart ps\nuser a\nps -> a\n}\nend e\ns -> p -> e",
    "several flows out of a task": "start s\nuser a\nuser b\nuser c\ns -> a\na -> b\na -> c",
    "gateway without conditions": "start s\nuser a\nxor g\nuser b\nuser c\ns -> a -> g\ng -> b\ng -> c",
    "missing called process": "start s\ncall c calledElement=nowhere\nend e\ns -> c -> e",
    "unquoted timer": f"start s\ncatch c : {timer('Duration', 'PT1H')}\nend e\ns -> c -> e",
    "data object two levels down": "start s\nsub p {\nsub q {\nuser a\n}\n}\nend e\ns -> p -> e",
    "500 in a row": "\n".join(f"user t{n}" for n in range(500)) + "\nend e\n"
    + " -> ".join([*(f"t{n}" for n in range(500)), "e"]),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_spiff_07_what_broke_runs_once_imported(name: str) -> None:
    source = xml(ODD[name])
    if name == "data object two levels down":
        source = source.replace(
            b'<bpmn:subProcess id="p">', b'<bpmn:dataObject id="do"/><bpmn:subProcess id="p">', 1
        )
    imported = import_model(read(source.replace(b'"true"', b'"false"', 1)))
    case = Play(compile_model(imported.model, imported.process_id))
    for _ in range(1100):
        if case.status != "running":
            break
        wait = case.case.waits()[0]
        if wait.kind == "timer":
            case.after(hours=1)
            continue
        if wait.kind == "service":
            case.serve(wait.element_id)
            continue
        chosen = [wait.choices[0].options[-1].id] if wait.choices else []
        case.do(wait.element_id, *chosen)
    assert case.status == "completed", case.open


def test_spiff_07_other_encodings_are_read() -> None:
    text = xml('start s\nuser a "Señal"\ns -> a').decode()
    for encoding in ("latin-1", "utf-16"):
        drawn = f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)
        assert Play(compile_model(read(drawn))).wait("a").name == "Señal"


@pytest.mark.parametrize("text", ["__import__('os').getpid()", "().__class__", "open('x','w')"])
def test_spiff_08_python_in_a_diagram_is_never_run(text: str) -> None:
    script = f"<bpmn:script>{text}</bpmn:script>"
    case = play(f"start s\nscript t : {script}\nend e\ns -> t -> e")
    assert case.wait("t").kind == "task"
    with pytest.raises(NotRunnable) as refused:
        compiled(f"start s\nxor g\nuser a\nuser b\ns -> g\ng -> a [{text};]\ng -> b *")
    assert "not an expression" in str(refused.value)


def test_spiff_09_moving_to_another_version_keeps_timers_and_answers() -> None:
    text = f"start s\nuser a\nboundary k on a : {timer('Duration', 'P5D')}\nuser b\nuser z\ns -> a -> z\nk -> b"
    case = play(text)
    due = case.wait("k").due_at
    new = compiled(text + "\nend e\nz -> e")
    case.library.versions[new.hash] = new
    case.case.change({"kept": 1}, NOON)
    case.case.migrate(new, proposal(compiled(text), new), NOON + timedelta(days=1))
    case._reload()
    assert case.wait("k").due_at == due
    assert case.variables["kept"] == 1


def test_spiff_10_an_event_carries_what_is_mapped_and_nothing_else() -> None:
    case = play(
        f"start s\nthrow t : {definition('message', 'm')}\nuser a\ns -> t -> a", MESSAGE, secret=7
    )
    again = Execution.start(
        compiled(f"start s\nthrow t : {definition('message', 'm')}\nend e\ns -> t -> e", MESSAGE),
        {"secret": 7},
        NOON,
        resolve=case.library,
    )
    sent = next(fact for fact in again.facts if fact.type == "message_sent")
    assert "secret" not in json.dumps(sent.data)


def test_spiff_11_a_decision_is_ours() -> None:
    from tests.conformance.elements.tasks import PROOFS

    proof = next(proof for proof in PROOFS if proof.row == "business rule task")
    assert proof.played(Play).variables["price"] == 8


def test_spiff_12_flows_without_ids_and_error_handlers_are_read_as_drawn() -> None:
    source = xml(
        "start s\nuser a\nend e\ns -> a -> e\nsub h triggeredByEvent=true {\nstart hs : "
        + definition("error", "er") + "\nuser b\nhs -> b\n}", '<bpmn:error id="er" errorCode="E"/>'
    )  # fmt: skip
    case = Play(
        compile_model(read(source.replace(b' id="f_s_a"', b"").replace(b' id="f_a_e"', b"")))
    )
    assert case.open == ["a"]
    assert case.do("a").status == "completed"


def test_spiff_13_cycles_joins_and_interrupted_instances_leave_nothing_behind() -> None:
    # a cycle without a choice is an incident, not a recursion
    assert play("start s\nxor x\nxor y\ns -> x -> y -> x").case.waits()[0].kind == "incident"
    # an excess token stays; flows are counted, not nodes
    double = xml("start s\nuser a\nand j\nuser z\ns -> a -> j\nj -> z").replace(
        b'<bpmn:sequenceFlow id="f_j_z"',
        b'<bpmn:sequenceFlow id="twice" sourceRef="a" targetRef="j"/><bpmn:sequenceFlow id="f_j_z"',
    )
    assert Play(compile_model(read(double))).do("a").open == ["z"]
    # interrupting a multi-instance sub-process
    case = play(
        "start s\nsub p {" + many(count="3") + f"\nuser a\n}}\nboundary k on p : {timer('Duration', 'PT1H')}\n"
        "user z\nend e\ns -> p -> e\nk -> z"
    )  # fmt: skip
    assert case.do("a").after(hours=1).open == ["z"]
    assert case.case.positions == ["z"]
    # elements called Start and End
    assert (
        play("start Start\nuser Root\nend End\nStart -> Root -> End").do("Root").status
        == "completed"
    )


def test_spiff_13_the_same_case_gives_the_same_bytes() -> None:
    def digest() -> str:
        case = play(LOOP.format("and", ""), again=False)
        return hashlib.sha256(case.do("a").case.save()).hexdigest()

    assert digest() == digest()
