"""Gateways: where tokens part and meet."""

from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any

from designer.simulation.sampling import BITS, MASK, Stream
from designer.simulation.tokens import Place, Run

Rule = Callable[[Mapping[str, Any]], bool]


class Choice(Place):
    """One way of several, by shares."""

    __slots__ = ("ends", "is_repeated", "stream", "ways")

    def __init__(self, element_id: str, shares: Sequence[float], stream: Stream) -> None:
        super().__init__(element_id)
        self.ways: list[Place] = []  # one for each share; put in when all places are made
        ends = list(accumulate(shares))
        self.ends = [end / ends[-1] for end in ends[:-1]]
        self.stream = stream
        self.is_repeated = True

    def enter(self, run: Run, at: float) -> Place | None:
        self.visits += 1
        case = run.case
        stream, number = self.stream, case.number
        if self.is_repeated:
            visits = case.visits
            if visits is None:
                case.visits = {self: 1}
            else:
                visit = visits.get(self, 0)
                visits[self] = visit + 1
                if visit:
                    return self.ways[bisect(self.ends, stream.at(number, visit))]
        block = stream.blocks.get(number >> BITS)
        if block is None:
            block = stream.fill(number >> BITS)
        return self.ways[bisect(self.ends, block[number & MASK])]


class RuledChoice(Place):
    """The first way whose rule holds, else the default, by the case's data."""

    __slots__ = ("default", "rules", "ways")

    def __init__(self, element_id: str, rules: Sequence[Rule]) -> None:
        super().__init__(element_id)
        self.rules = list(rules)
        self.ways: list[Place] = []
        self.default: Place | None = None

    def enter(self, run: Run, at: float) -> Place | None:
        self.visits += 1
        data = run.case.data or {}
        for rule, way in zip(self.rules, self.ways, strict=True):
            if rule(data):
                return way
        # Nobody is here to decide: the last way stands for the person who would.
        return self.default or self.ways[-1]


class Split(Place):
    """Every way at once."""

    __slots__ = ("ways",)

    def __init__(self, element_id: str) -> None:
        super().__init__(element_id)
        self.ways: list[Place] = []

    def enter(self, run: Run, at: float) -> Place | None:
        self.visits += 1
        run.live += len(self.ways) - 1
        run.net.machine.pending.extend((run, way) for way in self.ways)
        return None


class Some(Place):
    """Each way with a probability of its own; without any the default, else one by their shares."""

    __slots__ = ("chances", "default", "ends", "streams", "ways")

    def __init__(
        self, element_id: str, chances: Sequence[float], streams: Sequence[Stream]
    ) -> None:
        super().__init__(element_id)
        self.ways: list[Place] = []
        self.chances = list(chances)
        self.streams = list(streams)  # one more than chances: for the last resort
        self.default: Place | None = None
        ends = list(accumulate(chances))
        self.ends = [end / ends[-1] for end in ends[:-1]] if ends and ends[-1] else []

    def enter(self, run: Run, at: float) -> Place | None:
        self.visits += 1
        case = run.case
        visit = case.visit(self)
        taken = [
            way
            for way, chance, stream in zip(self.ways, self.chances, self.streams, strict=False)
            if stream.at(case.number, visit) < chance
        ]
        if not taken:
            if self.default is not None:
                return self.default
            return self.ways[bisect(self.ends, self.streams[-1].at(case.number, visit))]
        return several(run, taken)


class RuledSome(Place):
    """Each way whose rule holds; without any the default."""

    __slots__ = ("default", "rules", "ways")

    def __init__(self, element_id: str, rules: Sequence[Rule]) -> None:
        super().__init__(element_id)
        self.rules = list(rules)
        self.ways: list[Place] = []
        self.default: Place | None = None

    def enter(self, run: Run, at: float) -> Place | None:
        self.visits += 1
        data = run.case.data or {}
        taken = [w for rule, w in zip(self.rules, self.ways, strict=True) if rule(data)]
        return several(run, taken or [self.default or self.ways[-1]])


