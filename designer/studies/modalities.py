"""The modalities of a procedure, each with a table, totals and a cost of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from designer.asme import Table, Totals, totals
from designer.asme.modalities import Choice, choices, guessed, of_modality, share_of
from designer.cost import CostTable, Ledger, UnitCost, unit_costs
from designer.studies.said import Said
from designer.studies.sides import Side, costed


@dataclass(frozen=True, slots=True)
class ModalitySide:
    """One modality of one side. `ways`: gateway → flow, those only that are chosen; `share` of cases, 0 to 1."""

    name: str
    ways: Mapping[str, str]
    share: Decimal
    table: Table
    totals: Totals
    cost: UnitCost


def modality_sides(
    side: Side, said: Said, book: Ledger, others: tuple[CostTable, ...] = ()
) -> tuple[list[Choice], list[ModalitySide]]:
    """Where modalities may part, and each modality of the sheet; what nobody chose is guessed from its condition."""
    process = side.parts.model.process(side.parts.process_id)
    found = choices(process)
    shares = flow_shares(side, said, found)
    known = {one.gateway: set(one.ways) for one in found}
    parts = []
    for modality in side.sheet.modalities:
        told = said.modalities.get(modality.name)
        wanted = guessed(process, side.sheet, modality.name) if told is None else told
        ways = {name: flow for name, flow in wanted.items() if flow in known.get(name, ())}
        table = of_modality(side.table, process, side.sheet, modality.name, ways, shares)
        parts.append((modality.name, ways, share_of(ways, shares), table))
    consumables = said.consumables.get(side.which, ())
    tables = [
        CostTable(name, said.services * share, costed(table, book), consumables)
        for name, _, share, table in parts
    ]
    costs = unit_costs([*tables, *others], book)
    return found, [
        ModalitySide(name, ways, share, table, totals(table), cost)
        for (name, ways, share, table), cost in zip(parts, costs, strict=False)
    ]


def flow_shares(side: Side, said: Said, found: list[Choice]) -> dict[str, Decimal]:
    """How often each way is taken: as the log saw it, as the study says, else all alike."""
    shares: dict[str, Decimal] = {}
    for one in found:
        seen = {} if side.log is None else side.log.flows
        weights = {flow: Decimal(seen.get(flow, 0)) for flow in one.ways}
        if not sum(weights.values()):
            told = said.ways.get(one.gateway, {})
            weights = {flow: Decimal(str(told.get(flow, 0))) for flow in one.ways}
        if not sum(weights.values()):
            weights = dict.fromkeys(one.ways, Decimal(1))
        whole = sum(weights.values(), Decimal(0))
        shares |= {flow: weight / whole for flow, weight in weights.items()}
    return shares
