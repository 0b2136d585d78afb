"""FEEL expressions of a diagram: compiled once, evaluated over a case's variables, answers as JSON."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import orjson

from engine import feel
from engine.errors import Refusal
from engine.feel.limits import running
from engine.spiff.refusals import ValueRefused
from engine.spiff.values import sane_value


class Rule:
    """A compiled expression. Raises the language's refusal when the text is not FEEL."""

    __slots__ = ("_expression", "text")

    def __init__(self, text: str, names: tuple[str, ...] = ()) -> None:
        text = text.strip()
        # Some tools mark FEEL by a leading equals sign.
        self.text = text[1:].strip() if text.startswith("=") else text
        self._expression = feel.compile_expression(self.text, names)

    @property
    def names(self) -> frozenset[str]:
        """The names it may ask for."""
        return self._expression.names

    @property
    def reads(self) -> frozenset[str]:
        """All that it asks for by name, functions too."""
        return self._expression.free

    @property
    def reads_clock(self) -> bool:
        """Whether its value may change by the clock alone."""
        return self._expression.reads_clock

    @property
    def reads_days_only(self) -> bool:
        """Whether what it reads of the clock is only the day."""
        return self._expression.reads_days_only

    def mark(self, context: Mapping[str, Any], held: bool) -> int:
        """A number that is the same as long as the rule, all that it reads, and whether it `held` are."""
        read = [[name, context.get(name)] for name in sorted(self._expression.free)]
        said = orjson.dumps([self.text, held, read])
        return int.from_bytes(blake2b(said, digest_size=6).digest())

    def value(self, context: Mapping[str, Any]) -> Any:
        """The value as JSON; None where the expression gives none or breaks a limit."""
        try:
            return sane_value(self.text[:40], feel.to_json(self._expression.evaluate(context)))
        except (Refusal, ValueRefused):
            return None

    def unknown(self, context: Mapping[str, Any]) -> list[str]:
        """The names that were asked for in vain."""
        return self._expression.unknown(context)

    def holds(self, context: Mapping[str, Any]) -> bool | None:
        """True, False, or None where it does not come to a decision."""
        try:
            value = self._expression.evaluate(context)
        except Refusal:
            return None
        return value if isinstance(value, bool) else None

    def tried(self, context: Mapping[str, Any], run: feel.Run) -> bool | None:
        """As `holds`, within a budget that others share; LimitReached when that is used up."""
        run.frames = 0
        try:
            with running(run):
                value = self._expression.evaluate(context)
        except (Refusal, RecursionError):
            return None
        return value if isinstance(value, bool) else None