def several(run: Run, taken: list[Place]) -> Place | None:
    """One token on each of these ways."""
    if len(taken) == 1:
        return taken[0]
    run.live += len(taken) - 1
    run.net.machine.pending.extend((run, way) for way in taken)
    return None


class Join(Place):
    """Waits for a token on each of its flows (BPMN 2.0.2, table 13.1)."""

    __slots__ = ("slots",)

    def __init__(self, element_id: str, slots: Sequence[int]) -> None:
        super().__init__(element_id)
        self.slots = list(slots)

    def take(self, run: Run) -> None:
        """Take one token from each flow that has one; one goes on."""
        standing = run.standing
        assert standing is not None
        taken = 0
        for slot in self.slots:
            if standing[slot]:
                standing[slot] -= 1
                taken += 1
        run.live -= taken - 1


class JoinEntry(Place):
    """A flow into a parallel join."""

    __slots__ = ("join", "slot")

    def __init__(self, join: Join, slot: int) -> None:
        super().__init__(join.id)
        self.join = join
        self.slot = slot

    def enter(self, run: Run, at: float) -> Place | None:
        standing = run.standing
        assert standing is not None
        standing[self.slot] += 1
        join = self.join
        for slot in join.slots:
            if not standing[slot]:
                return None
        join.take(run)
        join.visits += 1
        return join.onward


class InclusiveJoin(Join):
    """Waits for every token that can still come (BPMN 2.0.2, table 13.4)."""

    __slots__ = ("flows", "reach")

    def __init__(self, element_id: str, slots: Sequence[int]) -> None:
        super().__init__(element_id, slots)
        self.flows: dict[int, tuple[frozenset[int], ...]] = {}  # standing slot → slots it reaches
        self.reach: dict[str, tuple[frozenset[int], ...]] = {}  # place → per token, slots reached

    def stands(self, run: Run) -> bool:
        """Whether anything waits here."""
        standing = run.standing
        return standing is not None and any(standing[slot] for slot in self.slots)

    def is_enabled(self, run: Run) -> bool:
        """No token elsewhere can still reach an empty flow, unless it could as well reach one that has a token."""
        standing = run.standing
        assert standing is not None
        assert run.places is not None
        full = {slot for slot in self.slots if standing[slot]}
        for place, tokens in run.places.items():
            if tokens and self._may_come(self.reach.get(place, ()), full):
                return False
        return not any(
            standing[slot] and self._may_come(reached, full) for slot, reached in self.flows.items()
        )

    @staticmethod
    def _may_come(tokens: tuple[frozenset[int], ...], full: set[int]) -> bool:
        return any(reached - full and not reached & full for reached in tokens)

    def enter(self, run: Run, at: float) -> Place | None:
        self.visits += 1
        self.take(run)
        if self.stands(run):
            _wait(run, self)
        return self.onward


class InclusiveEntry(Place):
    """A flow into an inclusive join."""

    __slots__ = ("join", "slot")

    def __init__(self, join: InclusiveJoin, slot: int) -> None:
        super().__init__(join.id)
        self.join = join
        self.slot = slot

    def enter(self, run: Run, at: float) -> Place | None:
        assert run.standing is not None
        run.standing[self.slot] += 1
        _wait(run, self.join)
        return None


def _wait(run: Run, join: InclusiveJoin) -> None:
    case = run.case
    if case.joins is None:
        case.joins = []
    if (run, join) not in case.joins:
        case.joins.append((run, join))


class Mark(Place):
    """Keeps count of where tokens are, for inclusive joins."""

    __slots__ = ("change", "place")

    def __init__(self, place: str, change: int, onward: Place) -> None:
        super().__init__(place)
        self.place = place
        self.change = change
        self.onward = onward

    def enter(self, run: Run, at: float) -> Place | None:
        places = run.places
        assert places is not None
        places[self.place] = places.get(self.place, 0) + self.change
        return self.onward
