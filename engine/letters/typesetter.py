"""Sets a page as PDF, by WeasyPrint, which may fetch nothing at all; as a program, page after page (print_shop.py).

Imports nothing of ours: the program is a process of its own, and what it draws in it holds once more.
"""

import base64
import gc
import hashlib
import json
import logging
import os
import resource
import struct
import sys
import time
from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import Any, Final

# PDF/A-3u (ISO 19005-3): fonts and colours inside, the text can be copied; fit for an archive
VARIANT: Final = "pdf/a-3u"
CPU: Final = 300  # seconds for a page: a server that was killed does not end one without end
LENGTH: Final = struct.Struct(">Q")  # of what follows, in bytes
# how an answer begins: with the PDF, without a font, without WeasyPrint, with what went wrong
SET, NO_FONTS, NO_LIBRARY, BROKEN = b"S", b"F", b"L", b"B"

logging.getLogger("weasyprint").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)

_ONE_AT_A_TIME = Lock()  # Pango's fonts are not for two threads at once


class LibraryMissing(Exception):
    """WeasyPrint is not here, or not Pango, which it needs."""


def pdf_of(page: str, pictures: Mapping[str, tuple[str, bytes]]) -> bytes | None:
    """The page as PDF, with the pictures by address: type and content. None without fonts; raises LibraryMissing.

    The same page gives the same bytes on the same machine.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except (ImportError, OSError) as problem:  # OSError: the package is there, the library is not
        raise LibraryMissing from problem

    class OnlyOurs(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
        """Gives the page's own pictures and refuses every other address, whatever it begins with."""

        def fetch(self, url: str, headers: object = None) -> Any:
            if url not in pictures:
                raise ValueError("a letter fetches nothing")
            media_type, content = pictures[url]
            return URLFetcherResponse(url, content, {"Content-Type": media_type})

    with _ONE_AT_A_TIME:
        document = HTML(string=page, base_url=None, url_fetcher=OnlyOurs()).render(
            font_config=_fonts(), pdf_variant=VARIANT, pdf_tags=True
        )
        pdf: bytes = document.write_pdf(
            pdf_variant=VARIANT,
            pdf_tags=True,
            pdf_identifier=hashlib.sha256(page.encode()).hexdigest()[:32].encode(),
        )
    has_fonts = bool(document.fonts)
    # A page is a tree whose branches know their root, with fonts and pictures too: only the collector takes it away,
    # and a server that has settled would let hundreds of pages lie until it comes by.
    del document
    gc.collect(1)
    if not has_fonts:
        _fonts.cache_clear()  # they may be installed before the next try
        return None
    return pdf


@cache
def _fonts() -> Any:
    """The fonts of this machine, read once: of what each letter would read anew, Pango keeps up to 2 MB for good."""
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


def asked(page: str, pictures: Mapping[str, tuple[str, bytes]]) -> bytes:
    """The question to the program."""
    told = {url: (kind, base64.b64encode(data).decode()) for url, (kind, data) in pictures.items()}
    body = json.dumps({"page": page, "pictures": told}).encode()
    return LENGTH.pack(len(body)) + body


def _answer(body: bytes) -> tuple[bytes, bytes]:
    said = json.loads(body)
    told = said["pictures"].items()
    try:
        pdf = pdf_of(
            said["page"], {url: (kind, base64.b64decode(data)) for url, (kind, data) in told}
        )
    except LibraryMissing:
        return NO_LIBRARY, b""
    except Exception as error:  # said to who asked, who tries again or gives up
        return BROKEN, f"{type(error).__name__}: {error}"[:500].encode()
    return (NO_FONTS, b"") if pdf is None else (SET, pdf)


def _allow(seconds: int) -> None:
    """So much more CPU, and then this process is ended."""
    until, (_, most) = int(time.process_time()) + seconds, resource.getrlimit(resource.RLIMIT_CPU)
    if most == resource.RLIM_INFINITY or until < most:
        resource.setrlimit(resource.RLIMIT_CPU, (until, most))


def main() -> None:
    """Answer on the standard output what is asked on the standard input, until that ends."""
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # whatever a library prints is no answer
        while head := sys.stdin.buffer.read(LENGTH.size):
            _allow(CPU)
            kind, body = _answer(sys.stdin.buffer.read(*LENGTH.unpack(head)))
            try:
                answers.write(kind + LENGTH.pack(len(body)) + body)
                answers.flush()
            except BrokenPipeError:
                os._exit(0)  # who asked is gone


if __name__ == "__main__":
    main()
