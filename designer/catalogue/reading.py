"""Bytes of a table of procedures → rows with their line numbers, whatever office program wrote them."""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.errors import Refusal

LARGEST = 1_000_000  # bytes
MOST_LINES = 20_000
SEPARATORS = (",", ";", "\t", "|")

# What each column may be called, without accents and in small letters; the first is what is written out.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "codigo", "cod", "codigo tupa", "n", "nro", "numero"),
    "procedure": (
        "procedure", "procedimiento", "denominacion", "denominacion del procedimiento", "nombre",
        "nombre del procedimiento", "tramite",
    ),
    "modality": ("modality", "modalidad"),
    "assessment": ("assessment", "calificacion", "tipo de calificacion", "silencio"),
    "term": ("term", "plazo", "plazo para resolver", "plazo de atencion"),
    "unit": ("unit", "unidad", "unidad del plazo", "tipo de dias"),
    "fee": ("fee", "tasa", "derecho", "derecho de tramitacion", "derecho de tramite", "costo", "monto"),
    "currency": ("currency", "moneda"),
    "requirement": ("requirement", "requisito", "requisitos"),
    "kind": ("kind", "clase", "clase de requisito"),
    "source": ("source", "fuente", "quien lo aporta"),
    "legal_basis": ("legal_basis", "legal basis", "base legal", "norma", "sustento legal"),
}  # fmt: skip
_OF = {name: column for column, names in COLUMNS.items() for name in names}


class NoCatalogue(Refusal):
    """A file that is no table of procedures."""

    sentence = (
        "“{file}” is no table with a column for the procedures. Name its columns in the first line, "
        "such as: code, procedure, term, unit, fee, requirement, legal_basis."
    )


class CatalogueTooLarge(Refusal):
    """More than is taken at once."""

    sentence = "“{file}” is too large: at most {bytes} kB or {lines} lines. Send it in parts."


class NotText(Refusal):
    """A spreadsheet's own format, or something else that is no text."""

    sentence = (
        "“{file}” is no text file. Save the table as CSV in your spreadsheet program and send that."
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: cells by column, and how many cells were beyond the last column."""

    number: int  # as a text editor counts, the heading is 1
    cells: Mapping[str, str]
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """The table as read. `unknown` are headings that mean nothing here, `headings` those of the columns by name."""

    encoding: str
    separator: str
    lines: tuple[Line, ...]
    unknown: tuple[str, ...]
    columns: tuple[str, ...]
    headings: Mapping[str, str] = field(default_factory=dict)


def read_table(data: bytes, file: str) -> Table:
    """Every line that is not empty. Raises NotText, CatalogueTooLarge, NoCatalogue."""
    if len(data) > LARGEST:
        raise CatalogueTooLarge(file=file, bytes=LARGEST // 1000, lines=MOST_LINES)
    text, encoding = _text(data, file)
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        headings = next((row for row in reader if any(cell.strip() for cell in row)), [])
        columns = [_OF.get(_plain(heading)) for heading in headings]
        if "procedure" not in columns:
            raise NoCatalogue(file=file)
        lines: list[Line] = []
        before = reader.line_num
        for row in reader:
            number, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            if len(lines) >= MOST_LINES:
                raise CatalogueTooLarge(file=file, bytes=LARGEST // 1000, lines=MOST_LINES)
            lines.append(_line(number, columns, row))
    except csv.Error:
        raise NoCatalogue(file=file) from None
    unknown = tuple(
        heading.strip()
        for heading, column in zip(headings, columns, strict=True)
        if column is None and heading.strip()
    )
    known = tuple(column for column in columns if column is not None)
    titles = {
        column: heading.strip()
        for heading, column in zip(headings, columns, strict=True)
        if column is not None
    }
    return Table(encoding, separator, tuple(lines), unknown, known, titles)


def _line(number: int, columns: list[str | None], row: list[str]) -> Line:
    cells: dict[str, str] = {}
    for column, cell in zip(columns, row, strict=False):
        if column is not None and not cells.get(column):
            cells[column] = _unquoted(cell.strip())
    beyond = sum(1 for cell in row[len(columns) :] if cell.strip())
    return Line(number, cells, beyond)


def _unquoted(cell: str) -> str:
    """Our own export puts ' before what a spreadsheet would take for a formula."""
    return cell[1:] if re.match(r"'[=+\-@\t]", cell) else cell


def _text(data: bytes, file: str) -> tuple[str, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\x00" in data[:4096] or data.startswith(b"PK"):
        raise NotText(file=file)
    else:
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding), encoding.removesuffix("-sig")
    except UnicodeDecodeError:
        # What spreadsheets of Windows write where nobody chose anything; its five holes become a mark.
        return data.decode("cp1252", "replace"), "windows-1252"


def _separator(text: str) -> str:
    """The one that stands most often outside of quotes in the heading."""
    heading = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", heading)
    return max(SEPARATORS, key=bare.count)


def _plain(heading: str) -> str:
    letters = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9_]+", letters))
