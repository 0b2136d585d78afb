"""The procedure sheet of a draft, edited on its page: what the page shows, and what becomes of what it sends back."""

import re
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

from designer.amounts import typed_amount
from designer.changes.remove_requirement import keys_of, places_of
from designer.norms import norm_line, norms_said
from designer.sheet_rows import Cells, Json, changed_rows, is_of, paired, row_keys
from engine.calendars.jurisdiction import jurisdiction_of
from engine.errors import NotFound, Refusal
from engine.feel import compile_expression
from engine.numerals import Numerals
from engine.search import fold
from engine.sheet import (
    Appeal,
    Assessment,
    LegalBasis,
    Modality,
    Requirement,
    Source,
    TermUnit,
    read_sheet,
)
from engine.terms.law import law_of

_TEXTS = ("code", "name", "objective", "who_may_ask", "contact", "renewal", "jurisdiction")
_LINES = ("channels", "sites", "steps", "forms")
_KINDS = ("reconsideration", "appeal")
_NO_KEY = re.compile(r"[^a-z0-9]+")
# Cells of more than one line; of the others a browser sends no line breaks.
_LONG = frozenset(
    {*_LINES, "objective", "renewal_basis", "legal_basis", "justification", "modalities"}
    | {"technical_justification", "legal_justification"}
)


class NeedsNumber(Refusal):
    """A term that is no whole number."""

    sentence = "“{text}” is no whole number of days, months or years. Write a number such as 30."


def cells(said: Mapping[str, Any]) -> dict[str, str]:
    """What the page shows of a sheet: fields by name, lines of a list as `m.number.field` and `r.number.field`."""
    sheet = read_sheet(said)
    found = {name: str(getattr(sheet, name)) for name in _TEXTS}
    found |= {name: "\n".join(getattr(sheet, name)) for name in _LINES}
    found["renewal_basis"] = _lines(sheet.renewal_basis)
    found |= {"offices.receives": sheet.receives, "offices.decides": sheet.decides}
    found["offices.processes"] = ", ".join(sheet.processes)
    if sheet.fee is not None:
        typed = jurisdiction_of(said).numerals.typed(f"{sheet.fee.amount:f}")
        found |= {"fee.amount": typed, "fee.currency": sheet.fee.currency}
        found |= {"fee.stage": sheet.fee.stage, "fee.means": ", ".join(sheet.fee.means)}
    else:
        found |= {"fee.amount": "", "fee.currency": "PEN", "fee.stage": "once", "fee.means": ""}
    for kind in _KINDS:
        one = next((one for one in sheet.appeals if one.kind == kind), None)
        found[f"{kind}.file_within"] = "" if one is None else str(one.file_within)
        found[f"{kind}.decide_within"] = "" if one is None else str(one.decide_within)
        found[f"{kind}.decide_unit"] = _unit_of_appeal(sheet.jurisdiction, kind, one).value
        found[f"{kind}.authority"] = "" if one is None else one.authority
    keys = row_keys(one.name for one in sheet.modalities)
    for number, modality in enumerate(sheet.modalities):
        found |= {f"m.{number}.{name}": text for name, text in _of_modality(modality).items()}
        found[f"m.{number}.key"] = keys[number]
    # by names: a requirement without a key of its own gets one when another page is kept
    keys = row_keys(one.name for one in sheet.requirements)
    for number, requirement in enumerate(sheet.requirements):
        found |= {f"r.{number}.{name}": text for name, text in _of_requirement(requirement).items()}
        found |= {f"r.{number}.place": str(number + 1), f"r.{number}.key": keys[number]}
    return found


