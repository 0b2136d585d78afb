"""The table as a spreadsheet, with the columns of Peru's ASME-VM template, out and back in."""

import io
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from designer.asme.table import (
    ActivityType,
    Cell,
    Origin,
    Override,
    Row,
    T,
    Table,
    Value,
    said_of,
    unless_derived,
)
from designer.asme.totals import totals
from engine.calendars.jurisdiction import jurisdiction
from engine.errors import Refusal
from engine.numerals import NotReadable, TwoReadings

COLUMNS = ("Actividad", "Duracion", "Unidad_Organica", "Tipo_Actividad", "Tipo_Valor")
_ID = "Id"  # a column that files of ours once had: finds the row again
_SUMS = "Resumen"  # minutes added up by formulas
_ROWS = "Filas"  # a page of ours behind the table, hidden: which row was which, should its name be changed
TYPES = {
    ActivityType.OPERATION: "Operación",
    ActivityType.REVIEW: "Revisión",
    ActivityType.TRANSFER: "Traslado",
    ActivityType.WAIT: "Espera",
    ActivityType.FILING: "Archivo",
}
VALUES = {Value.VALUE_ADDED: "VA", Value.CONTROL: "Control", Value.NO_VALUE: "SVA"}
# What offices write as well.
_ALSO = {
    "inspeccion": ActivityType.REVIEW,
    "control": ActivityType.REVIEW,
    "transporte": ActivityType.TRANSFER,
    "demora": ActivityType.WAIT,
    "almacenamiento": ActivityType.FILING,
}
_ALSO_VALUES = {
    "valor anadido": Value.VALUE_ADDED,
    "valor agregado": Value.VALUE_ADDED,
    "c": Value.CONTROL,
    "sin valor anadido": Value.NO_VALUE,
    "sin valor": Value.NO_VALUE,
    "nva": Value.NO_VALUE,
}
LONGEST = 2_000  # rows
LARGEST = 5_000_000  # bytes


class UnreadableTable(Refusal):
    """A file that is no workbook."""

    sentence = "This file is no workbook that can be read. Save it as .xlsx or .ods and try again."


class MissingColumn(UnreadableTable):
    """A workbook that is no activity table."""

    sentence = "The first page has no column “{column}”. It needs the columns {columns}."


class TooManyRows(UnreadableTable):
    """A workbook larger than any procedure."""

    sentence = "The workbook is too large: at most {most} rows and 5 MB are read. Keep one procedure a file."


@dataclass(frozen=True, slots=True)
class Misfit:
    """A cell that is none of what its column may hold; the row is left out."""

    row: int  # as the spreadsheet counts, the header being row 1
    column: str
    text: str


