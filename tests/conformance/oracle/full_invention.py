"""Random diagrams with what is left: handlers of several events, dates, event starts, mapped variables."""

from dataclasses import replace

from engine.bpmn.model import (
    EventDefinition,
    EventKind,
    Expression,
    Extension,
    Kind,
    Mapping,
    Scope,
    TimerKind,
)
from tests.conformance.oracle.invention import CONDITIONS, ERRORS, SCRIPTS
from tests.conformance.oracle.rich_invention import RARE, RichInventor
from tests.conformance.oracle.sketch import Body, Ends

DATES = ("2026-02-01T09:00:00Z", "2026-02-02T12:30:00", "2026-01-31T10:00:00+01:00")
SPANS = ("R2/2026-02-01T00:00:00Z/PT6H", "R/P1D/2031-02-03T00:00:00Z", *DATES)
FEEL_TIMES = ('=if a then "PT1H" else "PT3H"', '=if b and c then "P1D" else "PT30M"')
TASKS = (Kind.USER_TASK, Kind.USER_TASK, Kind.SERVICE_TASK, Kind.SUB_PROCESS)
NEW = ("raced", "raced", "watched", "watched", "linked", "mapped", "counted", "handled", "handled")


class FullInventor(RichInventor):
    """Draws every other block with something that the others never draw."""

    composites = RichInventor.composites + RARE + NEW

    # -- what is waited for

    def trigger(self, cycles: bool = False) -> EventDefinition:
        """Something to wait for; a time may be a date or worked out."""
        dice = self.dice
        if dice.random() < 0.2:
            return _timer(TimerKind.DATE, dice.choice(DATES))
        if dice.random() < 0.1:
            return _timer(TimerKind.DURATION, dice.choice(FEEL_TIMES))
        if cycles and dice.random() < 0.15:
            return _timer(TimerKind.CYCLE, dice.choice(SPANS))
        return super().trigger(cycles)

    def caught(self) -> EventDefinition:
        """Something that is thrown within the case."""
        code = self.dice.choice((None, *ERRORS))
        if self.dice.random() < 0.5:
            return EventDefinition(EventKind.ERROR, reference=code and f"error_{code}")
        return EventDefinition(EventKind.ESCALATION, reference=code and f"esc_{code}")

    def several_events(self, cycles: bool) -> tuple[tuple[EventDefinition, ...], bool]:
        """Two or three definitions, and whether all of them have to happen."""
        dice = self.dice
        is_all = dice.random() < 0.45
        events = [self.trigger(cycles) for _ in range(dice.choice((2, 2, 3)))]
        if not is_all and dice.random() < 0.4:
            events[-1] = self.caught()
        return tuple(events), is_all

    # -- event sub-processes

    def handler(self) -> None:
        """An event sub-process, often one that waits for several things."""
        if self.dice.random() < 0.4:
            super().handler()
            return
        is_interrupting = self.dice.random() < 0.4
        events, is_all = self.several_events(not is_interrupting)
        self.bodies.append(Body(Kind.SUB_PROCESS))
        start = self.node(
            Kind.START_EVENT,
            events=events,
            is_parallel_multiple=is_all,
            is_interrupting=is_interrupting,
        )
        first, last = self.block(4)
        self.flow(start, first)
        self.flow(last, self.way_out() if self.dice.random() < 0.3 else self.node(Kind.END_EVENT))
        if self.dice.random() < 0.15:
            # one inside the other
            super().handler()
        self.node(Kind.SUB_PROCESS, body=self.closed(), is_triggered_by_event=True)

    # -- blocks

    def watched(self, depth: int) -> Ends:
        """An activity with a border that waits for several things, thrown ones among them."""
        host = self._activity(depth)
        for _ in range(self.dice.randint(1, 2)):
            is_interrupting = self.dice.random() < 0.5
            events, is_all = self.several_events(not is_interrupting)
            boundary = self.node(
                Kind.BOUNDARY_EVENT,
                attached_to=host,
                events=events,
                is_parallel_multiple=is_all,
                is_interrupting=is_interrupting,
            )
            start, end = self.block(depth)
            self.flow(boundary, start)
            self.flow(end, self.node(Kind.END_EVENT))
        return host, host

    def way_out(self) -> str:
        """An end event that does something; it may send a message, or say two things."""
        if self.dice.random() < 0.15:
            event = EventDefinition(EventKind.MESSAGE, reference="message1")
            more = (self.undoing(),) if self.dice.random() < 0.3 else ()
            return self.node(Kind.END_EVENT, events=(event, *more))
        return super().way_out()

    def _activity(self, depth: int) -> str:
        kind = self.dice.choice(TASKS)
        body = self.scope(Kind.SUB_PROCESS) if kind == Kind.SUB_PROCESS and depth < 6 else None
        if kind == Kind.SUB_PROCESS and body is None:
            kind = Kind.USER_TASK
        return self.node(kind, body=body, loop=self._rounds() if self.dice.random() < 0.4 else None)

    def raced(self, depth: int) -> Ends:
        """An event gateway with timers, dates, conditions, receive tasks and events that wait for several."""
        gateway, merge = self.node(Kind.EVENT_BASED_GATEWAY), self.node(Kind.EXCLUSIVE_GATEWAY)
        kinds = ["timer", "timer", "several", "receive", "plain"]
        self.dice.shuffle(kinds)
        # a message is asked for by a task or by events, not by both (10.6.6)
        for kind in kinds[: self.dice.randint(2, 4)]:
            if kind == "receive":
                catch = self.node(Kind.RECEIVE_TASK, message=self.dice.choice(("message1", None)))
            elif kind == "timer":
                catch = self.node(Kind.INTERMEDIATE_CATCH_EVENT, events=(self._time(),))
            elif kind == "several":
                events = (self.trigger(), self.trigger())
                catch = self.node(
                    Kind.INTERMEDIATE_CATCH_EVENT,
                    events=events,
                    is_parallel_multiple=self.dice.random() < 0.4,
                )
            else:
                catch = self.node(Kind.INTERMEDIATE_CATCH_EVENT, events=(self.trigger(),))
            self.flow(gateway, catch)
            if self.dice.random() < 0.5:
                start, end = self.block(depth)
                self.flow(catch, start)
                catch = end
            self.flow(catch, merge)
        return gateway, merge

    def _time(self) -> EventDefinition:
        while (event := self.trigger()).kind != EventKind.TIMER:
            pass
        return event

    def linked(self, depth: int) -> Ends:
        """Several places to go on from, one where all of them arrive."""
        fork, join = self.branches(
            self.dice.choice((Kind.EXCLUSIVE_GATEWAY, Kind.INCLUSIVE_GATEWAY)), depth
        )
        self.count += 1
        event = EventDefinition(EventKind.LINK, reference=f"link{self.count}")
        body = self.body
        for flow in [flow for flow in body.flows if flow.target == join]:
            throw = self.node(Kind.INTERMEDIATE_THROW_EVENT, events=(event,))
            body.flows[body.flows.index(flow)] = replace(flow, target=throw)
        catch = self.node(Kind.INTERMEDIATE_CATCH_EVENT, events=(event,))
        # the gateway that joined is one that only splits now
        self.flow(catch, join)
        return fork, join

    def mapped(self, depth: int) -> Ends:
        """An activity that sees and gives other names than those of the case."""
        dice = self.dice
        extension = Extension(
            inputs=self._mappings(CONDITIONS, "abx"),
            outputs=self._mappings(("a", "not(b)", "x = true", "b or c"), "abc"),
        )
        loop = self._rounds() if dice.random() < 0.4 else None
        if dice.random() < 0.4:
            name, _ = self.call(depth)
            node = next(node for node in self.body.nodes if node.id == name)
            keep = dice.random() < 0.5
            extension = replace(extension, is_all_in=keep, is_all_out=keep)
            self.change(name, extension=extension, loop=loop)
            return name, node.id
        if dice.random() < 0.35:
            body = self.scope(Kind.SUB_PROCESS)
            name = self.node(Kind.SUB_PROCESS, body=body, extension=extension, loop=loop)
            return self.bounded(name, depth, dice.randint(0, 1))
        kind = dice.choice((Kind.USER_TASK, Kind.USER_TASK, Kind.SCRIPT_TASK, Kind.SERVICE_TASK))
        script = Expression(dice.choice(SCRIPTS)) if kind == Kind.SCRIPT_TASK else None
        name = self.node(kind, script=script, extension=extension, loop=loop)
        return self.bounded(name, depth, dice.randint(0, 1))

    def _mappings(self, sources: tuple[str, ...], targets: str) -> tuple[Mapping, ...]:
        dice = self.dice
        return tuple(
            Mapping(Expression(dice.choice(sources)), dice.choice(targets))
            for _ in range(dice.choice((0, 1, 1, 2)))
        )

    def counted(self, depth: int) -> Ends:
        """Transactions, ad-hoc sub-processes and calls done several times."""
        drawn = self.dice.choice((self.transacted, self.adhoc, self.call))
        name, last = drawn(depth)
        self.change(name, loop=self._rounds())
        return name, last

    # -- the whole

    def scope(self, owner: Kind | None) -> Scope:
        """A process or sub-process; a process may begin in several ways."""
        drawn = super().scope(owner)
        if owner is not None or self.dice.random() < 0.5:
            return drawn
        self.bodies.append(Body(None))
        body = self.body
        body.nodes, body.flows = list(drawn.nodes.values()), list(drawn.flows.values())
        first = next(
            (
                flow.target
                for flow in body.flows
                if drawn.nodes[flow.source].kind == Kind.START_EVENT
            ),
            None,
        )
        if first is not None and drawn.nodes[first].kind != Kind.EVENT_BASED_GATEWAY:
            self._more_starts(first)
        return self.closed()

    def _more_starts(self, first: str) -> None:
        dice = self.dice
        for _ in range(dice.randint(1, 2)):
            events = tuple(self.trigger() for _ in range(dice.choice((1, 1, 2))))
            self.flow(self.node(Kind.START_EVENT, events=events), first)
        if dice.random() < 0.3:
            self.flow(self.node(Kind.RECEIVE_TASK, message="message1", instantiates=True), first)
        if dice.random() < 0.3:
            gateway = self.node(Kind.EVENT_BASED_GATEWAY, instantiates=True)
            for number in (1, 2):
                event = EventDefinition(EventKind.MESSAGE, reference=f"message{number}")
                catch = self.node(Kind.INTERMEDIATE_CATCH_EVENT, events=(event,))
                self.flow(gateway, catch)
                self.flow(catch, first)


def _timer(kind: TimerKind, text: str) -> EventDefinition:
    return EventDefinition(EventKind.TIMER, timer=kind, expression=Expression(text))