def edited(sheet: Mapping[str, Any], sent: Cells) -> Json:
    """The sheet with what a page sent of its cells. What the page does not know of, and a cell that came back as it was
    shown, stay as the sheet says them. Raises NeedsName, NeedsNumber, FeelSyntaxError, engine.numerals.TwoReadings.
    """
    shown, read = cells(sheet), read_sheet(sheet)
    sent = paired(sent, shown)
    new = {name: said for name, said in sent.items() if not _is_same(name, said, shown.get(name))}
    changed: Json = {}
    for name in _TEXTS:
        if name in new:
            changed[name] = new[name].strip()[:2000]
    for name in _LINES:
        if name in new:
            changed[name] = _split(new[name].splitlines())[:100]
    if "renewal_basis" in new:
        changed["renewal_basis"] = _norms(new["renewal_basis"], sheet.get("renewal_basis"))
    for name, was in (("verify", read.is_to_be_verified), ("strict_order", read.is_strict_order)):
        if (name in sent) != was:
            changed[name] = name in sent
    if any(name.startswith("offices.") for name in new):
        changed["offices"] = _offices(sheet.get("offices"), new)
    if any(name.startswith("fee.") for name in new):
        changed["fee"] = _fee(sheet.get("fee"), new, jurisdiction_of(sheet).numerals)
    if any(name.partition(".")[0] in _KINDS for name in new):
        changed["appeals"] = _appeals(sheet.get("appeals"), sent, new)
    if any(is_of(name, "m") for name in new):
        told = changed_rows(sheet.get("modalities"), sent, new, "m", _modality)
        changed["modalities"] = told + _unshown(sheet.get("modalities"))
    if any(is_of(name, "r") for name in new):
        told = _requirements(sheet, sent, new)
        changed["requirements"] = told + _unshown(sheet.get("requirements"))
    whole = {**sheet, **changed}
    return {
        name: value
        for name, value in whole.items()
        if name not in changed or value not in ("", None, [], {})
    }


def _requirements(sheet: Mapping[str, Any], sent: Cells, new: Cells) -> list[Any]:
    found = changed_rows(_with_keys(sheet), sent, new, "r", _requirement)
    # Nor the key of one that goes: what was counted of it (deficiencies, papers) is not the new one's.
    taken = {one.key for one in read_sheet(sheet).requirements}
    for place, one in enumerate(found, start=1):
        one["order"] = place
        if "key" not in one:
            one["key"] = _free_key(one["name"], taken)
            taken.add(one["key"])
    return found


def _free_key(name: str, taken: set[str]) -> str:
    """A key of its own out of the name of a new requirement, such as “plano-de-ubicacion”."""
    words = _NO_KEY.sub("-", fold(name)).strip("-")[:40].strip("-") or "r"
    tries = (f"{words}-{number}" for number in count(2))
    return words if words not in taken else next(key for key in tries if key not in taken)


def _unshown(said: Any) -> list[Any]:
    """What stands among the lines of a sheet and is no table: a page cannot show it, and loses none of it."""
    return [one for one in said if not isinstance(one, Mapping)] if isinstance(said, list) else []


def _is_same(name: str, said: str, shown: str | None) -> bool:
    long = name.rpartition(".")[2] in _LONG
    return shown is not None and _bare(said, long) == _bare(shown, long)


def _bare(said: str, long: bool) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return "\n".join(lines) if long else "".join(said.splitlines()).strip()


def _of_modality(one: Modality) -> dict[str, str]:
    return {
        "name": one.name,
        "assessment": one.assessment.value if one.is_assessment_said else "",
        "amount": "" if one.term is None else str(one.term.amount),
        "unit": (TermUnit.BUSINESS_DAYS if one.term is None else one.term.unit).value,
        "legal_basis": _lines(one.legal_basis),
        "justification": one.justification,
        "protected_good": one.protected_good,
        "applies_if": one.applies_if,
    }


def _of_requirement(one: Requirement) -> dict[str, str]:
    return {
        "name": one.name,
        "source": one.source.value,
        "kind": "specific" if one.is_specific else "general",
        "used_by": ", ".join(one.used_by),
        "legal_basis": _lines(one.legal_basis),
        "technical_justification": one.technical_justification,
        "legal_justification": one.legal_justification,
        "form": one.form,
        "fields": ", ".join(one.fields),
        "modalities": "\n".join(one.modalities),
        "registry": one.registry,
        "applies_if": one.applies_if,
    }


def _lines(norms: Iterable[LegalBasis]) -> str:
    return "\n".join(norm_line(norm) for norm in norms)


def _with_keys(sheet: Mapping[str, Any]) -> list[Json]:
    """Requirements in their order, each with the key it has: keys that are only counted would move with the order."""
    said = [one for one in sheet.get("requirements") or [] if isinstance(one, Mapping)]
    keyed = [
        {**one, "key": key} for key, one in zip(keys_of({"requirements": said}), said, strict=True)
    ]
    places = places_of(said)
    return [keyed[number] for number in sorted(range(len(said)), key=places.__getitem__)]


def _offices(before: Any, new: Cells) -> Json:
    offices = dict(before) if isinstance(before, Mapping) else {}
    for name in ("receives", "decides"):
        if f"offices.{name}" in new:
            offices[name] = new[f"offices.{name}"].strip()[:2000]
    if "offices.processes" in new:
        offices["processes"] = _split(new["offices.processes"].split(","))
    return {name: value for name, value in offices.items() if value}


