"""The procedure sheet of a draft: kept with it, as `procedure.toml` and out of it; sheets in other formats."""

import csv
import io
import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import tomli_w
from sqlalchemy.orm import Session

from designer.drafts import changeable_draft
from designer.models import Draft
from designer.seals import refuse_if_changed
from designer.sheet_rows import NeedsName
from engine.errors import Refusal
from engine.formulas import no_formula
from engine.sheet import Requirement, Sheet

Json = dict[str, Any]
LARGEST = 1_000_000  # bytes of a sheet as a file
COLUMNS = (
    "code", "procedure", "modality", "assessment", "term", "unit", "fee", "currency",
    "requirement", "kind", "source", "legal_basis",
)  # fmt: skip


class NoSheet(Refusal):
    """A file that is no procedure sheet."""

    sentence = (
        "This file is no procedure sheet that can be read: {problem}. Choose a procedure.toml."
    )


class WrongEncoding(NoSheet):
    """A file in another encoding than UTF-8, in which TOML is written."""

    sentence = (
        "This file is not in UTF-8, so its accents would be lost. Save it as UTF-8 and try again."
    )


def set_sheet(
    session: Session, draft_id: int, sheet: Json, *, seen: str = "", at: datetime
) -> Draft:
    """Keep the sheet with the draft; it is published with it.

    `seen`: the seal of the sheet that was before one's eyes, where there was one. Raises NotFound, AlreadyPublished,
    NeedsName, designer.seals.ChangedMeanwhile.
    """
    if not str(sheet.get("name", "")).strip():
        raise NeedsName()
    draft = changeable_draft(session, draft_id)
    refuse_if_changed(draft.sheet, seen)
    draft.sheet, draft.changed_at = sheet, at
    session.flush()
    return draft


def to_toml(sheet: Mapping[str, Any]) -> str:
    """The sheet as `procedure.toml`; the texts of letters, which have files of their own, are left out."""
    letters = {
        name: {key: value for key, value in letter.items() if key != "template"}
        for name, letter in sheet.get("letters", {}).items()
    }
    whole = {**sheet, "letters": letters} if letters else dict(sheet)
    return tomli_w.dumps(_without_nothing(whole), multiline_strings=True)


def from_toml(data: bytes, kept: Mapping[str, Any]) -> Json:
    """A sheet out of its file; the texts of letters stay those of the draft. Raises NoSheet."""
    if len(data) > LARGEST:
        raise NoSheet(problem="…")
    try:
        said = tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as problem:
        raise WrongEncoding() from problem
    except tomllib.TOMLDecodeError as problem:
        raise NoSheet(problem=problem) from problem
    if not isinstance(said.get("name"), str):
        raise NoSheet(problem="name = ?")
    before = kept.get("letters", {})
    for name, letter in said.get("letters", {}).items():
        if "template" in before.get(name, {}):
            letter["template"] = before[name]["template"]
    return said


def to_csv(sheets: Iterable[Sheet]) -> str:
    """Sheets as a table for spreadsheets and open data, one line per modality and requirement."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for sheet in sheets:
        fee = ("", "") if sheet.fee is None else (str(sheet.fee.amount), sheet.fee.currency)
        for modality in sheet.modalities or (None,):
            head: tuple[str, ...] = (sheet.code or sheet.key, sheet.name, "", "", "", "")
            if modality is not None:
                term = modality.term
                head = (
                    *head[:2],
                    modality.name,
                    modality.assessment,
                    "" if term is None else str(term.amount),
                    "" if term is None else term.unit,
                )
            for one in sheet.requirements or (None,):
                if one is not None and modality and not _belongs(one, modality.name):
                    continue
                writer.writerow([no_formula(cell) for cell in (*head, *fee, *_cells(one))])
    return out.getvalue()


def _belongs(requirement: Requirement, modality: str) -> bool:
    return not requirement.modalities or modality in requirement.modalities


def _cells(requirement: Requirement | None) -> tuple[str, ...]:
    if requirement is None:
        return ("", "", "", "")
    kind = "specific" if requirement.is_specific else "general"
    norms = "; ".join(norm.text for norm in requirement.legal_basis)
    return requirement.name, kind, requirement.source, norms


def _without_nothing(value: Any) -> Any:
    """TOML has no null."""
    if isinstance(value, Mapping):
        return {key: _without_nothing(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_nothing(one) for one in value if one is not None]
    return value
