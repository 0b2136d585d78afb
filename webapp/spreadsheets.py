"""Tables as files: CSV and XLSX in which nothing that people typed can act as a formula."""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime

from flask import Response

from engine.formulas import no_formula

Row = tuple[object, ...]
_DAY, _INSTANT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(cell: object) -> object:
    """The cell, as text where it would begin a formula, and days and instants as ISO 8601 has them."""
    if isinstance(cell, str):
        return no_formula(cell)
    if isinstance(cell, datetime | date):
        return cell.isoformat(*((" ", "minutes") if isinstance(cell, datetime) else ()))
    return cell


def as_csv(name: str, rows: Iterable[Row]) -> Response:
    """A CSV file that spreadsheets open; the first row holds the headings."""
    text = io.StringIO()
    text.write("\ufeff")  # tells spreadsheets that the text is UTF-8
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
    return _attached(f"{name}.csv", text.getvalue().encode(), "text/csv")


def as_xlsx(name: str, rows: Iterable[Row]) -> Response:
    """An XLSX file with one sheet: numbers, days and instants (as the clock shows them) are such, and texts stay texts,
    whatever they begin with."""
    from xlsxwriter import Workbook  # loaded by whoever asks for one

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        on, at = (book.add_format({"num_format": form}) for form in (_DAY, _INSTANT))
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                style = bold if place == 0 else None
                if isinstance(cell, datetime):
                    sheet.write_datetime(place, column, cell.replace(tzinfo=None), at)
                elif isinstance(cell, date):
                    sheet.write_datetime(place, column, cell, on)
                elif isinstance(cell, int | float):
                    sheet.write_number(place, column, cell, style)
                else:
                    sheet.write_string(place, column, "" if cell is None else str(cell), style)
        sheet.freeze_panes(1, 0)
    return _attached(f"{name}.xlsx", file.getvalue(), XLSX)


def _attached(name: str, content: bytes, kind: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
