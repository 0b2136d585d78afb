"""A compiled event definition: what an event waits for or throws."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.bpmn.model import EventKind, TimerKind
from engine.spiff import timers
from engine.spiff.rules import Rule

# the kinds that a token waits for; the others are looked up when they are thrown
WAITING_KINDS = frozenset(
    {EventKind.TIMER, EventKind.MESSAGE, EventKind.SIGNAL, EventKind.CONDITIONAL}
)


@dataclass(frozen=True, slots=True)
class Trigger:
    """One event definition with its reference resolved and its expressions compiled."""

    kind: EventKind
    name: str | None = None  # of the message, signal, link
    code: str | None = None  # of the error or escalation; None catches all
    reference: str | None = None  # compensation: the activity
    waits: bool = True  # compensation: until all is undone
    timer: TimerKind | None = None
    text: str = ""  # of the timer
    rule: Rule | None = None  # condition, or timer text that is FEEL
    correlation: tuple[tuple[str, Rule], ...] = ()
    targets: tuple[
        str, ...
    ] = ()  # thrown messages: elements or processes that a message flow leads to

    def schedule(self, context: dict[str, Any], at: datetime) -> timers.Schedule | None:
        """When the timer is due, counted from `at`; None where its text gives no time."""
        assert self.timer is not None
        value = self.text if self.rule is None else self.rule.value(context)
        if not isinstance(value, str):
            return None
        return timers.schedule(self.timer, value, at)

    def correlated(self, context: dict[str, Any]) -> dict[str, Any]:
        """What the message is told by."""
        return {name: rule.value(context) for name, rule in self.correlation}
