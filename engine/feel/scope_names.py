"""The names in a context that the reader must know beforehand: those of more than one word."""

from collections.abc import Mapping

from engine.feel.names import is_plain

_MAX_VISITED = 2_000
_MAX_ELEMENTS = 3  # the first elements of a list show what its contexts are made of


def names_within(context: Mapping[str, object] | None) -> frozenset[str]:
    """All names with spaces or operators in the context and the contexts inside it."""
    if not context:
        return frozenset()
    found: set[str] = set()
    waiting: list[object] = [context]
    visited = 0
    while waiting and visited < _MAX_VISITED:
        value = waiting.pop()
        visited += 1
        if isinstance(value, Mapping):
            for name, inner in value.items():
                if isinstance(name, str) and not is_plain(name):
                    found.add(name)
                if isinstance(inner, Mapping | list):
                    waiting.append(inner)
        elif isinstance(value, list):
            waiting += [inner for inner in value[:_MAX_ELEMENTS] if isinstance(inner, Mapping)]
    return frozenset(found)
