"""A table of a form as somebody looks at it: which page of it, sorted by which column; without JavaScript."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from werkzeug.datastructures import MultiDict

from engine.forms import FieldState
from engine.forms.fields.table import Table
from engine.search import fold

VIEW, LOOK = "_view.", "_look"  # how a table is looked at; the button that changes it


@dataclass(frozen=True, slots=True)
class View:
    """Page (from 1), and the column (from 0) by which rows are sorted; None: as they come."""

    page: int = 1
    column: int | None = None
    is_descending: bool = False

    def __str__(self) -> str:
        column = "" if self.column is None else str(self.column)
        return f"{self.page}.{column}.{'d' if self.is_descending else 'a'}"


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows in sight, and what the buttons around them do."""

    rows: tuple[tuple[str, ...], ...]
    view: View
    pages: int

    def turned(self, pages: int) -> View:
        """Some pages further."""
        return replace(self.view, page=min(max(1, self.view.page + pages), self.pages))

    def sorted_by(self, column: int) -> View:
        """The first page sorted by a column; the other way round where it is already."""
        is_again = self.view.column == column and not self.view.is_descending
        return View(1, column, is_again)


def read_views(sent: MultiDict[str, str]) -> dict[str, View]:
    """Key of a table → how it is looked at, after the button that was pressed."""
    views = {
        name.removeprefix(VIEW): _read(text) for name, text in sent.items() if name.startswith(VIEW)
    }
    key, _, text = sent.get(LOOK, "").rpartition("=")
    if key:
        views[key] = _read(text)
    return views


def shown(one: FieldState, views: Mapping[str, View]) -> Shown:
    """A table as it is looked at."""
    view = views.get(one.key, View())
    rows = list(one.shown.rows)
    column = view.column
    if column is not None and column < len(one.shown.columns):
        rows.sort(key=lambda row: _order(row[column]), reverse=view.is_descending)
    size = one.field.page_size if isinstance(one.field, Table) else None
    size = size or max(1, len(rows))
    pages = max(1, -(-len(rows) // size))
    page = min(max(1, view.page), pages)
    return Shown(tuple(rows[(page - 1) * size : page * size]), replace(view, page=page), pages)


def _read(text: str) -> View:
    page, _, rest = text[:40].partition(".")
    column, _, way = rest.partition(".")
    return View(
        int(page) if page.isdecimal() and len(page) < 6 else 1,
        int(column) if column.isdecimal() and len(column) < 4 else None,
        way == "d",
    )


def _order(cell: str) -> tuple[int, Decimal, str]:
    """Numbers before words, both in their order; nothing comes last."""
    if not cell:
        return 2, Decimal(0), ""
    try:
        number = Decimal(cell.replace(",", "."))  # nothing stands between thousands here
    except InvalidOperation:
        number = Decimal("NaN")
    return (0, number, "") if number.is_finite() else (1, Decimal(0), fold(cell))
