"""Rows → sheets of procedures, and a remark for every cell that does not fit: where, why, and what to do."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from designer.catalogue.reading import Line, Table
from designer.catalogue.words import ASSESSMENTS, CURRENCIES, SOURCES, UNITS, plain, read_amount
from engine.errors import N_
from engine.sheet import Source, TermUnit

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that does not fit. `line` 0: the whole file. `sentence` is a template that `values` fill."""

    line: int
    column: str
    sentence: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """One procedure of the table: its sheet, the lines it comes from, what did not fit on them."""

    key: str  # its code, else its name: what makes lines one procedure
    sheet: Mapping[str, Any]
    lines: tuple[int, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every procedure of the table in its order, and what concerns no single one."""

    procedures: tuple[Found, ...]
    remarks: tuple[Remark, ...]


def understood(table: Table) -> Catalogue:
    """What the table says. A cell that does not fit is left out of its sheet, never the whole line."""
    remarks = [
        Remark(
            1,
            name,
            N_("The column “{name}” is not known; it is left out. Known are: {columns}."),
            {"name": name, "columns": "code, procedure, modality, assessment, term, unit, fee, "
             "currency, requirement, kind, source, legal_basis"},
        )
        for name in table.unknown
    ]  # fmt: skip
    makers: dict[str, _Maker] = {}
    last: Line | None = None
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    for line in table.lines:
        cells = dict(line.cells)
        if not cells.get("procedure") and not cells.get("code"):
            if last is None:
                remarks.append(
                    Remark(
                        line.number,
                        "procedure",
                        N_("No procedure is named; the line is left out. Write its name."),
                    )
                )
                continue
            # A cell that was merged over several lines in the spreadsheet.
            cells |= {name: last.cells.get(name, "") for name in ("code", "procedure")}
            cells["modality"] = cells.get("modality") or last.cells.get("modality", "")
        filled = Line(line.number, cells, line.beyond)
        key = _key(cells)
        maker = makers.get(key)
        if maker is None:
            maker = makers[key] = _Maker(key)
        whole = tuple(sorted((name, cell) for name, cell in cells.items() if cell))
        if whole in seen:
            maker.remark(
                filled,
                "",
                N_("The line says the same as line {other}; it is left out."),
                other=str(seen[whole]),
            )
        else:
            seen[whole] = line.number
            maker.add(filled)
        last = filled
    return Catalogue(tuple(one.found() for one in makers.values()), tuple(remarks))


class _Maker:
    """One sheet in the making."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.sheet: Json = {}
        self.modalities: dict[str, Json] = {}
        self.requirements: dict[str, Json] = {}
        self.lines: list[int] = []
        self.remarks: list[Remark] = []
        self.unassessed: dict[str, Line] = {}  # modality → the first line that says no assessment
        self.said: dict[str, tuple[str, int]] = {}

    def remark(self, line: Line, column: str, sentence: str, **values: str) -> None:
        if line.number not in self.lines:
            self.lines.append(line.number)
        self.remarks.append(Remark(line.number, column, sentence, values))

    def add(self, line: Line) -> None:
        """Take over one line."""
        cells = line.cells
        self.lines.append(line.number)
        if line.beyond:
            self.remark(
                line,
                "",
                N_("{count} cells stand beyond the last column. Put quotation marks around texts with a separator."),
                count=str(line.beyond),
            )  # fmt: skip
        if any("\ufffd" in cell for cell in cells.values()):
            self.remark(line, "", N_("Some letters could not be read. Save the file as UTF-8."))
        for name in ("code", "procedure"):
            self._once(line, name)
        self.sheet.setdefault("name", cells.get("procedure") or cells.get("code", ""))
        if cells.get("code"):
            self.sheet.setdefault("code", cells["code"])
        self._fee(line)
        modality = self._modality(line)
        self._requirement(line, modality)

    def found(self) -> Found:
        """The sheet as far as it was told."""
        for name, line in self.unassessed.items():
            if "assessment" not in self.modalities[name]:
                self.remark(
                    line,
                    "assessment",
                    N_(
                        "Nothing says what silence means in “{name}”; it is left open, and a finding. "
                        "Write automatic, positive_silence or negative_silence."
                    ),
                    name=name,
                )
        sheet = dict(self.sheet)
        modalities = list(self.modalities.values())
        if modalities:
            sheet["modalities"] = modalities
        if self.requirements:
            every = len(modalities)
            sheet["requirements"] = [
                {
                    **{name: value for name, value in one.items() if name != "in"},
                    "key": f"r{place}",
                    "order": place,
                    # What every modality asks for belongs to none in particular.
                    **({"modalities": one["in"]} if 0 < len(one["in"]) < every else {}),
                }
                for place, one in enumerate(self.requirements.values(), start=1)
            ]
        sheet["verify"] = True  # nobody has checked it against the norms yet
        return Found(self.key, sheet, tuple(self.lines), tuple(self.remarks))

    def _once(self, line: Line, column: str, said: str | None = None) -> bool:
        """Whether a cell that holds for the whole procedure says what earlier lines said; remarks where not."""
        cell = line.cells.get(column, "") if said is None else said
        if not cell:
            return False
        before = self.said.setdefault(column, (cell, line.number))
        if before[0].casefold() == cell.casefold():
            return before[1] == line.number
        self.remark(
            line,
            column,
            N_(
                "“{value}” here, “{before}” on line {other}: the first is kept. Make both the same."
            ),
            value=cell,
            before=before[0],
            other=str(before[1]),
        )
        return False

    def _fee(self, line: Line) -> None:
        said = line.cells.get("fee", "")
        if not said or not self._once(line, "fee"):
            return
        symbol, amount = read_amount(said)
        if amount is None:
            self.remark(
                line,
                "fee",
                N_("“{value}” is no amount; no fee is taken over. Write a number such as 36.50."),
                value=said,
            )
            return
        told = line.cells.get("currency", "").strip()
        currency = CURRENCIES.get(told.lower(), told.upper()) or symbol or "PEN"
        if not re.fullmatch(r"[A-Z]{3}", currency):
            self.remark(
                line,
                "currency",
                N_("“{value}” is no currency; PEN is taken. Write its three letters, such as PEN."),
                value=told,
            )
            currency = "PEN"
        self.sheet["fee"] = {"amount": str(amount), "currency": currency}

    def _modality(self, line: Line) -> str:
        cells = line.cells
        name = cells.get("modality", "")
        has_term = any(cells.get(part) for part in ("assessment", "term"))
        if not name and not has_term and not self.modalities:
            return ""
        name = name or next(iter(self.modalities), "") or cells.get("procedure", "") or self.key
        one = self.modalities.setdefault(name, {"name": name[:300]})
        assessment = cells.get("assessment", "")
        if assessment and self._same(line, name, "assessment"):
            known = ASSESSMENTS.get(plain(assessment))
            self.unassessed.pop(name, None)
            if known is None:
                self.remark(
                    line,
                    "assessment",
                    N_(
                        "“{value}” is no assessment, so it is left open. "
                        "Write automatic, positive_silence or negative_silence."
                    ),
                    value=assessment,
                )  # fmt: skip
            if known is not None:
                one["assessment"] = str(known)
        elif not assessment:
            self.unassessed.setdefault(name, line)
        term = cells.get("term", "")
        if term and self._same(line, name, "term"):
            read = self._term(line, term, cells.get("unit", ""))
            if read is not None:
                one["term"] = read
        return name

    def _same(self, line: Line, modality: str, column: str) -> bool:
        return self._once(line, f"{modality}/{column}", line.cells.get(column, ""))

    def _term(self, line: Line, term: str, unit: str) -> Json | None:
        found = re.fullmatch(r"(\d{1,4})(?:\.0+)?\s*(?:\(.*?\)\s*)?(.*)", term)
        amount = int(found[1]) if found else 0
        if found is None or not amount:
            self.remark(
                line,
                "term",
                N_("“{value}” is no term; none is taken over. Write a whole number of days, such as 30."),
                value=term,
            )  # fmt: skip
            return None
        told = unit or found[2].strip()
        known = UNITS.get(plain(told)) if told else TermUnit.BUSINESS_DAYS
        if known is None:
            self.remark(
                line,
                "unit",
                N_(
                    "“{value}” is no unit; business days are taken. "
                    "Write business_days, calendar_days, months or years."
                ),
                value=told,
            )  # fmt: skip
            known = TermUnit.BUSINESS_DAYS
        return {"amount": amount, "unit": str(known)}

    def _requirement(self, line: Line, modality: str) -> None:
        cells = line.cells
        name = cells.get("requirement", "")
        if not name:
            if cells.get("legal_basis") or cells.get("source"):
                self.remark(
                    line,
                    "requirement",
                    N_("A norm or a source without a requirement; it is left out. Write the requirement."),
                )  # fmt: skip
            return
        one = self.requirements.setdefault(name.casefold(), {"name": name[:500], "in": []})
        if modality and modality not in one["in"]:
            one["in"].append(modality)
        source = cells.get("source", "")
        known = SOURCES.get(plain(source)) if source else None
        if source and known is None:
            self.remark(
                line,
                "source",
                N_(
                    "“{value}” is no source; the applicant is taken. "
                    "Write applicant, own_registry, another_registry or another_procedure."
                ),
                value=source,
            )  # fmt: skip
        one["source"] = str(known or one.get("source") or Source.APPLICANT)
        if plain(cells.get("kind", "")) in ("specific", "especifico", "especifica"):
            one["kind"] = "specific"
        norms = [norm.strip()[:500] for norm in cells.get("legal_basis", "").split(";")]
        kept = [*one.get("legal_basis", []), *(norm for norm in norms if norm)]
        if kept:
            one["legal_basis"] = list(dict.fromkeys(kept))


def _key(cells: Mapping[str, str]) -> str:
    return (cells.get("code") or cells.get("procedure", "")).casefold()[:300]


def every_remark(catalogue: Catalogue) -> Iterator[Remark]:
    """All of them, in the order of their lines."""
    found = [*catalogue.remarks, *(one for each in catalogue.procedures for one in each.remarks)]
    yield from sorted(found, key=lambda one: one.line)
