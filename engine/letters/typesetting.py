"""Pages become PDF, in this process; what a server sets, it lets a process of its own set (print_shop.py)."""

from engine.letters.letterhead import LOGO_URL, logo_type
from engine.letters.refusals import NothingToRead, TypesettingMissing
from engine.letters.typesetter import LibraryMissing, pdf_of


def typeset(page: str, logo: bytes | None = None) -> bytes:
    """The page as PDF; the same page gives the same bytes on the same machine.

    Raises TypesettingMissing without Pango, NothingToRead without fonts.
    """
    try:
        pdf = pdf_of(page, pictures(logo))
    except LibraryMissing as problem:
        raise TypesettingMissing from problem
    if pdf is None:
        raise NothingToRead
    return pdf


def pictures(logo: bytes | None) -> dict[str, tuple[str, bytes]]:
    """What a page may ask for: its logo, by the address that the letterhead has it at."""
    return {} if logo is None else {LOGO_URL: (logo_type(logo) or "", logo)}
