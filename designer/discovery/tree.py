"""Process trees, and which sequences of activities they allow.

A tree is sound by construction: whatever is begun in it can be ended, and nothing in it is dead. Source: van der Aalst,
Buijs, van Dongen, “Towards Improving the Representational Bias of Process Mining” (SIMPDA 2011).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Operator(StrEnum):
    """How the children of a tree follow each other."""

    SEQUENCE = "sequence"
    EXCLUSIVE = "exclusive"  # one of them
    PARALLEL = "parallel"  # all, in any order
    LOOP = "loop"  # the first; then as often as wanted the second and the first again


@dataclass(frozen=True, slots=True)
class Tree:
    """An activity, nothing at all (both None), or an operator over children."""

    activity: str | None = None
    operator: Operator | None = None
    children: tuple["Tree", ...] = ()


NOTHING = Tree()
Check = Callable[[], None]


def no_check() -> None:
    """Whoever waits has time."""


def leaf(activity: str) -> Tree:
    """The tree of one activity."""
    return Tree(activity)


def sequence(children: Iterable[Tree]) -> Tree:
    """One after the other."""
    parts = _flat(Operator.SEQUENCE, children)
    return _one_or(Operator.SEQUENCE, [part for part in parts if part != NOTHING])


def parallel(children: Iterable[Tree]) -> Tree:
    """All of them, in any order."""
    parts = _flat(Operator.PARALLEL, children)
    return _one_or(Operator.PARALLEL, [part for part in parts if part != NOTHING])


def exclusive(children: Iterable[Tree]) -> Tree:
    """One of them; the same twice is the same."""
    return _one_or(Operator.EXCLUSIVE, list(dict.fromkeys(_flat(Operator.EXCLUSIVE, children))))


def loop(do: Tree, again: Tree = NOTHING) -> Tree:
    """`do`, then any number of times `again` and `do`."""
    if do == again == NOTHING:
        return NOTHING
    return Tree(None, Operator.LOOP, (do, again))


def _flat(operator: Operator, children: Iterable[Tree]) -> list[Tree]:
    found: list[Tree] = []
    for child in children:
        found += child.children if child.operator is operator else (child,)
    return found


def _one_or(operator: Operator, parts: list[Tree]) -> Tree:
    if not parts:
        return NOTHING
    return parts[0] if len(parts) == 1 else Tree(None, operator, tuple(parts))


def activities(tree: Tree) -> list[str]:
    """The activities in the tree, from left to right."""
    own = [] if tree.activity is None else [tree.activity]
    return own + [name for child in tree.children for name in activities(child)]


def allows(tree: Tree, trace: Sequence[str], check: Check = no_check) -> bool:
    """Whether the tree can do exactly this. By derivatives: what is left of the tree after each activity.

    There may be very many such rests; `check` is called at each and may raise.
    """
    left = {tree}
    for activity in trace:
        rests: set[Tree] = set()
        for one in left:
            check()
            rests |= _after(one, activity)
        left = rests
    return any(may_be_empty(one) for one in left)


def may_be_empty(tree: Tree) -> bool:
    """Whether the tree can be done without doing anything."""
    if tree.operator is None:
        return tree.activity is None
    if tree.operator is Operator.EXCLUSIVE:
        return any(may_be_empty(child) for child in tree.children)
    if tree.operator is Operator.LOOP:
        return may_be_empty(tree.children[0])
    return all(may_be_empty(child) for child in tree.children)


def _after(tree: Tree, activity: str) -> set[Tree]:
    """What may be left to do after doing this first; empty when it cannot come first."""
    if tree.operator is None:
        return {NOTHING} if tree.activity == activity else set()
    children = tree.children
    if tree.operator is Operator.EXCLUSIVE:
        return {rest for child in children for rest in _after(child, activity)}
    if tree.operator is Operator.SEQUENCE:
        return _after_sequence(children, activity)
    if tree.operator is Operator.PARALLEL:
        return {
            parallel((*children[:place], rest, *children[place + 1 :]))
            for place, child in enumerate(children)
            for rest in _after(child, activity)
        }
    do, again = children
    go_on = exclusive((NOTHING, sequence((again, tree))))
    found = {sequence((rest, go_on)) for rest in _after(do, activity)}
    if may_be_empty(do):
        found |= {sequence((rest, tree)) for rest in _after(again, activity)}
    return found


def _after_sequence(children: tuple[Tree, ...], activity: str) -> set[Tree]:
    found: set[Tree] = set()
    for place, child in enumerate(children):
        later = children[place + 1 :]
        found |= {sequence((rest, *later)) for rest in _after(child, activity)}
        if not may_be_empty(child):
            break
    return found