def to_xlsx(table: Table) -> bytes:
    """The rows of the table as a workbook; text cells stay text, whatever they begin with.

    Minutes that nobody knows are empty. A second page adds them up by formulas, each row by how often it happens.
    """
    import xlsxwriter

    data = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(data, options) as book:
        page = book.add_worksheet("ASME-VM")
        heading = book.add_format({"bold": True, "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        number = book.add_format({"num_format": "#,##0.##", "valign": "top"})
        rows = [row for row in table.rows if row.is_counted]
        _summed(book, table, heading, number)
        behind = book.add_worksheet(_ROWS)
        behind.hide()
        page.write_row(0, 0, COLUMNS, heading)
        page.set_column(0, 0, 50, wrapped)
        page.set_column(1, 1, 12, number)
        page.set_column(2, 2, 34, wrapped)
        page.set_column(3, 4, 16, wrapped)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(1, len(rows)), len(COLUMNS) - 1)
        for column, names in ((3, TYPES), (4, VALUES)):
            choice = {"validate": "list", "source": list(names.values()), "error_type": "warning"}
            page.data_validation(1, column, LONGEST, column, choice)
        for place, row in enumerate(rows, start=1):
            page.write_string(place, 0, row.activity.value)
            if row.minutes.origin != Origin.NOBODY:
                page.write_number(place, 1, float(row.minutes.value))
            page.write_string(place, 2, row.office.value)
            page.write_string(place, 3, TYPES[row.type.value])
            page.write_string(place, 4, VALUES[row.value.value])
            behind.write_string(place, 0, row.id)
            behind.write_number(place, 1, float(row.share.value))
    return data.getvalue()


def _summed(book: Any, table: Table, heading: Any, number: Any) -> None:
    """Minutes of one case on average, by type and by value: counted by the spreadsheet, so that edits show at once."""
    page = book.add_worksheet(_SUMS)
    page.set_column(0, 0, 30)
    page.set_column(1, 1, 14, number)
    last = LONGEST + 1  # rows that the office adds count as well, each once a case
    shares = f"{_ROWS}!$B$2:$B${last}"
    minutes = f"'ASME-VM'!$B$2:$B${last},({shares}+({shares}=\"\"))"
    foot = totals(table)
    by_type = [("D", TYPES[kind], amount) for kind, amount in foot.by_type.items()]
    by_value = [("E", VALUES[value], amount) for value, amount in foot.by_value.items()]
    place = 0
    for title, lines in (("Tipo_Actividad", by_type), ("Tipo_Valor", by_value)):
        page.write_row(place, 0, (title, "Minutos"), heading)
        for column, name, amount in lines:
            place += 1
            where = f"--('ASME-VM'!${column}$2:${column}${last}=\"{name}\")"
            page.write_string(place, 0, name)
            # with what it comes to, for whoever only previews the file
            page.write_formula(place, 1, f"=SUMPRODUCT({minutes},{where})", None, float(amount))
        place += 2
    page.write_string(place, 0, "Minutos por expediente", heading)
    page.write_formula(place, 1, f"=SUMPRODUCT({minutes})", None, float(foot.cycle))


def from_xlsx(data: bytes, table: Table) -> tuple[dict[str, Override], list[Misfit]]:
    """What a spreadsheet says of each row, and the rows that do not fit.

    A cell that says what the table says stays derived, and what the columns do not tell (post, share) stays said.
    A row is found again by the name of its activity (of several alike by its type, else in their order), or, where it
    was renamed in a file of ours, by the line it stood on; others become rows of their own. Raises UnreadableTable.
    """
    rows, lines = _read(data)
    places = _columns(rows[0] if rows else [])
    misfits: list[Misfit] = []
    read: list[tuple[int, str, Override]] = []
    for number, cells in enumerate(rows[1:], start=2):
        texts = {name: _cell(cells, place) for name, place in places.items()}
        if not any(texts.values()):
            continue
        found = _override(texts, number, misfits)
        if found is not None:
            read.append((number, texts.get(_ID, ""), found))
    said: dict[str, Override] = {}
    left = {row.id: row for row in table.rows}
    unknown: list[tuple[int, Override]] = []
    for number, row_id, found in read:
        if row_id not in left:
            row_id = _same(found, left.values())
        if row_id:
            said[row_id] = _over(left.pop(row_id), found)
        else:
            unknown.append((number, found))
    taken = {row.id for row in table.rows}
    for number, found in unknown:
        row_id = lines.get(number, "")
        if row_id in left:
            said[row_id] = _over(left.pop(row_id), found)
            continue
        while f"added:{number}" in taken:
            number += 1
        taken.add(f"added:{number}")
        said[f"added:{number}"] = replace(found, is_added=True)
    return said, misfits


def _over(row: Row, found: Override) -> Override:
    """What the analyst says of the row from now on."""
    minutes = found.minutes
    if minutes is not None and float(minutes) == float(row.minutes.value):
        minutes = row.minutes.value  # a workbook has no more digits than these
    return replace(
        said_of(row),
        activity=_told(row.activity, found.activity),
        office=_told(row.office, found.office),
        minutes=_told(row.minutes, minutes),
        type=_told(row.type, found.type),
        value=_told(row.value, found.value),
    )


def _told(cell: Cell[T], said: T | None) -> T | None:
    return None if said is None else unless_derived(cell, said)


def _same(found: Override, left: Iterable[Row]) -> str:
    """The id of the row that this one says something of; empty where there is none of its name."""
    named = [row for row in left if row.activity.value[:300] == found.activity]
    alike = [row for row in named if row.type.value == found.type]
    return next((row.id for row in alike or named), "")


def _amount(text: str) -> Decimal:
    """A cell's number, or a text that is one in the custom of Peru, whose table it is; below zero: none."""
    try:
        return Decimal(text)
    except InvalidOperation:
        try:
            return jurisdiction("PE").numerals.read(text)
        except (NotReadable, TwoReadings):
            return Decimal(-1)


def _override(texts: Mapping[str, str], number: int, misfits: list[Misfit]) -> Override | None:
    minutes = _amount(texts["Duracion"] or "0")
    kind = _TYPE_NAMES.get(_plain(texts["Tipo_Actividad"]))
    value = _VALUE_NAMES.get(_plain(texts["Tipo_Valor"]))
    wrong = [
        name
        for name, is_wrong in (
            ("Actividad", not texts["Actividad"]),
            ("Duracion", not minutes.is_finite() or minutes < 0),
            ("Tipo_Actividad", kind is None),
            ("Tipo_Valor", value is None),
        )
        if is_wrong
    ]
    if wrong:
        misfits.append(Misfit(number, wrong[0], texts[wrong[0]]))
        return None
    return Override(
        activity=texts["Actividad"][:300],
        office=texts["Unidad_Organica"][:200],
        minutes=minutes,
        type=kind,
        value=value,
    )


def _read(data: bytes) -> tuple[list[list[Any]], dict[int, str]]:
    """The rows of the first page, and which row of the table each line was, where the file is ours."""
    import python_calamine

    if len(data) > LARGEST:
        raise TooManyRows(most=LONGEST)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = book.get_sheet_by_index(0).to_python(nrows=LONGEST + 2)
        behind = []
        if _ROWS in book.sheet_names:
            behind = book.get_sheet_by_name(_ROWS).to_python(
                skip_empty_area=False, nrows=LONGEST + 2
            )
    except (python_calamine.CalamineError, IndexError) as problem:
        raise UnreadableTable from problem
    if len(rows) > LONGEST + 1:
        raise TooManyRows(most=LONGEST)
    return rows, {number: str(cells[0]) for number, cells in enumerate(behind, start=1) if cells}


def _columns(header: list[Any]) -> dict[str, int]:
    titles = {_plain(str(title)).replace(" ", "_"): place for place, title in enumerate(header)}
    places = {name: titles.get(_plain(name)) for name in (*COLUMNS, _ID)}
    missing = [name for name in COLUMNS if places[name] is None]
    if missing:
        raise MissingColumn(column=missing[0], columns=", ".join(COLUMNS))
    return {name: place for name, place in places.items() if place is not None}


def _cell(cells: list[Any], place: int) -> str:
    value = cells[place] if place < len(cells) else ""
    # a spreadsheet knows no whole numbers: 33 comes as 33.0
    return str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()


def _plain(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.strip().lower())
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


_TYPE_NAMES = (
    {_plain(name): kind for kind, name in TYPES.items()}
    | {kind.value: kind for kind in TYPES}
    | _ALSO
)
_VALUE_NAMES = (
    {_plain(name): value for value, name in VALUES.items()}
    | {value.value: value for value in VALUES}
    | _ALSO_VALUES
)
