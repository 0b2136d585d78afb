"""The table as a spreadsheet, with the columns of Peru's ASME-VM template, out and back in."""

import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
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
# Columns behind the table, hidden: they go with their row wherever it is moved, sorted or filtered to.
_SHARE = "Proporcion"  # how often it happens a case
_ID = "Id"  # finds the row again, should its name be changed
_SUMS = "Resumen"  # minutes added up by formulas
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
    readings: TwoReadings | None = None  # a number that could be either of these


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
        page.write_row(0, 0, (*COLUMNS, _SHARE, _ID), heading)
        page.set_column(0, 0, 50, wrapped)
        page.set_column(1, 1, 12, number)
        page.set_column(2, 2, 34, wrapped)
        page.set_column(3, 4, 16, wrapped)
        page.set_column(5, 6, 12, None, {"hidden": True})
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(1, len(rows)), len(COLUMNS) + 1)
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
            page.write_number(place, 5, float(row.share.value))
            page.write_string(place, 6, row.id)
    return data.getvalue()


def _summed(book: Any, table: Table, heading: Any, number: Any) -> None:
    """Minutes of one case on average, by type and by value: counted by the spreadsheet, so that edits show at once."""
    page = book.add_worksheet(_SUMS)
    page.set_column(0, 0, 30)
    page.set_column(1, 1, 14, number)
    last = LONGEST + 1  # rows that the office adds count as well, each once a case
    shares = f"'ASME-VM'!$F$2:$F${last}"
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
    A row is found again, wherever it stands, by its id in a file of ours, and else by the name of its activity (of
    several alike by its type, else in their order); of two with one id, copied, it is the one that has the name.
    Others become rows of their own. Raises UnreadableTable.
    """
    rows = _read(data)
    places = _columns(rows[0] if rows else [])
    misfits: list[Misfit] = []
    read: list[tuple[int, str, Override]] = []
    for number, cells in enumerate(rows[1:], start=2):
        line = {name: _cell(cells, place) for name, place in places.items()}
        if not any(_text(line[name]) for name in COLUMNS):
            continue
        found = _override(line, number, misfits)
        if found is not None:
            read.append((number, _text(line.get(_ID, "")), found))
    left = {row.id: row for row in table.rows}
    paired: dict[int, Row] = {}
    for is_found in (_is_it, _has_id, _has_name):
        for number, row_id, found in read:
            if number not in paired and (one := is_found(row_id, found, left)) is not None:
                paired[number] = left.pop(one.id)
    said = {row.id: _over(row, found) for n, _, found in read if (row := paired.get(n)) is not None}
    taken = {row.id for row in table.rows}
    for number, _, found in read:
        if number in paired:
            continue
        while f"added:{number}" in taken:
            number += 1
        taken.add(f"added:{number}")
        said[f"added:{number}"] = replace(found, is_added=True)
    return said, misfits


def _is_it(row_id: str, found: Override, left: Mapping[str, Row]) -> Row | None:
    row = left.get(row_id)
    return row if row is not None and row.activity.value[:300] == found.activity else None


def _has_id(row_id: str, found: Override, left: Mapping[str, Row]) -> Row | None:
    """The row that got another name; not where the name is another row's, as in a table of another study."""
    is_others = any(one.activity.value[:300] == found.activity for one in left.values())
    return None if is_others else left.get(row_id)


def _has_name(row_id: str, found: Override, left: Mapping[str, Row]) -> Row | None:
    named = [row for row in left.values() if row.activity.value[:300] == found.activity]
    alike = [row for row in named if row.type.value == found.type]
    return next(iter(alike or named), None)


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


def _amount(cell: Any) -> Decimal | TwoReadings:
    """A cell's number, or a text that is one in the custom of Peru, whose table it is; below zero: none."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return Decimal(_text(cell))
    try:
        return jurisdiction("PE").numerals.read(_text(cell) or "0")
    except NotReadable:
        return Decimal(-1)
    except TwoReadings as either:
        return either


def _override(line: Mapping[str, Any], number: int, misfits: list[Misfit]) -> Override | None:
    texts = {name: _text(line[name]) for name in COLUMNS}
    minutes = _amount(line["Duracion"])
    if isinstance(minutes, TwoReadings):
        misfits.append(Misfit(number, "Duracion", texts["Duracion"], minutes))
        return None
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


def _read(data: bytes) -> list[list[Any]]:
    """The rows of the first page."""
    import python_calamine

    if len(data) > LARGEST:
        raise TooManyRows(most=LONGEST)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = book.get_sheet_by_index(0).to_python(nrows=LONGEST + 2)
    except (python_calamine.CalamineError, IndexError) as problem:
        raise UnreadableTable from problem
    if len(rows) > LONGEST + 1:
        raise TooManyRows(most=LONGEST)
    return rows


def _columns(header: list[Any]) -> dict[str, int]:
    titles = {_plain(str(title)).replace(" ", "_"): place for place, title in enumerate(header)}
    places = {name: titles.get(_plain(name)) for name in (*COLUMNS, _ID)}
    missing = [name for name in COLUMNS if places[name] is None]
    if missing:
        raise MissingColumn(column=missing[0], columns=", ".join(COLUMNS))
    return {name: place for name, place in places.items() if place is not None}


def _cell(cells: list[Any], place: int) -> Any:
    return cells[place] if place < len(cells) else ""


def _text(cell: Any) -> str:
    # a spreadsheet knows no whole numbers: 33 comes as 33.0
    is_whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell) if is_whole else cell).strip()


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
