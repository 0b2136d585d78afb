"""The directly-follows graph of a log, and what of it hangs together."""

from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise

Trace = tuple[str, ...]
Log = Mapping[Trace, int]  # how many cases went each way
Group = frozenset[str]


class Follows:
    """Which activity directly follows which, which come first and which last."""

    def __init__(self, log: Log) -> None:
        self.activities: list[str] = sorted({name for trace in log for name in trace})
        self.starts = {trace[0] for trace in log if trace}
        self.ends = {trace[-1] for trace in log if trace}
        self.after: dict[str, set[str]] = {name: set() for name in self.activities}
        for trace in log:
            for first, second in pairwise(trace):
                self.after[first].add(second)

    def reachable(self) -> dict[str, set[str]]:
        """Everything that may come later, by activity."""
        found: dict[str, set[str]] = {}
        for name in self.activities:
            seen: set[str] = set()
            pending = list(self.after[name])
            while pending:
                one = pending.pop()
                if one not in seen:
                    seen.add(one)
                    pending += self.after[one]
            found[name] = seen
        return found


def groups(names: Collection[str], pairs: Iterable[tuple[str, str]]) -> list[Group]:
    """The names in groups, so that both of each pair are in one; in order of their first name."""
    parent = {name: name for name in names}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for first, second in pairs:
        parent[root(first)] = root(second)
    found: dict[str, set[str]] = {}
    for name in sorted(names):
        found.setdefault(root(name), set()).add(name)
    return sorted((frozenset(group) for group in found.values()), key=min)
