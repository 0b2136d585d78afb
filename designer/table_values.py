"""Values for a rehearsal that decision tables tell apart: one of each region of their columns."""

from collections.abc import Iterable
from typing import Any

from engine.dmn import Model
from engine.dmn.regions import regions_of
from engine.feel import to_json

MOST_RULES = 300
MOST_VALUES = 50


def read_by_tables(models: Iterable[Model]) -> dict[str, list[Any]]:
    """Variable → JSON values, for every column that reads a plain variable."""
    found: dict[str, list[Any]] = {}
    for model in models:
        for _, table in model.tables():
            if len(table.rules) > MOST_RULES:
                continue
            for place, column in enumerate(table.inputs):
                name = (column.expression.text or "").strip()
                if not name.isidentifier():
                    continue
                cells = [rule.inputs[place].text for rule in table.rules]
                allowed = column.allowed.text if column.allowed else None
                values = [
                    to_json(one.example) for one in regions_of(cells, column.type_ref, allowed)
                ]
                known = found.setdefault(name, [])
                known += [value for value in values[:MOST_VALUES] if value not in known]
    return {name: values for name, values in found.items() if values}
