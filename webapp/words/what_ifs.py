"""The words of a scenario's page: elements by their names, measures, durations and money as people read them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext

from designer.simulation.json_reading import THE_FILE
from designer.simulation.outcomes import Estimate
from designer.simulation.proposed import ANYONE, OFFICE
from designer.simulation.refusals import Gap
from designer.simulation.scenario import Scenario
from engine.bpmn.model import Process
from engine.errors import filled
from webapp.i18n import _
from webapp.words.durations import duration_words
from webapp.words.numbers import money, own, thousands, typed


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure in words."""

    key: str
    words: str


class Words:
    """What the elements of a scenario are called."""

    def __init__(self, process: Process, scenario: Scenario) -> None:
        self.scenario = scenario
        self.names: dict[str, str] = {}
        self.flows: dict[str, str] = {}
        for scope, node in process.scope.everything():
            self.names[node.id] = node.name or node.id
            for flow in scope.flows.values():
                target = scope.nodes.get(flow.target)
                self.flows[flow.id] = flow.name or (target.name if target else None) or flow.target

    def assumed(self) -> Iterator[str]:
        """What nobody measured, in words."""
        for one in sorted(self.scenario.assumed):
            kind, _dot, rest = one.partition(".")
            name = self.names.get(rest.removesuffix(".duration"), rest)
            if kind == "arrivals":
                yield _("how often cases arrive")
            elif kind == "tasks":
                yield _("how long “%(name)s” takes", name=name)
            elif kind == "staff":
                yield _("how many do the work of %(name)s", name=who(rest))
            elif kind == "gateways":
                yield _("which way is taken at “%(name)s”", name=name)
            else:
                yield name

    def told(self, sentence: str, about: str) -> str:
        """A template of a fit in words; activities are called as the diagram calls them."""
        return filled(gettext(sentence), {"about": self.names.get(about, about)})

    def noted(self, note: Mapping[str, Any]) -> str:
        """A remark of a fit."""
        template = note["sentence"]
        return filled(gettext(template), note["values"])


def who(name: str) -> str:
    """Staff by its name; what a diagram without lanes leaves nameless has one too."""
    return _("all staff") if name == ANYONE else name


def hours_words(key: str) -> str:
    """What hours are of, for the calendars that are made here."""
    return {OFFICE: _("The office works"), "arrivals": _("Cases arrive")}.get(key, key)


def figure(value: float) -> str:
    """A number for a field: two digits behind the comma, none where they say nothing."""
    return typed(round(value, 2))


def measures() -> list[Measure]:
    """The measures shown side by side."""
    return [
        Measure("cycle_mean", _("From start to end, on average")),
        Measure("cycle_p50", _("Half of the cases within")),
        Measure("cycle_p85", _("85 of 100 cases within")),
        Measure("cycle_p95", _("95 of 100 cases within")),
        Measure("waiting_mean", _("Waiting per case")),
        Measure("working_mean", _("Work per case")),
        Measure("cost_mean", _("Cost per case")),
        Measure("utilisation", _("Busiest staff")),
        Measure("late", _("Past the term")),
        Measure("silent", _("Decided by silence")),
    ]


def is_told(key: str, found: Estimate) -> bool:
    """Whether it says something: where nobody said what an hour costs, that cases cost nothing would be untrue."""
    return key != "cost_mean" or found.high > 0


def amount(key: str, value: float, currency: str = "", beside: float | None = None) -> str:
    """A value of a measure in words; a duration in the unit of the one `beside` it, where there is one."""
    if key.startswith(("cycle", "waiting", "working")):
        return ("−" if value < 0 else "") + duration_words(abs(value), beside)
    if key in {"late", "silent", "utilisation"}:
        return own().share(value, digits=1)
    if currency:
        return money(Decimal(str(round(value, 2))), currency)
    return thousands(round(value, 2), least=2, most=2)


def interval(key: str, found: Estimate, currency: str = "") -> str:
    """The 95 % interval in words."""
    low, high = (amount(key, end, currency, reach(found)) for end in (found.low, found.high))
    return _("%(low)s to %(high)s", low=low, high=high)


def reach(found: Estimate) -> float:
    """The longest of a duration and the ends of its interval: all three are told in its unit."""
    return max(abs(one) for one in (found.value, found.low, found.high))


def gap_sentence(gap: Gap) -> str:
    """What is missing, in the reader's language."""
    values = dict(gap.values)
    if values.get("place") == THE_FILE:
        values["place"] = gettext(THE_FILE)
    return filled(gettext(gap.sentence), values)
