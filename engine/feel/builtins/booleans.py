"""Boolean functions (DMN 1.5 §10.3.4.2) and the ones over lists of booleans."""

from engine.feel.builtins.registry import builtin
from engine.feel.errors import NullResult
from engine.feel.values import Value


@builtin("not", "negand: boolean")
def negation(negand: bool) -> Value:
    """The opposite; null for null."""
    return not negand


@builtin("all", "list: list")
def all_true(items: list[Value]) -> Value:
    """Whether no element is false; null when one is neither and none is false."""
    return _ternary(items, decisive=False)


@builtin("all", "*b: any")
def all_of(items: list[Value]) -> Value:
    """As all(list), with the elements as arguments."""
    return _ternary(items, decisive=False)


@builtin("any", "list: list")
def any_true(items: list[Value]) -> Value:
    """Whether some element is true; null when none is and one is not boolean."""
    return _ternary(items, decisive=True)


@builtin("any", "*b: any")
def any_of(items: list[Value]) -> Value:
    """As any(list), with the elements as arguments."""
    return _ternary(items, decisive=True)


def _ternary(items: list[Value], *, decisive: bool) -> Value:
    if len(items) == 1 and items[0] is None:
        raise NullResult("A list of booleans is needed.")
    if any(item is not None and not isinstance(item, bool) for item in items):
        raise NullResult("The list has an element that is neither true nor false.")
    if any(item is decisive for item in items):
        return decisive
    return None if None in items else not decisive
