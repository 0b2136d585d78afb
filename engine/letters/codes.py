"""Codes that prove a letter was made here: a hundred bits of chance in twenty letters and digits."""

import secrets

# Crockford's base32: no I, L, O or U, so that what is read aloud or off paper is typed right
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("ILO", "110")
LENGTH = 20


def new_code() -> str:
    """A code nobody can guess, without its hyphens."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def shown_code(code: str) -> str:
    """The code as it is printed: in groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def read_code(text: str) -> str | None:
    """The code that somebody typed, with or without hyphens, in any case; None for what can be none."""
    return typed_code(text, LENGTH)


def typed_code(text: str, length: int) -> str | None:
    """A code of this length as somebody typed it, misread letters mended; None for what can be none."""
    typed = "".join(text.split()).replace("-", "").upper().translate(_MISREAD)
    if len(typed) == length and all(letter in ALPHABET for letter in typed):
        return typed
    return None
