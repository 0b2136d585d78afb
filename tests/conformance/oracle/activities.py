"""Activities (§13.3): what begins when a token arrives, loops and instances, and what leaves at the end."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.bpmn.model import EventKind, Kind, Node
from tests.conformance.oracle import adhoc, happenings
from tests.conformance.oracle.graph import kinds
from tests.conformance.oracle.places import Done, Frame, Round, Run, Unsupported, Watch, Work

if TYPE_CHECKING:
    from tests.conformance.oracle.machine import Machine

PERSON = (Kind.TASK, Kind.USER_TASK, Kind.MANUAL_TASK, Kind.BUSINESS_RULE_TASK)


def begin(
    machine: "Machine",
    run: Run,
    node: Node,
    picks: dict[str, list[str]],
    past: Frame | None = None,
    then: Callable[[], None] | None = None,
    asked_by: Work | None = None,
) -> Work:
    """A token arrives at an activity: a new instance, whatever else runs there (§13.3.2)."""
    work = Work(run, node, past=past, then=then, asked_by=asked_by)
    if asked_by is not None:
        asked_by.undoing.append(work)
    run.works.append(work)
    loop = node.loop
    if loop is None:
        _begin_round(machine, work)
    elif not loop.is_multi_instance:
        if loop.test_before and not _goes_on(machine, work):
            _finish(machine, work)
        else:
            _begin_round(machine, work)
    else:
        _begin_instances(machine, work)
    happenings.arm_boundaries(machine, work)
    return work


def _begin_instances(machine: "Machine", work: Work) -> None:
    """§13.3.7: the number of instances is evaluated once."""
    loop = work.node.loop
    assert loop is not None
    frame = work.past or work.run.frame
    if loop.collection:
        items = machine.value(frame, loop.collection)
        if isinstance(items, list):
            work.items = items
            work.total = len(items)
    elif loop.cardinality is not None:
        number = machine.value(frame, loop.cardinality.text)
        if isinstance(number, (int, float)) and number >= 0:
            work.total = int(number)
    if work.total is None:
        # nobody knows how many: one, and a person says after each whether there is another
        _begin_round(machine, work)
        return
    if work.total <= 0:
        _finish(machine, work)
        return
    for _ in range(1 if loop.is_sequential else work.total):
        _begin_round(machine, work)


def _begin_round(machine: "Machine", work: Work) -> None:
    """The beginning of an instance is a step like any other; our engine promises first in, first out."""
    work.begun += 1
    number = work.begun
    if work.node.loop is None:
        _perform(machine, work, number)
    else:
        machine.later(work.run, lambda: None if work.is_over else _perform(machine, work, number))


def _perform(machine: "Machine", work: Work, number: int) -> None:
    node = work.node
    round_ = entered(machine, work, number)
    if round_.inner is not None and node.kind == Kind.AD_HOC_SUB_PROCESS:
        happenings.arm_handlers(machine, round_.inner)
        adhoc.offer(machine, round_)
    elif round_.inner is not None:
        machine.begin(round_.inner, round_.inner.drawing.beginnings())
    elif node.kind == Kind.CALL_ACTIVITY and node.called_element:
        _call(machine, round_)
    else:
        _work(machine, round_)


def entered(machine: "Machine", work: Work, number: int) -> Round:
    """One performance of an activity with what it sees; nothing in a sub-process has begun."""
    node, run = work.node, work.run
    frame = work.past or run.frame
    if node.loop is not None:
        values: dict[str, Any] = {"loopCounter": number}
        if work.items is not None and node.loop.item:
            values[node.loop.item] = work.items[number - 1]
        frame = Frame(values, frame, frozenset(values))
    inputs: dict[str, Any] = {}
    for mapping in node.extension.inputs:
        # one after the other, as the tools that draw them promise
        inputs[mapping.target] = machine.value(Frame(inputs, frame), mapping.source.text)
    if inputs:
        frame = Frame(inputs, frame, frozenset(inputs), is_input=True)
    round_ = Round(work, number, frame)
    work.rounds.append(round_)
    if node.body is not None:
        drawing = machine.diagram.insides[node.id]
        round_.inner = Run(drawing, frame, round_, run.process_id, run.depth + 1)
        round_.inner.is_ad_hoc = node.kind == Kind.AD_HOC_SUB_PROCESS
    return round_


def _call(machine: "Machine", round_: Round) -> None:
    """§13.3.5: the called process runs with variables of its own."""
    node, run = round_.work.node, round_.work.run
    drawing = machine.drawing_of(node.called_element or "")
    if drawing is None:
        raise Unsupported("a called process of another file")
    is_all = node.extension.is_all_in or not node.extension.inputs
    frame = round_.frame
    # the item of an instance is one of its inputs (Table 10.30)
    item = frame.outer.values if frame.is_input and frame.outer and node.loop else {}
    values = dict(frame.all()) if is_all else {**item, **frame.values}
    process_id = node.called_element or ""
    round_.inner = Run(drawing, Frame(values), round_, process_id, run.depth + 1)
    machine.begin(round_.inner, drawing.beginnings())


def _work(machine: "Machine", round_: Round) -> None:
    """Tasks (§13.3.3)."""
    node, run = round_.work.node, round_.work.run

    def done(payload: dict[str, Any]) -> None:
        if kind == "service" and node.extension.outputs:
            # §10.4.1: of what a service gives only what its data outputs take
            round_.given = payload
        else:
            round_.frame.put(payload)
        finish_round(machine, round_)

    kind = None
    if node.kind in PERSON or (node.kind == Kind.CALL_ACTIVITY and not node.called_element):
        kind = "task"
    elif node.kind == Kind.SERVICE_TASK or (
        node.kind == Kind.SEND_TASK and node.extension.topic and not node.message
    ):
        kind = "service"
    elif node.kind == Kind.RECEIVE_TASK:
        kind = "message"
    elif node.kind == Kind.SCRIPT_TASK:
        if not _run_script(machine, round_):
            kind = "task"
    elif node.kind == Kind.SEND_TASK:
        root = machine.diagram.model.roots.get(node.message or "")
        machine.sent.append(
            (root.name or root.id) if root else node.message or node.name or node.id
        )
    else:
        raise Unsupported(node.kind)
    if kind is None:
        finish_round(machine, round_)
        return
    watch = machine.watch(kind, node.id, run, done, round_.work)
    watch.frame = round_.frame
    watch.round = round_
    round_.watch = watch
    if kind == "message":
        root = machine.diagram.model.roots.get(node.message or "")
        watch.name = (root.name or root.id) if root else node.message or node.name or node.id


def _run_script(machine: "Machine", round_: Round) -> bool:
    """A script is lines of `name = expression`; False where it is not."""
    script = round_.work.node.script
    lines = [part.strip() for part in script.text.splitlines() if part.strip()] if script else []
    parts = [line.rstrip(";").split("=", 1) for line in lines]
    if not parts or any(len(part) < 2 or not part[0].strip().isidentifier() for part in parts):
        return False
    for name, text in parts:
        round_.frame.put({name.strip(): machine.value(round_.frame, text)})
    return True


def answer(watch: Watch, answers: dict[str, Any]) -> None:
    """What a person says in a task belongs to the round, where there is one, until it ends."""
    assert watch.frame is not None
    watch.frame.answer(answers)


def finish_round(machine: "Machine", round_: Round) -> None:
    """One performance is done: another one, or the activity is complete."""
    work = round_.work
    node = work.node
    machine.drop(round_)
    is_all = node.extension.is_all_out or not node.extension.outputs
    if node.kind == Kind.CALL_ACTIVITY and round_.inner is not None and is_all:
        round_.frame.put(round_.inner.frame.values)
    inner = round_.inner.frame if round_.inner is not None else round_.frame
    for mapping in node.extension.outputs:
        value = machine.value(inner, mapping.source.text, **round_.given)
        round_.frame.put({mapping.target: value})
    _remember(machine, round_)
    loop = node.loop
    if loop is None:
        _finish(machine, work)
        return
    work.finished += 1
    is_enough = loop.is_multi_instance and _is_enough(machine, round_)
    if work.total is not None and not loop.is_sequential:
        # those who work side by side do not see each other's answers
        work.kept.update(round_.frame.home().kept())
    else:
        (work.past or work.run.frame).put(round_.frame.home().kept())
    if work.total is None:
        goes_on = None if loop.is_multi_instance else _goes_on(machine, work)
        if is_enough:
            goes_on = False
        if goes_on is None:
            _ask(machine, work)
        elif goes_on:
            _begin_round(machine, work)
        else:
            _finish(machine, work)
        return
    if work.finished >= work.total or is_enough:
        _finish(machine, work)
    elif loop.is_sequential:
        _begin_round(machine, work)


def _remember(machine: "Machine", round_: Round) -> None:
    """§13.5.5: an instance that completes can be undone, with its data as of now; §10.7.1: each by itself."""
    work = round_.work
    node, drawing = work.node, work.run.drawing
    if node.is_for_compensation:
        return
    handler = next(
        (
            drawing.nodes[boundary.compensation_handler]
            for boundary in drawing.boundaries.get(node.id, ())
            if EventKind.COMPENSATION in kinds(boundary) and boundary.compensation_handler
        ),
        None,
    )
    inside = round_.inner.done if round_.inner is not None and node.body is not None else []
    if handler is None and node.body is not None:
        handler = next((n for n in machine.diagram.insides[node.id].handlers if _undoes(n)), None)
    if handler is None and node.kind == Kind.CALL_ACTIVITY and round_.inner is not None:
        # §10.5.5: the implicit handler calls those of what was done inside
        if round_.inner.done:
            called = round_.inner
            done = Done(frozenset({node.id}), node, dict(called.frame.values), called.done, called)
            work.undoable.append(done)
    elif handler is not None:
        work.undoable.append(Done(frozenset({node.id}), handler, round_.frame.all().copy(), inside))
    else:
        work.undoable += [replace(done, names=done.names | {node.id}) for done in inside]


def _undoes(handler: Node) -> bool:
    assert handler.body is not None
    return any(
        node.kind == Kind.START_EVENT and EventKind.COMPENSATION in kinds(node)
        for node in handler.body.nodes.values()
    )


def _ask(machine: "Machine", work: Work) -> None:
    def chosen(options: list[str]) -> None:
        machine.watches.pop(watch.id, None)
        work.watches.remove(watch)
        if options == ["again"]:
            _begin_round(machine, work)
        else:
            _finish(machine, work)

    watch = machine.watch("decision", work.node.id, work.run, lambda payload: None, work)
    watch.frame = work.past or work.run.frame
    watch.options = ("again", "done")
    watch.choose = chosen


def _goes_on(machine: "Machine", work: Work) -> bool | None:
    """§13.3.6: another round, as long as the condition holds and the maximum is not reached; None: nobody knows."""
    loop = work.node.loop
    assert loop is not None
    if loop.maximum is not None and work.begun >= loop.maximum:
        return False
    if loop.condition is None:
        return True if loop.maximum is not None or not work.begun else None
    number = work.begun + (1 if loop.test_before else 0)
    holds = machine.value(work.past or work.run.frame, loop.condition.text, loopCounter=number)
    if isinstance(holds, bool):
        return holds
    return None if work.begun else False


def _is_enough(machine: "Machine", round_: Round) -> bool:
    """§13.3.7: the completion condition is looked at whenever an instance completes, with what that one knows."""
    work = round_.work
    loop = work.node.loop
    assert loop is not None
    if loop.completion is None:
        return False
    active = sum(1 for round_ in work.rounds if not round_.is_over)
    numbers = {
        "numberOfInstances": work.total,
        "numberOfActiveInstances": active,
        "numberOfCompletedInstances": work.finished,
        "numberOfTerminatedInstances": 0,
        # as Activiti, Camunda and Flowable call them
        "nrOfInstances": work.total,
        "nrOfActiveInstances": active,
        "nrOfCompletedInstances": work.finished,
    }
    return machine.value(round_.frame.home(), loop.completion.text, **numbers) is True


def _finish(machine: "Machine", work: Work) -> None:
    """The activity is complete: its token goes on."""
    machine.remove(work)
    work.run.is_to_check = work.run.is_ad_hoc
    work.run.done += work.undoable
    if work.then is not None:
        work.then()
        return
    machine.leave(work.run, work.node, work.picks)
    machine.check(work.run)
