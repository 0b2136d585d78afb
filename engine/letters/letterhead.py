"""The sheet a letter stands on: who issues it, its number and date, the code that proves it; in a style for print."""

import base64
import binascii
import html
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from engine.letters.codes import shown_code
from engine.letters.writing import Hand

LARGEST_LOGO: Final = 300_000  # bytes
LOGO_URL: Final = "letter:logo"
_WORDS: Final = {
    "es": {
        "number": "N.°",
        "case": "Expediente",
        "page": "Página",
        "of": "de",
        "proof": "Documento emitido por medios electrónicos. Su autenticidad se comprueba leyendo el código QR "
        "o escribiendo el código de verificación en",
        "code": "Código de verificación",
    },
    "en": {
        "number": "No.",
        "case": "Case",
        "page": "Page",
        "of": "of",
        "proof": "Issued electronically. To check that it is authentic, read the QR code or type the "
        "verification code at",
        "code": "Verification code",
    },
}
_STYLE: Final = """
@page {
  size: A4; margin: 22mm 22mm 42mm 25mm;
  @bottom-left { content: element(proof); width: 100%; vertical-align: top; padding-top: 4mm }
}
@page:first { margin-top: 16mm }
:root { font: 10.5pt/1.5 "Liberation Serif", "Tinos", "Times New Roman", "DejaVu Serif", serif; color: #111 }
body { margin: 0; hyphens: manual; overflow-wrap: anywhere }
header { border-bottom: 0.6pt solid #444; padding-bottom: 4mm; margin-bottom: 7mm; overflow: hidden }
header img { float: left; height: 18mm; max-width: 45mm; margin-right: 5mm }
header .entity { font-weight: bold; font-size: 13pt; line-height: 1.25; margin: 0 }
header .office, header .address { margin: 0.5mm 0 0; line-height: 1.3 }
header .address { font-size: 8.5pt; color: #444 }
.facts { font-size: 9.5pt; text-align: right; margin: 0 0 6mm; line-height: 1.4 }
h1 { font-size: 14pt; text-align: center; margin: 0 0 6mm; line-height: 1.3 }
h2 { font-size: 11pt; margin: 5mm 0 2mm; break-after: avoid }
h3 { font-size: 10.5pt; font-style: italic; margin: 4mm 0 2mm; break-after: avoid }
p { margin: 0 0 3mm; text-align: justify; orphans: 3; widows: 3 }
ul, ol { margin: 0 0 3mm; padding-left: 7mm }
li { margin-bottom: 1mm }
blockquote { margin: 0 0 3mm 5mm; padding-left: 4mm; border-left: 1pt solid #999 }
table { width: 100%; border-collapse: collapse; margin: 2mm 0 5mm }
th, td { border: 0.5pt solid #888; padding: 1.4mm 2.2mm; text-align: left; vertical-align: top }
th { background: #eee; font-weight: bold }
.pairs td:first-child { width: 36% }
tr { break-inside: avoid }
hr { border: 0; border-top: 0.6pt solid #888; margin: 4mm 0 }
/* a signature never stands on a page without a line of what is signed */
.signature { width: 65mm; margin: 18mm auto 0; padding-top: 2mm; border-top: 0.6pt solid #111;
  break-before: avoid; break-inside: avoid }
.signature p { text-align: center; line-height: 1.35 }
.proof { position: running(proof); font-size: 7.5pt; line-height: 1.35; color: #222;
  border-top: 0.6pt solid #444; padding-top: 2.5mm }
.proof svg { float: left; width: 24mm; height: 24mm; margin: 0 4mm 0 0 }
.proof p { text-align: left; margin: 0 0 1mm }
.proof .code { font: bold 9pt "Liberation Mono", "DejaVu Sans Mono", monospace; white-space: nowrap }
.proof .pages::after { content: counter(page) " / " counter(pages) }
"""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes: names on top of the page, and a logo where the sheet brings one."""

    entity: str
    office: str | None
    address: str | None = None
    logo: bytes | None = None  # PNG or JPEG


@dataclass(frozen=True, slots=True)
class Issued:
    """What a letter is called and how it is proved."""

    title: str
    number: str
    case_number: str
    issued_on: date
    issued_at: datetime
    code: str
    check_url: str  # of the page that checks codes; the QR code leads to this letter on it
    language: str


def letterhead_of(sheet: Mapping[str, Any], entity: str, office: str | None) -> Letterhead:
    """The letterhead that a sheet describes under `letterhead`; the offices' own names where it says nothing."""
    said = sheet.get("letterhead")
    told = said if isinstance(said, Mapping) else {}

    def text(name: str) -> str | None:
        value = told.get(name)
        return value.strip()[:300] or None if isinstance(value, str) else None

    entity = text("entity") or entity
    return Letterhead(entity, None if office == entity else office, text("address"), _logo(told))


def letter_page(words: str, head: Letterhead, issued: Issued) -> str:
    """The whole letter as one HTML page; `words` is clean HTML, everything else is escaped here."""
    say = _WORDS[issued.language]
    day = Hand(issued.language).written(issued.issued_on.isoformat(), "date")
    escape = html.escape
    title = f"{issued.title} {say['number']} {issued.number}"
    logo = f'<img src="{LOGO_URL}" alt="">' if head.logo else ""
    office = f'<p class="office">{escape(head.office)}</p>' if head.office else ""
    address = f'<p class="address">{escape(head.address)}</p>' if head.address else ""
    check = f"{issued.check_url}/{issued.code}"
    return f"""<!doctype html>
<html lang="{escape(issued.language)}"><head><meta charset="utf-8"><title>{escape(title)}</title>
<meta name="author" content="{escape(head.entity)}">
<meta name="dcterms.created" content="{escape(issued.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ"))}">
<style>{_STYLE}</style></head><body>
<div class="proof">{_qr(check)}<p>{escape(say["proof"])} {escape(issued.check_url)}</p>
<p>{escape(say["code"])}: <span class="code">{shown_code(issued.code)}</span></p>
<p>{escape(title)} · {escape(say["page"])} <span class="pages"></span></p></div>
<header>{logo}<p class="entity">{escape(head.entity)}</p>{office}{address}</header>
<p class="facts">{escape(say["number"])} {escape(issued.number)}<br>
{escape(say["case"])} {escape(issued.case_number)}<br>{escape(day)}</p>
<main>{_with_signature(words)}</main>
</body></html>"""


def _with_signature(words: str) -> str:
    # What follows the last line across the page is who signs. Selectors that look at neighbours could say so as well,
    # but cost seconds in a letter of many paragraphs.
    before, line, after = words.rpartition("<hr>")
    return f'{before}<div class="signature">{after}</div>' if line else words


def _qr(url: str) -> str:
    # Level M: a stain or a fold does not make it unreadable.
    import segno  # four megabytes, for who prints

    code = segno.make(url, error="m", micro=False)
    made: str = code.svg_inline(border=0, omitsize=True, title=url)
    return made


def _logo(told: Mapping[str, Any]) -> bytes | None:
    kept = told.get("logo")
    if not isinstance(kept, str) or len(kept) > LARGEST_LOGO * 4 // 3 + 4:
        return None
    try:
        data = base64.b64decode(kept, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if logo_type(data) else None


def logo_type(data: bytes) -> str | None:
    """The media type of a picture that a letterhead may carry; None for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return "image/jpeg" if data.startswith(b"\xff\xd8\xff") else None
