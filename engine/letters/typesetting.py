"""Pages become PDF, by WeasyPrint, which is loaded when the first letter needs it and may fetch nothing at all."""

import gc
import hashlib
import logging
from functools import cache
from threading import Lock
from typing import Any, Final

from engine.letters.letterhead import LOGO_URL, logo_type
from engine.letters.refusals import NothingToRead, TypesettingMissing

# PDF/A-3u (ISO 19005-3): fonts and colours inside, the text can be copied; fit for an archive
VARIANT: Final = "pdf/a-3u"

logging.getLogger("weasyprint").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)

_ONE_AT_A_TIME = Lock()  # Pango's fonts are not for two threads at once


def typeset(page: str, logo: bytes | None = None) -> bytes:
    """The page as PDF; the same page gives the same bytes on the same machine.

    Raises TypesettingMissing without Pango, NothingToRead without fonts.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except (ImportError, OSError) as problem:  # OSError: the package is there, the library is not
        raise TypesettingMissing from problem

    class OnlyOurs(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
        """Gives the letter's own logo and refuses every other address, whatever it begins with."""

        def fetch(self, url: str, headers: object = None) -> Any:
            if url != LOGO_URL or logo is None:
                raise ValueError("a letter fetches nothing")
            return URLFetcherResponse(url, logo, {"Content-Type": logo_type(logo) or ""})

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
        raise NothingToRead
    return pdf


@cache
def _fonts() -> Any:
    """The fonts of this machine, read once: of what each letter would read anew, Pango keeps up to 2 MB for good."""
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()
