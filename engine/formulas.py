"""Cells of a CSV file, in which nothing that people typed may act as a formula (OWASP, “CSV Injection”)."""

import re

# also as they are typed where letters are wide, which spreadsheets of those countries take for the same
_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NEGATIVE = re.compile(r"-\d+(\.\d+)?")


def no_formula(text: str) -> str:
    """The text, behind an apostrophe where a spreadsheet would take it for a formula; a negative number is none."""
    return f"'{text}" if text.startswith(_BEGINS) and not _NEGATIVE.fullmatch(text) else text
