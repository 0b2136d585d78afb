"""Expressions inside a form: FEEL after `=`, and texts with `{{expression}}` in them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from html import escape
from time import monotonic

from engine.errors import N_
from engine.feel import (
    Expression,
    FeelSyntaxError,
    Limits,
    UnknownValue,
    ValueTooLarge,
    compile_expression,
    limited_to,
    to_json,
)
from engine.forms.feelers import Piece, pieces
from engine.forms.json_value import Json
from engine.forms.refusals import FormTooCostly, Noting

Scope = Mapping[str, object]

MAX_SAID = 50_000  # characters that one text with expressions may become


ONE = Limits(work=500_000, seconds=0.5)  # what one expression of a form may take
ALL_SECONDS = 4.0  # what all expressions of one look at a form may take together

_deadline: ContextVar[float | None] = ContextVar("form_deadline", default=None)


@contextmanager
def bounded() -> Iterator[None]:
    """Expressions in this block have a budget each and a time together; inside another such block, its time."""
    if _deadline.get() is not None:
        yield
        return
    token = _deadline.set(monotonic() + ALL_SECONDS)
    try:
        with limited_to(ONE):
            yield
    finally:
        _deadline.reset(token)


@dataclass(frozen=True, slots=True)
class Formula:
    """A compiled FEEL expression; whatever happens inside, the value is JSON or None."""

    text: str
    compiled: Expression

    def value(self, scope: Scope) -> Json:
        """The value as JSON: dates as ISO text, null where the expression has none."""
        try:
            return to_json(self._evaluated(scope))
        except (UnknownValue, ValueTooLarge):
            return None

    def holds(self, scope: Scope) -> bool:
        """Whether the value is true; null and everything else is not."""
        return self._evaluated(scope) is True

    def _evaluated(self, scope: Scope) -> object:
        deadline = _deadline.get()
        if deadline is not None and monotonic() > deadline:
            raise FormTooCostly
        return self.compiled.evaluate(scope)

    @property
    def names(self) -> frozenset[str]:
        """The variables it reads."""
        return self.compiled.names


def formula(text: str, names: frozenset[str], note: Noting) -> Formula | None:
    """The expression compiled; None, with a note for the author, when it is not FEEL."""
    body = text.strip().removeprefix("=").strip()
    if not body:
        return None
    try:
        return Formula(body, compile_expression(body, names))
    except FeelSyntaxError as refusal:
        note(N_("“{name}”: an expression is left out. {reason}"), reason=refusal)
        return None


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text to show: literal, one expression, or a literal with expressions between braces."""

    literal: str = ""
    whole: Formula | None = None
    parts: tuple[Piece[Formula], ...] = ()

    def say(self, scope: Scope, *, is_html: bool = False) -> str:
        """The text; with `is_html` the values (not the literal text) are escaped for HTML."""
        if self.whole is not None:
            return said(self.whole.value(scope), is_html)
        if not self.parts:
            return self.literal
        told: list[str] = []
        _say(self.parts, scope, told, is_html)
        return "".join(told)[:MAX_SAID]

    @property
    def names(self) -> frozenset[str]:
        """The variables it reads."""
        if self.whole is not None:
            return self.whole.names
        return frozenset().union(*(_names(part) for part in self.parts))

    def __bool__(self) -> bool:
        return bool(self.literal or self.whole or self.parts)


SILENT = Phrase()


def phrase(text: str, names: frozenset[str], note: Noting) -> Phrase:
    """Read a text of the schema; what is wrong inside braces is shown as it was written."""
    if text.startswith("="):
        whole = formula(text, names, note)
        return Phrase(whole=whole) if whole else Phrase(literal="")
    if "{{" not in text:
        return Phrase(literal=text)
    return Phrase(literal=text, parts=pieces(text, lambda part: formula(part, names, note)))


def _say(parts: tuple[Piece[Formula], ...], scope: Scope, told: list[str], is_html: bool) -> None:
    for part in parts:
        if sum(map(len, told)) > MAX_SAID:
            return
        if part.formula is None:
            told.append(part.literal)
        elif part.kind == "if":
            if part.formula.holds(scope):
                _say(part.body, scope, told, is_html)
        elif part.kind == "loop":
            for inner in _turns(part.formula.value(scope), scope):
                _say(part.body, inner, told, is_html)
                if sum(map(len, told)) > MAX_SAID:
                    return
        else:
            told.append(said(part.formula.value(scope), is_html))


def _turns(value: Json, scope: Scope) -> list[Scope]:
    if not isinstance(value, list):
        return []
    # form-js: inside a loop the element is `this`, and a context's entries are names of their own
    return [
        {**scope, **(item if isinstance(item, dict) else {}), "this": item, "parent": scope}
        for item in value[:200]
    ]


def said(value: object, is_html: bool = False, point: str = ".") -> str:
    """The value as people read it, decimals after `point`; with `is_html` escaped for HTML."""
    if value is None:
        text = ""
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, list):
        text = ", ".join(said(item, point=point) for item in value[:200])
    elif isinstance(value, dict):
        text = ", ".join(f"{name}: {said(item, point=point)}" for name, item in value.items())
    elif isinstance(value, float):
        text = str(value).replace(".", point)
    else:
        text = str(value)
    return escape(text[:MAX_SAID]) if is_html else text[:MAX_SAID]


def _names(part: Piece[Formula]) -> frozenset[str]:
    own = part.formula.names if part.formula else frozenset()
    return own.union(*(_names(inner) for inner in part.body))
