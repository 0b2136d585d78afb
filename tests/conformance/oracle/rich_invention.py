"""Random diagrams with what is rare: compensation, cancelled transactions, ad-hoc, complex gateways, several events."""

from engine.bpmn.model import EventDefinition, EventKind, Expression, Kind, Loop
from tests.conformance.oracle.invention import COMPOSITES, CONDITIONS, Inventor
from tests.conformance.oracle.sketch import Ends

RARE = ("undone", "undone", "transacted", "adhoc", "complex", "several", "handled", "sent")
HOSTS = (Kind.USER_TASK, Kind.USER_TASK, Kind.SCRIPT_TASK, Kind.SUB_PROCESS, Kind.SUB_PROCESS)


class RichInventor(Inventor):
    """Draws every third block with something rare."""

    composites: tuple[str, ...] = COMPOSITES + RARE

    def simple(self) -> Ends:
        """One node; now and then it undoes what was done, or throws several things."""
        roll = self.dice.random()
        if roll < 0.08:
            name = self.node(Kind.INTERMEDIATE_THROW_EVENT, events=(self.undoing(),))
            return name, name
        if roll < 0.11:
            events = (
                EventDefinition(EventKind.MESSAGE, reference="message1"),
                EventDefinition(EventKind.SIGNAL, reference="signal2"),
            )
            name = self.node(Kind.INTERMEDIATE_THROW_EVENT, events=events)
            return name, name
        return super().simple()

    def undoing(self) -> EventDefinition:
        """A compensation thrown, for all or for one of the activities drawn here that can be undone."""
        hosts = [
            node.attached_to
            for node in self.body.nodes
            if any(event.kind == EventKind.COMPENSATION for event in node.events)
        ]
        hosts = [host for host in hosts if host is not None]
        reference = self.dice.choice(hosts) if hosts and self.dice.random() < 0.4 else None
        waits = self.dice.random() < 0.75
        return EventDefinition(EventKind.COMPENSATION, reference=reference, waits=waits)

    def way_out(self) -> str:
        """An end event that does something."""
        if self.dice.random() < 0.2:
            return self.node(Kind.END_EVENT, events=(self.undoing(),))
        if self.dice.random() < 0.15:
            events = (
                EventDefinition(EventKind.SIGNAL, reference="signal1"),
                EventDefinition(EventKind.TERMINATE),
            )
            return self.node(Kind.END_EVENT, events=events)
        return super().way_out()

    def undone(self, depth: int) -> Ends:
        """An activity that can be undone, and perhaps at once what undoes it."""
        name = self._undoable()
        if self.dice.random() < 0.3:
            return name, name
        start, end = self.block(depth)
        self.flow(name, start)
        throw = self.node(Kind.INTERMEDIATE_THROW_EVENT, events=(self.undoing(),))
        self.flow(end, throw)
        return name, throw

    def _undoable(self) -> str:
        dice = self.dice
        kind = dice.choice(HOSTS)
        body = self.scope(Kind.SUB_PROCESS) if kind == Kind.SUB_PROCESS else None
        script = Expression(dice.choice(("a = not(a)", "b = c"))) if body is None else None
        name = self.node(kind, body=body, loop=self._rounds(), script=script)
        if body is None or dice.random() < 0.6:
            inside = self.scope(Kind.SUB_PROCESS) if dice.random() < 0.3 else None
            kind = Kind.SUB_PROCESS if inside else dice.choice((Kind.USER_TASK, Kind.SCRIPT_TASK))
            handler = self.node(
                kind,
                body=inside,
                script=Expression("c = a") if inside is None else None,
                loop=self._rounds() if dice.random() < 0.2 else None,
                is_for_compensation=True,
            )
            event = EventDefinition(EventKind.COMPENSATION)
            self.node(
                Kind.BOUNDARY_EVENT,
                attached_to=name,
                events=(event,),
                compensation_handler=handler,
            )
        return name

    def _rounds(self) -> Loop | None:
        dice = self.dice
        roll = dice.random()
        if roll < 0.65:
            return None
        if roll < 0.85:
            return Loop(
                is_multi_instance=True,
                is_sequential=dice.random() < 0.5,
                cardinality=Expression(str(dice.randint(1, 3))),
            )
        condition = Expression(dice.choice(CONDITIONS))
        return Loop(is_multi_instance=False, condition=condition, maximum=3)

    def transacted(self, depth: int) -> Ends:
        """A transaction that may be given up."""
        name = self.node(Kind.TRANSACTION, body=self.scope(Kind.TRANSACTION))
        event = EventDefinition(EventKind.CANCEL)
        boundary = self.node(Kind.BOUNDARY_EVENT, attached_to=name, events=(event,))
        start, end = self.block(depth)
        self.flow(boundary, start)
        merge = self.node(Kind.EXCLUSIVE_GATEWAY)
        self.flow(end, merge)
        self.flow(name, merge)
        return name, merge

    def branches(self, kind: Kind, depth: int) -> Ends:
        """Split and join; in a transaction a branch may cancel it."""
        fork, join = super().branches(kind, depth)
        if self.body.owner == Kind.TRANSACTION and self.dice.random() < 0.7:
            event = EventDefinition(EventKind.CANCEL)
            start, end = self.simple()
            self.flow(fork, start, None if kind == Kind.PARALLEL_GATEWAY else "not(c)")
            self.flow(end, self.node(Kind.END_EVENT, events=(event,)))
        return fork, join

    def block(self, depth: int) -> Ends:
        """Any block; a transaction begins with a choice to give up."""
        is_first = self.body.owner == Kind.TRANSACTION and not self.body.nodes
        return self.xor(depth) if is_first else super().block(depth)

    def adhoc(self, depth: int) -> Ends:
        """An ad-hoc sub-process."""
        self.bodies.append(self.empty(Kind.AD_HOC_SUB_PROCESS))
        for _ in range(self.dice.randint(1, 3)):
            self.block(max(depth, 5))
        body = self.closed()
        name = self.node(
            Kind.AD_HOC_SUB_PROCESS,
            body=body,
            is_parallel_ad_hoc=self.dice.random() < 0.5,
            completion=Expression(self.dice.choice(CONDITIONS))
            if self.dice.random() < 0.5
            else None,
            cancels_remaining=self.dice.random() < 0.5,
        )
        return self.bounded(name, depth, self.dice.randint(0, 1))

    def complex(self, depth: int) -> Ends:
        """Parallel branches, of which some are enough."""
        fork, join = self.parallel(depth)
        count = sum(1 for flow in self.body.flows if flow.target == join)
        number = self.dice.randint(1, max(count, 1))
        activation = (
            Expression(f"activationCount >= {number}") if self.dice.random() < 0.85 else None
        )
        self.change(join, kind=Kind.COMPLEX_GATEWAY, completion=activation)
        if activation is None or self.dice.random() < 0.6:
            return fork, join
        # what comes late is dealt with, too
        after = self.node(Kind.EXCLUSIVE_GATEWAY)
        self.flow(join, after, "waitingForStart")
        start, end = self.block(depth)
        self.flow(join, start, "not(waitingForStart)")
        self.flow(end, self.node(Kind.END_EVENT))
        return fork, after

    def several(self, depth: int) -> Ends:
        """An event that waits for several things, for one of them or for all."""
        events = (self.trigger(), self.trigger())
        is_parallel = self.dice.random() < 0.5
        if self.dice.random() < 0.5:
            name = self.node(
                Kind.INTERMEDIATE_CATCH_EVENT, events=events, is_parallel_multiple=is_parallel
            )
            return name, name
        host = self.node(Kind.USER_TASK)
        boundary = self.node(
            Kind.BOUNDARY_EVENT,
            attached_to=host,
            events=events,
            is_parallel_multiple=is_parallel,
            is_interrupting=self.dice.random() < 0.5,
        )
        start, end = self.block(depth)
        self.flow(boundary, start)
        self.flow(end, self.node(Kind.END_EVENT))
        return host, host

    def sent(self, depth: int) -> Ends:
        """A message sent and, in another branch, received."""
        fork, join = self.node(Kind.PARALLEL_GATEWAY), self.node(Kind.PARALLEL_GATEWAY)
        send = self.node(Kind.SEND_TASK, message="message1")
        start, end = self.block(depth)
        self.flow(fork, start)
        self.flow(end, send)
        self.flow(send, join)
        receive = self.node(Kind.RECEIVE_TASK, message="message1")
        self.flow(fork, receive)
        self.flow(receive, join)
        return fork, join

    def handled(self, depth: int) -> Ends:
        """A sub-process with two event sub-processes, or one that undoes it."""
        self.bodies.append(self.empty(Kind.SUB_PROCESS))
        first, last = self.block(depth)
        self.flow(self.node(Kind.START_EVENT), first)
        self.flow(last, self.node(Kind.END_EVENT))
        if self.dice.random() < 0.5:
            self.handler()
            self.handler()
        else:
            self._undoing_handler()
        name = self.node(Kind.SUB_PROCESS, body=self.closed(), loop=self._rounds())
        return self.bounded(name, depth, self.dice.randint(0, 1))

    def _undoing_handler(self) -> None:
        event = EventDefinition(EventKind.COMPENSATION)
        self.bodies.append(self.empty(Kind.SUB_PROCESS))
        start = self.node(Kind.START_EVENT, events=(event,))
        first, last = self.block(5)
        self.flow(start, first)
        throw = last
        if self.dice.random() < 0.6:
            throw = self.node(Kind.INTERMEDIATE_THROW_EVENT, events=(self.undoing(),))
            self.flow(last, throw)
        self.flow(throw, self.node(Kind.END_EVENT))
        self.node(Kind.SUB_PROCESS, body=self.closed(), is_triggered_by_event=True)
