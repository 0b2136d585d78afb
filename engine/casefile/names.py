"""Names of the files in a copy: their number first, and nothing that a file system stumbles over."""

from engine.search import fold


def entry_name(number: int, name: str) -> str:
    """“documents/0007-plano.pdf”."""
    stem, dot, ending = name.rpartition(".")
    safe = _plain(stem if dot else name)[:60] or "document"
    return f"documents/{number:04d}-{safe}{f'.{_plain(ending)[:8]}' if dot else ''}"


def _plain(text: str) -> str:
    kept = "".join(
        letter if letter.isascii() and letter.isalnum() else "-" for letter in fold(text)
    )
    return "-".join(part for part in kept.split("-") if part)
