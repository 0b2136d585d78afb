"""Names as compared between tools, which break lines, change case, and mistype."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

_NOISE = re.compile(r"[\W_]+")
ALIKE = 0.9


def plain(name: str | None) -> str:
    """Letters and digits only."""
    return _NOISE.sub("", (name or "").replace("\\n", " ")).casefold()


def same_names(ours: Iterable[str], theirs: Iterable[str]) -> dict[str, str]:
    """Their spelling → ours, for names that only one of both has and that differ by a slip of the pen."""
    mine, others = set(ours), set(theirs)
    found: dict[str, str] = {}
    free = sorted(mine - others)
    for name in sorted(others - mine):
        likely = max(free, key=lambda one: SequenceMatcher(None, one, name).ratio(), default=None)
        if likely is not None and SequenceMatcher(None, likely, name).ratio() >= ALIKE:
            found[name] = likely
            free.remove(likely)
    return found
