"""Cuts of a log: four ways to split its activities, each with the logs that remain.

Source: Leemans, Fahland, van der Aalst, “Discovering Block-Structured Process Models from Event Logs: A Constructive
Approach” (Petri Nets 2013). A cut of the whole graph keeps every trace. One of a graph without its rare arrows leaves
out of each trace the fewest events that do not fit it (Leemans, Fahland, van der Aalst, BPI 2013).
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from designer.discovery.graph import Follows, Group, Log, Trace, groups
from designer.discovery.tree import Operator


@dataclass(frozen=True, slots=True)
class Cut:
    """How the parts follow each other, and the log of each. Of a loop, the first part is done and the rest are ways
    back."""

    operator: Operator
    logs: tuple[Log, ...]


def find_cut(
    log: Log, rare: float = 0.0, among: Collection[Operator] = tuple(Operator)
) -> Cut | None:
    """The first cut that fits, exclusive before sequence before parallel before loop; None when none does.

    `rare`: of the graph without the arrows that are rarer (graph.Follows). `among`: of these kinds only.
    """
    follows = Follows(log, rare)
    if len(follows.activities) < 2:
        return None
    for find, operator in (
        (_exclusive, Operator.EXCLUSIVE),
        (_sequence, Operator.SEQUENCE),
        (_parallel, Operator.PARALLEL),
        (_loop, Operator.LOOP),
    ):
        parts = find(follows) if operator in among else []
        if len(parts) > 1:
            return Cut(operator, _split(operator, log, parts))
    return None


def _exclusive(follows: Follows) -> list[Group]:
    return groups(follows.activities, _pairs(follows))


def _pairs(follows: Follows) -> list[tuple[str, str]]:
    return [(one, other) for one in follows.activities for other in sorted(follows.after[one])]


def _sequence(follows: Follows) -> list[Group]:
    """Groups such that everything in an earlier one may be followed by everything in a later one, and never the other
    way round."""
    later = follows.reachable()
    names = follows.activities
    # what can come both before and after each other, or neither, stands in one group
    together = [
        (one, other)
        for one in names
        for other in names
        if one < other and ((other in later[one]) is (one in later[other]))
    ]
    parts = groups(names, together)
    while True:
        mixed = _not_in_order(parts, later)
        if mixed is None:
            break
        parts = groups(names, [*together, *mixed])
        together += mixed
    first = {part: min(part) for part in parts}
    # whatever more parts can come after comes earlier
    return sorted(
        parts, key=lambda part: -sum(o != part and first[o] in later[first[part]] for o in parts)
    )


def _not_in_order(parts: list[Group], later: dict[str, set[str]]) -> list[tuple[str, str]] | None:
    for place, part in enumerate(parts):
        for other in parts[place + 1 :]:
            forward = {b in later[a] for a in part for b in other}
            back = {a in later[b] for a in part for b in other}
            if len(forward) > 1 or len(back) > 1 or forward == back:
                return [(min(part), min(other))]
    return None


def _parallel(follows: Follows) -> list[Group]:
    """Groups all of whose activities directly follow all of the others', both ways; each can begin and end."""
    names = follows.activities
    apart = [
        (one, other)
        for one in names
        for other in names
        if one < other and not (other in follows.after[one] and one in follows.after[other])
    ]
    parts = groups(names, apart)
    whole = [part for part in parts if part & follows.starts and part & follows.ends]
    halves = [part for part in parts if part not in whole]
    if halves:
        rest = frozenset().union(*halves)
        if whole and not (rest & follows.starts and rest & follows.ends):
            whole[0] = whole[0] | rest
        else:
            whole.append(rest)
    return sorted(whole, key=min)


def _loop(follows: Follows) -> list[Group]:
    """What is done first, then the ways back: entered only from ends, left only to starts."""
    starts, ends, after = follows.starts, follows.ends, follows.after
    do = frozenset(starts | ends)
    inner = [(a, b) for a, b in _pairs(follows) if a not in do and b not in do]
    backs = groups([name for name in follows.activities if name not in do], inner)
    kept = []
    for back in backs:
        entered = {(a, b) for a in do for b in after[a] if b in back}
        left = {(a, b) for a in back for b in after[a] if b in do}
        is_back = all(a in ends for a, _ in entered) and all(b in starts for _, b in left)
        # whoever is entered from one end is from all, else it belongs to what is done
        is_whole = all((end, b) in entered for _, b in entered for end in ends) and all(
            (a, start) in left for a, _ in left for start in starts
        )
        if entered and left and is_back and is_whole:
            kept.append(back)
        else:
            do |= back
    return [do, *kept]


def _split(operator: Operator, log: Log, parts: list[Group]) -> tuple[Log, ...]:
    found: list[Counter[Trace]] = [Counter() for _ in parts]
    for trace, count in log.items():
        if operator is Operator.LOOP:
            pieces = _rounds(trace, parts)
        elif operator is Operator.EXCLUSIVE and trace:
            place = max(
                range(len(parts)), key=lambda place: sum(one in parts[place] for one in trace)
            )
            pieces = [(place, trace)]
        elif operator is Operator.SEQUENCE:
            pieces = _in_turn(trace, parts)
        else:
            pieces = [(place, trace) for place in range(len(parts))]
        for place, piece in pieces:
            found[place][tuple(name for name in piece if name in parts[place])] += count
    return tuple(found)


def _in_turn(trace: Trace, parts: list[Group]) -> list[tuple[int, Trace]]:
    """The trace cut into one piece for each part, so that the fewest events stand in a piece of another part."""
    place_of = {name: place for place, part in enumerate(parts) for name in part}
    best = [0] * len(parts)  # by the piece that the last event is in: the fewest strangers so far
    came_from: list[list[int]] = []  # the same: the piece that the event before is in
    for name in trace:
        before, least, own = [], 0, place_of[name]
        now = []
        for place, cost in enumerate(best):
            if cost < best[least]:
                least = place
            before.append(least)
            now.append(best[least] + (place != own))
        came_from.append(before)
        best = now
    cuts = [0] * len(trace)
    place = min(range(len(parts)), key=lambda place: (best[place], place))
    for at in range(len(trace) - 1, -1, -1):
        cuts[at] = place
        place = came_from[at][place]
    return [
        (place, tuple(name for name, cut in zip(trace, cuts, strict=True) if cut == place))
        for place in range(len(parts))
    ]


def _rounds(trace: Trace, parts: list[Group]) -> list[tuple[int, Trace]]:
    """The pieces of a loop; where two ways back meet, or one stands at an end, nothing was done between."""
    rounds: list[tuple[int, Trace]] = []
    for place, piece in _pieces(trace, parts):
        if place and (not rounds or rounds[-1][0]):
            rounds.append((0, ()))
        rounds.append((place, piece))
    if not rounds or rounds[-1][0]:
        rounds.append((0, ()))
    return rounds


def _pieces(trace: Trace, parts: list[Group]) -> list[tuple[int, Trace]]:
    place_of = {name: place for place, part in enumerate(parts) for name in part}
    pieces: list[tuple[int, list[str]]] = []
    for name in trace:
        if not pieces or pieces[-1][0] != place_of[name]:
            pieces.append((place_of[name], []))
        pieces[-1][1].append(name)
    return [(place, tuple(names)) for place, names in pieces]
