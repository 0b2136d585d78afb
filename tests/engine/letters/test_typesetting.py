"""Pages become PDF without asking anybody for anything."""

import base64
import re
import sys
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from types import ModuleType

import pytest

from engine.letters.letterhead import Issued, Letterhead, letter_page, letterhead_of
from engine.letters.refusals import TypesettingMissing
from engine.letters.typesetting import typeset

# WeasyPrint leaves the colour profile of PDF/A to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ISSUED = Issued(
    title="Licencia",
    number="LF-LIC-2026-000001",
    case_number="LF-2026-000012",
    issued_on=date(2026, 3, 2),
    issued_at=datetime(2026, 3, 2, 14, tzinfo=UTC),
    code="0123456789ABCDEFGHJK",
    check_url="https://example.gob.pe/verify",
    language="es",
)


def page(words: str, logo: bytes | None = None, entity: str = "Municipalidad") -> str:
    return letter_page(words, Letterhead(entity, "Licencias", logo=logo), ISSUED)


def opened(pdf: bytes) -> bytes:
    """The file with what is compressed in it beside it."""
    parts = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with suppress(zlib.error):
            parts.append(zlib.decompress(stream))
    return b"\n".join(parts)


@pytest.fixture
def visited(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Files and addresses that somebody opens from now on through Python's own opener."""
    import urllib.request

    seen: list[str] = []

    def remember(_self: object, url: object, *_rest: object, **_more: object) -> None:
        seen.append(str(url))
        raise OSError("no way out")

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", remember)
    return seen


def test_the_same_page_gives_the_same_bytes() -> None:
    assert typeset(page("<p>Uno</p>")) == typeset(page("<p>Uno</p>"))
    assert typeset(page("<p>Uno</p>")) != typeset(page("<p>Dos</p>"))


def test_a_letter_is_kept_for_an_archive_and_can_be_read_aloud() -> None:
    inside = opened(typeset(page("<h1>Licencia</h1><p>Uno</p>")))
    assert b"pdfaid:part>3<" in inside or b'pdfaid:part="3"' in inside
    assert b"/StructTreeRoot" in inside
    assert b"(es)" in inside  # the language, for a voice


@pytest.mark.parametrize(
    "words",
    [
        '<img src="file:///etc/passwd">',
        '<img src="http://127.0.0.1:1/x.png">',
        '<link rel="stylesheet" href="file:///etc/passwd">',
        '<link rel="attachment" href="file:///etc/passwd">',
        "<style>@import url(file:///etc/passwd); p { background: url(http://127.0.0.1:1/) }</style>",
        '<object data="file:///etc/passwd"></object>',
        '<svg><image href="file:///etc/passwd"/><use href="file:///etc/passwd#a"/></svg>',
        "<style>@font-face { font-family: x; src: url(file:///etc/passwd) } p { font-family: x }</style><p>x",
        '<img src="data:image/svg+xml;base64,PHN2Zy8+">',
        '<img src="letter:other">',
    ],
)
def test_even_words_that_were_not_cleaned_fetch_nothing(words: str, visited: list[str]) -> None:
    pdf = typeset(page(words))
    assert visited == []
    assert b"root:" not in opened(pdf)
    assert b"/EmbeddedFile" not in opened(pdf)


def test_who_signs_stands_below_the_last_line_across_the_page() -> None:
    made = page("<p>a</p><hr><p>b</p><hr><p>Luis</p>")
    assert '<p>b</p><div class="signature"><p>Luis</p></div>' in made


def test_names_on_the_letterhead_are_only_letters(visited: list[str]) -> None:
    made = page("", entity='<img src="file:///etc/passwd">"')
    assert "<img" not in made
    typeset(made)
    assert visited == []


def test_a_logo_is_printed_and_only_a_picture_is_one() -> None:
    with_logo = {"letterhead": {"entity": "X", "logo": base64.b64encode(PNG).decode()}}
    head = letterhead_of(with_logo, "Municipalidad", "Licencias")
    assert head.logo == PNG
    assert b"/Image" in opened(typeset(letter_page("<p>x</p>", head, ISSUED), head.logo))
    for wrong in ("<svg/>", "GIF89a", ""):
        said = {"letterhead": {"logo": base64.b64encode(wrong.encode()).decode()}}
        assert letterhead_of(said, "X", None).logo is None
    assert letterhead_of({"letterhead": {"logo": "no base64!"}}, "X", None).logo is None


def test_a_machine_without_pango_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, without: Callable[[str], None]
) -> None:
    without("weasyprint")
    with pytest.raises(TypesettingMissing, match="libpango"):
        typeset(page("<p>x</p>"))


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let a package be missing, as where it was not installed."""

    def take_away(name: str) -> None:
        for loaded in [module for module in sys.modules if module.split(".")[0] == name]:
            monkeypatch.delitem(sys.modules, loaded)
        missing: ModuleType | None = None
        monkeypatch.setitem(sys.modules, name, missing)  # None: not importable

    return take_away


def test_letters_do_not_each_read_the_fonts_which_never_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from weasyprint.text import fonts

    typeset(page("<p>Se resuelve</p>"))
    read: list[str] = []
    monkeypatch.setattr(
        fonts.FontConfiguration, "__init__", lambda _self: read.append("fonts of its own")
    )
    typeset(page("<p>otorgar la licencia</p>"))
    assert read == []
