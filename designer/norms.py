"""A norm on one line, as an analyst types it: its text, the day it was issued, where it is to be read."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from engine.sheet import LegalBasis, read_sheet

_LONGEST = 500
_LINE = re.compile(
    r"(?P<text>.*?\S)"
    r"(?:\s*\((?P<day>\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4})\))?"
    r"(?:\s+(?P<url>https?://\S+))?"
)
_PARTS = re.compile(
    r"(?P<norm_type>[^\d,]*?[^\d,\s])\s+(?:N\.?\s*[°º]\s*)?(?P<number>\d[\w./-]*)"
    r"(?:\s*,?\s*(?:arts?\.|artículos?|articles?)\s*(?P<article>.+))?",
    re.IGNORECASE,
)


def norm_line(norm: LegalBasis) -> str:
    """“Ley 28976, art. 7 (2007-02-05) https://…”."""
    day = "" if norm.issued_on is None else f"({norm.issued_on.isoformat()})"
    return " ".join(part for part in (norm.text, day, norm.url) if part)


def norms_said(lines: Iterable[str], before: Any) -> Any:
    """What a sheet keeps of the lines: a text where a line is only one, else a table of its parts.

    A line that stands in `before`, the norms of the sheet as they were, stays what it was there.
    """
    kept = {norm_line(read): said for said, read in _read(before)}
    found = [kept.get(line) or _said(line[:_LONGEST]) for line in lines]
    return found[0] if len(found) == 1 else found


def _read(before: Any) -> Iterable[tuple[Any, LegalBasis]]:
    for said in before if isinstance(before, list | tuple) else [before]:
        for norm in read_sheet({"renewal_basis": said}).renewal_basis:
            yield said, norm


def _said(line: str) -> str | dict[str, str]:
    found = _LINE.fullmatch(line)
    if found is None or not (found["day"] or found["url"]):
        return line
    day = _day(found["day"])
    if found["day"] and not day:
        return line  # no day of any calendar: the text stays whole
    parts = _PARTS.fullmatch(found["text"])
    named: Mapping[str, str | None] = {} if parts is None else parts.groupdict()
    whole = {"text": found["text"], **named, "issued_on": day, "url": found["url"]}
    return {name: said for name, said in whole.items() if said}


def _day(said: str | None) -> str:
    if not said:
        return ""
    try:
        if "/" in said:
            day, month, year = (int(part) for part in said.split("/"))
            return date(year, month, day).isoformat()
        return date.fromisoformat(said).isoformat()
    except ValueError:
        return ""
