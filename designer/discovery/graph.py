"""The directly-follows graph of a log, and what of it hangs together."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise

Trace = tuple[str, ...]
Log = Mapping[Trace, int]  # how many cases went each way
Group = frozenset[str]


class Follows:
    """Which activity directly follows which, which come first and which last.

    `rare` (0 to 1) leaves arrows out: those that leave an activity (or the beginning) less often than this share of the
    strongest that leaves it; ending there is such an arrow too. Source: Leemans, Fahland, van der Aalst, “Discovering
    Block-Structured Process Models from Event Logs Containing Infrequent Behaviour” (BPI 2013).
    """

    def __init__(self, log: Log, rare: float = 0.0) -> None:
        self.activities: list[str] = sorted({name for trace in log for name in trace})
        arrows: dict[str | None, Counter[str | None]] = {
            name: Counter() for name in self.activities
        }
        begin = arrows[None] = Counter()
        for trace, count in log.items():
            if trace:
                begin[trace[0]] += count
                for first, second in pairwise(trace):
                    arrows[first][second] += count
                arrows[trace[-1]][None] += count
        kept = {
            name: {to for to, count in leaving.items() if count >= rare * max(leaving.values())}
            for name, leaving in arrows.items()
        }
        self.starts = {name for name in kept[None] if name is not None}
        self.ends = {name for name in self.activities if None in kept[name]}
        self.after: dict[str, set[str]] = {
            name: {to for to in kept[name] if to is not None} for name in self.activities
        }

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
