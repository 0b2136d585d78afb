"""What findings look at: sheet, diagram, table, costs and log of one procedure, and how its work hangs together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from designer.asme import ActivityType, Row, Table
from designer.findings.log import Log
from engine.bpmn.model import Kind, Model, Node, Process
from engine.sheet import Requirement, Sheet

GATEWAYS = frozenset(kind for kind in Kind if kind.value.endswith("Gateway"))


@dataclass(frozen=True, slots=True)
class AskedField:
    """A field of a form: what it is called and what its schema says about personal data."""

    form: str
    key: str
    label: str
    is_required: bool = False
    purpose: str = ""
    retention: str = ""


@dataclass(frozen=True)
class Subject:
    """One procedure as it is or as it is to be."""

    model: Model
    process: Process
    sheet: Sheet
    table: Table
    fields: tuple[AskedField, ...] = ()
    read_names: frozenset[str] = frozenset()  # by conditions, decisions and letters
    unit_cost: Decimal | None = None
    cost_a_minute: Mapping[str, Decimal] = field(default_factory=dict)  # office → of its work
    services: Decimal = Decimal(0)  # a year
    burden: Mapping[str, Decimal] = field(default_factory=dict)  # requirement → money a year
    log: Log | None = None

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """Every node of the process, sub-processes included."""
        return {node.id: node for _, node in self.process.scope.everything()}

    @cached_property
    def rows(self) -> dict[str, Row]:
        """The rows of activities that are elements of the diagram."""
        return {row.id: row for row in self.table.rows if row.is_counted}

    @cached_property
    def following(self) -> dict[str, tuple[str, ...]]:
        """Node → the nodes its flows lead to; what a boundary event leads to follows its activity too."""
        found: dict[str, list[str]] = {}
        for scope, node in self.process.scope.everything():
            after = [scope.flows[flow].target for flow in node.outgoing]
            found.setdefault(node.id, []).extend(after)
            if node.attached_to is not None:
                found.setdefault(node.attached_to, []).append(node.id)
        return {node: tuple(dict.fromkeys(after)) for node, after in found.items()}

    @cached_property
    def next_work(self) -> dict[str, tuple[str, ...]]:
        """Activity → the activities that can come next, events and gateways passed over."""
        return {name: tuple(self._next(name)) for name in self.rows if name in self.nodes}

    def _next(self, name: str) -> Iterator[str]:
        pending = list(self.following.get(name, ()))
        seen: set[str] = set()
        while pending:
            after = pending.pop(0)
            if after in seen:
                continue
            seen.add(after)
            if after in self.rows and self.nodes[after].kind not in GATEWAYS:
                yield after
            else:
                pending.extend(self.following.get(after, ()))

    def is_kind(self, name: str, *kinds: ActivityType) -> bool:
        """Whether the activity's row says it is one of these."""
        row = self.rows.get(name)
        return row is not None and row.type.value in kinds

    def name_of(self, element_id: str) -> str:
        """What people call an element."""
        row, node = self.rows.get(element_id), self.nodes.get(element_id)
        if row is not None and row.activity.value:
            return row.activity.value
        return (node.name if node is not None else None) or element_id

    def office_of(self, element_id: str) -> str:
        """The office that does an activity; empty where nobody said."""
        row = self.rows.get(element_id)
        return "" if row is None else row.office.value

    def is_used(self, requirement: Requirement) -> bool:
        """Whether a decision or document of the diagram needs it: said in the sheet, or read by a rule or letter."""
        if any(element in self.nodes for element in requirement.used_by):
            return True
        return any(name in self.read_names for name in requirement.fields)


def applicants_form(sheet: Mapping[str, Any]) -> str:
    """The key of the form that applicants fill in: that of filing online, else the start form."""
    filing = sheet.get("filing")
    form = filing.get("form") if isinstance(filing, Mapping) else None
    return form if isinstance(form, str) and form else "start"
