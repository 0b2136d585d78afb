"""Random diagrams by seed: structured, sound with jumps, or mutated; conditions read the booleans a, b and c."""

import random
from dataclasses import replace

from engine.bpmn.model import (
    EventDefinition,
    EventKind,
    Expression,
    Extension,
    Kind,
    Loop,
    Model,
    Process,
    RootElement,
    Scope,
    TimerKind,
)
from tests.conformance.oracle.sketch import Body, Ends, Sketch, scope_of

CONDITIONS = ("a", "b", "c", "not(a)", "not(b)", "a and b", "a or c", "b != c", "not(a) and c")
SCRIPTS = ("a = not(a)", "b = a", "c = not(b)", "b = not(b)\nc = a")
ERRORS = ("E1", "E2")
TIMES = ("PT1H", "PT2H", "P1D", "PT90M", "P1W", "P1M")
CYCLES = ("R2/PT1H", "R3/P1D", "R/PT5H")
ROOTS = {
    **{f"message{n}": RootElement(f"message{n}", "message", f"Message {n}") for n in (1, 2)},
    **{f"signal{n}": RootElement(f"signal{n}", "signal", f"Signal {n}") for n in (1, 2)},
    **{f"error_{c}": RootElement(f"error_{c}", "error", f"Error {c}", c) for c in ERRORS},
    **{f"esc_{c}": RootElement(f"esc_{c}", "escalation", f"Esc {c}", c) for c in ERRORS},
}
COMPOSITES = (
    *("sequence", "sequence", "xor", "xor", "loop", "parallel", "parallel", "inclusive"),
    *("inclusive", "race", "sub", "sub", "sub", "many", "repeated", "call", "guarded", "guarded"),
    *("jumps", "link"),
)
RICH = 10**10
FULL = 2 * RICH
CALLING = 3 * RICH


def invent(seed: int) -> Model:
    """The model of a seed: a third structured, a third with jumps, a third mutated.

    From RICH on they have rarer elements too, from FULL on all, from CALLING on calls that are undone; below, a seed
    gives the model it always gave.
    """
    from tests.conformance.oracle.calling_invention import CallingInventor
    from tests.conformance.oracle.full_invention import FullInventor
    from tests.conformance.oracle.rich_invention import RichInventor

    dice = random.Random(seed)
    kinds = {CALLING: CallingInventor, FULL: FullInventor, RICH: RichInventor}
    kind = next((kinds[first] for first in kinds if seed >= first), Inventor)
    model = kind(dice, has_jumps=seed % 3 != 0).model()
    if seed % 3 == 2:
        from tests.conformance.oracle.mutation import mutated

        return mutated(model, dice)
    return model


