"""The template notation of form-js texts: `{{expression}}`, `{{#if …}}…{{/if}}`, `{{#loop …}}…{{/loop}}`.

Only the cutting into pieces lives here: what stands between the braces is FEEL and compiled by the caller.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

T = TypeVar("T")
MAX_PIECES = 500
MAX_NESTING = 5


@dataclass(frozen=True, slots=True)
class Piece(Generic[T]):
    """Literal text (no formula), a value, or a block that is repeated or shown on a condition."""

    literal: str = ""
    formula: T | None = None
    kind: Literal["value", "if", "loop"] = "value"
    body: tuple["Piece[T]", ...] = ()


def pieces(text: str, compiled: Callable[[str], T | None]) -> tuple[Piece[T], ...]:
    """Cut a text; braces that are never closed, or expressions that cannot be compiled, stay text."""
    found: list[Piece[T]] = []
    # the block being filled, and around it: (kind, formula, pieces so far)
    outer: list[tuple[Literal["if", "loop"], T, list[Piece[T]]]] = []
    at = 0
    total = 0
    while at < len(text) and total < MAX_PIECES:
        total += 1
        opening = text.find("{{", at)
        closing = text.find("}}", opening + 2) if opening >= 0 else -1
        if closing < 0:
            break
        if opening > at:
            found.append(Piece(text[at:opening]))
        # an expression may end in a context: `{{ {a: 1}}}`
        while text.startswith("}}}", closing):
            closing += 1
        written = text[opening : closing + 2]
        inner = written[2:-2].strip()
        at = closing + 2
        kind = _block(inner)
        if kind is not None and len(outer) < MAX_NESTING:
            block = compiled(inner.removeprefix(f"#{kind}"))
            if block is not None:
                outer.append((kind, block, found))
                found = []
                continue
            found.append(Piece(written))
        elif inner in ("/if", "/loop"):
            if outer and outer[-1][0] == inner[1:]:
                name, formula, before = outer.pop()
                before.append(Piece(formula=formula, kind=name, body=tuple(found)))
                found = before
        else:
            value = compiled(inner) if inner and kind is None else None
            found.append(Piece(written) if value is None else Piece(formula=value))
    if at < len(text):
        found.append(Piece(text[at:]))
    while outer:  # a block that is never closed: its text is shown, its condition is lost
        _, _, before = outer.pop()
        found = before + found
    return tuple(found)


def _block(inner: str) -> Literal["if", "loop"] | None:
    if inner.startswith("#if"):
        return "if"
    return "loop" if inner.startswith("#loop") else None
