"""A table of what the case knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from engine.forms.component import Component
from engine.forms.field import Around, Field, Shown
from engine.forms.formula import Formula, said

MOST_ROWS = 500


@dataclass(frozen=True, kw_only=True)
class Table(Field):
    """Rows from a list of contexts; columns given, computed, or as the rows have them."""

    type: ClassVar[str] = "table"
    is_input: ClassVar[bool] = False

    source: Formula | None = None
    columns: tuple[tuple[str, str], ...] = ()
    columns_expression: Formula | None = None
    page_size: int | None = None  # form-js: rowCount

    @classmethod
    def read(cls, component: Component) -> Field:
        shared = cls.shared(component)
        columns = tuple(
            (part.text("key"), part.text("label") or part.text("key"))
            for part in component.parts("columns")
            if part.text("key")
        )
        return cls(
            **shared,
            source=component.formula("dataSource"),
            columns=columns[:50],
            columns_expression=component.formula("columnsExpression"),
            page_size=component.count("rowCount") or None,
        )

    def show(self, value: object, around: Around) -> Shown:
        found = self.source.value(around.scope) if self.source else None
        rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
        columns, point = self._columns(around, rows), around.numerals.point
        return Shown(
            columns=columns,
            rows=tuple(
                tuple(said(row.get(key), point=point)[:2_000] for key, _ in columns)
                for row in rows[:MOST_ROWS]
            ),
        )

    def _columns(self, around: Around, rows: list[dict[str, Any]]) -> tuple[tuple[str, str], ...]:
        if self.columns_expression is not None:
            found = self.columns_expression.value(around.scope)
            return tuple(
                (str(item["key"]), str(item.get("label") or item["key"]))
                for item in (found if isinstance(found, list) else [])[:50]
                if isinstance(item, Mapping) and isinstance(item.get("key"), str)
            )
        if self.columns:
            return self.columns
        names = {str(name): None for row in rows[:50] for name in row}
        return tuple((name, name) for name in list(names)[:50])
