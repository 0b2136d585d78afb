"""A decision table as a grid to be changed: cells typed anew, rules added, removed, moved; and what it then lacks.

Its columns change in `column_editing.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine import dmn
from engine.dmn import HitPolicy, Table
from engine.dmn.cell_shapes import texts_of
from engine.dmn.column_writer import Column
from engine.dmn.model import Aggregation, Text
from engine.dmn.overlaps import gaps, overlaps, unreachable
from engine.dmn.table_writer import Row
from engine.errors import NotFound
from engine.feel import FeelSyntaxError, Value, compile_expression, compile_unary_tests, to_text

MOST_CHECKED = 300  # rules; overlaps and gaps of larger tables take longer than a page may
LONGEST_CELL = 2_000


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with its column heads and rows; cells are FEEL as typed."""

    name: str
    hit_policy: HitPolicy
    conditions: tuple[Column, ...]
    results: tuple[Column, ...]
    rows: tuple[Row, ...]
    aggregation: Aggregation | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """The heads of the columns of conditions."""
        return tuple(column.label for column in self.conditions)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The heads of the columns of results."""
        return tuple(column.label for column in self.results)


@dataclass(frozen=True, slots=True)
class TableRemark:
    """Something to think about: `kind` is overlap, gap or unreachable; `example` makes it happen, by input name."""

    kind: str
    rules: tuple[int, ...] = ()
    example: Mapping[str, str] | None = None
    words: str = ""  # the example by column, as people read it


def grid_of(model: dmn.Model, decision: str) -> Grid:
    """The table of a decision; NotFound when its logic is no table."""
    table = _table(model, decision)
    return Grid(
        name=decision,
        hit_policy=table.hit_policy,
        aggregation=table.aggregation,
        conditions=tuple(
            Column(
                column.label,
                column.expression.text or "",
                column.type_ref,
                _said_text(column.allowed),
                place,
            )
            for place, column in enumerate(table.inputs, start=1)
        ),
        results=tuple(
            Column(
                column.label,
                column.name,
                column.type_ref,
                _said_text(column.allowed),
                place,
            )
            for place, column in enumerate(table.outputs, start=1)
        ),
        rows=tuple(
            Row(
                tuple(cell.text or "" for cell in rule.inputs),
                tuple(cell.text or "" for cell in rule.outputs),
                rule.number,
            )
            for rule in table.rules
        ),
    )


def edited(grid: Grid, sent: Mapping[str, str]) -> Grid:
    """The grid with the cells that were sent (`in.row.column`, `out.row.column`, from 0) and one change of its rules:
    `do` is `add`, or `remove.row`, `up.row`, `down.row`; anything else changes cells only."""
    rows = [
        replace(
            row,
            inputs=_cells(row.inputs, grid.conditions, f"in.{place}", sent),
            outputs=_cells(row.outputs, grid.results, f"out.{place}", sent),
        )
        for place, row in enumerate(grid.rows)
    ]
    word, _, at = sent.get("do", "").partition(".")
    place = int(at) if at.isdigit() and len(at) < 6 else -1
    if word == "add":
        # Where the first rule counts, one that takes every case stays last: after it none would get its turn.
        blank = Row(("-",) * len(grid.inputs), ("",) * len(grid.outputs))
        is_before = grid.hit_policy is HitPolicy.FIRST and rows and _takes_all(rows[-1])
        rows.insert(len(rows) - 1 if is_before else len(rows), blank)
    elif 0 <= place < len(rows):
        if word == "remove":
            rows.pop(place)
        elif word == "up" and place > 0:
            rows.insert(place - 1, rows.pop(place))
        elif word == "down" and place < len(rows) - 1:
            rows.insert(place + 1, rows.pop(place))
    return replace(grid, rows=tuple(rows))


def fitting(grid: Grid, model: dmn.Model) -> dict[str, str]:
    """Cell → what is wrong with its FEEL; empty when every cell can be read."""
    names = [each.variable.name for each in model.definitions.elements()]
    wrong: dict[str, str] = {}
    for place, row in enumerate(grid.rows):
        for column, text in enumerate(row.inputs):
            if text.strip() not in ("", "-"):
                try:
                    compile_unary_tests(text, names)
                except FeelSyntaxError as error:
                    wrong[f"in.{place}.{column}"] = error.message()
        for column, text in enumerate(row.outputs):
            if text.strip() not in ("", "-"):
                try:
                    compile_expression(text, names)
                except FeelSyntaxError as error:
                    wrong[f"out.{place}.{column}"] = error.message()
    return wrong


def remarks_of(model: dmn.Model, decision: str) -> list[TableRemark]:
    """Overlaps, gaps and rules that never get their turn, as far as a page has time to look."""
    table = _table(model, decision)
    if len(table.rules) > MOST_CHECKED:
        return []
    found = [
        TableRemark("overlap", each.rules, _by_name(table, each.example), _said(each.example))
        for each in overlaps(table)
    ]
    found += [TableRemark("unreachable", (each.rule, *each.by)) for each in unreachable(table)]
    found += [
        TableRemark("gap", (), _by_name(table, each.example), _said(each.example))
        for each in gaps(table)
    ]
    return found


def _table(model: dmn.Model, decision: str) -> Table:
    table = model.table(decision)
    if table is None:
        raise NotFound(what="decision table", name=decision)
    return table


def _said_text(text: Text | None) -> str:
    return (text.text or "") if text is not None else ""


def _takes_all(row: Row) -> bool:
    return all(text in ("", "-") for text in row.inputs)


def _cells(
    cells: Sequence[str], columns: Sequence[Column], stem: str, sent: Mapping[str, str]
) -> tuple[str, ...]:
    return tuple(
        _quoted(sent.get(f"{stem}.{place}", cell)[:LONGEST_CELL].strip(), texts_of(column.allowed))
        for place, (cell, column) in enumerate(zip(cells, columns, strict=True))
    )


def _quoted(cell: str, listed: Sequence[str]) -> str:
    """The cell with quotation marks around texts that its column lists: without them FEEL reads names of data."""
    texts = [text.strip() for text in cell.split(",")]
    return ", ".join(f'"{text}"' for text in texts) if set(texts) <= set(listed) else cell


def _by_name(table: Table, example: Mapping[str, Value]) -> dict[str, str]:
    names = {column.label: column.expression.text or "" for column in table.inputs}
    return {names[label]: _plain(value) for label, value in example.items() if label in names}


def _said(example: Mapping[str, Value]) -> str:
    return ", ".join(f"{label} = {to_text(value)}" for label, value in example.items())


def _plain(value: Value) -> str:
    return value if isinstance(value, str) else to_text(value)
