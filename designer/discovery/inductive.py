"""The inductive miner: a process tree from the ways cases went.

Source: Leemans, Fahland, van der Aalst (Petri Nets 2013), with the fall-throughs of Leemans' thesis “Robust Process
Mining with Guarantees” (2017), ch. 6. Noise is left out before, by how many cases a way covers, so that the tree allows
every way that was kept; or within, arrow by arrow, so that it says what mostly happens (the “infrequent” miner of
Leemans, Fahland, van der Aalst, BPI 2013).
"""

from collections import Counter

from designer.discovery.cuts import Cut, find_cut
from designer.discovery.graph import Follows, Log, Trace
from designer.discovery.tree import (
    NOTHING,
    Check,
    Operator,
    Tree,
    exclusive,
    leaf,
    loop,
    no_check,
    parallel,
    sequence,
)

MOST_TRIED = 40  # activities: to look which one runs beside the others costs a search for each
COVERAGE = 0.8


def covering(log: Log, share: float = COVERAGE) -> dict[Trace, int]:
    """The most frequent ways that together are at least `share` (0 to 1) of the cases; at least one."""
    wanted = share * sum(log.values())
    kept: dict[Trace, int] = {}
    covered = 0
    for trace, count in sorted(log.items(), key=lambda one: (-one[1], one[0])):
        if kept and covered >= wanted:
            break
        kept[trace] = count
        covered += count
    return kept


def discover(log: Log, rare: float = 0.0, check: Check = no_check) -> Tree:
    """A tree that allows every trace of the log; with `rare` above 0 (to 1), what is left of it without rare arrows.

    Arrows are left out only where else two things would run side by side or come again; the paper leaves them out even
    later, and so takes what was once swapped for parallel. `check` is called now and then and may raise.
    """
    check()
    if not log or not any(log):
        return NOTHING
    if () in log:
        rest = {trace: n for trace, n in log.items() if trace}
        found = discover(rest, rare, check)
        return found if log[()] < rare * sum(rest.values()) else exclusive((NOTHING, found))
    names = {name for trace in log for name in trace}
    if len(names) == 1:
        (name,) = names
        once = log.get((name,), 0)
        is_once = sum(log.values()) - once <= rare * once
        return leaf(name) if is_once else loop(leaf(name))
    cut = _cut(log, rare)
    if cut is not None:
        return _joined(cut.operator, [discover(part, rare, check) for part in cut.logs if part])
    return _fall_through(log, Follows(log), rare, check)


def _cut(log: Log, rare: float) -> Cut | None:
    if not rare:
        return find_cut(log)
    in_order = find_cut(log, among=(Operator.EXCLUSIVE, Operator.SEQUENCE))
    return in_order or find_cut(log, rare) or find_cut(log)


def _joined(operator: Operator, parts: list[Tree]) -> Tree:
    if operator is Operator.SEQUENCE:
        return sequence(parts)
    if operator is Operator.PARALLEL:
        return parallel(parts)
    if operator is Operator.EXCLUSIVE:
        return exclusive(parts)
    return loop(parts[0], exclusive(parts[1:]))


def _fall_through(log: Log, follows: Follows, rare: float, check: Check) -> Tree:
    for name in follows.activities:
        if all(trace.count(name) == 1 for trace in log):
            return parallel((leaf(name), discover(_without(log, name), rare, check)))
    if len(follows.activities) <= MOST_TRIED:
        for name in follows.activities:
            check()
            rest = _without(log, name)
            if find_cut(rest) is not None:
                return parallel(
                    (discover(_only(log, name), rare, check), discover(rest, rare, check))
                )
    for before in (follows.ends, set(follows.activities)):
        pieces = _pieces(log, follows.starts, before)
        if sum(pieces.values()) > sum(log.values()) and pieces.keys() != log.keys():
            return loop(discover(pieces, rare, check))
    # whatever happened may happen: says little, and is never wrong
    return loop(exclusive(leaf(name) for name in follows.activities))


def _without(log: Log, name: str) -> Log:
    found: Counter[Trace] = Counter()
    for trace, count in log.items():
        found[tuple(one for one in trace if one != name)] += count
    return found


def _only(log: Log, name: str) -> Log:
    found: Counter[Trace] = Counter()
    for trace, count in log.items():
        found[tuple(one for one in trace if one == name)] += count
    return found


def _pieces(log: Log, starts: set[str], before: set[str]) -> Log:
    """The traces cut wherever one of `starts` follows one of `before`: as if they had begun anew."""
    found: Counter[Trace] = Counter()
    for trace, count in log.items():
        begin = 0
        for place in range(1, len(trace)):
            if trace[place] in starts and trace[place - 1] in before:
                found[trace[begin:place]] += count
                begin = place
        found[trace[begin:]] += count
    return found