class Inventor(Sketch):
    composites: tuple[str, ...] = COMPOSITES

    def __init__(self, dice: random.Random, has_jumps: bool) -> None:
        super().__init__()
        self.dice = dice
        self.has_jumps = has_jumps
        self.left = dice.choice((8, 14, 22, 32))
        self.called: list[Process] = []

    def model(self) -> Model:
        """The whole file."""
        scope = self.scope(None)
        main = Process("main", is_executable=True, scope=scope)
        return Model(id="d", processes=(main, *self.called), roots=ROOTS)

    def scope(self, owner: Kind | None) -> Scope:
        """A process or sub-process: start, block, end."""
        self.bodies.append(Body(owner))
        first, last = self.sequence(0) if owner is None else self.block(2)
        needs_start = any(flow.target == first for flow in self.body.flows) or any(
            # at the same instant as a boundary's: which is looked at first is open in the standard
            node.id == first and any(e.kind == EventKind.CONDITIONAL for e in node.events)
            for node in self.body.nodes
        )
        if self.dice.random() < 0.9 or needs_start:
            self.flow(self.node(Kind.START_EVENT), first)
        if self.dice.random() < 0.9:
            self.flow(last, self.node(Kind.END_EVENT))
        if self.left > 0 and self.dice.random() < 0.25:
            self.handler()
        return self.closed()

    # -- blocks with one way in and one way out

    def block(self, depth: int) -> Ends:
        """Any block."""
        self.left -= 1
        if depth < 6 and self.left > 0 and self.dice.random() < 0.75:
            kind = self.dice.choice(self.composites)
            if kind == "jumps" and not self.has_jumps:
                kind = "sequence"
            found: Ends = getattr(self, kind)(depth + 1)
            return found
        return self.simple()

    def simple(self) -> Ends:
        """One node that works, waits or throws."""
        dice = self.dice
        roll = dice.random()
        if roll < 0.6:
            name = self.node(dice.choice((Kind.USER_TASK, Kind.USER_TASK, Kind.TASK)))
        elif roll < 0.68:
            name = self.node(Kind.SERVICE_TASK)
        elif roll < 0.76:
            name = self.node(Kind.SCRIPT_TASK, script=Expression(dice.choice(SCRIPTS)))
        elif roll < 0.8:
            name = self.node(Kind.RECEIVE_TASK, message="message1")
        elif roll < 0.92:
            name = self.node(Kind.INTERMEDIATE_CATCH_EVENT, events=(self.trigger(),))
        else:
            thrown = [EventDefinition(EventKind.SIGNAL, reference="signal1")]
            thrown += [EventDefinition(EventKind.ESCALATION, reference="esc_E1")]
            thrown += [EventDefinition(EventKind.MESSAGE, reference="message2")]
            events = (dice.choice(thrown),) if dice.random() < 0.8 else ()
            name = self.node(Kind.INTERMEDIATE_THROW_EVENT, events=events)
        return name, name

    def trigger(self, cycles: bool = False) -> EventDefinition:
        """Something to wait for."""
        kind = self.dice.choice(("timer", "timer", "message", "signal", "condition"))
        if kind == "timer":
            if cycles and self.dice.random() < 0.4:
                text = Expression(self.dice.choice(CYCLES))
                return EventDefinition(EventKind.TIMER, timer=TimerKind.CYCLE, expression=text)
            text = Expression(self.dice.choice(TIMES))
            return EventDefinition(EventKind.TIMER, timer=TimerKind.DURATION, expression=text)
        if kind == "condition":
            text = Expression(self.dice.choice(CONDITIONS))
            return EventDefinition(EventKind.CONDITIONAL, expression=text)
        number = self.dice.randint(1, 2)
        return EventDefinition(EventKind(kind), reference=f"{kind}{number}")

    def sequence(self, depth: int) -> Ends:
        """Two or three blocks."""
        first, last = self.block(depth)
        for _ in range(self.dice.randint(1, 3 if depth == 0 else 2)):
            start, end = self.block(depth)
            self.flow(last, start)
            last = end
        return first, last

    def jumps(self, depth: int) -> Ends:
        """A sequence with exclusive jumps to and fro: unstructured, yet sound."""
        merges: list[str] = []
        splits: list[str] = []
        for _ in range(self.dice.randint(2, 3)):
            merge, split = self.node(Kind.EXCLUSIVE_GATEWAY), self.node(Kind.EXCLUSIVE_GATEWAY)
            start, end = self.block(depth)
            self.flow(merge, start)
            self.flow(end, split)
            if splits:
                self.change(splits[-1], default=self.flow(splits[-1], merge))
            merges.append(merge)
            splits.append(split)
        exit_ = self.node(Kind.EXCLUSIVE_GATEWAY)
        self.change(splits[-1], default=self.flow(splits[-1], exit_))
        for split in splits:
            if self.dice.random() < 0.7:
                target = self.dice.choice([*merges, exit_])
                self.flow(split, target, self.dice.choice(CONDITIONS))
        return merges[0], exit_

    def branches(self, kind: Kind, depth: int) -> Ends:
        fork, join = self.node(kind), self.node(kind)
        is_ruled = kind != Kind.PARALLEL_GATEWAY
        by_person = is_ruled and self.dice.random() < 0.2
        flows = []
        for _ in range(self.dice.randint(2, 3)):
            condition = self.dice.choice(CONDITIONS) if is_ruled and not by_person else None
            if self.dice.random() < 0.1:
                flows.append(self.flow(fork, join, condition))
                continue
            start, end = self.block(depth)
            flows.append(self.flow(fork, start, condition))
            if self.body.owner and is_ruled and self.dice.random() < 0.12:
                self.flow(end, self.way_out())
            else:
                self.flow(end, join)
        if is_ruled and not by_person and self.dice.random() < 0.8:
            flow = next(f for f in self.body.flows if f.id == flows[-1])
            self.body.flows[self.body.flows.index(flow)] = replace(flow, condition=None)
            self.change(fork, default=flow.id)
        return fork, join

    def way_out(self) -> str:
        """An end event that does something."""
        events = [
            EventDefinition(EventKind.TERMINATE),
            EventDefinition(EventKind.ERROR, reference=f"error_{self.dice.choice(ERRORS)}"),
            EventDefinition(EventKind.ESCALATION, reference=f"esc_{self.dice.choice(ERRORS)}"),
            EventDefinition(EventKind.SIGNAL, reference="signal2"),
        ]
        return self.node(Kind.END_EVENT, events=(self.dice.choice(events),))

    def xor(self, depth: int) -> Ends:
        """Exclusive split and merge."""
        return self.branches(Kind.EXCLUSIVE_GATEWAY, depth)

    def parallel(self, depth: int) -> Ends:
        """Parallel split and join."""
        return self.branches(Kind.PARALLEL_GATEWAY, depth)

    def inclusive(self, depth: int) -> Ends:
        """Inclusive split and join."""
        return self.branches(Kind.INCLUSIVE_GATEWAY, depth)

    def loop(self, depth: int) -> Ends:
        """A block that may be done again."""
        merge, split = self.node(Kind.EXCLUSIVE_GATEWAY), self.node(Kind.EXCLUSIVE_GATEWAY)
        start, end = self.block(depth)
        self.flow(merge, start)
        self.flow(end, split)
        self.flow(split, merge, self.dice.choice(CONDITIONS))
        exit_ = self.node(Kind.USER_TASK)
        self.change(split, default=self.flow(split, exit_))
        return merge, exit_

    def race(self, depth: int) -> Ends:
        """An event gateway, its events, and what follows each."""
        gateway = self.node(Kind.EVENT_BASED_GATEWAY)
        merge = self.node(Kind.EXCLUSIVE_GATEWAY)
        for _ in range(self.dice.randint(2, 3)):
            catch = self.node(Kind.INTERMEDIATE_CATCH_EVENT, events=(self.trigger(),))
            self.flow(gateway, catch)
            if self.dice.random() < 0.5:
                start, end = self.block(depth)
                self.flow(catch, start)
                catch = end
            self.flow(catch, merge)
        return gateway, merge

    def link(self, depth: int) -> Ends:
        """A link instead of a flow."""
        start, end = self.block(depth)
        self.count += 1
        event = EventDefinition(EventKind.LINK, reference=f"link{self.count}")
        throw = self.node(Kind.INTERMEDIATE_THROW_EVENT, events=(event,))
        catch = self.node(Kind.INTERMEDIATE_CATCH_EVENT, events=(event,))
        self.flow(end, throw)
        return start, catch

    def sub(self, depth: int) -> Ends:
        """A sub-process, perhaps with boundary events."""
        body = self.scope(Kind.SUB_PROCESS)
        kind = Kind.TRANSACTION if self.dice.random() < 0.1 else Kind.SUB_PROCESS
        name = self.node(kind, body=body)
        return self.bounded(name, depth, self.dice.randint(0, 2))

    def guarded(self, depth: int) -> Ends:
        """A task with boundary events."""
        kind = self.dice.choice((Kind.USER_TASK, Kind.USER_TASK, Kind.SERVICE_TASK))
        return self.bounded(self.node(kind), depth, self.dice.randint(1, 2))

    def bounded(self, host: str, depth: int, number: int) -> Ends:
        """Boundary events with what follows: an end of their own, or the same way on."""
        merge = None
        for _ in range(number):
            roll = self.dice.random()
            is_interrupting = self.dice.random() < 0.5
            if roll < 0.3:
                reference = self.dice.choice((None, "error_E1", "error_E2"))
                event = EventDefinition(EventKind.ERROR, reference=reference)
                is_interrupting = True
            elif roll < 0.45:
                reference = self.dice.choice((None, "esc_E1", "esc_E2"))
                event = EventDefinition(EventKind.ESCALATION, reference=reference)
            else:
                event = self.trigger(cycles=not is_interrupting)
            boundary = self.node(
                Kind.BOUNDARY_EVENT,
                attached_to=host,
                is_interrupting=is_interrupting,
                events=(event,),
            )
            start, end = self.block(depth)
            self.flow(boundary, start)
            if is_interrupting and self.dice.random() < 0.6:
                merge = merge or self.node(Kind.EXCLUSIVE_GATEWAY)
                self.flow(end, merge)
            elif self.dice.random() < 0.8:
                self.flow(end, self.node(Kind.END_EVENT))
        if merge is None:
            return host, host
        self.flow(host, merge)
        return host, merge

    def many(self, depth: int) -> Ends:
        """Several instances of a task or sub-process."""
        dice = self.dice
        loop = Loop(
            is_multi_instance=True,
            is_sequential=dice.random() < 0.5,
            cardinality=Expression(str(dice.randint(0, 3))),
            completion=Expression(dice.choice(CONDITIONS)) if dice.random() < 0.4 else None,
        )
        if dice.random() < 0.3:
            loop = replace(loop, cardinality=None, collection="[1, 2]", item="piece")
        return self._marked(loop, depth)

    def repeated(self, depth: int) -> Ends:
        """A standard loop."""
        loop = Loop(
            is_multi_instance=False,
            test_before=self.dice.random() < 0.5,
            condition=Expression(self.dice.choice(CONDITIONS)),
            maximum=self.dice.choice((2, 3, 4)),
        )
        return self._marked(loop, depth)

    def _marked(self, loop: Loop, depth: int) -> Ends:
        if self.dice.random() < 0.5:
            name = self.node(Kind.USER_TASK, loop=loop)
        else:
            body = self.scope(Kind.SUB_PROCESS)
            name = self.node(Kind.SUB_PROCESS, body=body, loop=loop)
        return self.bounded(name, depth, self.dice.randint(0, 1))

    def call(self, depth: int) -> Ends:
        """Another process of the file."""
        self.count += 1
        process_id = f"called_{self.count}"
        self.called.append(
            Process(process_id, is_executable=True, scope=self.scope(Kind.CALL_ACTIVITY))
        )
        extension = Extension(is_all_in=True, is_all_out=True)
        name = self.node(Kind.CALL_ACTIVITY, called_element=process_id, extension=extension)
        return self.bounded(name, depth, self.dice.randint(0, 1))

    def handler(self) -> None:
        """An event sub-process."""
        roll = self.dice.random()
        is_interrupting = self.dice.random() < 0.5
        if roll < 0.2:
            event = EventDefinition(EventKind.ERROR, reference=self.dice.choice((None, "error_E1")))
            is_interrupting = True
        elif roll < 0.35:
            event = EventDefinition(EventKind.ESCALATION, reference="esc_E1")
        else:
            event = self.trigger(cycles=not is_interrupting)
        self.bodies.append(Body(Kind.SUB_PROCESS))
        start = self.node(Kind.START_EVENT, events=(event,), is_interrupting=is_interrupting)
        first, last = self.block(4)
        self.flow(start, first)
        self.flow(last, self.node(Kind.END_EVENT))
        body = self.bodies.pop()
        inside = scope_of(body.nodes, body.flows)
        self.node(Kind.SUB_PROCESS, body=inside, is_triggered_by_event=True)
