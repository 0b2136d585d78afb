"""The procedure sheet of a draft, edited: what was typed becomes `procedure.toml` again; sheets in other formats."""

import csv
import io
import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import tomli_w
from sqlalchemy.orm import Session

from designer.changes.remove_requirement import keys_of
from designer.drafts import changeable_draft
from designer.models import Draft
from engine.errors import Refusal
from engine.feel import compile_expression
from engine.sheet import Assessment, Requirement, Sheet, Source, TermUnit, read_sheet

Json = dict[str, Any]
LARGEST = 1_000_000  # characters of a sheet as a file
_TEXTS = ("code", "name", "objective", "who_may_ask", "contact", "renewal")
_LINES = ("channels", "sites", "steps")
COLUMNS = (
    "code", "procedure", "modality", "assessment", "term", "unit", "fee", "currency",
    "requirement", "kind", "source", "legal_basis",
)  # fmt: skip


class NoSheet(Refusal):
    """A file that is no procedure sheet."""

    sentence = (
        "This file is no procedure sheet that can be read: {problem}. Choose a procedure.toml."
    )


class NeedsName(Refusal):
    """A sheet, modality or requirement without a name."""

    sentence = "Give every requirement and the procedure itself a name; clear all cells of a line to take it out."


class NeedsNumber(Refusal):
    """A term that is no whole number."""

    sentence = "“{text}” is no whole number of days, months or years. Write a number such as 30."


def set_sheet(session: Session, draft_id: int, sheet: Json, *, at: datetime) -> Draft:
    """Keep the sheet with the draft; it is published with it. NotFound, AlreadyPublished, NeedsName."""
    if not str(sheet.get("name", "")).strip():
        raise NeedsName()
    draft = changeable_draft(session, draft_id)
    draft.sheet, draft.changed_at = sheet, at
    session.flush()
    return draft


def edited(sheet: Mapping[str, Any], sent: Mapping[str, str]) -> Json:
    """The sheet with what a page sent: plain fields by name, lines of a list as `list.number.field`.

    What the page does not know of stays as it was. Raises NeedsName, NeedsNumber, FeelSyntaxError.
    """
    changed = dict(sheet)
    for name in _TEXTS:
        _put(changed, name, sent.get(name))
    for name in _LINES:
        if name in sent:
            changed[name] = [line.strip() for line in sent[name].splitlines() if line.strip()][:100]
    if "renewal_basis" in sent:
        _put(changed, "renewal_basis", sent["renewal_basis"])
    changed["verify"] = "verify" in sent
    changed["strict_order"] = "strict_order" in sent
    changed["offices"] = _offices(sheet.get("offices"), sent)
    changed["fee"] = _fee(sheet.get("fee"), sent)
    changed["appeals"] = _appeals(sent)
    changed["modalities"] = _rows(sheet.get("modalities"), sent, "m", _modality)
    changed["requirements"] = _rows(_with_keys(sheet), sent, "r", _requirement)
    taken = {one.get("key") for one in changed["requirements"]}
    for place, one in enumerate(changed["requirements"], start=1):
        one["order"] = place
        one.setdefault("key", next(key for n in range(1, 1000) if (key := f"r{n}") not in taken))
        taken.add(one["key"])
    return {name: value for name, value in changed.items() if value not in ("", None, [], {})}


def to_toml(sheet: Mapping[str, Any]) -> str:
    """The sheet as `procedure.toml`; the texts of letters, which have files of their own, are left out."""
    letters = {
        name: {key: value for key, value in letter.items() if key != "template"}
        for name, letter in sheet.get("letters", {}).items()
    }
    whole = {**sheet, "letters": letters} if letters else dict(sheet)
    return tomli_w.dumps(_without_nothing(whole), multiline_strings=True)


def from_toml(text: str, kept: Mapping[str, Any]) -> Json:
    """A sheet out of its file; the texts of letters stay those of the draft. Raises NoSheet."""
    if len(text) > LARGEST:
        raise NoSheet(problem="…")
    try:
        said = tomllib.loads(text)
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
                writer.writerow([_plain(cell) for cell in (*head, *fee, *_cells(one))])
    return out.getvalue()


def _belongs(requirement: Requirement, modality: str) -> bool:
    return not requirement.modalities or modality in requirement.modalities


def _cells(requirement: Requirement | None) -> tuple[str, ...]:
    if requirement is None:
        return ("", "", "", "")
    kind = "specific" if requirement.is_specific else "general"
    norms = "; ".join(norm.text for norm in requirement.legal_basis)
    return requirement.name, kind, requirement.source, norms


def _plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell


def _with_keys(sheet: Mapping[str, Any]) -> list[Json]:
    """Requirements in their order, each with the key it has: keys that are only counted would move with the order."""
    said = sheet.get("requirements") or []
    pairs = zip(keys_of({"requirements": said}), said, strict=True)
    order = [one.key for one in read_sheet({"requirements": said}).requirements]
    keyed = {key: {**one, "key": key} for key, one in pairs}
    return [keyed[key] for key in order]


def _put(table: Json, name: str, said: str | None) -> None:
    if said is not None:
        table[name] = said.strip()[:2000]


def _offices(before: Any, sent: Mapping[str, str]) -> Json:
    offices = dict(before) if isinstance(before, Mapping) else {}
    for name in ("receives", "decides"):
        _put(offices, name, sent.get(f"offices.{name}"))
    if "offices.processes" in sent:
        said = sent["offices.processes"]
        offices["processes"] = [one.strip() for one in said.split(",") if one.strip()]
    return {name: value for name, value in offices.items() if value}


