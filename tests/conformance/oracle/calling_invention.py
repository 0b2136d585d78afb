"""Random diagrams whose called processes do what can be undone, and whose callers undo it."""

from engine.bpmn.model import EventDefinition, EventKind, Kind, Scope
from tests.conformance.oracle.full_invention import FullInventor
from tests.conformance.oracle.sketch import Body, Ends


class CallingInventor(FullInventor):
    """Draws every third block as a call that is undone."""

    composites = FullInventor.composites + ("undone_call",) * (len(FullInventor.composites) // 2)

    def undone_call(self, depth: int) -> Ends:
        """A call, perhaps several times or with mapped variables, and later what undoes it."""
        dice = self.dice
        name, last = self.call(depth)
        if dice.random() < 0.3:
            self.change(name, loop=self._rounds())
        start, end = self.block(depth)
        self.flow(last, start)
        reference = name if dice.random() < 0.3 else None
        event = EventDefinition(
            EventKind.COMPENSATION, reference=reference, waits=dice.random() < 0.8
        )
        throw = self.node(Kind.INTERMEDIATE_THROW_EVENT, events=(event,))
        self.flow(end, throw)
        return name, throw

    def scope(self, owner: Kind | None) -> Scope:
        """A process or sub-process; what is called mostly begins and ends with something that can be undone."""
        dice = self.dice
        if owner != Kind.CALL_ACTIVITY or dice.random() < 0.2:
            return super().scope(owner)
        self.bodies.append(Body(owner))
        last = self._undoable()
        self.flow(self.node(Kind.START_EVENT), last)
        if dice.random() < 0.5:
            start, end = self.block(3)
            self.flow(last, start)
            last = end
        if dice.random() < 0.4:
            again = self._undoable()
            self.flow(last, again)
            last = again
        self.flow(last, self.node(Kind.END_EVENT))
        return self.closed()