def _fee(before: Any, new: Cells, numerals: Numerals) -> Json:
    fee = dict(before) if isinstance(before, Mapping) else {}
    for name in ("amount", "currency", "stage"):
        if f"fee.{name}" in new:
            fee[name] = new[f"fee.{name}"].strip()[:2000]
    if "fee.means" in new:
        fee["means"] = _split(new["fee.means"].split(","))
    if "fee.amount" in new and new["fee.amount"].strip():
        fee["amount"] = f"{typed_amount(new['fee.amount'], numerals):f}"
    if "amount" in fee:
        fee["amount"] = str(fee["amount"])  # a number of zero is an amount, too: it is free
    return {name: value for name, value in fee.items() if value} if fee.get("amount") else {}


def _appeals(before: Any, sent: Cells, new: Cells) -> Json:
    appeals = dict(before) if isinstance(before, Mapping) else {}
    for kind in _KINDS:
        if not any(name.startswith(f"{kind}.") for name in new):
            continue
        within, decided = sent.get(f"{kind}.file_within", ""), sent.get(f"{kind}.decide_within", "")
        if not within.strip() and not decided.strip():
            appeals.pop(kind, None)
            continue
        old = appeals.get(kind)
        appeals[kind] = {
            **(old if isinstance(old, Mapping) else {}),
            "file_within": _number(within),
            "decide_within": _within(decided, sent.get(f"{kind}.decide_unit", ""))
            if {f"{kind}.decide_within", f"{kind}.decide_unit"} & new.keys()
            or not isinstance(old, Mapping)
            else old.get("decide_within"),
            "authority": sent.get(f"{kind}.authority", "").strip()[:300],
        }
    return appeals


def _unit_of_appeal(place: str, kind: str, appeal: Appeal | None) -> TermUnit:
    """In what it is decided: as the sheet says, and where it has no such appeal yet, as the law of the place does."""
    if appeal is not None:
        return appeal.unit
    try:
        usual = law_of(place).appeals.get(kind)
    except (NotFound, KeyError):
        usual = None
    return TermUnit.BUSINESS_DAYS if usual is None else usual.unit


def _within(amount: str, unit: str) -> int | Json:
    number = _number(amount)
    if unit not in set(TermUnit) or unit == TermUnit.BUSINESS_DAYS:
        return number
    return {"amount": number, "unit": unit}


def _modality(row: Cells, before: Json) -> Json:
    known = {one.value for one in Assessment}
    assessment = row.get("assessment", "")
    units = {one.value for one in TermUnit}
    term: Json = {}
    if row.get("amount"):
        unit = row.get("unit", "")
        term = {
            "amount": _number(row["amount"]),
            "unit": unit if unit in units else TermUnit.BUSINESS_DAYS.value,
        }
    return {
        "name": row["name"][:300],
        **({"assessment": assessment} if assessment in known else {}),
        "term": term,
        "legal_basis": _norms(row.get("legal_basis", ""), before.get("legal_basis")),
        "justification": row.get("justification", "")[:2000],
        "protected_good": row.get("protected_good", "")[:300],
        "applies_if": _feel(row.get("applies_if", "")),
    }


def _requirement(row: Cells, before: Json) -> Json:
    sources = {one.value for one in Source}
    source = row.get("source", "")
    return {
        "name": row["name"][:500],
        "kind": "specific" if row.get("kind") == "specific" else "general",
        "source": source if source in sources else Source.APPLICANT.value,
        "legal_basis": _norms(row.get("legal_basis", ""), before.get("legal_basis")),
        "technical_justification": row.get("technical_justification", "")[:2000],
        "legal_justification": row.get("legal_justification", "")[:2000],
        "used_by": _listed(row.get("used_by", "")),
        "form": row.get("form", "")[:200],
        "fields": _listed(row.get("fields", "")),
        "modalities": [one[:300] for one in _split(row.get("modalities", "").splitlines())],
        "registry": row.get("registry", "")[:80],
        "applies_if": _feel(row.get("applies_if", "")),
    }


def _norms(said: str, before: Any) -> Any:
    return norms_said(_split(said.splitlines()), before)


def _split(parts: Iterable[str]) -> list[str]:
    return [part.strip() for part in parts if part.strip()]


def _listed(said: str) -> list[str]:
    return [one[:200] for one in _split(said.replace("\n", ",").split(","))][:50]


def _feel(said: str) -> str:
    if said:
        compile_expression(said)
    return said


def _number(said: str) -> int:
    text = said.strip()
    if not text.isdecimal() or len(text) > 4 or int(text) == 0:
        raise NeedsNumber(text=said)
    return int(text)