def _fee(before: Any, sent: Mapping[str, str]) -> Json:
    fee = dict(before) if isinstance(before, Mapping) else {}
    for name in ("amount", "currency", "stage"):
        _put(fee, name, sent.get(f"fee.{name}"))
    if "fee.means" in sent:
        fee["means"] = [one.strip() for one in sent["fee.means"].split(",") if one.strip()]
    fee["amount"] = str(fee.get("amount", "")).replace(",", ".")
    return {name: value for name, value in fee.items() if value} if fee["amount"] else {}


def _appeals(sent: Mapping[str, str]) -> Json:
    found: Json = {}
    for kind in ("reconsideration", "appeal"):
        within, decided = sent.get(f"{kind}.file_within", ""), sent.get(f"{kind}.decide_within", "")
        if within.strip() or decided.strip():
            found[kind] = {
                "file_within": _number(within),
                "decide_within": _number(decided),
                "authority": sent.get(f"{kind}.authority", "").strip()[:300],
            }
    return found


def _rows(before: Any, sent: Mapping[str, str], stem: str, read: Any) -> list[Json]:
    """The lines that were sent, in the order of their `place`; one whose cells are all empty goes."""
    kept = [dict(one) for one in before or [] if isinstance(one, Mapping)]
    numbers = {int(name.split(".")[1]) for name in sent if _is_of(name, stem)}
    found = []
    for number in sorted(numbers)[:200]:
        cells = {
            name.split(".", 2)[2]: said.strip()
            for name, said in sent.items()
            if _is_of(name, stem) and int(name.split(".")[1]) == number
        }
        if not cells.get("name"):
            if any(said for name, said in cells.items() if name not in _CHOSEN):
                raise NeedsName()
            continue
        old = kept[number] if number < len(kept) else {}
        one = {name: value for name, value in read(old, cells).items() if value not in ("", [], {})}
        found.append((_place(cells.get("place", ""), number), one))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


_CHOSEN = frozenset({"assessment", "unit", "source", "kind", "place"})


def _is_of(name: str, stem: str) -> bool:
    parts = name.split(".")
    return len(parts) == 3 and parts[0] == stem and parts[1].isdecimal() and len(parts[1]) < 4


def _place(said: str, number: int) -> float:
    return float(said) if said.isdecimal() else number + 1


def _modality(old: Json, cells: Mapping[str, str]) -> Json:
    known = {one.value for one in Assessment}
    assessment = cells.get("assessment", "")
    units = {one.value for one in TermUnit}
    term: Json = {}
    if cells.get("amount"):
        unit = cells.get("unit", "")
        term = {
            "amount": _number(cells["amount"]),
            "unit": unit if unit in units else TermUnit.BUSINESS_DAYS.value,
        }
    return {
        **old,
        "name": cells["name"][:300],
        "assessment": assessment if assessment in known else Assessment.NEGATIVE_SILENCE.value,
        "term": term,
        "legal_basis": _norms(old.get("legal_basis"), cells.get("legal_basis", "")),
        "justification": cells.get("justification", "")[:2000],
        "protected_good": cells.get("protected_good", "")[:300],
        "applies_if": _feel(cells.get("applies_if", "")),
    }


def _requirement(old: Json, cells: Mapping[str, str]) -> Json:
    sources = {one.value for one in Source}
    source = cells.get("source", "")
    return {
        **old,
        "name": cells["name"][:500],
        "kind": "specific" if cells.get("kind") == "specific" else "general",
        "source": source if source in sources else Source.APPLICANT.value,
        "legal_basis": _norms(old.get("legal_basis"), cells.get("legal_basis", "")),
        "technical_justification": cells.get("technical_justification", "")[:2000],
        "legal_justification": cells.get("legal_justification", "")[:2000],
        "used_by": _listed(cells.get("used_by", "")),
        "fields": _listed(cells.get("fields", "")),
        "registry": cells.get("registry", "")[:80],
        "applies_if": _feel(cells.get("applies_if", "")),
    }


def _norms(before: Any, said: str) -> Any:
    """The norms as typed, one a line; left in their parts where nobody typed anything else."""
    shown = "\n".join(norm.text for norm in _read_norms(before))
    if "\n".join(line.strip() for line in said.splitlines() if line.strip()) == shown:
        return before if before is not None else ""
    lines = [line.strip()[:500] for line in said.splitlines() if line.strip()]
    return lines[0] if len(lines) == 1 else lines


def _read_norms(said: Any) -> Iterable[Any]:
    [requirement] = read_sheet({"requirements": [{"legal_basis": said}]}).requirements
    return requirement.legal_basis


def _listed(said: str) -> list[str]:
    return [one.strip()[:200] for one in said.replace("\n", ",").split(",") if one.strip()][:50]


def _feel(said: str) -> str:
    if said:
        compile_expression(said)
    return said


def _number(said: str) -> int:
    text = said.strip()
    if not text.isdecimal() or len(text) > 4 or int(text) == 0:
        raise NeedsNumber(text=said)
    return int(text)


def _without_nothing(value: Any) -> Any:
    """TOML has no null."""
    if isinstance(value, Mapping):
        return {key: _without_nothing(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_nothing(one) for one in value if one is not None]
    return value
