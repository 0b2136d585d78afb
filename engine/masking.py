"""Personal data as it is shown to those who do not need it: enough to tell two apart, too little to know who it is."""

import re
from typing import Any

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T[0-9:.+Z-]*)?", re.ASCII)
_FILE_END = re.compile(r"\.[a-z0-9]{1,5}\Z", re.ASCII | re.IGNORECASE)


def masked_name(name: str) -> str:
    """“Rosa Quispe Mamani” becomes “R. Q. M.”"""
    return " ".join(f"{word[0].upper()}." for word in name.split() if word[0].isalnum())


def masked_answer(answer: Any) -> Any:
    """An answer without what was written in words, and without numbers long enough to be somebody's; days, small
    numbers and flags stay. Lists and parts alike.
    """
    if isinstance(answer, dict):
        return {name: masked_answer(part) for name, part in answer.items()}
    if isinstance(answer, list):
        return [masked_answer(part) for part in answer]
    if isinstance(answer, str) and answer and not _DAY.fullmatch(answer):
        return f"{answer[:1]}•••"
    if isinstance(answer, int) and abs(answer) >= 10**6 and not isinstance(answer, bool):
        return masked_document(str(answer))
    return answer


def masked_file(name: str) -> str:
    """“DNI de Rosa.pdf” becomes “D•••.pdf”."""
    end = _FILE_END.search(name)
    return f"{name[:1]}•••{end.group() if end else ''}"


def masked_document(document: str) -> str:
    """“40123456” becomes “••••••56”."""
    return (
        "•" * max(len(document) - 2, 0) + document[-2:]
        if len(document) > 4
        else "•" * len(document)
    )


def masked_email(email: str) -> str:
    """“rosa@example.com” becomes “r•••@example.com”."""
    name, at, host = email.rpartition("@")
    return f"{name[:1]}•••{at}{host}" if at else "•••"
